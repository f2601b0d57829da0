/** Limits of a program's own collections, where the snapshot shows them. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeTarget } from '../../graph/walk.js';
import { oddballOf } from '../../v8/names.js';
import { numberText } from '../../v8/values.js';
import { nodeRoles, WAY } from '../classes/node-roles.js';
import { holderChains, UNHELD } from '../holders/holder-chains.js';
import { entriesIn } from './bounded-buffers.js';

/** A collection and its limit. */
export interface VisibleBound {
  readonly size: number;
  readonly limit: number;
}

/** Fewer slots may be left from something else. */
const LEAST_SLOTS = 16;
/** How caches call the number of entries that they keep. */
const BOUND = /^[_#]*(?:max|limit|capacity|max_?(?:size|entries|items|length|keys|count))$/i;

/**
 * The limit of a collection, and what is in it. Two things show one:
 *
 * - slots: an array whose empty slots are undefined or null, as a cache or a ring has them that
 *   makes all its slots at once; of a Map beside such an array the same, where they are equally
 *   full
 * - number: a property `max`, `limit`, `capacity`, `maxSize` and the like of the collection or of
 *   what holds it, at least as large as the collection; only in snapshots with numbers
 *
 * - Empty: undefined where neither is to be seen.
 * - Cost: the edges of the collection, of its holder and of the holder's properties.
 */
export function visibleBound(graph: Graph, container: number): VisibleBound | undefined {
  const own = slotsOf(graph, container);
  if (own) return own;
  const size = entriesIn(graph, container);
  const { firstEdge, strings } = graph;
  const { types, names, targets } = edgesOf(graph);
  for (const owner of [container, holderOf(graph, container)]) {
    if (owner === undefined) continue;
    for (let edge = firstEdge[owner]!, end = firstEdge[owner + 1]!; edge < end; edge++) {
      if (types[edge] !== EDGE.property) continue;
      const target = targets[edge]!;
      if (graph.nodeTypes[target] === NODE.number && BOUND.test(strings.get(names[edge]!))) {
        const limit = Number(numberText(graph, target));
        if (Number.isFinite(limit) && limit >= size && limit > 0) return { size, limit };
      }
      const beside = owner === container || target === container ? undefined : slotsOf(graph, target);
      if (beside && beside.size === size) return beside;
    }
  }
  return undefined;
}

/** An array that has more slots than items. */
function slotsOf(graph: Graph, node: number): VisibleBound | undefined {
  const { firstEdge, nodeTypes, strings } = graph;
  if (nodeTypes[node] !== NODE.object || strings.get(graph.nodeNames[node]!) !== 'Array') return undefined;
  const { types, targets } = edgesOf(graph);
  let limit = 0;
  let empty = 0;
  for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
    if (types[edge] !== EDGE.element) continue;
    limit++;
    const oddball = oddballOf(graph, targets[edge]!);
    if (oddball === 'undefined' || oddball === 'null') empty++;
  }
  return limit < LEAST_SLOTS || empty === 0 ? undefined : { size: limit - empty, limit };
}

/** The object that has the collection in a property. */
function holderOf(graph: Graph, container: number): number | undefined {
  const { parents } = holderChains(graph);
  const roles = nodeRoles(graph);
  let at = parents[container]!;
  while (at !== UNHELD && roles[at] === WAY && parents[at] !== at) at = parents[at]!;
  return at === UNHELD || graph.nodeTypes[at] !== NODE.object ? undefined : at;
}

/** Whether an array has the slots that it had in the first snapshot. */
export function hasOldSlots(graph: Graph, container: number, ages: ArrayLike<number>): boolean {
  const elements = edgeTarget(graph, container, EDGE.internal, ['elements']);
  return elements === undefined || ages[elements] === 0;
}
