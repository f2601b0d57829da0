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
