/**
 * What V8 has behind collections: how much room, how much of it is taken, and by what keys.
 *
 * Layouts, in pointers behind the two of an array's header:
 *
 *   Map, Set               3 numbers, b buckets, 2b entries of 3 or 2: see tables.ts
 *   WeakMap, WeakSet       3 numbers, entries of 2: a key and a value
 *   items of an Array      one a pointer; in dictionary mode 4 numbers, entries of 3: see below
 *   properties             in dictionary mode 6 numbers, entries of 3: a name, a value, details
 *
 * V8: src/objects/ordered-hash-table.h, hash-table.h, dictionary.h
 */
import { edgesOf, type Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { EDGE, NODE } from '../graph/schema.js';
import { edgeTargetIn } from '../graph/walk.js';
import { holeNames } from './names.js';
import { pointerSize } from './pointer-size.js';
import { slotNumber } from './tables.js';

/** What is told apart. */
export const COLLECTION_KINDS = [
  'Map',
  'Set',
  'WeakMap',
  'WeakSet',
  'Array',
  'sparse Array',
  'typed array',
  'Buffer',
  'DataView',
  'ArrayBuffer',
  'dictionary',
] as const;

/** One of them. */
export type CollectionKind = (typeof COLLECTION_KINDS)[number];

/** What kinds of keys are told apart; `other` are numbers, symbols and single values. */
export const KEY_KINDS = ['string', 'object', 'symbol', 'other'] as const;

/** Facts of one collection. One object for all of them: it is filled anew by each call. */
export interface CollectionFacts {
  kind: CollectionKind;
  /** Entries that the file shows. */
  entries: number;
  /** Entries, items or bytes that there is room for. */
  capacity: number;
  /** Bytes of the object and of what V8 has behind it. */
  size: number;
  /** Node of the bytes of a buffer, which several views may share; -1 for none. */
  store: number;
  /** Entries by KEY_KINDS; zeros where there are no keys. */
  readonly keys: Uint32Array;
  /** Keys that are objects: ordinals, as many as were asked for. */
  readonly objectKeys: number[];
}

const NUMBERS_BEFORE = { table: 3, elements: 4, properties: 6 } as const;
const DICTIONARY_ENTRY = 3;
/** Plain objects with more properties than this are taken for dictionaries. */
const RECORD = 32;

/** Whether the file has small integers: then what it shows of a collection is all of it. */
export const hasNumbers = memo(({ nodeCount, nodeTypes, nodeNames, strings }: Graph): boolean => {
  const small = strings.indexesOf('smi number', 'int');
  if (small.size === 0) return false;
  for (let node = 0; node < nodeCount; node++)
    if (nodeTypes[node] === NODE.number && small.has(nodeNames[node]!)) return true;
  return false;
});

const TYPED = /^(Big)?(Int|Uint|Float)\d+(Clamped)?Array$/;

/** By string index of a class name a place in COLLECTION_KINDS plus one; 0 for all others. */
const kindsByName = memo(({ strings }: Graph): Uint8Array => {
  const kinds = new Uint8Array(strings.length);
  const mark = (name: string, kind: CollectionKind): void => {
    for (const index of strings.find(name)) kinds[index] = COLLECTION_KINDS.indexOf(kind) + 1;
  };
  for (const kind of ['Map', 'Set', 'WeakMap', 'WeakSet', 'Array', 'DataView', 'ArrayBuffer'] as const)
    mark(kind, kind);
  mark('SharedArrayBuffer', 'ArrayBuffer');
  mark('Buffer', 'Buffer');
  for (const bits of ['8', '16', '32', '64', '8Clamped'])
    for (const name of [`Int${bits}Array`, `Uint${bits}Array`, `Float${bits}Array`, `BigInt${bits}Array`])
      if (TYPED.test(name)) mark(name, 'typed array');
  mark('BigUint64Array', 'typed array');
  mark('Uint8ClampedArray', 'typed array');
  mark('Object', 'dictionary');
  return kinds;
});

const parts = memo(({ strings }: Graph) => ({
  table: strings.indexesOf('table'),
  elements: strings.indexesOf('elements'),
  properties: strings.indexesOf('properties'),
  buffer: strings.indexesOf('buffer', 'viewed_array_buffer'),
  store: strings.indexesOf('backing_store'),
  proto: strings.indexesOf('__proto__'),
}));

/**
 * Facts of collections, by their class names: a subclass of Map is none.
 *
 * - In: how many keys that are objects are kept of each (default none).
 * - Out: undefined for a node that is no collection, a plain object with up to 32 properties among
 *   them, unless V8 keeps it as a hash table.
 * - Cost: the edges of the node and of what is behind it.
 */
export function collectionReader(
  graph: Graph,
  { keepKeys = false } = {},
): (node: number) => CollectionFacts | undefined {
  const { nodeTypes, nodeNames, firstEdge, selfSizes, strings } = graph;
  const { types, names, targets } = edgesOf(graph);
  const kinds = kindsByName(graph);
  const called = parts(graph);
  const holes = holeNames(graph);
  const pointer = pointerSize(graph);
  const words = (array: number): number => Math.floor(selfSizes[array]! / pointer) - 2;
  const facts: CollectionFacts = {
    kind: 'Map',
    entries: 0,
    capacity: 0,
    size: 0,
    store: -1,
    keys: new Uint32Array(KEY_KINDS.length),
    objectKeys: [],
  };

  const addKey = (key: number): void => {
    const type = nodeTypes[key]!;
    const kind =
      type === NODE.string || type === NODE['concatenated string'] || type === NODE['sliced string']
        ? 0
        : type === NODE.object || type === NODE.closure || type === NODE.regexp || type === NODE.native
          ? 1
          : type === NODE.symbol
            ? 2
            : 3;
    facts.keys[kind]! += 1;
    if (kind === 1 && keepKeys) facts.objectKeys.push(key);
  };

  /** Entries of a hash table: slots from `start`, `size` each, the key first. */
  const readEntries = (table: number, start: number, size: number): void => {
    let last = -1;
    for (let edge = firstEdge[table]!, end = firstEdge[table + 1]!; edge < end; edge++) {
      if (types[edge] !== EDGE.internal) continue;
      const slot = slotNumber(strings.get(names[edge]!));
      if (slot === undefined || slot < start) continue;
      const target = targets[edge]!;
      if (holes.has(nodeNames[target]!)) continue;
      const entry = Math.floor((slot - start) / size);
      if (entry !== last) facts.entries++;
      last = entry;
      if ((slot - start) % size === 0) addKey(target);
    }
  };

  const readTable = (node: number, size: 2 | 3): void => {
    const table = edgeTargetIn(graph, node, EDGE.internal, called.table);
    if (table === undefined) return;
    facts.size += selfSizes[table]!;
    const buckets = Math.floor((words(table) - NUMBERS_BEFORE.table) / (1 + 2 * size));
    facts.capacity = Math.max(0, 2 * buckets);
    readEntries(table, NUMBERS_BEFORE.table + buckets, size);
  };

  const readWeakTable = (node: number): void => {
    const table = edgeTargetIn(graph, node, EDGE.internal, called.table);
    if (table === undefined) return;
    facts.size += selfSizes[table]!;
    facts.capacity = Math.max(0, Math.floor((words(table) - NUMBERS_BEFORE.table) / 2));
    for (let edge = firstEdge[table]!, end = firstEdge[table + 1]!; edge < end; edge++) {
      if (types[edge] !== EDGE.weak) continue;
      const slot = slotNumber(strings.get(names[edge]!));
      if (slot === undefined || (slot - NUMBERS_BEFORE.table) % 2 !== 0) continue;
      facts.entries++;
      addKey(targets[edge]!);
    }
  };

  const readItems = (node: number): void => {
    let most = -1;
    let first = -1;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      if (types[edge] !== EDGE.element || holes.has(nodeNames[targets[edge]!]!)) continue;
      facts.entries++;
      if (first < 0) first = names[edge]!;
      if (names[edge]! > most) most = names[edge]!;
    }
    const elements = edgeTargetIn(graph, node, EDGE.internal, called.elements);
    if (elements === undefined) return;
    const room = Math.max(0, words(elements));
    // Items of a literal may be shared by all arrays that come from it: V8 says `code`.
    if (nodeTypes[elements] !== NODE.code) facts.size += selfSizes[elements]!;
    if (most >= room || (first >= 0 && firstSlot(elements) !== first)) {
      facts.kind = 'sparse Array';
      facts.capacity = Math.max(0, Math.floor((room - NUMBERS_BEFORE.elements) / DICTIONARY_ENTRY));
    } else facts.capacity = room;
  };

  /** The first slot of an array that shows something; -1 for none. */
  const firstSlot = (array: number): number => {
    for (let edge = firstEdge[array]!, end = firstEdge[array + 1]!; edge < end; edge++) {
      if (types[edge] === EDGE.element || types[edge] === EDGE.hidden) return names[edge]!;
      if (types[edge] !== EDGE.internal) continue;
      const slot = slotNumber(strings.get(names[edge]!));
      if (slot !== undefined) return slot;
    }
    return -1;
  };

  const readBytes = (node: number): void => {
    const buffer = edgeTargetIn(graph, node, EDGE.internal, called.buffer);
    const store = edgeTargetIn(graph, buffer ?? node, EDGE.internal, called.store);
    const elements = edgeTargetIn(graph, node, EDGE.internal, called.elements);
    if (store !== undefined) {
      facts.store = store;
      facts.capacity = selfSizes[store]!;
    } else if (elements !== undefined) {
      facts.size += selfSizes[elements]!; // up to 64 bytes are kept in the heap
      facts.capacity = Math.max(0, selfSizes[elements]! - 2 * pointer);
    }
  };

  /** False for an object that is a record. */
  const readProperties = (node: number): boolean => {
    let properties = 0;
    let items = 0;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      if (types[edge] === EDGE.element) items++;
      else if (types[edge] === EDGE.property && !called.proto.has(names[edge]!)) properties++;
    }
    const table = edgeTargetIn(graph, node, EDGE.internal, called.properties);
    const isTable = table !== undefined && nodeTypes[table] === NODE.array;
    if (!isTable && properties <= RECORD && items === 0) return false;
    if (isTable) {
      facts.size += selfSizes[table]!;
      facts.capacity = Math.max(0, Math.floor((words(table) - NUMBERS_BEFORE.properties) / DICTIONARY_ENTRY));
      readEntries(table, NUMBERS_BEFORE.properties, DICTIONARY_ENTRY);
    } else {
      facts.entries = properties;
      facts.keys[0] = properties;
      facts.capacity = properties;
    }
    if (items > 0) {
      const [entries, capacity] = [facts.entries, facts.capacity];
      facts.entries = 0;
      facts.capacity = 0;
      readItems(node);
      facts.kind = 'dictionary';
      facts.keys[3]! += facts.entries;
      facts.entries += entries;
      facts.capacity += capacity;
    }
    return true;
  };

  return (node) => {
    if (nodeTypes[node] !== NODE.object) return undefined;
    const place = kinds[nodeNames[node]!]!;
    if (place === 0) return undefined;
    facts.kind = COLLECTION_KINDS[place - 1]!;
    facts.entries = 0;
    facts.capacity = 0;
    facts.size = selfSizes[node]!;
    facts.store = -1;
    facts.keys.fill(0);
    facts.objectKeys.length = 0;
    switch (facts.kind) {
      case 'Map':
        readTable(node, 3);
        break;
      case 'Set':
        readTable(node, 2);
        break;
      case 'WeakMap':
      case 'WeakSet':
        readWeakTable(node);
        break;
      case 'Array':
        readItems(node);
        break;
      case 'dictionary':
        return readProperties(node) ? facts : undefined;
      default:
        readBytes(node);
    }
    return facts;
  };
}
