/**
 * Node and edge types by our own numbers: the order in which V8 writes them today, so that its
 * numbers usually are ours. A type of a file that is not in these lists gets the next number; its
 * name is in `graph.nodeTypeNames` or `graph.edgeTypeNames`.
 * V8: https://github.com/v8/v8/blob/13.6.233/src/profiler/heap-snapshot-generator.h
 * (HeapEntry::Type, HeapGraphEdge::Type)
 */
export const NODE_TYPES = [
  'hidden',
  'array',
  'string',
  'object',
  'code',
  'closure',
  'regexp',
  'number',
  'native',
  'synthetic',
  'concatenated string',
  'sliced string',
  'symbol',
  'bigint',
  'object shape',
] as const;

/** Names of the edge types by their numbers. */
export const EDGE_TYPES = [
  'context',
  'element',
  'property',
  'internal',
  'hidden',
  'shortcut',
  'weak',
] as const;

/** Numbers of the node types, by name: `NODE.object`. */
export const NODE = numbered(NODE_TYPES);

/** Numbers of the edge types, by name: `EDGE.weak`. */
export const EDGE = numbered(EDGE_TYPES);

function numbered<const T extends readonly string[]>(names: T): Readonly<Record<T[number], number>> {
  return Object.fromEntries(names.map((name, number) => [name, number])) as Record<T[number], number>;
}

/** By node type, 1 for these and 0 for all others, also for types that are not known. */
export function nodeTypeMarks(...types: readonly (typeof NODE_TYPES)[number][]): Readonly<Uint8Array> {
  const marks = new Uint8Array(256);
  for (const type of types) marks[NODE[type]] = 1;
  return marks;
}

/** By node type: texts, which V8 keeps flat, concatenated, or as a part of another. */
export const IS_TEXT = nodeTypeMarks('string', 'concatenated string', 'sliced string');

/** Edges of these types are named by a number (an index), all others by a string. */
export function isIndexed(edgeType: number): boolean {
  return edgeType === EDGE.element || edgeType === EDGE.hidden;
}

/** States of the `detachedness` column; 0 is unknown. */
export const ATTACHED = 1;
export const DETACHED = 2;

/** Whether any native node is marked as detached. Cost: a native search through one column. */
export function hasDetachedNative(nodeTypes: Uint8Array, detachedness: Uint8Array | undefined): boolean {
  if (!detachedness) return false;
  for (
    let node = detachedness.indexOf(DETACHED);
    node >= 0;
    node = detachedness.indexOf(DETACHED, node + 1)
  ) {
    if (nodeTypes[node] === NODE.native) return true;
  }
  return false;
}
