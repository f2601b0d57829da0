/** What the other parts share: reading and writing, and the graph. */

// @ts-expect-error: decorator
@inline
export function at(base: usize, index: u32): u32 {
  return load<u32>(base + (<usize>index << 2));
}

// @ts-expect-error: decorator
@inline
export function put(base: usize, index: u32, value: u32): void {
  store<u32>(base + (<usize>index << 2), value);
}

// @ts-expect-error: decorator
@inline
export function byteAt(base: usize, index: u32): u32 {
  return load<u8>(base + <usize>index);
}

// The graph: set by `useGraph` before anything else.
export let nodeCount: u32 = 0;
export let edgeCount: u32 = 0;
export let root: u32 = 0;
export let firstEdge: usize = 0;
export let edgeTypes: usize = 0;
export let edgeTargets: usize = 0;
export let weak: u32 = 0;
export let shortcut: u32 = 0;

export function useGraph(
  nodes: u32,
  edges: u32,
  rootNode: u32,
  first: usize,
  types: usize,
  targets: usize,
  weakType: u32,
  shortcutType: u32,
): void {
  nodeCount = nodes;
  edgeCount = edges;
  root = rootNode;
  firstEdge = first;
  edgeTypes = types;
  edgeTargets = targets;
  weak = weakType;
  shortcut = shortcutType;
}

/** Nodes whose edges are touched before the first of them is worked on: the loads overlap. */
export const PREFETCH: u32 = 32;

/** What was loaded ahead of time, so that the loads are not left out; never read. */
let sink: u32 = 0;

export function sinkInto(touched: u32): void {
  sink = touched;
}


/** The place of an edge in an ascending list, or its length. */
export function placeOf(list: usize, length: u32, edge: u32): u32 {
  let low: u32 = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(list, middle) < edge) low = middle + 1;
    else high = middle;
  }
  return low < length && at(list, low) == edge ? low : length;
}

/** Where `countCommas` stopped: at a closing bracket, or at the end. */
export let commasEnd: usize = 0;

/** Commas among these bytes, up to the first closing bracket. */
export function countCommas(from: usize, to: usize): u32 {
  const comma = i8x16.splat(0x2c);
  const close = i8x16.splat(0x5d);
  let total: u32 = 0;
  let p = from;
  while (p + 16 <= to) {
    // A lane counts to 255.
    const begin = p;
    const stop = min(to, p + 16 * 255);
    let lanes = i8x16.splat(0);
    let ends = i8x16.splat(0);
    for (; p + 16 <= stop; p += 16) {
      const text = v128.load(p);
      lanes = i8x16.sub(lanes, i8x16.eq(text, comma));
      ends = v128.or(ends, i8x16.eq(text, close));
    }
    if (v128.any_true(ends)) {
      p = begin;
      break;
    }
    const pairs = i16x8.extadd_pairwise_i8x16_u(lanes);
    const sums = i32x4.extadd_pairwise_i16x8_u(pairs);
    total +=
      i32x4.extract_lane(sums, 0) +
      i32x4.extract_lane(sums, 1) +
      i32x4.extract_lane(sums, 2) +
      i32x4.extract_lane(sums, 3);
  }
  for (; p < to; p++) {
    const byte = load<u8>(p);
    if (byte == 0x5d) break;
    if (byte == 0x2c) total++;
  }
  commasEnd = p;
  return total;
}
