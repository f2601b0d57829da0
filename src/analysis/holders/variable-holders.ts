/**
 * Chains from handles of native code that lead through a variable of the program where there is
 * one.
 */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE } from '../../graph/schema.js';
import { isContext } from '../../v8/names.js';
import { scriptOrigin } from '../../v8/origin.js';
import { fileOfScope } from '../../v8/scopes.js';
import type { EdgeTest } from '../sizes/essential-edges.js';

/** The forest of `holderChains` while it grows. */
interface Forest {
  readonly parents: Uint32Array;
  readonly edges: Uint32Array;
  readonly depths: Uint32Array;
}

/** References of a chain that are looked at to see whether an object holds its own scope. */
const FARTHEST = 1000;

/**
 * Hangs objects on variables: what a variable of the program's code holds as well, and no other
 * such variable leads to, gets the chain through it, unless the object itself is on the way to that
 * scope.
 *
 * - In: the nodes that were found from handles, each after its parent; those found that were not
 *   gone through; edges that count as references.
 * - Out: changed `parents`, `edges` and `depths` of these nodes.
 * - Ties: of several variables the one nearest to its root, then the first found.
 * - Cost: the edges of the scopes among the nodes, a chain of at most 1000 references for each
 *   object that is hung; 8 bytes a node of the graph where there is a scope among them.
 */
export function preferVariables(
  graph: Graph,
  { parents, edges, depths }: Forest,
  found: Uint32Array,
  beside: Uint32Array,
  keeps: EdgeTest,
): void {
  const { nodeCount, firstEdge } = graph;
  const { types, targets } = edgesOf(graph);
  const isScope = isContext(graph);
  if (!found.some((node) => isScope(node))) return;
  const FOUND = 1;
  const UNDER_VARIABLE = 2;
  const marks = new Uint8Array(nodeCount);
  for (const node of found) marks[node] = FOUND;
  /** By object: the scope whose variable holds it. */
  const scopes = new Map<number, { readonly scope: number; readonly edge: number }>();
  for (const scope of found) {
    if (!isScope(scope)) continue;
    let ofProgram: boolean | undefined;
    for (let edge = firstEdge[scope]!, end = firstEdge[scope + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (types[edge] !== EDGE.context || marks[target] !== FOUND || parents[target] === target) continue;
      if (scopes.has(target) || isScope(target) || !keeps(edge, scope)) continue;
      ofProgram ??= isOfProgram(graph, scope);
      if (!ofProgram) break;
      scopes.set(target, { scope, edge });
    }
  }
  if (scopes.size === 0) return;
  let changed = false;
  for (const node of found) {
    const parent = parents[node]!;
    if (marks[parent] === UNDER_VARIABLE) {
      marks[node] = UNDER_VARIABLE;
      continue;
    }
    const known = scopes.get(node);
    if (!known) continue;
    if (parent !== known.scope) {
      if (isAbove(parents, node, known.scope)) continue;
      parents[node] = known.scope;
      edges[node] = known.edge;
      changed = true;
    }
    marks[node] = UNDER_VARIABLE;
  }
  if (changed) countAgain(parents, depths, [found, beside]);
}

function isOfProgram(graph: Graph, scope: number): boolean {
  const file = fileOfScope(graph, scope);
  return scriptOrigin(file) === 'program';
}

/**
 * Whether a node is on the chain of another; also where that cannot be seen in so many references.
 */
function isAbove(parents: Uint32Array, node: number, other: number): boolean {
  let at = other;
  for (let steps = 0; steps < FARTHEST; steps++) {
    if (at === node) return true;
    const parent = parents[at]!;
    if (parent === at) return false;
    at = parent;
  }
  return true;
}

/** The depths of nodes with other parents. */
function countAgain(parents: Uint32Array, depths: Uint32Array, lists: readonly Uint32Array[]): void {
  const UNKNOWN = 0xffffffff;
  for (const nodes of lists) for (const node of nodes) if (parents[node] !== node) depths[node] = UNKNOWN;
  const way: number[] = [];
  for (const nodes of lists) {
    for (const node of nodes) {
      let at = node;
      while (depths[at] === UNKNOWN) {
        way.push(at);
        at = parents[at]!;
      }
      for (let depth = depths[at]! + 1; way.length > 0; depth++) depths[way.pop()!] = depth;
    }
  }
}
