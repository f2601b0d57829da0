/** Questions that what is left of a snapshot cannot answer. */
import type { Countable } from '../../analysis/classes/classes.js';
import { UsageError } from '../../base/errors.js';
import { option, parts } from '../../base/notes.js';
import { printable } from '../../base/printable.js';
import { formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';

/**
 * Checks that no snapshot was salvaged: the rest of one has too few objects, and unnamed classes.
 *
 * - In: `question` is what cannot be answered otherwise.
 * - Throws: UsageError.
 */
export function requireWhole(heaps: readonly Countable[], question: string): void {
  const cut = heaps.find(({ truncation }) => truncation !== undefined);
  if (!cut) return;
  throw new UsageError(
    `${printable(cut.file)} is not whole (section "${cut.truncation!.section}" ends at byte ${formatCount(cut.truncation!.offset)}): ${question} needs all of a snapshot`,
    parts`Take the snapshot again; ${option('salvage')} is for questions such as typestats and by-type.`,
  );
}

/**
 * Checks that a snapshot is no slice or sample: counts and sizes of these are not those of the
 * whole.
 *
 * - In: `question` is what cannot be answered otherwise.
 * - Throws: UsageError.
 */
export function requireNoPart({ head, file }: Graph, question: string): void {
  if (head.part === undefined) return;
  throw new UsageError(
    `${printable(file)} is a ${head.part.kind} of another snapshot: ${question} needs the whole one`,
    'Name the snapshot that it was made of.',
  );
}
