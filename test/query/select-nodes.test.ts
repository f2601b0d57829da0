/** Queries on graphs, against their definitions. */
import { beforeAll, describe, expect, test } from 'vitest';
import { nodeRoles, WAY } from '../../src/analysis/classes/node-roles.js';
import { dominatorTree } from '../../src/analysis/sizes/dominators.js';
import { retainedSizes } from '../../src/analysis/sizes/retained-sizes.js';
import { edgesOf, type Graph } from '../../src/graph/graph.js';
import { EDGE } from '../../src/graph/schema.js';
import { loadSnapshot } from '../../src/load/load.js';
import { parseCondition } from '../../src/query/grammar.js';
import { type QueryWorld, selectNodes } from '../../src/query/select-nodes.js';
import { className } from '../../src/v8/class-names.js';
import { snapshotBytes } from '../support/builder.js';
import { fixtureGraph } from '../support/fixture-graphs.js';
import { random, randomGraph } from '../support/random-graph.js';

const found = (query: string, world: QueryWorld): number[] => {
  const mask = selectNodes(parseCondition(query), world);
  return [...mask.keys()].filter((node) => mask[node] === 1);
};

describe('a small graph', () => {
  let graph: Graph;
  const ids = (query: string, world: Partial<QueryWorld> = {}): number[] =>
    found(query, { graph, ...world }).map((node) => graph.ids[node]!);

  beforeAll(async () => {
    graph = await loadSnapshot(
      snapshotBytes({
        root: { id: 1, edges: [['shortcut', 'global', 'app']] },
        app: { id: 3, name: 'App', edges: ['list', 'socket', ['weak', 'gone', 'weakly']] },
        list: {
          id: 5,
          name: 'Array',
          edges: [
            ['internal', 'elements', 'store'],
            ['element', 4, 's1'],
          ],
        },
        store: {
          id: 7,
          type: 'array',
          name: '',
          size: 48,
          edges: [
            ['internal', '0', 's1'],
            ['internal', '1', 's2'],
          ],
        },
        s1: {
          id: 9,
          name: 'Session',
          size: 100,
          edges: [
            ['property', 'closed', 'true'],
            ['property', 'fd', 'seven'],
            ['property', 'status', 'end'],
          ],
        },
        s2: {
          id: 11,
          name: 'Session',
          size: 200,
          edges: [
            ['property', 'closed', 'false'],
            ['property', 'status', 'cons'],
          ],
        },
        true: { id: 13, type: 'hidden', name: 'true', size: 0 },
        false: {
          id: 15,
          type: 'hidden',
          name: 'system / Oddball',
          size: 0,
          edges: [['hidden', 0, 'falseText']],
        },
        falseText: { id: 17, type: 'string', name: 'false' },
        seven: {
          id: 19,
          type: 'number',
          name: 'smi number',
          size: 0,
          edges: [['internal', 'value', 'sevenText']],
        },
        sevenText: { id: 21, type: 'string', name: '7' },
        end: { id: 23, type: 'string', name: 'end' },
        cons: {
          id: 25,
          type: 'concatenated string',
          name: '',
          edges: [
            ['internal', 'first', 'o'],
            ['internal', 'second', 'pen'],
          ],
        },
        o: { id: 27, type: 'string', name: 'o' },
        pen: { id: 29, type: 'string', name: 'pen' },
        socket: { id: 31, name: 'Socket', size: 64, detachedness: 2, type: 'native' },
        weakly: { id: 33, name: 'Weakly' },
      }),
    );
  });

  test.each<[string, number[]]>([
    ['Session', [9, 11]],
    ['class in (Session, App)', [3, 9, 11]],
    ['/^s/i and not type = string', [9, 11]],
    ['@9', [9]],
    ['id in (9, @31, 77)', [9, 31]],
    ['closed = true', [9]],
    ['closed = false', [11]],
    ['closed != true', [11]],
    ['prop("fd") = 7', [9]],
    ['fd > 6', [9]],
    ['fd < 7', []],
    ['bit(prop("fd"), 2)', [9]],
    ['bit(prop("fd"), 3)', []],
    ['status = "end"', [9]],
    ['status = "open"', [11]],
    ['status ~ /^(o|e)/', [9, 11]],
    ['status !~ /^o/', [9]],
    ['has("closed")', [9, 11]],
    ['has("nothing")', []],
    ['length = 3 and type = "string"', [23, 29]],
    ['length = 5 and class = Array', [5]],
    ['type in (hidden, number)', [13, 15, 19]],
    ['heldby(Array) and not type in (array)', [9, 11]],
    ['holds(Session)', [5, 7]],
    ['reaches(Session) and class in (App, Array)', [3, 5]],
    ['reaches(Weakly)', []],
    ['dominatedby(App) and type = object', [5, 9, 11]],
    ['retained >= 200b and Session', [11]],
    ['shallow > 150 and Session', [11]],
    ['retainers = 2 and Session', [9]],
    ['edges = 3 and Session', [9]],
    ['detached', [31]],
    ['"Detached Socket"', [31]],
    ['root', [1, 3]],
    ['distance = 1', [3]],
    ['name = "open" or name = "pen"', [29]],
    ['not (Session or type != object)', [3, 5, 33]],
  ])('%s: %j', (query, expected) => {
    expect(ids(query)).toEqual(expected);
  });

  test('set("a.ids") and not set("b.ids")', () => {
    const files: Record<string, number[]> = { 'a.ids': [9, 11, 99], 'b.ids': [11] };
    expect(ids('set("a.ids") and not set("b.ids")', { idsOf: (file) => files[file]! })).toEqual([9]);
  });

  test('new and died need the other snapshot', async () => {
    expect(() => ids('Session and new')).toThrow(/compares two snapshots/);
    const other = await loadSnapshot(
      snapshotBytes({ root: { id: 1, edges: ['a'] }, a: { id: 9, name: 'Session' } }),
    );
    expect(ids('Session and new', { before: other })).toEqual([11]);
    expect(ids('Session and died', { after: other })).toEqual([11]);
  });

  test('a type that there is not', () => {
    expect(() => ids('type = objekt')).toThrow(/no type "objekt"/);
  });

  test('dominators only where a node is left that needs them', async () => {
    const again = await loadSnapshot(snapshotBytes({ root: ['a'], a: ['b'] }));
    found('retained > 1mb and class = Nothing', { graph: again });
    expect(dominatorTree.known(again)).toBeUndefined();
    found('retained > 1 and class = a', { graph: again });
    expect(dominatorTree.known(again)).toBeDefined();
  });
});

/** Each condition by its definition, for one node. */
function naive(graph: Graph, query: string): number[] {
  const { types, targets } = edgesOf(graph);
  const nodes = [...Array(graph.nodeCount).keys()];
  const strong = (from: number): number[] => {
    const list: number[] = [];
    for (let edge = graph.firstEdge[from]!; edge < graph.firstEdge[from + 1]!; edge++)
      if (types[edge] !== EDGE.weak) list.push(targets[edge]!);
    return list;
  };
  const [, relation, name] = /^(\w+)\((.*)\)$/.exec(query)!;
  const isOne = (node: number): boolean => className(graph, node) === name;
  const roles = nodeRoles(graph);
  /** Nodes that references lead to from a node, through nodes that are passed. */
  const from = (start: number, passes: (node: number) => boolean): Set<number> => {
    const seen = new Set<number>();
    const work = [start];
    while (work.length > 0)
      for (const target of strong(work.pop()!)) {
        if (seen.has(target)) continue;
        seen.add(target);
        if (passes(target)) work.push(target);
      }
    return seen;
  };
  const passesWays = (node: number): boolean => roles[node] === WAY && !isOne(node);
  switch (relation) {
    case 'reaches':
      return nodes.filter((node) => [...from(node, () => true)].some(isOne));
    case 'holds':
      return nodes.filter((node) => [...from(node, passesWays)].some(isOne));
    case 'heldby':
      return nodes.filter((node) => nodes.some((other) => isOne(other) && from(other, passesWays).has(node)));
    default: {
      const { dominators } = dominatorTree(graph);
      return nodes.filter((node) => {
        for (let at = node; dominators[at] !== at; ) {
          at = dominators[at]!;
          if (isOne(at)) return true;
        }
        return false;
      });
    }
  }
}

test.each(['reaches', 'holds', 'heldby', 'dominatedby'])(
  '%s, on random graphs, against its definition',
  async (relation) => {
    for (let seed = 0; seed < 150; seed++) {
      const graph = await loadSnapshot(snapshotBytes(randomGraph(seed)));
      const query = `${relation}(n${seed % 8})`;
      expect(found(query, { graph }), `${query}, seed ${seed}`).toEqual(naive(graph, query));
    }
  },
);

test('and, or, not are set algebra, whatever is looked at first', async () => {
  const atoms = [
    'type = object',
    'edges > 2',
    'retained > 100',
    'shallow < 50',
    'reaches(n3)',
    '/n[1-5]/',
    'distance < 3',
    'has("e1")',
  ];
  for (let seed = 0; seed < 100; seed++) {
    const graph = await loadSnapshot(snapshotBytes(randomGraph(seed)));
    const next = random(seed);
    const atom = (): string => atoms[Math.floor(next() * atoms.length)]!;
    const [a, b, c] = [atom(), atom(), atom()];
    const sets = [a, b, c].map((query) => new Set(found(query, { graph })));
    const all = [...Array(graph.nodeCount).keys()];
    const is = (i: number, node: number): boolean => sets[i]!.has(node);
    expect(found(`${a} and ${b} or not ${c}`, { graph })).toEqual(
      all.filter((node) => (is(0, node) && is(1, node)) || !is(2, node)),
    );
    expect(found(`not (${a} or ${b}) and ${c}`, { graph })).toEqual(
      all.filter((node) => !(is(0, node) || is(1, node)) && is(2, node)),
    );
  }
});

test('a real snapshot: shares of the heap, scripts, packages, origins', async () => {
  const graph = await fixtureGraph('node22-after', { locations: true });
  const count = (query: string): number => found(query, { graph }).length;
  expect(count('OBJ')).toBe(100);
  expect(count('OBJ and script ~ /leak\\.cjs$/')).toBe(100);
  expect(count('OBJ and origin = program')).toBe(100);
  expect(count('type = closure and origin = node')).toBeGreaterThan(1000);
  expect(count('origin = program') + count('origin = node') + count('origin = v8')).toBe(graph.nodeCount);
  const sizes = retainedSizes(graph);
  let total = 0;
  for (const size of graph.selfSizes) total += size;
  expect(found('retained > 50%', { graph })).toEqual(
    [...sizes.keys()].filter((node) => sizes[node]! > total / 2),
  );
});
