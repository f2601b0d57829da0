/** Retained sizes of nodes and of classes. */

import { at, put } from './assembly-graph';

// Retained sizes.

/** Adds the sizes of the nodes at these places of `order`, from `from` down to above `to`. */
export function addRetained(from: u32, to: u32, order: usize, dominators: usize, retained: usize): void {
  for (let i = from; i > to; i--) {
    const node = at(order, i);
    const sum = retained + (<usize>at(dominators, node) << 3);
    store<f64>(sum, load<f64>(sum) + load<f64>(retained + (<usize>node << 3)));
  }
}

// Retained sizes of classes: a walk down the dominator tree. A record of `tree` has four numbers by
// place in `order`: first child, next sibling, dominator, class. 0, the root's place, is no child.

const FIRST: usize = 0;
const SIBLING: usize = 4;
const ABOVE: usize = 8;
const CLASS: usize = 12;

/** Class of a node that counts for none. */
const NO_CLASS: u32 = 0xffffffff;

// @ts-expect-error: decorator
@inline
function record(tree: usize, place: u32): usize {
  return tree + (<usize>place << 4);
}

/** Places of these nodes, by node. */
export function findPlaces(from: u32, to: u32, order: usize, places: usize): void {
  for (let i = from; i < to; i++) put(places, at(order, i), i);
}

/** Writes the records of these places, the class in each. */
export function startTree(
  from: u32,
  to: u32,
  order: usize,
  places: usize,
  dominators: usize,
  sizes: usize,
  classes: usize,
  tree: usize,
): void {
  for (let i = from; i < to; i++) {
    const node = at(order, i);
    const own = record(tree, i);
    store<u32>(own, 0, FIRST);
    store<u32>(own, at(places, at(dominators, node)), ABOVE);
    store<u32>(own, load<f64>(sizes + (<usize>node << 3)) == 0 ? NO_CLASS : at(classes, node), CLASS);
  }
}

/** Links the places from `from` down to above `to` to those above them. */
export function linkTree(from: u32, to: u32, tree: usize): void {
  for (let i = from; i > to; i--) {
    const own = record(tree, i);
    const above = record(tree, load<u32>(own, ABOVE));
    store<u32>(own, load<u32>(above, FIRST), SIBLING);
    store<u32>(above, i, FIRST);
  }
}

let place: u32 = 0;
let isBelow: bool = false;

let tree: usize = 0;
let order: usize = 0;
let retained: usize = 0;
let onPath: usize = 0;
let sums: usize = 0;

/** Begins the walk. `onPath` has a zero for each class, `sums` gets the bytes of each. */
export function startWalk(treeColumn: usize, orderColumn: usize, retainedColumn: usize, path: usize, bytes: usize): void {
  tree = treeColumn;
  order = orderColumn;
  retained = retainedColumn;
  onPath = path;
  sums = bytes;
  place = 0;
  isBelow = false;
}

/** Goes on for so many places; true at its end. */
export function walk(turns: u32): bool {
  const records = tree;
  const counts = onPath;
  let here = place;
  let below = isBelow;
  for (let turn: u32 = 0; turn < turns; turn++) {
    const own = record(records, here);
    const type = load<u32>(own, CLASS);
    if (!below) {
      if (type != NO_CLASS) {
        const members = at(counts, type);
        put(counts, type, members + 1);
        if (members == 0) {
          const sum = sums + (<usize>type << 3);
          const node = at(order, here);
          store<f64>(sum, load<f64>(sum) + load<f64>(retained + (<usize>node << 3)));
        }
      }
      const child = load<u32>(own, FIRST);
      if (child != 0) {
        here = child;
        continue;
      }
    }
    if (type != NO_CLASS) put(counts, type, at(counts, type) - 1);
    if (here == 0) {
      place = 0;
      return true;
    }
    const sibling = load<u32>(own, SIBLING);
    below = sibling == 0;
    here = below ? load<u32>(own, ABOVE) : sibling;
  }
  place = here;
  isBelow = below;
  return false;
}
