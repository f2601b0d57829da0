/**
 * Which edges are references that a program can change, and which are V8's own.
 *
 * What V8 writes twice counts once: an object's properties and items stand on the object and in the
 * arrays behind it, a global variable on the global object and in its cell.
 */
import { columnBeside, releaseBeside, runLoop } from '../../graph/accelerated.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { eachNamedEdge } from '../../graph/named-edges.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { cellNames, contextNames, isContext } from '../../v8/names.js';
import { isOfRuntime } from '../../v8/origin.js';
import { nativeContexts } from '../../v8/scopes.js';
import { firstEntrySlot, slotNumber } from '../../v8/tables.js';
import { weakMapPairEdges } from '../../v8/weak-map-pairs.js';
import { nodeRoles, THING } from '../classes/node-roles.js';
import { essentialEdges } from '../sizes/essential-edges.js';
import { storesOf } from './stores.js';

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
  const { types, names } = edgesOf(graph);
  const roles = nodeRoles(graph);
  const isScope = isContext(graph);
  const natives = nativeContexts(graph);
  const ofRuntime = runtimeScopes(graph);
  const { entrySizes, repeated } = storesOf(graph);
  const slots = slotNumbers(graph);
  const prototype = strings.indexesOf('__proto__');
  const value = strings.indexesOf('value', 'tagged_value');
  const cells = cellNames(graph);
  const rows = new Uint8Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    const type = nodeTypes[node]!;
    const isProgram = roles[node] === THING && type !== NODE.native && type !== NODE.synthetic;
    const isVariable = isScope(node) && !natives.has(node) && ofRuntime[node] !== RUNTIME;
    rows[node] = (isProgram ? OF_PROGRAM : 0) | (isVariable ? OF_SCOPE : 0);
  }
  const kinds = kindsByRow(graph, rows, essentialEdges(graph), repeated);
  releaseBeside(graph, repeated);
  const isPrototype = new Uint8Array(strings.length);
  for (const index of prototype.indexes) isPrototype[index] = 1;
  eachNamedEdge(graph, isPrototype, (source, edge) => {
    if ((rows[source]! & OF_PROGRAM) !== 0 && types[edge] === EDGE.property && kinds[edge] !== NONE)
      kinds[edge] = FIXED;
  });
  for (let node = 0; node < nodeCount; node++) {
    const isCell = cells.has(nodeNames[node]!);
    const entrySize = entrySizes[node]!;
    if (entrySize === 0 && !isCell) continue;
    const begin = firstEdge[node]!;
    const end = firstEdge[node + 1]!;
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
const OF_PROGRAM = 1;
const OF_SCOPE = 2;

/** Types of edges of a row. */
const ROW = 256;

/** By source and type of an edge its kind, as far as these say. */
function kindsByType(): Uint8Array {
  const kinds = new Uint8Array(4 * ROW).fill(FIXED);
  const write = (row: number, type: number): void => {
    kinds[row * ROW + type] = CHANGEABLE;
  };
  for (const row of [0, OF_SCOPE]) {
    write(row | OF_PROGRAM, EDGE.property);
    write(row | OF_PROGRAM, EDGE.element);
  }
  for (const row of [0, OF_PROGRAM]) write(row | OF_SCOPE, EDGE.context);
  return kinds;
}

/** By edge its kind as `kindsByType` has it, in a column that a kernel can work on. */
function kindsByRow(graph: Graph, rows: Uint8Array, essential: Uint8Array, repeated: Uint8Array): Uint8Array {
  const { nodeCount, firstEdge } = graph;
  const { types, count } = edgesOf(graph);
  const kinds = columnBeside(graph, Uint8Array, count, true);
  const byType = kindsByType();
  if (runLoop(graph, 'tellKinds', nodeCount, [rows, byType, essential, repeated], kinds)) return kinds;
  for (let node = 0; node < nodeCount; node++) {
    const row = rows[node]! * ROW;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++)
      kinds[edge] = byType[row + types[edge]!]! * (essential[edge]! & ~repeated[edge]!);
  }
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
