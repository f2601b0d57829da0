/** What is known of each node of a chain that was found for another reason than a dead object. */
import type { Graph } from '../../graph/graph.js';
import { className } from '../../v8/class-names.js';
import { foldedSteps } from '../expressions/expression.js';
import type { Chain } from '../holders/chains.js';
import { deadChain, type Verdict } from './dead-chain.js';
import { stepToJudge } from './hand-verdicts.js';
import type { ObjectStates } from './object-states.js';

export interface NodeVerdict {
  readonly verdict: Verdict;
  /** Why, in words; empty where nothing is known. */
  readonly reason: string;
  /** Whether the reference that led to the node is under suspicion. */
  readonly suspect: boolean;
}

export interface ChainVerdicts {
  /** By place in the chain. */
  readonly nodes: readonly NodeVerdict[];
  /** Ordinal of the node whose verdict narrows the suspects most; undefined where none does. */
  readonly ask: number | undefined;
}

/**
 * A verdict for each node.
 *
 * - Out: what leads to an object in use is in use. Suspects are there only where the last object is
 *   dead, by its own state or by hand. Nodes that an expression does not name are unknown.
 * - Empty: for the empty chain.
 * - Cost: that of `deadChain`.
 */
export function chainVerdicts(graph: Graph, chain: Chain, states: ObjectStates): ChainVerdicts {
  const { nodes } = chain;
  if (nodes.length === 0) return { nodes: [], ask: undefined };
  const { steps } = deadChain(graph, chain, states);
  const places = foldedSteps(graph, chain).map(({ at }) => at);
  const last = steps.at(-1)!.verdict;
  const lastAlive = steps.findLastIndex(({ verdict }) => verdict === 'alive');
  const reach = lastAlive < 0 ? -1 : places[lastAlive]!;
  const found = nodes.map(
    (_, place): NodeVerdict =>
      place < reach
        ? { verdict: 'alive', reason: leadsTo(graph, nodes[reach]!), suspect: false }
        : { verdict: 'unknown', reason: '', suspect: last === 'dead' && place > reach },
  );
  steps.forEach(({ verdict, reason }, i) => {
    const place = places[i]!;
    if (verdict !== 'unknown' || place > reach) found[place] = { ...found[place]!, verdict, reason };
  });
  // The first node is led to by nothing.
  found[0] = { ...found[0]!, suspect: false };
  return { nodes: found, ask: last === 'dead' ? stepToJudge(steps)?.node : undefined };
}

function leadsTo(graph: Graph, node: number): string {
  return `leads to ${className(graph, node)}, which is in use`;
}

/**
 * A verdict for each node of several chains: what is in use on one of them is in use, and what
 * leads to it is no suspect. Undefined for nodes on none of them.
 */
export function verdictsOnChains(
  chains: readonly Chain[],
  of: (chain: Chain) => ChainVerdicts,
): (node: number) => NodeVerdict | undefined {
  const found = new Map<number, NodeVerdict>();
  for (const chain of chains)
    of(chain).nodes.forEach((one, place) => {
      const node = chain.nodes[place]!;
      const known = found.get(node);
      const said = known === undefined || RANKS[one.verdict] > RANKS[known.verdict] ? one : known;
      const suspect = said.verdict !== 'alive' && (one.suspect || known?.suspect === true);
      found.set(node, { ...said, suspect });
    });
  return (node) => found.get(node);
}

/** Verdicts that say more than others. */
const RANKS: Readonly<Record<Verdict, number>> = { dead: 2, alive: 1, unknown: 0 };
