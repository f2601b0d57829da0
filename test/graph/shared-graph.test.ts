import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { graphOf, sharedGraph } from '../../src/graph/shared-graph.js';
import { loadSnapshot } from '../../src/load/load.js';
import { fixturePath } from '../support/fixtures.js';

/** What another thread gets. */
function posted<T>(message: T): T {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(message);
  const received = receiveMessageOnPort(port2)!.message as T;
  port1.close();
  return received;
}

describe('a graph as a message', () => {
  test('the same columns, names, places and facts; no column is copied', async () => {
    const graph = await loadSnapshot(fixturePath('node22-after'), {
      locations: true,
      traces: true,
      buffers: SharedArrayBuffer,
    });
    const there = graphOf(posted(sharedGraph(graph)));
    const { strings, locations, ...plain } = graph;
    const { strings: theirStrings, locations: theirLocations, ...theirPlain } = there;
    expect(theirPlain).toEqual(plain);
    expect(theirLocations).toEqual(locations);
    expect(theirStrings.length).toBe(strings.length);
    for (let i = 0; i < strings.length; i++) expect(theirStrings.get(i)).toBe(strings.get(i));
    graph.nodeNames[5] = 77;
    graph.edges!.targets[9] = 3;
    expect([there.nodeNames[5], there.edges!.targets[9]]).toEqual([77, 3]);
    const columns = [plain.nodeTypes, plain.ids, plain.selfSizes, plain.firstEdge, graph.edges!.names];
    for (const { buffer } of [...columns, strings.pages[0]!.segment, strings.pages[0]!.starts])
      expect(buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  test('without locations and edges: absent there, too', async () => {
    const graph = await loadSnapshot(fixturePath('node22-after'), { edges: false });
    const there = graphOf(posted(sharedGraph(graph)));
    expect([there.edges, there.locations]).toEqual([undefined, undefined]);
  });
});
