/** Passes over the nodes: which are of a kind, which class each has, their own sizes. */

import { at, byteAt, put } from './assembly-graph';

let types: usize = 0;
let names: usize = 0;
let nameCount: u32 = 0;
let byType: usize = 0;
let byName: usize = 0;

/**
 * Says what nodes are looked for: bits by type, and by name. `bytes` has 256 for the types, then
 * one for each of `count` names.
 */
export function startKinds(typesColumn: usize, namesColumn: usize, bytes: usize, count: u32): void {
  types = typesColumn;
  names = namesColumn;
  byType = bytes;
  byName = bytes + 256;
  nameCount = count;
}

/** A node's bits by its type that its name has as well. */
// @ts-expect-error: decorator
@inline
function kindOf(node: u32, bits: u32): u32 {
  const name = at(names, node);
  return name < nameCount ? bits & byteAt(byName, name) : 0;
}

/** Entries that `findKinds` has written. */
export let kindCount: u32 = 0;

/** Lists the nodes of this range that have a bit in common with their name. Begins with 0. */
export function findKinds(from: u32, to: u32, list: usize): void {
  if (from == 0) kindCount = 0;
  let count = kindCount;
  for (let node = from; node < to; node++) {
    const bits = byteAt(byType, byteAt(types, node));
    if (bits != 0 && kindOf(node, bits) != 0) put(list, count++, node);
  }
  kindCount = count;
}

/** The bit of types of which all nodes are marked by `markKinds`. */
const ALL: u32 = 0x80;

/** Writes 1 for nodes of a marked type, and for those that have a bit in common with their name. */
export function markKinds(from: u32, to: u32, marks: usize): void {
  for (let node = from; node < to; node++) {
    const bits = byteAt(byType, byteAt(types, node));
    const isMarked = (bits & ALL) != 0 || (bits != 0 && kindOf(node, bits) != 0);
    store<u8>(marks + <usize>node, isMarked ? 1 : 0);
  }
}

/** V8's own sizes as those that are to be summed. */
export function copySizes(from: u32, to: u32, selfSizes: usize, sizes: usize): void {
  for (let node = from; node < to; node++) store<f64>(sizes + (<usize>node << 3), <f64>at(selfSizes, node));
}

/** The same number for all. */
export function fillNumbers(from: u32, to: u32, column: usize, value: u32): void {
  for (let i = from; i < to; i++) put(column, i, value);
}

let classByType: usize = 0;
let classByName: usize = 0;
let classes: usize = 0;

/**
 * Begins with the classes of nodes: `byTypeTable` and `byNameTable` have the number of a class plus
 * one, or 0 while it has none. Types with a bit in `startKinds` go by their names.
 */
export function startClasses(byTypeTable: usize, byNameTable: usize, column: usize): void {
  classByType = byTypeTable;
  classByName = byNameTable;
  classes = column;
}

/** Writes classes. Out: the first node of the range whose class has no number yet, or `to`. */
export function classNodes(from: u32, to: u32): u32 {
  for (let node = from; node < to; node++) {
    const type = byteAt(types, node);
    let known: u32 = 0;
    if (byteAt(byType, type) == 0) known = at(classByType, type);
    else {
      const name = at(names, node);
      if (name < nameCount) known = at(classByName, name);
    }
    if (known == 0) return node;
    put(classes, node, known - 1);
  }
  return to;
}
