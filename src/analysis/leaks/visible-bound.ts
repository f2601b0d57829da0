/** Limits of a program's own collections, where the snapshot shows them. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeTarget } from '../../graph/walk.js';
import { className } from '../../v8/class-names.js';
import { oddballOf } from '../../v8/names.js';
import { numberText, stringText } from '../../v8/values.js';
import { holderChains, UNHELD } from '../holders/holder-chains.js';
import { ownerOfPart } from '../holders/part-owner.js';
import { entriesIn } from './bounded-buffers.js';

/** A collection and its limit. */
export interface VisibleBound {
  readonly size: number;
  readonly limit: number;
}

/** Fewer slots may be left from something else. */
const LEAST_SLOTS = 16;
/** Names that can only be the number of entries that a collection keeps. */
const SIZE_BOUND =
  /^[_#]*(?:capacity|max_?(?:size|entries|items|length|keys|count)|max_?(?:queue|cache|buffer|pool|history|log)_?(?:size|length|entries|items))$/i;
/** Caches call it so as well. */
const SHORT_BOUND = /^[_#]*(?:max|limit)$/i;
/** Classes in which it is that of a collection. */
const CACHE_CLASS = /lru|cache|memo|ring|bounded|pool/i;

function isBound(name: string): boolean {
  return SIZE_BOUND.test(name) || SHORT_BOUND.test(name);
}

/**
 * The limit of a collection, and what is in it. Two things show one:
 *
 * - slots: an array whose empty slots are undefined or null, as a cache or a ring has them that
 *   makes all its slots at once; or that has the slots of the first snapshot, and all are taken,
 *   where there are several; of a Map beside such an array the same, where they are equally
 *   full. Not in a piece of a queue, which gets another piece when it is full: Node.js' own
 *   FixedQueue is made of such
 * - number: a property `max`, `limit`, `capacity`, `maxSize` and the like of the collection, or of
 *   a cache that holds it, at least as large as the collection; only in snapshots with numbers. In
 *   other classes it may be the limit of something else, of a page or a text: see `namedBound`
 *
 * - In: by node how many snapshots it is new in, where there are several: slots that were added are
 *   no limit. Without, slots that are all taken show none: an array that was copied has no others.
 * - Empty: undefined where neither is to be seen.
 * - Cost: the edges of the collection, of its holder and of the holder's properties.
 */
export function visibleBound(
  graph: Graph,
  container: number,
  ages?: ArrayLike<number>,
): VisibleBound | undefined {
  const slots = (node: number): VisibleBound | undefined =>
    ages && !hasOldSlots(graph, node, ages) ? undefined : slotsOf(graph, node, ages !== undefined);
  const holder = holderOf(graph, container);
  const own = holder !== undefined && isPiece(graph, holder) ? undefined : slots(container);
  if (own) return own;
  const size = entriesIn(graph, container);
  const { firstEdge, strings } = graph;
  const { types, names, targets } = edgesOf(graph);
  for (const owner of [container, holder]) {
    if (owner === undefined) continue;
    for (let edge = firstEdge[owner]!, end = firstEdge[owner + 1]!; edge < end; edge++) {
      if (types[edge] !== EDGE.property) continue;
      const target = targets[edge]!;
      const mayBe = owner === container || CACHE_CLASS.test(className(graph, owner));
      if (mayBe && graph.nodeTypes[target] === NODE.number && isBound(strings.get(names[edge]!))) {
        const limit = Number(numberText(graph, target));
        if (Number.isFinite(limit) && limit >= size && limit > 0) return { size, limit };
      }
      const beside = owner === container || target === container ? undefined : slots(target);
      if (beside && beside.size === size) return beside;
    }
  }
  return undefined;
}

/** More entries than this are no cache that has room left. */
const MOST_IN_A_CACHE = 10_000;

/** A property that may be the limit of a collection. */
export interface NamedBound {
  /** The class and the property, `LruCache.maxSize`. */
  readonly name: string;
  /** Undefined where the file does not have it. */
  readonly limit: number | undefined;
  /** What has the property. */
  readonly owner: number;
}

/**
 * A property whose name says that the collection may have a limit: V8 writes small numbers only
 * when that is asked for, and the number may be of something else. The name stands in the object's
 * shape.
 *
 * - Empty: undefined where there is none, or it is less than the collection has, for more entries
 *   than a cache has, and for twice as many as another collection of the same object has: the order
 *   of the keys, say, which the limit is kept in.
 * - Cost: the edges of the collection, of its holder and of their shapes.
 */
export function namedBound(graph: Graph, container: number): NamedBound | undefined {
  const size = entriesIn(graph, container);
  if (size > MOST_IN_A_CACHE) return undefined;
  for (const owner of [container, holderOf(graph, container)]) {
    if (owner === undefined) continue;
    const type = className(graph, owner);
    const name = shapeNames(graph, owner).find(
      (one) => SIZE_BOUND.test(one) || (SHORT_BOUND.test(one) && CACHE_CLASS.test(type)),
    );
    if (name === undefined) continue;
    const limit = numberOf(graph, owner, name);
    if ((limit !== undefined && !(limit >= size)) || hasSmallerSibling(graph, owner, size)) return undefined;
    return { name: `${type}.${name}`, limit, owner };
  }
  return undefined;
}

/** Fewer entries may be of something else. */
const LEAST_BESIDE = 10;

/** Whether an object has a collection of some entries beside one of this size, of at most half. */
function hasSmallerSibling(graph: Graph, owner: number, size: number): boolean {
  const { types, targets } = edgesOf(graph);
  for (let edge = graph.firstEdge[owner]!, end = graph.firstEdge[owner + 1]!; edge < end; edge++) {
    const target = targets[edge]!;
    if (types[edge] !== EDGE.property || !COLLECTION.test(className(graph, target))) continue;
    const beside = entriesIn(graph, target);
    if (beside >= LEAST_BESIDE && beside * 2 <= size) return true;
  }
  return false;
}

const COLLECTION = /^(Array|Map|Set)$/;

/** Names of properties in the shape of an object, whatever their values are. */
function shapeNames(graph: Graph, node: number): string[] {
  const shape = edgeTarget(graph, node, EDGE.internal, ['map']);
  const descriptors =
    shape === undefined ? undefined : edgeTarget(graph, shape, EDGE.internal, ['descriptors']);
  if (descriptors === undefined) return [];
  const { types, names, targets } = edgesOf(graph);
  const found: string[] = [];
  const end = Math.min(graph.firstEdge[descriptors + 1]!, graph.firstEdge[descriptors]! + MOST_PROPERTIES);
  for (let edge = graph.firstEdge[descriptors]!; edge < end; edge++) {
    const key = targets[edge]!;
    if (types[edge] !== EDGE.internal || !/^\d+$/.test(graph.strings.get(names[edge]!))) continue;
    // A private field is a symbol whose name begins with a number sign.
    const isText = graph.nodeTypes[key] === NODE.string;
    const text = isText ? key : edgeTarget(graph, key, EDGE.internal, ['name']);
    const name = text === undefined ? '' : stringText(graph, text, LONGEST_NAME);
    if (isText || name.startsWith('#')) found.push(name);
  }
  return found;
}

const MOST_PROPERTIES = 1000;
const LONGEST_NAME = 40;

/** The number in a property; NaN where that has another value. Undefined where it has none. */
function numberOf(graph: Graph, node: number, name: string): number | undefined {
  const { types, names, targets } = edgesOf(graph);
  for (let edge = graph.firstEdge[node]!, end = graph.firstEdge[node + 1]!; edge < end; edge++) {
    if (types[edge] !== EDGE.property || !graph.strings.equals(names[edge]!, name)) continue;
    const target = targets[edge]!;
    return graph.nodeTypes[target] === NODE.number ? Number(numberText(graph, target)) : Number.NaN;
  }
  return undefined;
}

/** An array that has more slots than items. */
function slotsOf(graph: Graph, node: number, mayBeFull: boolean): VisibleBound | undefined {
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
  if (limit < LEAST_SLOTS || (empty === 0 && !(mayBeFull && isFull(graph, node, limit)))) return undefined;
  return { size: limit - empty, limit };
}

/**
 * Whether an array has no room left: one that grows by and by has some, as V8 makes room for half
 * as many more.
 */
function isFull(graph: Graph, array: number, items: number): boolean {
  const elements = edgeTarget(graph, array, EDGE.internal, ['elements']);
  if (elements === undefined) return false;
  const bytes = graph.selfSizes[elements]!;
  return SLOT_SIZES.some((slot) => bytes === 2 * slot + items * slot);
}

/** Bytes of a slot, with and without compressed pointers; two come before the first one. */
const SLOT_SIZES = [8, 4];

/** How pieces of a queue call the next one. */
const NEXT_PIECE = /^[_#]*next(?:_?(?:block|buffer|chunk|node|page|piece|segment))?$/i;

/** Whether an object leads to the next one of its class, or has a place for it. */
function isPiece(graph: Graph, node: number): boolean {
  const { types, names, targets } = edgesOf(graph);
  for (let edge = graph.firstEdge[node]!, end = graph.firstEdge[node + 1]!; edge < end; edge++) {
    if (types[edge] !== EDGE.property || !NEXT_PIECE.test(graph.strings.get(names[edge]!))) continue;
    const target = targets[edge]!;
    const isOfClass =
      graph.nodeTypes[target] === NODE.object && className(graph, target) === className(graph, node);
    const oddball = oddballOf(graph, target);
    if (isOfClass || oddball === 'null' || oddball === 'undefined') return true;
  }
  return false;
}

/** The object that has the collection in a property. */
function holderOf(graph: Graph, container: number): number | undefined {
  const owner = ownerOfPart(graph, holderChains(graph).parents[container]!);
  return owner === UNHELD || graph.nodeTypes[owner] !== NODE.object ? undefined : owner;
}

/** Whether an array has the slots that it had in the first snapshot. */
function hasOldSlots(graph: Graph, container: number, ages: ArrayLike<number>): boolean {
  const elements = edgeTarget(graph, container, EDGE.internal, ['elements']);
  return elements === undefined || ages[elements] === 0;
}
