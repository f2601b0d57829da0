/** Every rule of Node.js on objects in use and on finished ones: of this Node.js live, of five lines from files. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { COMPONENT_RULES } from '../../../src/analysis/dead/component-rules.js';
import { NODE_RULES } from '../../../src/analysis/dead/node-rules.js';
import { ALIVE, DEAD, objectStates, UNKNOWN } from '../../../src/analysis/dead/object-states.js';
import { PACKAGE_RULES } from '../../../src/analysis/dead/package-rules.js';
import { edgesOf, type Graph } from '../../../src/graph/graph.js';
import { EDGE } from '../../../src/graph/schema.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { readyRules } from '../../../src/query/ready-rules.js';
import { classIndex } from '../../../src/v8/class-names.js';
import { deadPath, fixturePath } from '../../support/fixtures.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const STATES = fileURLToPath(new URL('../../../fixtures/dead/states.cjs', import.meta.url));

type Properties = ReadonlyMap<string, number>;

function propertiesOf(graph: Graph, node: number): Properties {
  const { types, names, targets } = edgesOf(graph);
  const found = new Map<string, number>();
  for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++)
    if (types[edge] === EDGE.property) found.set(graph.strings.get(names[edge]!), targets[edge]!);
  found.delete('__proto__');
  return found;
}

/** The objects of states.cjs, by what they are. */
function specimens(graph: Graph): Record<'alive' | 'dead' | 'unknown' | 'deadByNumber', Properties> {
  for (let node = 0; node < graph.nodeCount; node++) {
    const own = propertiesOf(graph, node);
    if (!['alive', 'dead', 'unknown', 'deadByNumber'].every((name) => own.has(name))) continue;
    const of = (name: string): Properties => propertiesOf(graph, own.get(name)!);
    return { alive: of('alive'), dead: of('dead'), unknown: of('unknown'), deadByNumber: of('deadByNumber') };
  }
  throw new Error('there are no specimens');
}

/** What each specimen is said to be, where that is wrong. */
async function mistakes(bytes: Uint8Array, { numbers }: { numbers: boolean }): Promise<string[]> {
  const graph = await loadSnapshot(bytes, { edges: true });
  const { verdicts } = objectStates(
    graph,
    readyRules(graph, [...NODE_RULES, ...PACKAGE_RULES, ...COMPONENT_RULES]),
  );
  const { alive, dead, unknown, deadByNumber } = specimens(graph);
  const wrong: string[] = [];
  const check = (list: Properties, fits: (verdict: number) => boolean): void => {
    for (const [name, node] of list)
      if (!fits(verdicts[node]!)) wrong.push(`${name} is ${['unknown', 'alive', 'dead'][verdicts[node]!]}`);
  };
  expect(dead.size).toBeGreaterThanOrEqual(3);
  check(dead, (verdict) => verdict === DEAD);
  // Streams do not say it without numbers, and some live objects have nothing that a dead one has not.
  check(alive, (verdict) => verdict !== DEAD);
  check(unknown, (verdict) => verdict === UNKNOWN || verdict === ALIVE);
  check(deadByNumber, (verdict) => (numbers ? verdict === DEAD : verdict !== ALIVE));
  const storages = unknown.get('storages');
  const inside = storages === undefined ? [] : [...propertiesOf(graph, storages).values()];
  for (const node of unknown.values())
    for (const inner of propertiesOf(graph, node).values())
      if (verdicts[inner] === DEAD && !inside.includes(inner)) wrong.push(`a part of an unknown one is dead`);
  return wrong;
}

describe('one dead and one live object of each kind', () => {
  test.each([18, 20, 22, 24, 26])('Node.js %i', async (line) => {
    const bytes = gunzipSync(readFileSync(deadPath(`states-node${line}`)));
    expect(await mistakes(bytes, { numbers: false })).toEqual([]);
  });

  test.each([20, 22, 24, 26])('Node.js %i, with numbers', async (line) => {
    const bytes = gunzipSync(readFileSync(deadPath(`states-node${line}-numbers`)));
    expect(await mistakes(bytes, { numbers: true })).toEqual([]);
  });

  test('this Node.js, live', async () => {
    const name = path.join(temporaryFolder(), 'states');
    execFileSync(process.env.HEAPGRAPH_NODE ?? process.execPath, [STATES, name], {
      timeout: 60_000,
    });
    expect(await mistakes(readFileSync(`${name}.heapsnapshot`), { numbers: false })).toEqual([]);
    expect(await mistakes(readFileSync(`${name}-numbers.heapsnapshot`), { numbers: true })).toEqual([]);
  }, 90_000);
});

test.each([20, 24])('objects of ws, rxjs, undici, ioredis and pg, Node.js %i', async (line) => {
  const bytes = gunzipSync(readFileSync(deadPath(`packages-node${line}`)));
  expect(await mistakes(bytes, { numbers: false })).toEqual([]);
});

/** What fixtures/dead/clients.cjs, components.cjs and windows.cjs wrote, with versions years apart. */
test.each(['clients-1', 'clients-2', 'clients-3', 'components-1', 'components-2', 'components-3', 'windows'])(
  'clients of databases and sockets, components of pages, windows: %s',
  async (name) => {
    const bytes = gunzipSync(readFileSync(deadPath(name)));
    expect(await mistakes(bytes, { numbers: false })).toEqual([]);
  },
);

test('elements of a page that are in no document, and nothing else of it', async () => {
  const graph = await loadSnapshot(gunzipSync(readFileSync(fixturePath('chromium156'))), { edges: true });
  const { dead } = objectStates(graph, readyRules(graph, COMPONENT_RULES));
  const { labels, of } = classIndex(graph);
  expect(new Set(Array.from(dead, (node) => labels[of[node]!]))).toEqual(new Set(['Detached <div>']));
  expect(dead).toHaveLength(100);
});

test('live objects that are known to be in use', async () => {
  const graph = await loadSnapshot(gunzipSync(readFileSync(deadPath('states-node24'))), { edges: true });
  const { verdicts } = objectStates(graph, readyRules(graph, NODE_RULES));
  const { alive } = specimens(graph);
  const known = [...alive].filter(([, node]) => verdicts[node] === ALIVE).map(([name]) => name);
  expect(known).toEqual(
    expect.arrayContaining([
      'response',
      'clientRequest',
      'socket',
      'netServer',
      'timeout',
      'signal',
      'worker',
      'child',
    ]),
  );
});
