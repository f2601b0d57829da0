/** Types that a question names: how names match, and notes on types that do not occur. */
import { type Classes, classesOf } from '../../analysis/classes/classes.js';
import { UsageError } from '../../base/errors.js';
import { type Note, note } from '../../base/notes.js';
import { printable } from '../../base/printable.js';
import type { Graph } from '../../graph/graph.js';
import { type Partitioner, partitionAmong } from '../../graph/partition.js';
import { type ClassQuery, readClassQuery } from '../../query/class-query.js';
import { queryOf } from '../../query/query.js';
import { didYouMean, typeMatcher } from '../../query/types.js';
import type { Need } from '../../session/need.js';
import { classIndex } from '../../v8/class-names.js';
import type { Machine } from '../command.js';
import type { ValuesOf } from '../options.js';

export const patternOptions = {
  regex: { kind: 'flag', help: 'types are regular expressions that match anywhere in the class name' },
  ignoreCase: { kind: 'flag', help: 'upper and lower case are the same' },
} as const;

export const failIfNone = {
  failIfNone: { kind: 'flag', help: 'exit with 1 when nothing is found' },
} as const;

/** The only snapshot that is opened has all that a query may ask of one. */
export const QUERIED: Need = { kind: 'graph', edges: true, locations: true };

/**
 * A text as a query, unless options say that it is a name or a pattern.
 *
 * - Throws: QueryError; UsageError as `readQuery`.
 */
export function readType(text: string, options: ValuesOf<typeof patternOptions>): ClassQuery {
  if (!options.regex && !options.ignoreCase) return readClassQuery(text);
  const classes = typeMatcher(text, options);
  return { ...queryOf(text, { kind: 'class', name: text }), classes, isName: true };
}

/** For a query that compares, where there is no option for the other snapshot. */
export function comparesError(compares: 'new' | 'died'): UsageError {
  return new UsageError(
    `"${compares}" compares two snapshots, and there is one`,
    'select takes two, and its ids can be used here: set("FILE").',
  );
}

/**
 * By node 1 where a query accepts it.
 *
 * - Throws: UsageError for a query that compares with another snapshot; as `maskOf`.
 */
export async function maskOfTypes(
  query: ClassQuery,
  graph: Graph,
  { readIds }: Machine,
): Promise<Uint8Array> {
  // On demand: `count`, which starts in milliseconds, mostly does without.
  const { maskOf } = await import('../../query/mask-of.js');
  if (query.compares !== undefined) throw comparesError(query.compares);
  return maskOf(query, { graph, readIds });
}

/** A note for a type that does not occur, with the closest names that do. */
export async function unknownType(classes: Classes, type: string): Promise<Note> {
  return (await unknownClass(classes, type)).note;
}

/** The same, and whether a name is so close that this one may be misspelt. */
export async function unknownClass(
  classes: Classes,
  type: string,
): Promise<{ readonly note: Note; readonly isNear: boolean }> {
  const near = await didYouMean(
    classes.rows.map((row) => row.type),
    type,
  );
  const path = /^\S*[\\/]\S*$|\.(json|gz|br|zst)$/.test(type) ? ' (and no file of that name)' : '';
  return {
    note: note(
      'unknown',
    )`no objects of type "${printable(type)}" in ${printable(classes.file)}${path}${near}`,
    isNear: near !== '',
  };
}

/** A note for what accepts no object: a name may be misspelt, a query is as it was meant. */
export async function noneNote(
  classes: Classes,
  { text, isName, classes: known }: ClassQuery,
): Promise<Note> {
  if (isName) return unknownType(classes, text);
  return note(
    'unknown',
  )`no ${known ? 'class' : 'object'} fits ${printable(text)} in ${printable(classes.file)}`;
}

/**
 * A note on a class that none of several graphs has, with the closest name of the last graph.
 *
 * - Empty: undefined when one of the graphs has it.
 */
export async function unknownInAll(
  graphs: readonly Graph[],
  type: string,
  partition: Partitioner = classIndex,
): Promise<Note | undefined> {
  if (graphs.some((graph) => partition(graph, graphs).labels.includes(type))) return undefined;
  const last = classesOf(graphs.at(-1)!, { raw: true, partition: partitionAmong(partition, graphs) });
  return unknownType(last, type);
}
