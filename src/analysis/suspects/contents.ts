/** What a retained set consists of, and which part of it says most. */
import type { Graph } from '../../graph/graph.js';
import { classIndex } from '../../v8/class-names.js';
import { isPackageCode } from '../../v8/packages.js';
import { nodeRoles, THING } from '../classes/node-roles.js';
import { type ContentRow, describeContent } from '../leaks/group-contents.js';
import { shapeKeys } from '../leaks/object-shapes.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';

/** Rows that are described: the others are the smallest. */
const MOST_ROWS = 200;

/**
 * Things by class and function.
 *
 * - In: ordinals; the members among them.
 * - Order: what says most first: the program's own code that many of the members come with,
 *   suspended functions before others; then the most bytes.
 * - Cost: linear in the nodes.
 */
export function contentsOfSet(
  graph: Graph,
  nodes: ArrayLike<number>,
  members: readonly number[],
): ContentRow[] {
  const roles = nodeRoles(graph);
  const sizes = shallowSizes(graph);
  const keyOf = shapeKeys(graph);
  const rows = new Map<number | string, { count: number; size: number; example: number }>();
  // Most keys are numbers of classes.
  const rowOf: ({ count: number; size: number; example: number } | undefined)[] = new Array(
    classIndex(graph).labels.length,
  );
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i]!;
    if (roles[node] !== THING) continue;
    const key = keyOf(node);
    const row = typeof key === 'number' ? rowOf[key] : rows.get(key);
    if (row) {
      row.count++;
      row.size += sizes[node]!;
      continue;
    }
    const first = { count: 1, size: sizes[node]!, example: node };
    rows.set(key, first);
    if (typeof key === 'number') rowOf[key] = first;
  }
  const kinds = new Set(members.slice(0, MOST_ROWS).map(keyOf));
  const ages = new Uint8Array(graph.nodeCount).fill(1);
  const found = [...rows]
    .sort(([, a], [, b]) => b.size - a.size)
    .slice(0, MOST_ROWS)
    .map(([key, { count, size, example }]): ContentRow & { readonly isMember: boolean } => ({
      ...describeContent({ graph, ages }, example),
      counts: [0, count],
      heads: [0, 0],
      size,
      depth: kinds.has(key) ? 0 : 1,
      example,
      isMember: kinds.has(key),
    }));
  const enough = Math.max(2, members.length / 4);
  const rank = (row: ContentRow & { readonly isMember: boolean }): number => {
    if (row.origin === 'program' && row.counts[1]! >= enough) {
      const own = isPackageCode(row.script) ? 3 : 0;
      if (row.kind === 'suspended') return own;
      if (row.kind === 'function' && row.isMember) return own;
      if (row.kind === 'object' && row.location) return own + 1;
      if (row.kind === 'function') return own + (row.name === '' ? 1.5 : 1);
      if (row.kind === 'scope' && row.variables.length > 0) return own + 2;
    }
    if (row.isMember) return 6;
    return row.kind === 'object' && row.counts[1]! >= enough && !isGeneral(row.type) ? 7 : 8;
  };
  return found.sort((a, b) => rank(a) - rank(b) || b.size - a.size);
}

/** Classes that say nothing of what an object is for, and parts of the runtime's own objects. */
const GENERAL =
  /^(?:Object|Array|Map|Set|Promise|Date|.*Array|ArrayBuffer|RegExp|WeakRef|WeakMap|Function|(?:Readable|Writable)State|BufferList|HTTPParser|Listener|AsyncResource|process)$|[ /()]/;

/** Whether a class says nothing of what its objects are for. */
export function isGeneral(type: string): boolean {
  return GENERAL.test(type);
}

/** Whether a row is code of the program's that made many of the members. */
export function isTelling(row: ContentRow, members: number): boolean {
  return row.origin === 'program' && row.counts[1]! >= Math.max(2, members / 4);
}
