/**
 * A picture against an earlier snapshot of the same process: what is new, what survived, what died.
 */

import type { Subgraph, SubgraphCut, SubgraphNode } from '../../base/subgraph.js';
import type { Graph } from '../../graph/graph.js';
import { idIndex } from '../../graph/ids.js';
import { drawnEdges } from './arrows.js';
import { describer, rootsOf } from './box-description.js';
import { type Box, type Coarseness, grouped, type PictureOptions } from './boxes.js';
import { type Link, linksOf } from './links.js';

/**
 * Says of a node of the later graph whether the earlier one has an object with its id; of every
 * node nothing without one.
 */
export function changeOf(
  graph: Graph,
  { since }: PictureOptions,
): (node: number) => 'new' | 'survived' | undefined {
  if (!since) return () => undefined;
  const earlier = idIndex(since.graph);
  return (node) => (earlier.nodeOf(graph.ids[node]!) < 0 ? 'new' : 'survived');
}

/** How neighbours are looked for; the same as in the picture of the later graph. */
export interface DeadOptions extends PictureOptions {
  readonly direction: 'back' | 'forward';
  readonly tooMany: number;
  readonly weak: boolean;
  readonly internals: boolean;
  readonly merge: boolean;
  readonly coarse: Coarseness;
}

/**
 * Neighbours that survivors had in the earlier snapshot and that are not in the later one.
 *
 * - Out: at most `tooMany` boxes a survivor, which are not followed. A neighbour of several is
 *   shown once, with all its references.
 * - Empty: without an earlier snapshot.
 * - Cost: the reverse edges of the earlier graph (for back references), and the edges of those
 *   neighbours.
 */
export function deadNeighbours(
  graph: Graph,
  boxes: readonly Box[],
  options: DeadOptions,
): Pick<Subgraph, 'nodes' | 'edges' | 'cut'> {
  const { since, direction, tooMany, weak, internals, merge, coarse } = options;
  if (!since) return { nodes: [], edges: [], cut: [] };
  const earlier = since.graph;
  const rootName = rootsOf(earlier, since);
  const isRoot = (node: number): boolean => rootName(node) !== undefined;
  const links = linksOf(earlier, { weak, internals, isRoot, ignoreEdge: since.ignoreEdge });
  const { nodeOf: nodeBefore } = idIndex(earlier);
  const { nodeOf: nodeNow } = idIndex(graph);
  const single = (node: number): boolean => !merge || isRoot(node) || since.highlight?.(node) === true;

  const boxOf = new Map<number, Box>();
  const survivors: Box[] = [];
  for (const { nodes, depth } of boxes) {
    const known = nodes.map((node) => nodeBefore(graph.ids[node]!));
    if (known.some((node) => node < 0)) continue;
    const box = { nodes: known, depth };
    survivors.push(box);
    for (const node of known) boxOf.set(node, box);
  }
  const dead: Box[] = [];
  const found: Link[] = [];
  const left: { readonly box: Box; readonly nodes: readonly number[] }[] = [];
  for (const box of survivors) {
    const kinds = new Map<number, Set<string>>();
    for (const link of direction === 'back' ? links.referrers(box.nodes) : links.references(box.nodes)) {
      const node = direction === 'back' ? link.source : link.target;
      if (nodeNow(earlier.ids[node]!) >= 0 || since.ignoreNode?.(node)) continue;
      if (since.filter && !since.filter(node)) continue;
      found.push(link);
      kinds.set(node, (kinds.get(node) ?? new Set()).add(link.kind));
    }
    const fresh = [...kinds.keys()].filter((node) => !boxOf.has(node));
    let count = new Set([...kinds.keys()].map((node) => boxOf.get(node)).filter((shown) => shown)).size;
    const skipped: number[] = [];
    const held = (node: number): string => (coarse.byHolders ? [...kinds.get(node)!].sort().join('\n') : '');
    for (const nodes of grouped(earlier, fresh, held, single, coarse)) {
      if (count++ >= tooMany) {
        for (const node of nodes) skipped.push(node);
        continue;
      }
      const shown = { nodes, depth: box.depth + 1 };
      dead.push(shown);
      for (const node of nodes) boxOf.set(node, shown);
    }
    if (skipped.length > 0) left.push({ box, nodes: skipped });
  }
  const cut: SubgraphCut[] = [];
  for (const { box, nodes } of left) {
    const count = nodes.filter((node) => !boxOf.has(node)).length;
    const at = earlier.ids[box.nodes[0]!]!;
    if (count > 0) cut.push({ at, count, direction, depth: box.depth + 1, change: 'died' });
  }
  const describe = describer(earlier, { ...since, since: undefined }, rootName);
  const nodes = dead.map((box): SubgraphNode => ({ ...describe(box), change: 'died' }));
  return { nodes, edges: drawnEdges(earlier, found, boxOf, coarse), cut };
}

/** What a box says about its nodes, which are all alike in this. */
export function changeField(
  graph: Graph,
  options: PictureOptions,
): (node: number) => Pick<SubgraphNode, 'change'> {
  const change = changeOf(graph, options);
  return (node) => {
    const known = change(node);
    return known === undefined ? {} : { change: known };
  };
}
