/** What would be freed if references were weak. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { isStack } from '../../v8/roots.js';
import { NONE, referencesOf } from '../cuts/references.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import { type ReferencePart, weakReferences } from './weak-references.js';

/** What would be freed. */
export interface IfWeak {
  /** References that were taken for weak, and objects that have them. */
  readonly references: number;
  readonly holders: number;
  /** Ordinals, ascending. */
  readonly nodes: Uint32Array;
  /** Shallow sizes together, in bytes. */
  readonly size: number;
}

/**
 * What the root reaches as it is, and not with the references weak. As in a cut, what only the
 * stack holds counts as free: it goes when its functions return.
 *
 * - In: by node 1 for the objects, and which of their references.
 * - Keys of Maps: a value is reached when its table and its key are.
 * - Empty: objects without such references: nothing is freed.
 * - Cost: that of `referencesOf`, and two passes over nodes and edges; 7 bytes a node, 2 an edge.
 */
export function ifWeak(graph: Graph, mask: Uint8Array, part: ReferencePart): IfWeak {
  const { nodeCount } = graph;
  const { edges, count, holders, ephemerons } = weakReferences(graph, mask, part);
  const before = reached(graph, undefined, []);
  const after = reached(graph, edges, ephemerons);
  const sizes = shallowSizes(graph);
  let freed = 0;
  let size = 0;
  for (let node = 0; node < nodeCount; node++)
    if (before[node] === 1 && after[node] === 0) {
      freed++;
      size += sizes[node]!;
    }
  const nodes = new Uint32Array(freed);
  let at = 0;
  for (let node = 0; node < nodeCount; node++)
    if (before[node] === 1 && after[node] === 0) nodes[at++] = node;
  return { references: count, holders, nodes, size };
}

function reached(
  graph: Graph,
  weak: Uint8Array | undefined,
  ephemerons: readonly { readonly table: number; readonly key: number; readonly value: number }[],
): Uint8Array {
  const { nodeCount, firstEdge, root } = graph;
  const { targets } = edgesOf(graph);
  const { kinds } = referencesOf(graph);
  const onStack = isStack(graph);
  const seen = new Uint8Array(nodeCount);
  if (nodeCount === 0) return seen;
  const waitingFor = byNode(ephemerons);
  const work = new Uint32Array(nodeCount);
  let waiting = 1;
  seen[root] = 1;
  work[0] = root;
  const visit = (target: number): void => {
    if (seen[target] === 1) return;
    seen[target] = 1;
    work[waiting++] = target;
  };
  while (waiting > 0) {
    const node = work[--waiting]!;
    if (onStack(node)) continue;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++)
      if (kinds[edge] !== NONE && weak?.[edge] !== 1) visit(targets[edge]!);
    for (const i of waitingFor?.get(node) ?? []) {
      const { table, key, value } = ephemerons[i]!;
      if (seen[table] === 1 && seen[key] === 1) visit(value);
    }
  }
  return seen;
}

/** Entries by their table and by their key: each is tried when one of the two is reached. */
function byNode(
  ephemerons: readonly { readonly table: number; readonly key: number }[],
): ReadonlyMap<number, readonly number[]> | undefined {
  if (ephemerons.length === 0) return undefined;
  const found = new Map<number, number[]>();
  const add = (node: number, i: number): void => {
    const known = found.get(node);
    if (known) known.push(i);
    else found.set(node, [i]);
  };
  ephemerons.forEach(({ table, key }, i) => {
    add(table, i);
    if (key !== table) add(key, i);
  });
  return found;
}
