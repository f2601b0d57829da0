/** What the file of a snapshot says before it is read. */
import { UsageError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import { isFile, statOf } from '../io/file-facts.js';
import { contentKey } from '../load/content-key.js';

export interface SnapshotFile {
  /** The key of its content. */
  readonly key: string;
  readonly bytes: number;
  /** When it was last changed, in whole milliseconds since 1970. */
  readonly changed: number;
}

/**
 * - In: `reader`: what reads it, to be said.
 * - Throws: SnapshotError for a file that cannot be read; UsageError for what cannot be read twice.
 * - Cost: a pass over the bytes.
 */
export async function snapshotFile(file: string, reader: string): Promise<SnapshotFile> {
  const stat = statOf(file);
  if (file === '-' || (isFile(file) && stat?.isFile() !== true))
    throw new UsageError(
      `${file === '-' ? 'standard input' : printable(file)} can be read only once, and ${reader} reads a snapshot twice`,
      'Write it to a file.',
    );
  const key = await contentKey(file);
  return { key, bytes: stat?.size ?? 0, changed: Math.floor(stat?.mtimeMs ?? 0) };
}

/** Whether a file is the one that it was. */
export function isUnchanged(file: string, { bytes, changed }: SnapshotFile): boolean {
  const stat = statOf(file);
  return stat?.size === bytes && Math.floor(stat.mtimeMs) === changed;
}
