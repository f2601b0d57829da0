/** What the members of a finding keep together. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { dominatorTree } from '../sizes/dominators.js';
import { essentialEdges } from '../sizes/essential-edges.js';
import { type RetainedSet, retainedSets } from '../sizes/retained-set.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import type { Finding } from './finding.js';

const INSIDE = 1;
const MEMBER = 2;
const ALIVE = 3;

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
  const found = findings.map((finding) => keptInside(graph, finding));
  const whole = findings.filter((_, i) => found[i] === undefined);
  const sets = retainedSets(graph, whole.map(allMembers));
  return found.map((set) => set ?? sets.shift()!);
}

function allMembers({ members, beside = [] }: Finding): readonly number[] {
  return beside.length === 0 ? members : [...members, ...beside];
}

/** Undefined where the holder does not dominate all members. */
function keptInside(graph: Graph, finding: Finding): RetainedSet | undefined {
  const { holder } = finding;
  const members = allMembers(finding);
  const isApart = members.length === 1 ? members[0] !== holder : members.includes(holder);
  if (isApart || holder === graph.root) return undefined;
  const state = insideOf(graph, holder);
  if (members.length === 1) return collected(graph, state);
  if (members.some((node) => state[node] !== INSIDE)) return undefined;
  const { firstEdge } = graph;
  const { targets } = edgesOf(graph);
  const essential = essentialEdges(graph);
  for (const node of members) state[node] = MEMBER;
  state[holder] = ALIVE;
  const work = [holder];
  for (let node = work.pop(); node !== undefined; node = work.pop()) {
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (essential[edge] === 0 || state[target] !== INSIDE) continue;
      state[target] = ALIVE;
      work.push(target);
    }
  }
  return collected(graph, state);
}

/** By node INSIDE for a holder and what it dominates. */
function insideOf(graph: Graph, holder: number): Uint8Array {
  const { dominators, order } = dominatorTree(graph);
  const state = new Uint8Array(graph.nodeCount);
  state[holder] = INSIDE;
  // A dominator comes before what it dominates.
  for (let i = 0; i < order.length; i++) {
    const node = order[i]!;
    if (state[dominators[node]!] === INSIDE) state[node] = INSIDE;
  }
  return state;
}

/** What is inside and not alive. */
function collected(graph: Graph, state: Uint8Array): RetainedSet {
  const sizes = shallowSizes(graph);
  let count = 0;
  let size = 0;
  for (let node = 0; node < state.length; node++) {
    if (state[node] !== INSIDE && state[node] !== MEMBER) continue;
    count++;
    size += sizes[node]!;
  }
  const nodes = new Uint32Array(count);
  for (let node = 0, at = 0; at < count; node++)
    if (state[node] === INSIDE || state[node] === MEMBER) nodes[at++] = node;
  return { nodes, size };
}
