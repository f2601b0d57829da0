/**
 * The part of a graph that answers "who holds these?" or "what do these hold?", to be drawn.
 * objgraph's show_backrefs, show_refs and show_chain, with one addition: objects of a kind that are
 * held in the same way share a box, so that a hundred items of an array are one.
 *
 *   the graph                          its picture, of who refers to @1 … @100
 *
 *   root ─► cache ─► [0] @1            root ─► cache ─► 100 × Session
 *                    [1] @2
 *                    …                 depth 2    1         0
 *                    [99] @100
 */

import type { Subgraph, SubgraphCut } from '../../base/subgraph.js';
import type { Graph } from '../../graph/graph.js';
import { drawnEdges } from './arrows.js';
import { describer, rootsOf } from './box-description.js';
import {
  alike,
  apart,
  type Box,
  COARSENESS,
  coarseClass,
  grouped,
  heldBy,
  limitedRows,
  type PictureOptions,
} from './boxes.js';
import { changeField, changeOf, deadNeighbours } from './changes.js';
import { type Link, linksOf } from './links.js';

export { COARSEST, type PictureOptions } from './boxes.js';

export interface SubgraphOptions extends PictureOptions {
  /** Edges from an asked object at most. Default 3. */
  readonly maxDepth?: number;
  /** Neighbours of one box that are shown at most, boxes counted. Default 10. */
  readonly tooMany?: number;
  /** Nodes that are not shown, and not counted either. */
  readonly ignoreNode?: (node: number) => boolean;
  readonly ignoreEdge?: (edge: number) => boolean;
  /** Only nodes that it accepts are shown; the asked ones always are. */
  readonly filter?: (node: number) => boolean;
  /** References that keep nothing alive, too. Default false. */
  readonly weak?: boolean;
  /** V8's own helpers (backing arrays, tables), code and object shapes, too. Default false. */
  readonly internals?: boolean;
  /** More than three of a kind that are held in the same way share a box. Default true. */
  readonly merge?: boolean;
  /**
   * How much is merged beyond that, from 0 (nothing, the default) to `COARSEST`: two of a kind;
   * however they are held; all of a class at one distance; all but the largest classes there.
   */
  readonly coarseness?: number;
}

/**
 * Who refers to `targets`, up to roots, which are shown and not followed.
 *
 * - In: ordinals; one that is given twice counts once. Needs edges.
 * - Order: breadth first.
 * - Empty: an empty picture for no targets.
 * - Cost: the reverse edges, once a graph; then the edges of all nodes that refer to a shown one.
 */
export function backrefsSubgraph(
  graph: Graph,
  targets: readonly number[],
  options: SubgraphOptions = {},
): Subgraph {
  return explore(graph, targets, options, 'back');
}

/**
 * What `sources` refer to.
 *
 * - In: ordinals; one that is given twice counts once. Needs edges.
 * - Order: breadth first.
 * - Empty: an empty picture for no sources.
 * - Cost: the edges of the shown nodes.
 */
export function refsSubgraph(
  graph: Graph,
  sources: readonly number[],
  options: SubgraphOptions = {},
): Subgraph {
  return explore(graph, sources, options, 'forward');
}

function explore(
  graph: Graph,
  asked: readonly number[],
  options: SubgraphOptions,
  direction: 'back' | 'forward',
): Subgraph {
  const {
    maxDepth = 3,
    tooMany = 10,
    ignoreNode,
    ignoreEdge,
    filter,
    weak = false,
    internals = false,
    merge = true,
    coarseness = 0,
  } = options;
  const coarse = COARSENESS[coarseness]!;
  const rootName = rootsOf(graph, options);
  const isRoot = (node: number): boolean => rootName(node) !== undefined;
  const links = linksOf(graph, { weak, internals, isRoot, ignoreEdge });
  const linksTo = (box: Box): Link[] =>
    direction === 'back' ? links.referrers(box.nodes) : links.references(box.nodes);
  const neighbourOf = (link: Link): number => (direction === 'back' ? link.source : link.target);
  const stops = (box: Box): boolean => direction === 'back' && isRoot(box.nodes[0]!);
  const change = changeOf(graph, options);
  const isApart = apart(isRoot, options);
  const across = merge && coarse.across;
  const single = (node: number): boolean => !merge || (!across && isApart(node) !== '');
  const signatures =
    direction === 'back' && coarse.byHolders
      ? (nodes: readonly number[]) => heldBy(graph, links, nodes)
      : undefined;

  const boxes: { readonly nodes: number[]; readonly depth: number }[] = [];
  const boxOf = new Map<number, Box>();
  const shared = new Map<string, (typeof boxes)[number]>(); // boxes that all of a class at one distance share
  const keyOf = (node: number, depth: number): string =>
    `${depth} ${change(node)} ${isApart(node)} ${coarseClass(graph, node)}`;
  /** False when the nodes are shown in a box that is there. */
  const show = (nodes: readonly number[], depth: number): boolean => {
    const key = across ? keyOf(nodes[0]!, depth) : undefined;
    const known = key === undefined ? undefined : shared.get(key);
    const box = known ?? { nodes: [], depth };
    for (const node of nodes) {
      box.nodes.push(node);
      boxOf.set(node, box);
    }
    if (known) return false;
    boxes.push(box);
    if (key !== undefined) shared.set(key, box);
    return true;
  };
  const common = (node: number): string => `${change(node)} ${isApart(node)}`;
  for (const group of grouped(graph, [...new Set(asked)], common, single, coarse)) {
    for (const nodes of alike(group, signatures, coarse)) show(nodes, 0);
  }

  const found: Link[] = [];
  const ends = new Map<Box, readonly number[]>();
  const left: { readonly box: Box; readonly nodes: readonly number[] }[] = [];
  for (let i = 0; i < boxes.length; i++) {
    const box = boxes[i]!;
    if (stops(box)) continue;
    const kinds = new Map<number, Set<string>>();
    const expanded = linksTo(box);
    for (const link of expanded) {
      found.push(link);
      const node = neighbourOf(link);
      if (boxOf.get(node) === box || ignoreNode?.(node)) continue;
      if (filter && !filter(node)) continue;
      kinds.set(node, (kinds.get(node) ?? new Set()).add(link.kind));
    }
    if (box.depth >= maxDepth) {
      ends.set(box, [...kinds.keys()]);
      continue;
    }
    const known = new Set<Box>();
    const fresh: number[] = [];
    for (const node of kinds.keys()) {
      const shown = boxOf.get(node);
      if (shown) known.add(shown);
      else fresh.push(node);
    }
    const rootsFirst = [...fresh.filter(isRoot), ...fresh.filter((node) => !isRoot(node))];
    let count = known.size;
    const skipped: number[] = [];
    const held = (node: number): string => (coarse.byHolders ? [...kinds.get(node)!].sort().join('\n') : '');
    for (const group of grouped(
      graph,
      rootsFirst,
      (node) => `${common(node)}\n${held(node)}`,
      single,
      coarse,
    )) {
      for (const nodes of count < tooMany ? alike(group, signatures, coarse) : [group]) {
        const isShared = across && shared.has(keyOf(nodes[0]!, box.depth + 1));
        if (isShared || count < tooMany) {
          if (show(nodes, box.depth + 1)) count++;
        } else for (const node of nodes) skipped.push(node);
      }
    }
    if (skipped.length > 0) left.push({ box, nodes: skipped });
  }

  const shown = merge ? limitedRows(boxes, coarse, common) : boxes;
  if (shown.length < boxes.length)
    for (const box of shown) for (const node of box.nodes) boxOf.set(node, box);
  const cuts = new Map<Box, number>();
  for (const { box, nodes } of left) {
    const count = nodes.filter((node) => !boxOf.has(node)).length; // others were found another way
    const at = boxOf.get(box.nodes[0]!)!;
    if (count > 0) cuts.set(at, (cuts.get(at) ?? 0) + count);
  }
  const cut = Array.from(
    cuts,
    ([{ nodes, depth }, count]): SubgraphCut => ({
      at: graph.ids[nodes[0]!]!,
      count,
      direction,
      depth: depth + 1,
    }),
  );
  const beyond = new Map<Box, number>();
  for (const [box, nodes] of ends) {
    const count = nodes.filter((node) => !boxOf.has(node)).length;
    const at = boxOf.get(box.nodes[0]!)!;
    if (count > 0) beyond.set(at, (beyond.get(at) ?? 0) + count);
  }
  const describe = describer(graph, options, rootName);
  const changed = changeField(graph, options);
  const nodes = shown.map((box) => {
    const count = beyond.get(box);
    return { ...describe(box), ...changed(box.nodes[0]!), ...(count ? { beyond: count } : {}) };
  });
  const edges = drawnEdges(graph, found, boxOf, coarse);
  const followed = shown.filter((box) => box.depth < maxDepth && !stops(box));
  const dead = deadNeighbours(graph, followed, {
    ...options,
    direction,
    tooMany,
    weak,
    internals,
    merge,
    coarse,
  });
  return {
    kind: 'subgraph',
    direction,
    maxDepth,
    nodes: [...nodes, ...dead.nodes],
    edges: [...edges, ...dead.edges],
    cut: [...cut, ...dead.cut],
  };
}
