import { describe, expect, test } from 'vitest';
import { chainVerdicts, verdictsOnChains } from '../../../src/analysis/dead/chain-verdicts.js';
import { ALIVE, DEAD, type ObjectStates } from '../../../src/analysis/dead/object-states.js';
import type { Chain } from '../../../src/analysis/holders/chains.js';
import { chainsSubgraph } from '../../../src/analysis/pictures/chain-pictures.js';
import { edgesOf } from '../../../src/graph/graph.js';
import { idIndex } from '../../../src/graph/ids.js';
import { graphOf } from '../../support/builder.js';

const graph = await graphOf({
  root: { id: 1, edges: ['holder'] },
  holder: { id: 3, edges: ['pool', 'cache'] },
  pool: { id: 5, edges: ['list'] },
  list: { id: 7, edges: ['old', 'new'] },
  cache: { id: 9, edges: ['list'] },
  old: { id: 11 },
  new: { id: 13 },
});
const nodeOf = (id: number): number => idIndex(graph).nodeOf(id);

function chainOf(...ids: number[]): Chain {
  const nodes = ids.map(nodeOf);
  const edges = nodes.slice(1).map((to, i) => {
    for (let edge = graph.firstEdge[nodes[i]!]!; ; edge++)
      if (edgesOf(graph).targets[edge] === to) return edge;
  });
  return { nodes, edges };
}

function states(said: Readonly<Record<number, number>>): ObjectStates {
  const verdicts = new Uint8Array(graph.nodeCount);
  for (const [id, verdict] of Object.entries(said)) verdicts[nodeOf(Number(id))] = verdict;
  const dead = Uint32Array.from(verdicts.keys()).filter((node) => verdicts[node] === DEAD);
  return { verdicts, dead, asked: dead.length, ruleOf: () => undefined };
}

const POOL = chainOf(1, 3, 5, 7, 11);
const CACHE = chainOf(1, 3, 9, 7, 11);

/** `alive`, `unknown~`: the verdict, and whether it is a suspect. */
const words = (chain: Chain, said: Readonly<Record<number, number>>): string[] =>
  chainVerdicts(graph, chain, states(said)).nodes.map(
    ({ verdict, suspect }) => `${verdict}${suspect ? '~' : ''}`,
  );

describe('chainVerdicts', () => {
  test('suspects are between the last object in use and the dead end', () => {
    expect(words(POOL, { 5: ALIVE, 11: DEAD })).toEqual(['alive', 'alive', 'alive', 'unknown~', 'dead~']);
    expect(chainVerdicts(graph, POOL, states({ 5: ALIVE, 11: DEAD })).ask).toBe(nodeOf(7));
  });

  test('an end that nothing is known of makes no suspects, and asks nothing', () => {
    const said = states({ 5: ALIVE });
    expect(chainVerdicts(graph, POOL, said).nodes.map(({ suspect }) => suspect)).not.toContain(true);
    expect(chainVerdicts(graph, POOL, said).ask).toBeUndefined();
  });

  test('what leads to an end in use is in use', () => {
    const { nodes } = chainVerdicts(graph, POOL, states({ 11: ALIVE }));
    expect(nodes.map(({ verdict }) => verdict)).toEqual(['alive', 'alive', 'alive', 'alive', 'alive']);
    expect(nodes[2]!.reason).toBe('leads to old, which is in use');
  });

  test('of one reference nothing is left to ask', () => {
    expect(chainVerdicts(graph, POOL, states({ 7: ALIVE, 11: DEAD })).ask).toBeUndefined();
  });

  test('the empty chain', () => {
    expect(chainVerdicts(graph, { nodes: [], edges: [] }, states({}))).toEqual({ nodes: [], ask: undefined });
  });
});

test('of several chains: what one says to be in use is in use', () => {
  const said = states({ 5: ALIVE, 11: DEAD });
  const of = verdictsOnChains([POOL, CACHE], (chain) => chainVerdicts(graph, chain, said));
  expect([5, 9, 7, 11].map((id) => of(nodeOf(id)))).toMatchObject([
    { verdict: 'alive', suspect: false },
    { verdict: 'unknown', suspect: true },
    { verdict: 'unknown', suspect: true },
    { verdict: 'dead', suspect: true },
  ]);
  expect(of(nodeOf(13))).toBeUndefined();
});

test('a picture of chains with verdicts', () => {
  const said = states({ 5: ALIVE, 11: DEAD });
  const verdictOf = verdictsOnChains([POOL], (chain) => chainVerdicts(graph, chain, said));
  const { nodes, edges } = chainsSubgraph(graph, [POOL], { verdictOf });
  expect(nodes.map(({ id, verdict }) => [id, verdict])).toContainEqual([7, 'unknown']);
  expect(edges.filter(({ suspect }) => suspect).map(({ from, to }) => [from, to])).toEqual(
    expect.arrayContaining([
      [5, 7],
      [7, 11],
    ]),
  );
  expect(chainsSubgraph(graph, [POOL]).nodes.every((node) => !('verdict' in node))).toBe(true);
});
