/** The search that ends at dead objects, against its definition. */
import { describe, expect, test } from 'vitest';
import { deadChain } from '../../../src/analysis/dead/dead-chain.js';
import { deadObjects } from '../../../src/analysis/dead/dead-objects.js';
import type { DeadRule } from '../../../src/analysis/dead/dead-rule.js';
import { type ObjectStates, objectStates } from '../../../src/analysis/dead/object-states.js';
import { holderChain, UNHELD } from '../../../src/analysis/holders/holder-chains.js';
import { hasPage, keepsAlive } from '../../../src/analysis/sizes/essential-edges.js';
import { retainedSet } from '../../../src/analysis/sizes/retained-set.js';
import { shallowSizes } from '../../../src/analysis/sizes/shallow-sizes.js';
import { edgesOf, type Graph } from '../../../src/graph/graph.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { readyRules } from '../../../src/query/ready-rules.js';
import { isRoot } from '../../../src/v8/roots.js';
import { type GraphSpec, snapshotBytes } from '../../support/builder.js';
import { random, randomGraph } from '../../support/random-graph.js';

const load = (spec: GraphSpec): Promise<Graph> => loadSnapshot(snapshotBytes(spec));

const RULE: DeadRule = {
  class: ['Session'],
  dead: 'ended = true',
  alive: 'ended = false',
  why: 'ended',
  versions: '',
};
const TRUE = { type: 'hidden', name: 'true' };
const FALSE = { type: 'hidden', name: 'false' };

function statesOf(graph: Graph, rules: readonly DeadRule[] = [RULE]): ObjectStates {
  return objectStates(graph, readyRules(graph, rules));
}

/** Some nodes are dead, whatever they are. */
function marked(graph: Graph, isDead: (node: number) => boolean): ObjectStates {
  const verdicts = Uint8Array.from({ length: graph.nodeCount }, (_, node) => (isDead(node) ? 2 : 0));
  const dead = Uint32Array.from([...verdicts.keys()].filter((node) => verdicts[node] === 2));
  return { verdicts, dead, asked: dead.length, ruleOf: () => undefined };
}

describe('on random graphs', () => {
  test('found are the dead ones that some way around the others reaches, and nothing behind one', {
    tags: 'slow',
  }, async () => {
    let found = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const graph = await load(randomGraph(seed));
      const next = random(seed * 7);
      const picks = Array.from({ length: graph.nodeCount }, () => next() < 0.25);
      const root = isRoot(graph);
      const isDead = (node: number): boolean => picks[node]! && !root(node);
      const { groups, chains, inner } = deadObjects(graph, marked(graph, isDead));
      // By its definition: from the roots over edges that hold, and on from what is not dead.
      const keeps = keepsAlive(graph);
      const { targets } = edgesOf(graph);
      const reached = new Set<number>([...picks.keys()].filter((node) => root(node)));
      for (const node of reached) {
        if (isDead(node)) continue;
        for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++)
          if (keeps(edge, node)) reached.add(targets[edge]!);
      }
      const expected = [...reached].filter(isDead).sort((a, b) => a - b);
      const members = groups.flatMap((group) => group.members).sort((a, b) => a - b);
      expect(members, `seed ${seed}`).toEqual(expected);
      expect(inner).toBe([...picks.keys()].filter(isDead).length - expected.length);
      if (expected.length > 0)
        expect([...reached].sort((a, b) => a - b)).toEqual(
          [...picks.keys()].filter((node) => chains.parents[node] !== UNHELD),
        );
      for (const node of members) {
        const { nodes } = holderChain(graph, node, chains);
        expect(nodes.slice(0, -1).some(isDead)).toBe(false);
        expect(root(nodes[0]!)).toBe(true);
        found++;
      }
    }
    expect(found).toBeGreaterThan(150);
  });

  test('what a group retains is what `retainedSet` says of its members', { tags: 'slow' }, async () => {
    let compared = 0;
    let same = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const graph = await load(randomGraph(seed));
      const next = random(seed * 13);
      const root = isRoot(graph);
      const picks = Array.from({ length: graph.nodeCount }, () => next() < 0.2);
      const { groups, chains } = deadObjects(
        graph,
        marked(graph, (node) => picks[node]! && !root(node)),
      );
      const keeps = keepsAlive(graph);
      const { targets } = edgesOf(graph);
      for (const { members, retainedSize, below, holder } of groups) {
        // Reached from the roots around the members; synthetic roots, which nothing may lead to, among them.
        const reached = new Set<number>([...picks.keys()].filter((node) => root(node)));
        for (const node of reached) {
          if (members.includes(node)) continue;
          for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++)
            if (keeps(edge, node)) reached.add(targets[edge]!);
        }
        const lost = new Set<number>(members);
        for (const node of lost)
          for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++)
            if (keeps(edge, node) && !reached.has(targets[edge]!)) lost.add(targets[edge]!);
        const sizes = shallowSizes(graph);
        expect(retainedSize, `seed ${seed}`).toBe([...lost].reduce((sum, node) => sum + sizes[node]!, 0));
        // DevTools hangs nodes that nothing holds from the root: where all are held, it is the same set.
        const all = [...picks.keys()].every((node) => reached.has(node) || lost.has(node));
        if (!hasPage(graph) && all) {
          const whole = retainedSet(graph, members);
          if (whole.nodes.length === lost.size) {
            expect(whole.size).toBe(retainedSize);
            same++;
          }
        }
        const deadBelow = [...lost].filter((node) => picks[node] && !root(node) && !members.includes(node));
        expect(below.reduce((sum, { count }) => sum + count, 0)).toBe(deadBelow.length);
        for (const member of members.slice(0, 1))
          expect(holderChain(graph, member, chains).nodes.slice(0, -1)).toContain(holder);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(100);
    expect(same).toBeGreaterThan(5);
  });
});

describe('groups', () => {
  const session = (state: 'yes' | 'no', name = 'Session') => ({
    name,
    edges: [['property', 'ended', state] as const],
  });

  test('a dead one behind a dead one is counted below it; prototypes and what is in use are none', async () => {
    const graph = await load({
      root: ['globals'],
      globals: { name: 'Window / x', edges: [['property', 'list', 'list']] },
      list: { name: 'Array', edges: [0, 1, 2, 3].map((i) => ['element', i, `s${i}`] as const) },
      s0: {
        name: 'Session',
        edges: [
          ['property', 'ended', 'yes'],
          ['property', 'next', 'inner'],
        ],
      },
      s1: session('yes'),
      s2: session('no'),
      s3: {
        name: 'Session',
        edges: [
          ['property', 'ended', 'yes'],
          ['property', 'constructor', 'list'],
        ],
      },
      inner: session('yes'),
      yes: TRUE,
      no: FALSE,
    });
    const states = statesOf(graph);
    const { groups, inner } = deadObjects(graph, states);
    expect(groups).toHaveLength(1);
    expect(groups[0]).toMatchObject({ type: 'Session', below: [{ type: 'Session', count: 1 }] });
    expect(groups[0]!.members.map((node) => graph.ids[node])).toEqual([7, 9]);
    expect(inner).toBe(1);
    expect(states.asked).toBe(4);
  });

  test('what hangs on two groups is retained by neither', async () => {
    const graph = await load({
      root: ['globals'],
      globals: {
        name: 'Window / x',
        edges: [
          ['property', 'a', 'a'],
          ['property', 'b', 'b'],
        ],
      },
      a: {
        name: 'Session',
        size: 10,
        edges: [
          ['property', 'ended', 'yes'],
          ['property', 'x', 'shared'],
          ['property', 'own', 'own'],
        ],
      },
      b: {
        name: 'Session',
        size: 20,
        edges: [
          ['property', 'ended', 'yes'],
          ['property', 'x', 'shared'],
        ],
      },
      shared: { size: 1000 },
      own: { size: 100 },
      yes: { ...TRUE, size: 0 },
    });
    const { groups } = deadObjects(graph, statesOf(graph));
    expect(groups.map(({ path, retainedSize }) => [path.replace(/.* /, ''), retainedSize])).toEqual([
      ['.a', 110],
      ['.b', 20],
    ]);
  });

  test('weak references and expected holders lead to nothing', async () => {
    const graph = await load({
      root: ['globals'],
      globals: {
        name: 'Window / x',
        edges: [
          ['property', 'pool', 'pool'],
          ['weak', 'w', 'weak'],
        ],
      },
      pool: {
        name: 'Pool',
        edges: [
          ['property', 'last', 'kept'],
          ['property', 'other', 'held'],
        ],
      },
      kept: session('yes'),
      held: session('yes'),
      weak: session('yes'),
      yes: TRUE,
    });
    const states = statesOf(graph);
    const found = deadObjects(graph, states, [{ class: 'Pool', edge: 'last', why: 'a pool' }]);
    expect(found.groups.map(({ path }) => path)).toEqual([expect.stringContaining('.other')]);
    expect(found.inner).toBe(2);
    expect(deadObjects(graph, states).groups).toHaveLength(2);
  });
});

describe('chains', () => {
  test('what leads to an object in use is in use; the references behind it are suspects', async () => {
    const graph = await load({
      root: ['globals'],
      globals: { name: 'Window / x', edges: [['property', 'server', 'server']] },
      server: { name: 'Holder', edges: [['property', 'user', 'user']] },
      user: {
        name: 'Session',
        edges: [
          ['property', 'ended', 'no'],
          ['property', 'old', 'old'],
        ],
      },
      old: { name: 'Old', edges: [['property', 'last', 'dead']] },
      dead: { name: 'Session', edges: [['property', 'ended', 'yes']] },
      yes: TRUE,
      no: FALSE,
    });
    const states = statesOf(graph);
    const { groups, chains } = deadObjects(graph, states);
    const { steps, links } = deadChain(graph, holderChain(graph, groups[0]!.example, chains), states);
    expect(steps.map(({ type, verdict, suspect }) => [type.replace(/ .*/, ''), verdict, suspect])).toEqual([
      [expect.anything(), 'alive', false],
      ['Holder', 'alive', false],
      ['Session', 'alive', false],
      ['Old', 'unknown', true],
      ['Session', 'dead', true],
    ]);
    expect(steps.map(({ reason }) => reason).slice(1)).toEqual([
      'leads to Session, which is in use',
      'ended is false',
      '',
      'ended is true',
    ]);
    expect(links).toEqual([
      { holder: 'Session', reference: 'old' },
      { holder: 'Old', reference: 'last' },
    ]);
  });
});

describe('held in good order', () => {
  const property = (name: string, target: string) => ['property', name, target] as const;
  const cell = (value: string) => ({
    type: 'hidden',
    name: 'system / WeakCell',
    edges: [['hidden', 2, value] as const],
  });
  const session = { name: 'Session', edges: [property('ended', 'yes')] };

  test('by values of a FinalizationRegistry alone: none; by something else as well, however far: one', async () => {
    const graph = await load({
      root: ['globals'],
      globals: { name: 'Window / x', edges: [property('registry', 'registry'), property('a', 'a')] },
      registry: {
        name: 'FinalizationRegistry',
        edges: [
          ['internal', 'active_cells', 'cell1'],
          ['internal', 'cell2', 'cell2'],
          ['internal', 'cell3', 'cell3'],
        ],
      },
      cell1: cell('alone'),
      cell2: cell('both'),
      cell3: cell('box'),
      a: ['b'],
      b: ['c'],
      c: ['d'],
      d: ['both'],
      box: ['boxed'],
      alone: session,
      both: session,
      boxed: session,
      yes: TRUE,
    });
    const { groups, settled } = deadObjects(graph, statesOf(graph));
    expect(groups.map(({ path, members }) => [path.replace(/^\S* /, ''), members.length])).toEqual([
      [expect.stringMatching(/→ d \.both$/), 1],
    ]);
    expect(settled).toBe(2);
  });

  test('a kind that is worth showing only where the program holds it', async () => {
    const rule: DeadRule = { ...RULE, onlyOfProgram: true };
    const spec = (holder: GraphSpec): GraphSpec => ({
      ...holder,
      session,
      yes: TRUE,
    });
    const native = await load(
      spec({
        root: ['handles'],
        handles: { type: 'synthetic', name: '(Global handles)', edges: ['session'] },
      }),
    );
    const found = deadObjects(native, statesOf(native, [rule]));
    expect([found.groups.length, found.settled]).toEqual([0, 1]);
    expect(deadObjects(native, statesOf(native)).groups).toHaveLength(1);
    const own = await load(spec({ root: ['globals'], globals: { name: 'Window / x', edges: ['session'] } }));
    expect(deadObjects(own, statesOf(own, [rule])).groups).toHaveLength(1);
  });

  test('small things whose objects a registry of the program has still to tell of', async () => {
    const rule: DeadRule = { ...RULE, onlyOfProgram: true };
    const gone = { type: 'hidden', name: 'system / WeakCell', edges: [['hidden', 0, 'registry'] as const] };
    const spec = (list: string[]): GraphSpec => ({
      root: ['globals'],
      globals: { name: 'Window / x', edges: ['registry', 'list'] },
      registry: {
        name: 'FinalizationRegistry',
        edges: [
          ['hidden', 4, 'cell1'],
          ['hidden', 5, 'cell2'],
        ],
      },
      cell1: gone,
      cell2: gone,
      list,
      ...Object.fromEntries(list.map((name) => [name, session])),
      yes: TRUE,
    });
    const two = await load(spec(['a', 'b']));
    expect(deadObjects(two, statesOf(two, [rule]))).toMatchObject({ groups: [], settled: 2 });
    const three = await load({
      ...spec(['a', 'b']),
      list: { name: 'Array', edges: ['a', 'b', 'c'].map((name, i) => ['element', i, name] as const) },
      a: session,
      b: session,
      c: session,
    });
    expect(deadObjects(three, statesOf(three, [rule])).groups.map(({ members }) => members.length)).toEqual([
      3,
    ]);
  });
});
