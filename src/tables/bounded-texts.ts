/** Texts of a heap for a table: of bounded length, and whole characters. */
import type { Cell } from '../base/result.js';
import { LONGEST_TEXT } from './schema.js';

/** Texts as they stand in a table; null where there is none. */
export function boundedTexts(cells: readonly Cell[]): (string | null)[] {
  return cells.map((cell) => (typeof cell === 'string' ? boundedText(cell) : null));
}

/**
 * A text of a snapshot as a table has it.
 *
 * - Out: at most `LONGEST_TEXT` UTF-16 units, of which no pair is cut.
 */
export function boundedText(text: string): string {
  if (text.length <= LONGEST_TEXT) return text;
  const cutsPair = /[\uD800-\uDBFF]/.test(text[LONGEST_TEXT - 1]!);
  return text.slice(0, cutsPair ? LONGEST_TEXT - 1 : LONGEST_TEXT);
}
