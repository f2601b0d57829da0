/** Which argument is the snapshot. */

import { UsageError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import type { Arguments } from '../commands/command.js';
import { isFile } from '../io/file-facts.js';
import { SNAPSHOT_NAME } from '../io/snapshot-names.js';
import { newestSnapshot } from './newest.js';

export interface SnapshotChoice {
  readonly snapshot: string;
  readonly rest: readonly string[];
  /** The snapshot was not named; stderr says which was taken. */
  readonly guessed: boolean;
}

/**
 * Chooses the snapshot and leaves the other arguments.
 *
 * - Order: `--snapshot`; then the last argument, if it is `-`, ends like a snapshot or names an
 *   existing file; then the one that is `loaded`, or the newest snapshot in this folder.
 * - An argument that the command requires is a file only if it ends like a snapshot: a file may
 *   happen to have the name of a class.
 */
export function chooseSnapshot(
  args: readonly string[],
  takes: Arguments | undefined,
  option: string | undefined,
  loaded?: string,
): SnapshotChoice {
  if (option !== undefined) return { snapshot: option, rest: args, guessed: false };
  const last = args.at(-1);
  if (last !== undefined) {
    const named = last === '-' || SNAPSHOT_NAME.test(last);
    const needed = args.length <= (takes?.least ?? 0);
    if (named || (!needed && isFile(last)))
      return { snapshot: last, rest: args.slice(0, -1), guessed: false };
  }
  if (takes === undefined && last !== undefined)
    return { snapshot: last, rest: args.slice(0, -1), guessed: false };
  if (loaded !== undefined) return { snapshot: loaded, rest: args, guessed: false };
  const newest = newestSnapshot('.');
  if (newest === undefined) {
    throw new UsageError(
      'no snapshot was named, and this folder has no *.heapsnapshot file',
      'Name one, or write one: kill -USR2 a process that was started with node --heapsnapshot-signal=SIGUSR2, or call v8.writeHeapSnapshot().',
    );
  }
  return { snapshot: newest, rest: args, guessed: true };
}

/** Throws UsageError when one of too many arguments is a file beside the named `snapshot`. */
export function checkArguments(
  args: readonly string[],
  takes: Arguments | undefined,
  snapshot: string | undefined,
): void {
  const tooMany = args.slice(takes?.most ?? 0);
  const files = tooMany.filter((arg) => SNAPSHOT_NAME.test(arg) || isFile(arg));
  if (snapshot === undefined || files.length === 0) return;
  const named = [...files, snapshot].map((file) => `"${printable(file)}"`);
  throw new UsageError(
    `one snapshot is taken, and ${named.length} are named: ${named.join(', ')}`,
    'Name one of them. diff, show-growth and leaks compare several.',
  );
}

/** Throws UsageError when standard input is to be read twice, or nothing is piped into it. */
export function checkStandardInput(files: readonly string[], isTerminal: () => boolean): void {
  const uses = files.filter((file) => file === '-').length;
  if (uses > 1)
    throw new UsageError(
      'standard input can be read only once',
      'Only one - is possible: name files for the rest.',
    );
  if (uses === 1 && isTerminal()) {
    throw new UsageError(
      'standard input is a terminal',
      'Pipe something into it: gunzip -c app.heapsnapshot.gz | heapgraph … -',
    );
  }
}
