/** Limited containers of the runtime, in snapshots of real programs. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { instancesOf } from '../../../src/analysis/classes/instances.js';
import { type BoundedBuffer, boundedBuffers } from '../../../src/analysis/leaks/bounded-buffers.js';
import { edgesOf, type Graph } from '../../../src/graph/graph.js';
import { retainersOf } from '../../../src/graph/retainers.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { FIXTURES, fixturePath } from '../../support/fixtures.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const NODE = process.env.HEAPGRAPH_NODE ?? process.execPath;
const folder = temporaryFolder();

const SERVER = `
const http = require('node:http'), https = require('node:https'), v8 = require('node:v8');
const { performance } = require('node:perf_hooks');
// A program's own containers of the same names, which have no limit.
const resourceTimingBuffer = [];
class FreeList { constructor() { this.name = 'parsers'; this.list = []; } }
class Agent { constructor() { this.freeSockets = { host: [] }; this._sessionCache = { map: {}, list: [] }; } }
class Own { constructor(n) { this.text = 'own ' + n; } }
globalThis.own = { resourceTimingBuffer, list: new FreeList(), agent: new Agent() };
for (let i = 0; i < 30; i++) {
  resourceTimingBuffer.push(new Own(i));
  own.list.list.push(new Own(i));
  own.agent.freeSockets.host.push(new Own(i));
  own.agent._sessionCache.list.push(new Own(i));
}
class Pool extends http.Agent {}
const get = (url, agent) => new Promise((done, failed) => {
  http.get(url, { agent }, (response) => response.resume().on('end', done)).on('error', failed);
});
const server = http.createServer((request, response) => setTimeout(() => response.end('done'), 20));
server.listen(0, async () => {
  const url = 'http://127.0.0.1:' + server.address().port + '/';
  if (process.argv[2]) performance.setResourceTimingBufferSize(Number(process.argv[2]));
  for (let i = 0; i < Number(process.argv[3]); i += 20)
    await Promise.all(Array.from({ length: 20 }, async (_, j) => (await fetch(url + (i + j))).text()));
  const agent = new Pool({ keepAlive: true });
  globalThis.pool = agent;
  await Promise.all(Array.from({ length: 12 }, () => get(url, agent)));
  await Promise.all(Array.from({ length: 25 }, () => get(url, new http.Agent({ keepAlive: false }))));
  for (let i = 0; i < 150; i++) https.globalAgent._cacheSession('host ' + i, Buffer.from('session ' + i));
  for (let i = 0; i < 40; i++) performance.mark('mark ' + i);
  setTimeout(() => { v8.writeHeapSnapshot('heap.heapsnapshot'); process.exit(); }, 50);
});
`;

async function snapshotOf(
  program: string,
  args: readonly string[],
  flags: readonly string[] = [],
): Promise<Graph> {
  writeFileSync(path.join(folder, 'program.cjs'), program);
  execFileSync(NODE, [...flags, 'program.cjs', ...args], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return loadSnapshot(path.join(folder, 'heap.heapsnapshot'), { locations: true });
}

const found = (graph: Graph): Record<string, BoundedBuffer[]> => {
  const groups: Record<string, BoundedBuffer[]> = {};
  for (const buffer of boundedBuffers(graph).all.values())
    groups[buffer.words] = [...(groups[buffer.words] ?? []), buffer];
  return groups;
};

/** The buffers that hold objects of a class directly, in the words of the answer. */
function holders(graph: Graph, type: string): Set<string | undefined> {
  const { of } = boundedBuffers(graph);
  const { firstRetainer, sources } = retainersOf(graph);
  const { targets } = edgesOf(graph);
  const words = new Set<string | undefined>();
  for (const node of instancesOf(graph, type)) {
    for (const source of sources.subarray(firstRetainer[node]!, firstRetainer[node + 1]!)) {
      for (let edge = graph.firstEdge[source]!, end = graph.firstEdge[source + 1]!; edge < end; edge++)
        if (targets[edge] === node) words.add(of(source, edge)?.words);
    }
  }
  return words;
}

describe('a server', () => {
  test('resource timings, parsers, idle sockets, TLS sessions; not the marks, nor what the program calls so', async () => {
    const graph = await snapshotOf(SERVER, ['', '60']);
    const buffers = found(graph);
    expect(buffers['the resource timings of node:perf_hooks']).toEqual([
      { words: expect.any(String), limit: 250, size: 60 },
    ]);
    const [parsers] = buffers['the HTTP parsers that wait to be used again']!;
    expect(parsers!.limit).toBe(1000);
    expect(parsers!.size).toBeGreaterThan(20);
    const idle = buffers['the idle sockets of an agent of node:http']!;
    expect(idle.map(({ size }) => size)).toContain(12);
    const sessions = buffers['the TLS sessions of an agent of node:https']!;
    expect(sessions.every(({ limit, size }) => limit === 100 && size === 100)).toBe(true);
    expect(sessions).toHaveLength(2);
    expect(Object.keys(buffers)).toContain("V8's string split cache");
    expect(holders(graph, 'PerformanceResourceTiming')).toContain('the resource timings of node:perf_hooks');
    expect(holders(graph, 'HTTPParser')).toContain('the HTTP parsers that wait to be used again');
    expect(holders(graph, 'PerformanceMark')).toEqual(new Set([undefined]));
    expect(holders(graph, 'Own')).toEqual(new Set([undefined]));
  }, 60_000);

  test('at its limit; and none any more when the program has set another one', async () => {
    const full = found(await snapshotOf(SERVER, ['', '300']));
    expect(full['the resource timings of node:perf_hooks']).toEqual([
      { words: expect.any(String), limit: 250, size: 250 },
    ]);
    const raised = found(await snapshotOf(SERVER, ['100000', '300']));
    expect(raised['the resource timings of node:perf_hooks']).toBeUndefined();
  }, 120_000);
});

test('what was printed while an inspector was open is kept as messages: single references, not the whole root', async () => {
  const graph = await snapshotOf(
    `class Logged { constructor(i) { this.text = 'logged ' + i; } }
     for (let i = 0; i < 1200; i++) console.log(new Logged(i));
     require('node:v8').writeHeapSnapshot('heap.heapsnapshot');
     process.exit();`,
    [],
    ['--inspect=127.0.0.1:0'],
  );
  expect(instancesOf(graph, 'Logged')).toHaveLength(1000);
  expect(holders(graph, 'Logged')).toEqual(new Set(["the console's last 1,000 messages, kept for DevTools"]));
});

test.each(FIXTURES)('%s: every buffer is within its limit, and belongs to one container', async (fixture) => {
  const graph = await loadSnapshot(fixturePath(fixture), { locations: true });
  const { all, of } = boundedBuffers(graph);
  for (const [node, buffer] of all) {
    expect(of(node)).toBe(buffer);
    if (buffer.limit !== null) expect(buffer.size).toBeLessThanOrEqual(buffer.limit);
  }
  expect(of(graph.root)).toBeUndefined();
});

const MODULES = `
const v8 = require('node:v8'), channels = require('node:diagnostics_channel');
for (const name of ['http', 'zlib', 'tls', 'readline', 'http2']) require('node:' + name);
globalThis.made = Array.from({ length: 40 }, (_, i) => channels.channel('acme:' + i));
if (process.argv[2]) for (const one of made) channels.subscribe(one.name, () => {});
v8.writeHeapSnapshot('heap.heapsnapshot');
`;

test("Node.js' list of loaded modules, and channels while hardly one has subscribers", async () => {
  const words = {
    list: "the list of Node.js' modules that were loaded",
    channels: 'the channels of node:diagnostics_channel',
  };
  const quiet = found(await snapshotOf(MODULES, []));
  expect(quiet[words.list]).toMatchObject([{ limit: null }]);
  expect(quiet[words.channels]).toMatchObject([{ limit: null, why: 'which go when their modules do' }]);
  expect(Object.keys(found(await snapshotOf(MODULES, ['subscribed'])))).not.toContain(words.channels);
});
