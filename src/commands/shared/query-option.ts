/** Options and steps of commands that take a query. */

import { UsageError } from '../../base/errors.js';
import type { NoteLike } from '../../base/notes.js';
import { option, parts } from '../../base/notes.js';
import type { Graph } from '../../graph/graph.js';
import { maskOf } from '../../query/mask-of.js';
import { type Query, readQuery } from '../../query/query.js';
import type { OpenedSnapshot } from '../../session/need.js';
import type { FurtherSnapshot, Machine } from '../command.js';
import type { ValuesOf } from '../options.js';
import { checkOneProcess } from './compare.js';
import { absentClassNotes } from './target-notes.js';
import { WHOLE_GRAPH } from './targets.js';

/** The snapshot that `new` and `died` compare with. */
export const beforeOption = {
  before: {
    kind: 'text',
    value: 'file',
    help: 'an earlier snapshot of the process, for "new" and "died"',
  },
  byId: {
    kind: 'flag',
    help: 'with --before: go on even if the snapshots seem to be of two processes',
  },
} as const;

type BeforeValues = ValuesOf<typeof beforeOption>;

/** The only argument of commands that ask which objects. */
export const queryArgument = {
  name: 'query',
  help: "a class, or a query: 'class = Session and retained > 1mb'",
  least: 1,
  most: 1,
  read: comparableQuery,
} as const;

/** Throws UsageError where a query compares, and there is no snapshot to compare with. */
function comparableQuery(text: string, { before }: BeforeValues): Query {
  const query = readQuery(text);
  if (query.compares !== undefined && before === undefined)
    throw new UsageError(
      `"${query.compares}" compares two snapshots, and there is one`,
      parts`Name the earlier one: ${option('before')} FILE.`,
    );
  return query;
}

/** The snapshot of `--before`. */
export function beforeSnapshot({ before }: BeforeValues): readonly FurtherSnapshot[] {
  return before === undefined ? [] : [{ file: before, need: WHOLE_GRAPH }];
}

/** What a query accepts. */
export interface Selected {
  /** The snapshot that it is about: with `died` the earlier one. */
  readonly graph: Graph;
  /** By node. */
  readonly mask: Uint8Array;
  readonly notes: readonly NoteLike[];
  /** Whether the notes say already that a class is not there. */
  readonly isAbsent: boolean;
}

/** Selects nodes of the snapshot, or for `died` of the earlier one. Throws UsageError. */
export async function select(
  query: Query,
  heaps: readonly OpenedSnapshot[],
  options: BeforeValues,
  { readIds }: Machine,
): Promise<Selected> {
  const [after, before] = heaps.map(({ graph }) => graph);
  const notes =
    after && before
      ? checkOneProcess(before, after, {
          byId: options.byId,
          advice: parts`${option('before')} names the earlier one`,
        })
      : [];
  const [graph, other] = query.compares === 'died' ? [before!, after] : [after!, before];
  const absent = await absentClassNotes(
    heaps.map((heap) => heap.graph),
    query,
  );
  const mask = await maskOf(query, { graph, other, readIds });
  return { graph, mask, notes: [...notes, ...absent], isAbsent: absent.length > 0 };
}
