/** Objects that say the same: one of them would do, where nobody changes them. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { classIndex } from '../../v8/class-names.js';
import { hasNumbers } from '../../v8/collections.js';
import { isInternal } from '../../v8/names.js';
import { pointerSize } from '../../v8/pointer-size.js';
import { numberText } from '../../v8/values.js';
import { prototypeNodes } from '../classes/instances.js';
import { groupStrings } from '../classes/string-groups.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';

/**
 * Groups of equal objects, the group being the place in each column. Most objects are equal to
 * none: few of them have a group of their own here.
 */
export interface DuplicateObjects {
  readonly count: number;
  /** Ordinal of the first object. */
  readonly first: Uint32Array;
  readonly counts: Uint32Array;
  /** Bytes of all of them, without what they refer to. */
  readonly bytes: Float64Array;
  /** Bytes of the largest. */
  readonly largest: Float64Array;
  /** 1 where the objects may have numbers that the file does not show. */
  readonly mayDiffer: Uint8Array;
  /** Their objects, ascending, and the group of each. */
  readonly members: { readonly nodes: Uint32Array; readonly groups: Uint32Array };
}

/** Names of edges with a meaning of their own. */
const PROTO = 1;
const HELPER = 2;
const ELEMENTS = 3;

/** Objects that others refer to from below are open while they are looked at. */
const OPEN = 1;
const DONE = 2;
/** Bit beside `DONE`: the object may have numbers that the file does not show. */
const MAY_DIFFER = 4;

/** Differs from run to run, so that no file can be made whose objects all have one hash. */
const SEED = (Math.random() * 2 ** 32) | 0;

/**
 * Groups of equal objects. Two objects are equal when they have one class, one prototype,
 * properties and items of the same names, and equal values: strings with the same text, numbers and
 * single values that are the same, objects that are equal or are one and the same. All else that
 * they refer to (functions, tables, buffers) has to be one and the same. Objects that lead back to
 * themselves equal no other. By hashes of 64 bits.
 *
 * - In: a graph with edges.
 * - Order: by the first object.
 * - Cost: `groupStrings`; each object and its edges once or twice; 19 bytes a node, and 53 an
 *   object that may be equal to another, while it runs.
 */
export function duplicateObjects(graph: Graph): DuplicateObjects {
  const { nodeCount, nodeTypes } = graph;
  const isPrototype = prototypeNodes(graph);
  const internal = isInternal(graph);
  const { hashes, state } = objectHashes(graph);
  const sizes = shallowSizes(graph);
  const isMember = (node: number): boolean =>
    nodeTypes[node] === NODE.object && isPrototype[node] === 0 && sizes[node]! > 0 && !internal(node);
  const members = new Uint8Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) members[node] = isMember(node) ? 1 : 0;
  const most = markRepeated(members, hashes);
  const mask = 2 ** Math.ceil(Math.log2(Math.max(2, most * 2))) - 1;
  // A slot is a group plus one, and its first hash: most others are told apart by that.
  const slots = new Uint32Array(2 * (mask + 1));
  const first = new Uint32Array(most);
  const otherOf = new Uint32Array(most);
  const counts = new Uint32Array(most);
  const bytes = new Float64Array(most);
  const largest = new Float64Array(most);
  const mayDiffer = new Uint8Array(most);
  const nodes = new Uint32Array(most);
  const groups = new Uint32Array(most);
  let count = 0;
  let filled = 0;
  for (let node = 0; node < nodeCount; node++) {
    if (members[node] !== REPEATED) continue;
    const hash = hashes[2 * node]!;
    const other = hashes[2 * node + 1]!;
    let slot = hash & mask;
    let group = -1;
    for (; slots[2 * slot] !== 0; slot = (slot + 1) & mask) {
      if (slots[2 * slot + 1] !== hash) continue;
      const known = slots[2 * slot]! - 1;
      if (otherOf[known] !== other) continue;
      group = known;
      break;
    }
    if (group < 0) {
      group = count++;
      slots[2 * slot] = group + 1;
      slots[2 * slot + 1] = hash;
      first[group] = node;
      otherOf[group] = other;
    }
    const size = sizes[node]!;
    counts[group]! += 1;
    bytes[group]! += size;
    if (size > largest[group]!) largest[group] = size;
    if ((state[node]! & MAY_DIFFER) !== 0) mayDiffer[group] = 1;
    nodes[filled] = node;
    groups[filled++] = group;
  }
  return { count, first, counts, bytes, largest, mayDiffer, members: { nodes, groups } };
}

/** Others have the same hash, or one that begins alike. */
const REPEATED = 2;

/** Bits of a hash that tell most others apart: two bits for each take 16 MB. */
const BITS = 26;

/**
 * Marks the members whose hash may be that of another one as `REPEATED`: the others are equal to
 * none, and need no place in a table. Out: how many are marked.
 */
function markRepeated(members: Uint8Array, hashes: Uint32Array): number {
  // Of two bits the lower one says that one has this hash, the upper one that more have it.
  const seen = new Int32Array(1 << (BITS - 4));
  for (let node = 0; node < members.length; node++) {
    if (members[node] === 0) continue;
    const place = hashes[2 * node]! >>> (32 - BITS);
    const bit = 1 << (2 * (place & 15));
    const word = place >>> 4;
    const before = seen[word]!;
    seen[word] = before | bit | ((before & bit) << 1);
  }
  let repeated = 0;
  for (let node = 0; node < members.length; node++) {
    if (members[node] === 0) continue;
    const place = hashes[2 * node]! >>> (32 - BITS);
    if (((seen[place >>> 4]! >>> (2 * (place & 15))) & 2) === 0) continue;
    members[node] = REPEATED;
    repeated++;
  }
  return repeated;
}

interface Hashes {
  /** Two by node, side by side: who reads one reads the other. */
  readonly hashes: Uint32Array;
  /** By node. */
  readonly state: Uint8Array;
}

function objectHashes(graph: Graph): Hashes {
  const { nodeCount, nodeTypes, selfSizes, firstEdge, strings } = graph;
  const { types, names, targets } = edgesOf(graph);
  const { of } = classIndex(graph);
  const hashes = new Uint32Array(2 * nodeCount);
  const state = new Uint8Array(nodeCount);
  const texts = textNumbers(graph);
  const isExact = hasNumbers(graph);
  const pointer = pointerSize(graph);
  // By string what it means as the name of an edge: a byte is read quicker than a set is asked.
  const roles = new Uint8Array(strings.length);
  for (const name of strings.indexesOf('__proto__').indexes) roles[name] = PROTO;
  for (const name of strings.indexesOf('map', 'properties').indexes) roles[name] = HELPER;
  for (const name of strings.indexesOf('elements').indexes) roles[name] = ELEMENTS;

  const stack: number[] = [];
  /** Values that are no objects, and objects by themselves. */
  const setValue = (node: number): void => {
    state[node] = DONE;
    const text = texts[node]!;
    let kind = 1;
    let value = node;
    if (text !== 0) {
      kind = 2;
      value = text;
    } else if (nodeTypes[node] === NODE.number) {
      const number = numberText(graph, node);
      if (number !== undefined) {
        kind = 3;
        value = hashOf(number);
      }
    }
    hashes[2 * node] = mixed(value, kind);
    hashes[2 * node + 1] = mixed(value ^ 0x5bd1e995, kind + 7);
  };
  const { property, element, internal, hidden, weak, shortcut } = EDGE;
  /** Out: whether its own objects are all known; those that are not are put on the stack. */
  const setObject = (node: number): boolean => {
    let isWhole = true;
    let differs = 0;
    let a = mixed(of[node]!, 4);
    let b = mixed(of[node]!, 5);
    let shown = 0;
    let items = 0;
    let room = 0;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const type = types[edge]!;
      // Weak references say nothing of the value, nor do those to shapes and arrays of V8.
      if (type === weak || type === shortcut) continue;
      const target = targets[edge]!;
      const edgeName = names[edge]!;
      let isValue = false;
      if (type === property) isValue = roles[edgeName] !== PROTO;
      else if (type === element) isValue = true;
      else if (type === hidden) {
        if (nodeTypes[target] === NODE.hidden || nodeTypes[target] === NODE.array) continue;
      } else if (type === internal) {
        if (roles[edgeName] === HELPER) continue;
        if (roles[edgeName] === ELEMENTS) {
          room = Math.floor(selfSizes[target]! / pointer) - 2;
          a = (a + mixed(selfSizes[target]!, 6)) | 0;
          continue;
        }
      }
      if (type === element) items++;
      else if (isValue) shown++;
      if (isValue) {
        const known = state[target]!;
        if ((known & DONE) !== 0) differs |= known & MAY_DIFFER;
        else if (known === OPEN) isValue = false;
        else if (nodeTypes[target] !== NODE.object) setValue(target);
        else {
          stack.push(target);
          isWhole = false;
        }
      }
      if (!isWhole) continue;
      const x = isValue ? hashes[2 * target]! : target;
      const y = isValue ? hashes[2 * target + 1]! : ~target;
      const name = mixed(edgeName, type + (isValue ? 16 : 32));
      a = (a + mixed(x, name)) | 0;
      b = (b + mixed(y, name ^ 0x3c6ef372)) | 0;
    }
    if (!isWhole) return false;
    hashes[2 * node] = a;
    hashes[2 * node + 1] = b;
    // An object is three pointers and its properties, as far as they have their place in it.
    const places = Math.floor(selfSizes[node]! / pointer) - (room > 0 || items > 0 ? 4 : 3);
    if ((!isExact && places > shown) || room > items) differs = MAY_DIFFER;
    state[node] = DONE | differs;
    return true;
  };

  for (let start = 0; start < nodeCount; start++) {
    if (state[start] !== 0) continue;
    if (nodeTypes[start] !== NODE.object) {
      setValue(start);
      continue;
    }
    stack.push(start);
    while (stack.length > 0) {
      const node = stack.at(-1)!;
      if ((state[node]! & DONE) === 0) {
        state[node] = OPEN;
        if (!setObject(node)) continue;
      }
      stack.pop();
    }
  }
  return { hashes, state };
}

/** By node the number of its text, from 1; 0 for all that is no string with a known text. */
function textNumbers(graph: Graph): Uint32Array {
  const { members, assumed } = groupStrings(graph, { members: true });
  const numbers = new Uint32Array(graph.nodeCount);
  members!.nodes.forEach((node, i) => {
    const group = members!.groups[i]!;
    if (assumed[group] === 0) numbers[node] = group + 1;
  });
  return numbers;
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

function mixed(value: number, key: number): number {
  let hash = Math.imul(value ^ SEED, 0x9e3779b1) ^ Math.imul(key + 0x7f4a7c15, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}
