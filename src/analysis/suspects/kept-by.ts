/** What the members of a finding keep together. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { dominatorTree } from '../sizes/dominators.js';
import { essentialEdges } from '../sizes/essential-edges.js';
import { type RetainedSet, retainedSets } from '../sizes/retained-set.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import type { Finding } from './finding.js';

/** Holders that one pass takes: bits of a byte. */
const AT_ONCE = 8;

const MEMBER = 1;
const ALIVE = 2;

/**
 * The retained set of all members, as `retainedSet` has it.
 *
 * What one holder dominates is only reached through it. So where it dominates all members the
 * search goes from the holder, around the members, and never leaves what the holder dominates.
 *
 * - Cost: two passes over the nodes and a search of what the holder keeps beside the members; else
 *   that of `retainedSet`.
 */
export function keptBy(graph: Graph, finding: Finding): RetainedSet {
  return keptByEach(graph, [finding])[0]!;
}

/**
 * The same of several.
 *
 * - Order: as the findings.
 * - Cost: of those that need a search of the whole graph, that of `retainedSets` together.
 */
export function keptByEach(graph: Graph, findings: readonly Finding[]): RetainedSet[] {
  const found = new Map<Finding, RetainedSet>();
  for (let first = 0; first < findings.length; first += AT_ONCE) {
    const some = findings.slice(first, first + AT_ONCE);
    const holders = some.map(apartFrom);
    if (holders.every((holder) => holder === undefined)) continue;
    const inside = insideOf(graph, holders);
    for (const [i, finding] of some.entries()) {
      const set = keptInside(graph, finding, inside, 1 << i);
      if (set) found.set(finding, set);
    }
  }
  const others = findings.filter((finding) => !found.has(finding));
  const sets = retainedSets(graph, others.map(allMembers));
  return findings.map((finding) => found.get(finding) ?? sets[others.indexOf(finding)]!);
}

function allMembers({ members, beside = [] }: Finding): readonly number[] {
  return beside.length === 0 ? members : [...members, ...beside];
}

/** The holder, where it is none of the members, or the only one. */
function apartFrom(finding: Finding): number | undefined {
  const members = allMembers(finding);
  const { holder } = finding;
  return (members.length === 1 ? members[0] === holder : !members.includes(holder)) ? holder : undefined;
}

/** Undefined where the holder, which the bit is of, does not dominate all members. */
function keptInside(
  graph: Graph,
  finding: Finding,
  inside: Uint8Array,
  bit: number,
): RetainedSet | undefined {
  const { holder } = finding;
  const members = allMembers(finding);
  if (holder === graph.root || members.some((node) => (inside[node]! & bit) === 0)) return undefined;
  const state = new Uint8Array(graph.nodeCount);
  if (members.length === 1) return collected(graph, inside, bit, state);
  const { firstEdge } = graph;
  const { targets } = edgesOf(graph);
  const essential = essentialEdges(graph);
  for (const node of members) state[node] = MEMBER;
  state[holder] = ALIVE;
  const work = [holder];
  for (let node = work.pop(); node !== undefined; node = work.pop()) {
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (essential[edge] === 0 || state[target] !== 0 || (inside[target]! & bit) === 0) continue;
      state[target] = ALIVE;
      work.push(target);
    }
  }
  return collected(graph, inside, bit, state);
}

/** By node which of the holders, as bits, it is or is dominated by. */
function insideOf(graph: Graph, holders: readonly (number | undefined)[]): Uint8Array {
  const { dominators, order } = dominatorTree(graph);
  const inside = new Uint8Array(graph.nodeCount);
  holders.forEach((holder, i) => {
    if (holder !== undefined) inside[holder]! |= 1 << i;
  });
  // A dominator comes before what it dominates.
  for (let i = 0; i < order.length; i++) {
    const node = order[i]!;
    const above = inside[dominators[node]!]!;
    if (above !== 0) inside[node]! |= above;
  }
  return inside;
}

/** What is inside and not alive. */
function collected(graph: Graph, inside: Uint8Array, bit: number, state: Uint8Array): RetainedSet {
  const sizes = shallowSizes(graph);
  const isKept = (node: number): boolean => (inside[node]! & bit) !== 0 && state[node] !== ALIVE;
  let count = 0;
  let size = 0;
  for (let node = 0; node < state.length; node++) {
    if (!isKept(node)) continue;
    count++;
    size += sizes[node]!;
  }
  const nodes = new Uint32Array(count);
  for (let node = 0, at = 0; at < count; node++) if (isKept(node)) nodes[at++] = node;
  return { nodes, size };
}
