/** The snapshots that a command line and a listing name, one by one. */
import { printable } from '../base/printable.js';
import { statOf } from '../io/file-facts.js';
import { type BadFolder, snapshotsIn } from '../io/snapshot-names.js';
import { type BadLine, type ListedFile, readListing } from './listing.js';

/** A file, or what cannot be read of a listing or a folder: why. */
export type Listed = ListedFile | BadLine | BadFolder;

/** Files of the command line, then those of the listing; of folders the snapshots in them. */
export async function* listedFiles(
  files: readonly string[],
  listing: string | undefined,
): AsyncGenerator<Listed> {
  for (const file of files) yield* unfolded({ file });
  if (listing !== undefined)
    for await (const one of readListing(listing)) yield* 'reason' in one ? [one] : unfolded(one);
}

/** A file, or the snapshots in a folder, with the same labels. */
function* unfolded(one: ListedFile): Generator<ListedFile | BadFolder> {
  if (statOf(one.file)?.isDirectory() !== true) return yield one;
  let isEmpty = true;
  for (const found of snapshotsIn(one.file)) {
    isEmpty = false;
    yield typeof found === 'string' ? { ...one, file: found } : found;
  }
  if (isEmpty)
    yield {
      folder: one.file,
      reason: `${printable(one.file)} is a folder without a file that ends in .heapsnapshot (.gz, .br, .zst)`,
    };
}
