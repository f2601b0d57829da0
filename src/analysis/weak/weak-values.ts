/** What the entries of WeakMaps keep alive, and the keys that only values of WeakMaps keep. */
import { edgesOf, type Graph, sourceOf } from '../../graph/graph.js';
import { EDGE } from '../../graph/schema.js';
import { weakMapPairs } from '../../v8/weak-map-pairs.js';
import type { WeakEntry } from '../../v8/weak-objects.js';
import { ownReach } from '../garbage/own-reach.js';
import { type EdgeTest, keepsAlive } from '../sizes/essential-edges.js';
import { reachedFrom } from '../sizes/reached-from.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';

/** What the entries of one WeakMap, or of several that are counted together, keep. */
export interface ValuesKept {
  /** Nodes that only their keys keep alive, through these entries. */
  readonly count: number;
  /** Their shallow sizes together, in bytes. */
  readonly size: number;
  /**
   * Entries whose key only values of WeakMaps keep alive, the entry's own value among them:
   * something else holds that value.
   */
  readonly selfHeld: number;
}

/** What the entries of all groups keep. */
export interface WeakValues {
  readonly groups: readonly ValuesKept[];
  /** Entries that `selfHeld` did not look at: their searches would take too many steps. */
  readonly unknown: number;
}

/** Several groups lead to a node. */
const SEVERAL = 0xffffffff;

/**
 * What entries of WeakMaps keep alive, for groups of entries.
 *
 * - A node counts for a group when each way to it from the root passes an entry, and the last entry
 *   on each way is one of the group.
 * - Empty: a group without entries keeps nothing.
 * - Cost: three passes over nodes and edges, and the searches of `ownReach`; 13 bytes a node.
 */
export function weakValues(graph: Graph, groups: readonly (readonly WeakEntry[])[]): WeakValues {
  const labels = new Map<number, number>();
  groups.forEach((entries, i) => {
    for (const { edge } of entries) labels.set(edge, i + 1);
  });
  if (labels.size === 0)
    return { groups: groups.map(() => ({ count: 0, size: 0, selfHeld: 0 })), unknown: 0 };
  const keeps = keepsAlive(graph);
  const { types, names } = edgesOf(graph);
  const isPair = weakMapPairs(graph).isPair!;
  const isEntry = (edge: number): boolean =>
    types[edge] === EDGE.internal && isPair[names[edge]!] === 1 && labels.has(edge);
  const alive = reachedFrom(graph, keeps);
  const kept = keptByEntries(graph, { groupOf: labels, groupCount: groups.length }, alive, keeps, isEntry);
  const held = selfHeld(graph, groups, alive, keeps);
  return {
    groups: kept.map((each, i) => ({ ...each, selfHeld: held.counts[i]! })),
    unknown: held.unknown,
  };
}

/** By group what is alive, and is not reached without entries. */
function keptByEntries(
  graph: Graph,
  { groupOf, groupCount }: { readonly groupOf: ReadonlyMap<number, number>; readonly groupCount: number },
  alive: Uint8Array,
  keeps: EdgeTest,
  isEntry: (edge: number) => boolean,
): { readonly count: number; readonly size: number }[] {
  const { nodeCount, firstEdge } = graph;
  const { targets } = edgesOf(graph);
  const sizes = shallowSizes(graph);
  const without = reachedFrom(graph, (edge, source) => keeps(edge, source) && !isEntry(edge));
  /** By node the number of its group plus one. A node is met at most twice. */
  const labels = new Uint32Array(nodeCount);
  const work = new Uint32Array(2 * nodeCount);
  let waiting = 0;
  const mark = (node: number, label: number): void => {
    if (alive[node] === 0 || without[node] === 1) return;
    const known = labels[node]!;
    if (known === label || known === SEVERAL) return;
    labels[node] = known === 0 ? label : SEVERAL;
    work[waiting++] = node;
  };
  for (const [edge, label] of groupOf) {
    if (alive[sourceOf(graph, edge)] === 1) mark(targets[edge]!, label);
    while (waiting > 0) {
      const node = work[--waiting]!;
      const own = labels[node]!;
      for (let at = firstEdge[node]!, end = firstEdge[node + 1]!; at < end; at++)
        if (keeps(at, node) && !isEntry(at)) mark(targets[at]!, own);
    }
  }
  const found = Array.from({ length: groupCount }, () => ({ count: 0, size: 0 }));
  for (let node = 0; node < nodeCount; node++) {
    const label = labels[node]!;
    if (label === 0 || label === SEVERAL) continue;
    found[label - 1]!.count++;
    found[label - 1]!.size += sizes[node]!;
  }
  return found;
}

/** By group the entries whose key only values keep, the own one among them. */
function selfHeld(
  graph: Graph,
  groups: readonly (readonly WeakEntry[])[],
  alive: Uint8Array,
  keeps: EdgeTest,
): { readonly counts: readonly number[]; readonly unknown: number } {
  const values = new Uint8Array(graph.nodeCount);
  for (const entries of groups) for (const { value } of entries) values[value] = 1;
  const around = reachedFrom(graph, keeps, values);
  const of: number[] = [];
  const pairs = groups.flatMap((entries, i) =>
    entries
      .filter(({ key }) => alive[key] === 1 && around[key] === 0)
      .map(({ key, value }) => {
        of.push(i);
        return { from: value, to: key };
      }),
  );
  const { joined, unknown } = ownReach(
    graph,
    pairs,
    (node) => alive[node] === 1 && around[node] === 0,
    keeps,
  );
  const counts = groups.map(() => 0);
  joined.forEach((is, i) => {
    counts[of[i]!]! += is;
  });
  return { counts, unknown };
}
