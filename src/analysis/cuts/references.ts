/**
 * Which edges are references that a program can change, and which are V8's own.
 *
 * What V8 writes twice counts once: an object's properties and items stand on the object and in the
 * arrays behind it, a global variable on the global object and in its cell.
 */
import { columnBeside } from '../../graph/accelerated.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { cellNames, contextNames, isContext } from '../../v8/names.js';
import { isOfRuntime } from '../../v8/origin.js';
import { nativeContexts } from '../../v8/scopes.js';
import { ENTRY_SIZE, firstEntrySlot, slotNumber } from '../../v8/tables.js';
import { weakMapPairEdges } from '../../v8/weak-map-pairs.js';
import { nodeRoles, THING } from '../classes/node-roles.js';
import { essentialEdges } from '../sizes/essential-edges.js';

/** Keeps nothing alive, or is the second writing of another edge. */
export const NONE = 0;
/** One of V8's own, or of native code: a program cannot drop it. */
export const FIXED = 1;
/** A property, an item, a variable, the value of a WeakMap. */
const CHANGEABLE = 2;
/** A part of an entry of a Map or Set: all parts of one go together. */
export const ENTRY = 3;

/** What the edges of a graph are to a program. */
export interface References {
  /** One of NONE, FIXED, CHANGEABLE and ENTRY for every edge. */
  readonly kinds: Uint8Array;
  /** By node the pointers of an entry, of the tables of Maps and Sets; 0 of all others. */
  readonly entrySizes: Uint8Array;
}

/**
 * Tells the references that a program can change from the others.
 *
 * - CHANGEABLE: properties and items of objects and functions (but `__proto__`), variables of
 *   scopes, exports of modules, values of WeakMaps. Variables of the runtime's own scripts are
 *   FIXED.
 * - Cost: three passes over the edges; a byte an edge and 6 bytes a node.
 */
export const referencesOf = memo((graph: Graph): References => {
  const { nodeCount, firstEdge, nodeTypes, nodeNames, strings } = graph;
  const { types, names, count } = edgesOf(graph);
  const essential = essentialEdges(graph);
  const roles = nodeRoles(graph);
  const isScope = isContext(graph);
  const natives = nativeContexts(graph);
  const ofRuntime = runtimeScopes(graph);
  const { entrySizes, repeated } = stores(graph, essential);
  const slots = slotNumbers(graph);
  const prototype = strings.indexesOf('__proto__');
  const value = strings.indexesOf('value', 'tagged_value');
  const cells = cellNames(graph);
  const kinds = columnBeside(graph, Uint8Array, count);
  const byType = kindsByType();
  for (let node = 0; node < nodeCount; node++) {
    const type = nodeTypes[node]!;
    const isProgram = roles[node] === THING && type !== NODE.native && type !== NODE.synthetic;
    const isVariable = isScope(node) && !natives.has(node) && ofRuntime[node] !== RUNTIME;
    const row = (isProgram ? OF_PROGRAM : 0) | (isVariable ? OF_SCOPE : 0);
    const begin = firstEdge[node]!;
    const end = firstEdge[node + 1]!;
    // Without a branch for each edge, as the processor guesses wrong too often.
    for (let edge = begin; edge < end; edge++)
      kinds[edge] = byType[row | types[edge]!]! * (essential[edge]! & ~repeated[edge]!);
    if (isProgram)
      for (let edge = begin; edge < end; edge++)
        if (prototype.has(names[edge]!) && types[edge] === EDGE.property && kinds[edge] !== NONE)
          kinds[edge] = FIXED;
    const isCell = cells.has(nodeNames[node]!);
    const entrySize = entrySizes[node]!;
    if (entrySize === 0 && !isCell) continue;
    const start = entrySize === 0 ? 0 : firstEntrySlot(graph.selfSizes[node]!, entrySize)!;
    for (let edge = begin; edge < end; edge++) {
      if (kinds[edge] === NONE || types[edge] !== EDGE.internal) continue;
      if (entrySize > 0) {
        if (slots(names[edge]!) >= start) kinds[edge] = ENTRY;
      } else if (value.has(names[edge]!)) kinds[edge] = CHANGEABLE;
    }
  }
  for (const { edge } of weakMapPairEdges(graph)) if (kinds[edge] === FIXED) kinds[edge] = CHANGEABLE;
  return { kinds, entrySizes };
}, 'references');

/** Rows of `kindsByType`, that are added up: what the source of an edge is. */
const OF_PROGRAM = 256;
const OF_SCOPE = 512;

/** By source and type of an edge its kind, as far as these say. */
function kindsByType(): Uint8Array {
  const kinds = new Uint8Array(4 * 256).fill(FIXED);
  for (const row of [0, OF_SCOPE]) {
    kinds[row | OF_PROGRAM | EDGE.property] = CHANGEABLE;
    kinds[row | OF_PROGRAM | EDGE.element] = CHANGEABLE;
  }
  for (const row of [0, OF_PROGRAM]) kinds[row | OF_SCOPE | EDGE.context] = CHANGEABLE;
  return kinds;
}

/** The slot that an edge of a table is named by, by string index; -1 for other names. */
const slotNumbers = memo(({ strings }: Graph): ((name: number) => number) => {
  const known = new Map<number, number>();
  return (name) => {
    let slot = known.get(name);
    if (slot === undefined) {
      slot = slotNumber(strings.get(name)) ?? -1;
      known.set(name, slot);
    }
    return slot;
  };
});

/** Which entry of its table an edge of the kind ENTRY is a part of, counted from 0. */
export function entryOf(graph: Graph, table: number, edge: number, entrySize: number): number {
  const slot = slotNumbers(graph)(edgesOf(graph).names[edge]!);
  return Math.floor((slot - firstEntrySlot(graph.selfSizes[table]!, entrySize)!) / entrySize);
}

/**
 * The edges that go when a program drops the reference that an edge stands for: of an entry the
 * key's and the value's. Cost: of an entry, the edges of its table.
 */
export function edgesOfReference(graph: Graph, table: number, edge: number): readonly number[] {
  const { kinds, entrySizes } = referencesOf(graph);
  if (kinds[edge] !== ENTRY) return [edge];
  const size = entrySizes[table]!;
  const entry = entryOf(graph, table, edge, size);
  const found: number[] = [];
  for (let other = graph.firstEdge[table]!, end = graph.firstEdge[table + 1]!; other < end; other++)
    if (kinds[other] === ENTRY && entryOf(graph, table, other, size) === entry) found.push(other);
  return found;
}

const RUNTIME = 1;
const PROGRAM = 2;

/** By node RUNTIME for the scopes of functions of the runtime, and those inside them. */
function runtimeScopes(graph: Graph): Uint8Array {
  const { nodeCount, nodeTypes, nodeNames, firstEdge, strings } = graph;
  const { types, names, targets } = edgesOf(graph);
  const marks = new Uint8Array(nodeCount);
  const isScope = isContext(graph);
  const natives = nativeContexts(graph);
  const ofRuntime = isOfRuntime(graph);
  const contexts = contextNames(graph);
  const scope = strings.indexesOf('context');
  const outwards = strings.indexesOf('previous');
  const follow = (node: number, called: { has(name: number): boolean }): number => {
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++)
      if (types[edge] === EDGE.internal && called.has(names[edge]!)) return targets[edge]!;
    return -1;
  };
  const isInner = (node: number): boolean => node >= 0 && isScope(node) && !natives.has(node);
  for (let node = 0; node < nodeCount; node++) {
    if (nodeTypes[node] !== NODE.closure || !ofRuntime(node)) continue;
    for (let at = follow(node, scope); isInner(at) && marks[at] === 0; at = follow(at, outwards))
      marks[at] = RUNTIME;
  }
  const path: number[] = [];
  for (let node = 0; node < nodeCount; node++) {
    if (!contexts.has(nodeNames[node]!)) continue;
    let at = node;
    for (; isInner(at) && marks[at] === 0; at = follow(at, outwards)) {
      marks[at] = PROGRAM;
      path.push(at);
    }
    if (at >= 0 && marks[at] === RUNTIME) for (const inner of path) marks[inner] = RUNTIME;
    path.length = 0;
  }
  return marks;
}

/**
 * Tables of Maps and Sets, and edges that say again what an edge of an object says.
 *
 * An array behind `elements` or `properties` that only objects hold in this way: its slots that
 * hold what a property or an item of the object leads to. Objects that share such an array (V8
 * copies it when one of them changes) have the same in it: the first decides.
 */
function stores(
  graph: Graph,
  essential: Uint8Array,
): { readonly entrySizes: Uint8Array; readonly repeated: Uint8Array } {
  const { nodeCount, nodeTypes, nodeNames, firstEdge, strings } = graph;
  const { types, names, targets, count } = edgesOf(graph);
  const entrySizes = new Uint8Array(nodeCount);
  const repeated = new Uint8Array(count);
  const others = heldOtherwise(graph, essential);
  const behind = strings.indexesOf('elements', 'properties');
  const table = strings.indexesOf('table');
  const value = strings.indexesOf('value');
  const cells = cellNames(graph);
  const done = new Uint8Array(nodeCount);
  /** By node the last object that was seen to refer to it by a property or an item, plus one. */
  const held = new Uint32Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    if (nodeTypes[node] === NODE.array || nodeTypes[node] === NODE.synthetic) continue;
    const end = firstEdge[node + 1]!;
    let isStamped = false;
    for (let at = firstEdge[node]!; at < end; at++) {
      if (types[at] !== EDGE.internal) continue;
      const store = targets[at]!;
      if (table.has(names[at]!) && nodeTypes[node] === NODE.object && entrySizes[store] === 0)
        entrySizes[store] = entrySizeOf(graph, store);
      if (!behind.has(names[at]!) || others[store] === 1 || done[store] === 1) continue;
      done[store] = 1;
      if (!isStamped) {
        for (let edge = firstEdge[node]!; edge < end; edge++)
          if (types[edge] === EDGE.property || types[edge] === EDGE.element) held[targets[edge]!] = node + 1;
        isStamped = true;
      }
      for (let slot = firstEdge[store]!, last = firstEdge[store + 1]!; slot < last; slot++) {
        const item = targets[slot]!;
        if (held[item] === node + 1) repeated[slot] = 1;
        else if (cells.has(nodeNames[item]!)) {
          for (let edge = firstEdge[item]!; edge < firstEdge[item + 1]!; edge++)
            if (value.has(names[edge]!) && types[edge] === EDGE.internal && held[targets[edge]!] === node + 1)
              repeated[edge] = 1;
        }
      }
    }
  }
  return { entrySizes, repeated };
}

/** Pointers of an entry of an array that is the table of a Map or a Set; 0 of another node. */
function entrySizeOf(graph: Graph, array: number): number {
  if (graph.nodeTypes[array] !== NODE.array) return 0;
  const bytes = graph.selfSizes[array]!;
  if (firstEntrySlot(bytes, ENTRY_SIZE.Map) !== undefined) return ENTRY_SIZE.Map;
  return firstEntrySlot(bytes, ENTRY_SIZE.Set) === undefined ? 0 : ENTRY_SIZE.Set;
}

/** By node 1 where something else than `elements` or `properties` of an object keeps it alive. */
function heldOtherwise(graph: Graph, essential: Uint8Array): Uint8Array {
  const { nodeCount, nodeTypes, firstEdge, strings } = graph;
  const { types, names, targets } = edgesOf(graph);
  const behind = strings.indexesOf('elements', 'properties');
  const found = new Uint8Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    const isOwner = nodeTypes[node] !== NODE.array && nodeTypes[node] !== NODE.synthetic;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      if (essential[edge] === 0) continue;
      if (!isOwner || types[edge] !== EDGE.internal || !behind.has(names[edge]!)) found[targets[edge]!] = 1;
    }
  }
  return found;
}
