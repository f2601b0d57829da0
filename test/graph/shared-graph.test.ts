import { createHash } from 'node:crypto';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { graphOf, sharedGraph } from '../../src/graph/shared-graph.js';
import type { StringTable } from '../../src/graph/strings.js';
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

/** Values with a digest in place of each column: comparing columns value by value takes seconds. */
function summary(values: unknown): unknown {
  return JSON.parse(
    JSON.stringify(values, (_, value: unknown) =>
      ArrayBuffer.isView(value)
        ? [
            value.constructor.name,
            value.byteLength,
            createHash('sha1')
              .update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
              .digest('hex'),
          ]
        : value,
    ),
  ) as unknown;
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
    expect(summary(theirPlain)).toEqual(summary(plain));
    expect(summary(theirLocations)).toEqual(summary(locations));
    expect(theirStrings.length).toBe(strings.length);
    const texts = (table: StringTable): string =>
      Array.from({ length: table.length }, (_, i) => table.get(i)).join('\n');
    expect(texts(theirStrings)).toBe(texts(strings));
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
