/** The dominator tree: sources of later edges, semidominators, dominators. */

import {
  at,
  byteAt,
  edgeCount,
  edgeTargets,
  edgeTypes,
  firstEdge,
  PREFETCH,
  put,
  root,
  sinkInto,
} from './assembly-graph';
import {
  behindSearched,
  counts,
  idleTypes,
  least,
  limitsAgain,
  numbers,
  parents,
  passes,
  vertices,
} from './assembly-numbering';

let offset: u32 = 0;

/**
 * Turns the counts of these numbers into the places where their sources begin; by number, `ends`
 * and `lasts` get where they end.
 */
export function placeSources(from: u32, to: u32, ends: usize, lasts: usize): void {
  if (from == 1) {
    offset = 0;
    put(ends, 0, 0);
  }
  for (let i = from; i < to; i++) {
    const later = at(counts, i);
    put(counts, i, offset);
    offset += later;
    put(ends, i, offset);
    put(lasts, i, offset);
  }
}

// Threads share the collecting: each takes the next part that nobody has taken, and one fills the
// places of a target from the first, the other from the last.

/** Sources of a part. */
const PART: u32 = 1 << 15;

let taken: usize = 0;
let places: usize = 0;
let isFromLast: u32 = 0;
let sources: usize = 0;
let scratch: usize = 0;

/**
 * Begins to collect, in one thread or in each of two. `takenParts` is shared and has two zeros: how
 * many parts are taken, and how many are done. `placesColumn` says by number where the next source
 * goes: `counts`, or, from the last, a copy of `ends`. `batch` has 256 bytes.
 */
export function startSources(
  takenParts: usize,
  placesColumn: usize,
  fromLast: u32,
  sourcesColumn: usize,
  batch: usize,
): void {
  taken = takenParts;
  places = placesColumn;
  isFromLast = fromLast;
  sources = sourcesColumn;
  scratch = batch;
}

/** Takes parts until there are no more; true when there are none. */
export function collectSources(parts: u32): bool {
  for (let i: u32 = 0; i < parts; i++) {
    const part = atomic.add<u32>(taken, 1);
    const from = part * PART + 1;
    if (from >= behindSearched) return true;
    collectPart(from, min(behindSearched, from + PART));
    atomic.add<u32>(taken + 4, 1);
  }
  return false;
}

function collectPart(from: u32, to: u32): void {
  const first = firstEdge;
  const types = edgeTypes;
  const targets = edgeTargets;
  const known = numbers;
  const placeBy = places;
  const back = isFromLast;
  const into = sources;
  const starts = scratch;
  const lastEdge = edgeCount - 1;
  const stops = starts + (PREFETCH << 2);
  const idle = idleTypes();
  let touched: u32 = 0;
  // The root has no later targets.
  for (let begin = max(from, 2); begin < to; begin += PREFETCH) {
    const batch = min(PREFETCH, to - begin);
    for (let i: u32 = 0; i < batch; i++) {
      const node = at(vertices, begin + i);
      const edge = at(first, node);
      put(starts, i, edge);
      put(stops, i, at(first, node + 1));
      if (edge <= lastEdge) touched ^= byteAt(types, edge) ^ at(targets, edge);
    }
    for (let i: u32 = 0; i < batch; i++) {
      const source = begin + i;
      const limits = limitsAgain(source);
      for (let edge = at(starts, i), end = at(stops, i); edge < end; edge++) {
        if (((idle >>> byteAt(types, edge)) & 1) != 0) continue;
        const target = at(targets, edge);
        const number = at(known, target);
        if (number >= source) continue;
        if (limits != 0 && !passes(limits, edge, target, number)) continue;
        const place = at(placeBy, number) - back;
        put(placeBy, number, place + 1 - back);
        put(into, place, source);
      }
    }
  }
  sinkInto(touched);
}

/** Ancestor and label of each number, side by side. */
export function startLinks(from: u32, to: u32, links: usize): void {
  for (let i = from; i < to; i++) {
    const link = links + (<usize>i << 3);
    store<u32>(link, at(parents, i));
    store<u32>(link, i, 4);
  }
}

/** Semidominators of the numbers above `to`, from `from` down; `least` becomes `idoms`. */
export function findSemidominators(
  from: u32,
  to: u32,
  ends: usize,
  laterSources: usize,
  links: usize,
  path: usize,
): void {
  const idoms = least;
  for (let i = from; i > to; i--) {
    let semi = at(idoms, i);
    for (let k = at(ends, i - 1), end = at(ends, i); k < end && semi != 1; k++) {
      const source = at(laterSources, k);
      const sourceLink = links + (<usize>source << 3);
      let ancestor = load<u32>(sourceLink);
      let label = load<u32>(sourceLink, 4);
      if (ancestor > i) {
        let length: u32 = 0;
        let link = sourceLink;
        let node = source;
        do {
          put(path, length++, node);
          node = ancestor;
          link = links + (<usize>node << 3);
          ancestor = load<u32>(link);
        } while (ancestor > i);
        label = load<u32>(link, 4);
        while (length > 0) {
          const below = links + (<usize>at(path, --length) << 3);
          store<u32>(below, ancestor);
          const own = load<u32>(below, 4);
          if (label < own) store<u32>(below, label, 4);
          else label = own;
        }
      }
      if (label < semi) semi = label;
    }
    store<u32>(links + (<usize>i << 3), semi, 4);
    put(idoms, i, semi);
  }
}

/** Immediate dominators of these numbers, ascending. */
export function findDominators(from: u32, to: u32): void {
  const idoms = least;
  for (let i = from; i < to; i++) {
    let dominator = at(parents, i);
    const semi = at(idoms, i);
    while (dominator > semi) dominator = at(idoms, dominator);
    put(idoms, i, dominator);
  }
}

/** The same by node; numbers above `searched` hang from the root. */
export function nameDominators(from: u32, to: u32, searched: u32, dominators: usize): void {
  for (let i = from; i < to; i++) {
    put(
      dominators,
      at(vertices, i),
      i <= searched && i > 1 ? at(vertices, at(least, i)) : root,
    );
  }
}
