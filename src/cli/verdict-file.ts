/** The file beside a snapshot in which verdicts by hand are kept. */
import fs from 'node:fs';
import { UsageError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import { openAtomicFile } from '../io/atomic-file.js';
import { readText } from '../io/read-text.js';
import { writeReason } from '../io/reasons.js';

/** As much as ten thousand verdicts take. */
const LARGEST = 16 << 20;

function nameOf(snapshot: string): string {
  return `${snapshot}.verdicts.json`;
}

/** Its name, and its text; undefined where there is none. Throws UsageError. */
export function readVerdicts(snapshot: string): { readonly file: string; readonly text: string | undefined } {
  const file = nameOf(snapshot);
  return { file, text: readText(file, `the verdicts in ${printable(file)}`, { limit: LARGEST }) };
}

/** Replaces it, whole and for its owner alone; undefined takes it away. Throws UsageError. */
export function keepVerdicts(snapshot: string, text: string | undefined): void {
  const file = nameOf(snapshot);
  if (text !== undefined) {
    const target = openAtomicFile(file);
    try {
      target.write(text);
      target.finish();
    } catch (error) {
      target.discard();
      throw error;
    }
    return;
  }
  try {
    fs.rmSync(file, { force: true });
  } catch (error) {
    throw new UsageError(
      `cannot take away ${printable(file)}: ${writeReason(error)}`,
      'Check its permissions.',
    );
  }
}
