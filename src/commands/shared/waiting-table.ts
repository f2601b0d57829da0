/** What `emitters`, `timers` and `promises` have in common. */

import { type WaitingGroup, waitingGroups } from '../../analysis/waiting/waiting-groups.js';
import type { NoteLike } from '../../base/notes.js';
import { note } from '../../base/notes.js';
import type { Answer, Cell, Column, Row } from '../../base/result.js';
import type { Graph } from '../../graph/graph.js';
import { maskOf } from '../../query/mask-of.js';
import { type Query, readQuery } from '../../query/query.js';
import type { GraphNeed } from '../../session/need.js';
import { functionIndex } from '../../v8/functions.js';
import { sourceLocation } from '../../v8/scripts.js';
import type { Machine } from '../command.js';
import type { ValuesOf } from '../options.js';
import { locationCell } from './columns.js';
import { comparesError } from './named-types.js';
import { allRows, limitOf, omittedNote } from './row-limit.js';
import { sizesField } from './sizes.js';
import { absentClassNotes } from './target-notes.js';
import { WHOLE_GRAPH } from './targets.js';

/** Options of all three. In: what may divide the rows; what does without the option, in words. */
export function waitingOptions<const D extends readonly string[]>(divisions: D, usual: string) {
  return {
    by: {
      kind: 'choices',
      choices: divisions,
      help: `what divides the rows (default ${usual}); several, separated by commas`,
    },
    where: { kind: 'text', read: readQuery, value: 'query', help: 'only those that a query accepts' },
    limit: { kind: 'integer', default: 20, help: 'rows to show' },
    all: allRows,
  } as const;
}

type WaitingOptions = ValuesOf<ReturnType<typeof waitingOptions>>;

export const functionColumn: Column = { key: 'function', title: 'Function', unit: 'text', role: 'name' };
export const holderColumn: Column = { key: 'holder', title: 'Held by', unit: 'text' };

/** What all three need. Throws UsageError where the query compares with another snapshot. */
export function waitingNeeds(_: unknown, { where }: { readonly where: Query | undefined }): GraphNeed {
  if (where?.compares !== undefined) throw comparesError(where.compares);
  return { ...WHOLE_GRAPH, work: 'both' };
}

/** What functions are called and where they stand. */
export interface FunctionTexts {
  /** Equal for closures of one function in the source; empty where no function is known. */
  label(fn: number | undefined): string;
  /** As a row has it. */
  cells(fn: number | undefined): { readonly function: Cell; readonly location: Cell };
}

/** Cost: that of `functionIndex`. */
export function functionTexts(graph: Graph): FunctionTexts {
  const { labels, of } = functionIndex(graph);
  return {
    label: (fn) => (fn === undefined ? '' : labels[of[fn]!]!),
    cells: (fn) =>
      fn === undefined
        ? { function: null, location: null }
        : { function: labels[of[fn]!]!, location: locationCell(sourceLocation(graph, fn)) },
  };
}

/** The value that all have, else null. */
export function common<T>(items: readonly T[], cellOf: (item: T) => Cell): Cell {
  const first = cellOf(items[0]!);
  return items.every((item) => cellOf(item) === first) ? first : null;
}

/** The one of which there are most. Ties: the first that is met. Empty: undefined. */
export function most<T>(values: Iterable<T>): T | undefined {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best: T | undefined;
  for (const [value, count] of counts) if (best === undefined || count > counts.get(best)!) best = value;
  return best;
}

/** One thing that waits: what `--where` is asked of, and what it consists of. */
export interface WaitingItem {
  /** Ordinal. */
  readonly node: number;
  /** Ordinals; their bytes are what a row says that it keeps. */
  readonly members: readonly number[];
}

interface Listing<T, D extends string> {
  readonly graph: Graph;
  readonly options: WaitingOptions;
  readonly machine: Machine;
  readonly items: readonly T[];
  /** Texts that tell items apart, by division. */
  readonly divisions: { readonly [K in D]: (item: T) => number | string };
  readonly columns: readonly Column[];
  readonly textColumns: readonly string[];
  /** What the rows count, in the plural. */
  readonly word: string;
  row(group: WaitingGroup<T>): Row;
  readonly fields?: Row;
  readonly notes?: readonly NoteLike[];
}

/** The answer: a row for those that are alike. */
export async function waitingAnswer<T extends WaitingItem, D extends string>(
  listing: Listing<T, D>,
): Promise<Answer> {
  const { graph, options, machine, items, divisions, word } = listing;
  const mask = options.where && (await maskOf(options.where, { graph, readIds: machine.readIds }));
  const accepted = mask ? items.filter(({ node }) => mask[node] === 1) : items;
  const by = (options.by ?? Object.keys(divisions)) as readonly D[];
  const keyOf = (item: T): string => by.map((name) => String(divisions[name](item))).join('\0');
  const groups = waitingGroups(graph, accepted, keyOf, ({ members }) => members);
  const shown = groups.slice(0, Math.min(limitOf(options), groups.length));
  const omitted = groups.length - shown.length;
  return {
    result: {
      kind: 'table',
      columns: listing.columns,
      rows: shown.map((group) => listing.row(group)),
      total: groups.length,
      omitted,
      layout: 'grid',
      textColumns: listing.textColumns,
    },
    fields: { ...sizesField(false), by, count: accepted.length, ...listing.fields },
    notes: [
      ...(await absentClassNotes([graph], options.where)),
      ...(accepted.length === 0
        ? [note('answer')`no ${word}${mask ? ' that the query accepts' : ''} in ${graph.file}`]
        : []),
      ...(listing.notes ?? []),
      ...omittedNote(omitted, 'row', 'rows'),
    ],
  };
}
