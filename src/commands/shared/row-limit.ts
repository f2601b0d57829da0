/** How many rows of a table are shown, and what is said of the others. */
import { type Note, note, option } from '../../base/notes.js';
import { formatCount } from '../../base/units.js';

export const allRows = { kind: 'flag', help: 'no limit', conflicts: ['limit'] } as const;

/** A limit from `--limit` and `--all`. */
export function limitOf(options: { limit: number | undefined; all: boolean }): number {
  return options.all || options.limit === undefined ? Number.POSITIVE_INFINITY : options.limit;
}

/** A note on omitted rows, if any. `one` and `several` name a row. */
export function omittedNote(omitted: number, one?: string, several?: string): readonly Note[] {
  if (omitted === 0) return [];
  const what = omitted === 1 ? one : several;
  const count = `${formatCount(omitted)} more${what === undefined ? '' : ` ${what}`}`;
  return [note('omitted')`${count}; ${option('all')} shows ${omitted === 1 ? 'it' : 'them'}`];
}
