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
import { describer } from './box-description.js';
import { BoxSearch } from './box-search.js';
import { COARSENESS, type PictureOptions } from './boxes.js';
import { changeField, deadNeighbours } from './changes.js';

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
  const { maxDepth = 3, tooMany = 10, weak = false, internals = false, merge = true } = options;
  const coarse = COARSENESS[options.coarseness ?? 0]!;
  const search = new BoxSearch(
    graph,
    { ...options, maxDepth, tooMany, weak, internals, merge },
    coarse,
    direction,
  );
  search.run([...new Set(asked)]);
  const shown = search.rows();
  const beyond = search.notShown(search.ends);
  const describe = describer(graph, options, search.rootName);
  const changed = changeField(graph, options);
  const nodes = shown.map((box) => {
    const count = beyond.get(box);
    return { ...describe(box), ...changed(box.nodes[0]!), ...(count ? { beyond: count } : {}) };
  });
  const cut = Array.from(
    search.notShown(search.left),
    ([{ nodes, depth }, count]): SubgraphCut => ({
      at: graph.ids[nodes[0]!]!,
      count,
      direction,
      depth: depth + 1,
    }),
  );
  const edges = drawnEdges(graph, search.found, search.boxOf, coarse);
  const followed = shown.filter((box) => box.depth < maxDepth && !search.stops(box));
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
