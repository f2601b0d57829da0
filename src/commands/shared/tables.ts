/** Options, columns and notes that several commands have in common. */

import { type Classes, type Countable, classesOf, type TypeMatcher } from '../../analysis/classes/classes.js';
import type { NodeView } from '../../analysis/classes/nodes.js';
import { UsageError } from '../../base/errors.js';
import { type Note, note, option } from '../../base/notes.js';
import { printable } from '../../base/printable.js';
import type { Cell, Column, Row } from '../../base/result.js';
import { formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { type Partitioner, partitionAmong } from '../../graph/partition.js';
import { didYouMean, typeMatcher } from '../../query/types.js';
import { classIndex } from '../../v8/class-names.js';
import type { SourceLocation } from '../../v8/scripts.js';

export const patternOptions = {
  regex: { kind: 'flag', help: 'types are regular expressions that match anywhere in the class name' },
  'ignore-case': { kind: 'flag', help: 'upper and lower case are the same' },
} as const;

export const failIfNone = {
  'fail-if-none': { kind: 'flag', help: 'exit with 1 when nothing is found' },
} as const;

export const rawSizes = {
  raw: { kind: 'flag', help: "V8's own sizes (self_size): helper objects do not count for their owners" },
} as const;

export const allRows = { kind: 'flag', help: 'no limit' } as const;

/** Which sizes an answer has, as it stands in JSON. */
export function sizesField(raw: boolean): Row {
  return { sizes: raw ? 'raw' : 'devtools' };
}

export const columns = {
  id: { key: 'id', title: 'Id', unit: 'id', role: 'id' },
  type: { key: 'type', title: 'Type', unit: 'text', role: 'name' },
  nodeType: { key: 'nodeType', title: 'Node type', unit: 'text', role: 'dim' },
  name: { key: 'name', title: 'Value', unit: 'text' },
  count: { key: 'count', title: 'Count', unit: 'count', role: 'count' },
  countShare: { key: 'countShare', title: '%', unit: 'share', role: 'dim' },
  shallowSize: { key: 'shallowSize', title: 'Shallow size', unit: 'bytes', role: 'size' },
  retainedSize: { key: 'retainedSize', title: 'Retained size', unit: 'bytes', role: 'size' },
  retainedShare: { key: 'retainedShare', title: '%', unit: 'share', role: 'dim' },
  distance: { key: 'distance', title: 'Distance', unit: 'count' },
  sizeShare: { key: 'sizeShare', title: '%', unit: 'share', role: 'dim' },
  edges: { key: 'edges', title: 'Edges', unit: 'count' },
  newCount: { key: 'newCount', title: 'New', unit: 'count' },
  deletedCount: { key: 'deletedCount', title: 'Deleted', unit: 'count' },
  countDelta: { key: 'countDelta', title: 'Delta', unit: 'count', role: 'delta', signed: true },
  newSize: { key: 'newSize', title: 'New size', unit: 'bytes', role: 'size' },
  deletedSize: { key: 'deletedSize', title: 'Deleted size', unit: 'bytes', role: 'size' },
  sizeDelta: { key: 'sizeDelta', title: 'Size delta', unit: 'bytes', role: 'delta', signed: true },
  retainedDelta: {
    key: 'retainedDelta',
    title: 'Retained delta',
    unit: 'bytes',
    role: 'delta',
    signed: true,
  },
  location: { key: 'location', title: 'Location', unit: 'location', role: 'dim' },
} as const satisfies Record<string, Column>;

/** One matcher that accepts what any of the given names or patterns accepts. */
export function anyOf(
  types: readonly string[],
  options: { regex: boolean; 'ignore-case': boolean },
): TypeMatcher {
  const matchers = types.map((type) =>
    typeMatcher(type, { regex: options.regex, ignoreCase: options['ignore-case'] }),
  );
  return (name) => matchers.some((matches) => matches(name));
}

/** A note for a type that does not occur, with the closest names that do. */
export async function unknownType(classes: Classes, type: string): Promise<Note> {
  const near = await didYouMean(
    classes.rows.map((row) => row.type),
    type,
  );
  const path = /^\S*[\\/]\S*$|\.(json|gz|br|zst)$/.test(type) ? ' (and no file of that name)' : '';
  return note('unknown')`no objects of type "${printable(type)}" in ${printable(classes.file)}${path}${near}`;
}

/** The same for a class that none of several graphs has; the names are those of the last. Undefined when one has it. */
export async function unknownInAll(
  graphs: readonly Graph[],
  type: string,
  partition: Partitioner = classIndex,
): Promise<Note | undefined> {
  if (graphs.some((graph) => partition(graph, graphs).labels.includes(type))) return undefined;
  const last = classesOf(graphs.at(-1)!, { raw: true, partition: partitionAmong(partition, graphs) });
  return unknownType(last, type);
}

/**
 * Throws UsageError when one of them was salvaged: what is left of a snapshot has fewer objects, and classes without names.
 * `question` is what cannot be answered then.
 */
export function requireWhole(heaps: readonly Countable[], question: string): void {
  const cut = heaps.find(({ truncation }) => truncation !== undefined);
  if (!cut) return;
  throw new UsageError(
    `${printable(cut.file)} is not whole (section "${cut.truncation!.section}" ends at byte ${formatCount(cut.truncation!.offset)}): ${question} needs all of a snapshot`,
    'Take the snapshot again; --salvage is for questions such as typestats and by-type.',
  );
}

/** A note on rows that are left out, where there are any: what one of them is, and what several are. */
export function omittedNote(omitted: number, one?: string, several?: string): readonly Note[] {
  if (omitted === 0) return [];
  const what = omitted === 1 ? one : several;
  const count = `${formatCount(omitted)} more${what === undefined ? '' : ` ${what}`}`;
  return [note('omitted')`${count}; ${option('all')} shows ${omitted === 1 ? 'it' : 'them'}`];
}

export function locationCell(location: SourceLocation | undefined): Cell {
  if (!location) return null;
  const { script, scriptId, line, column } = location;
  return { script: script ?? null, scriptId, line, column };
}

/** The facts of one object that every list shows. */
export function nodeRow(node: NodeView, options: { raw: boolean; retained?: boolean }): Row {
  return {
    id: node.id,
    type: node.type,
    nodeType: node.nodeType,
    name: node.name,
    shallowSize: options.raw ? node.selfSize : node.shallowSize,
    ...(options.retained ? { retainedSize: node.retainedSize, distance: node.distance } : {}),
    edges: node.edgeCount,
    location: locationCell(node.location),
  };
}

/** A limit from `--limit` and `--all`. */
export function limitOf(options: { limit: number | undefined; all: boolean }): number {
  return options.all || options.limit === undefined ? Number.POSITIVE_INFINITY : options.limit;
}
