/** Texts of a heap for a table: of bounded length, and whole characters. */
import type { Cell } from '../base/result.js';

/** As many characters as V8 writes of a string by default. */
const LONGEST_TEXT = 1024;

/** Texts as they stand in a table; null where there is none. */
export function boundedTexts(cells: readonly Cell[]): (string | null)[] {
  return cells.map((cell) => (typeof cell === 'string' ? boundedText(cell) : null));
}

/** - Out: at most 1,024 UTF-16 units, of which no pair is cut. */
function boundedText(text: string): string {
  if (text.length <= LONGEST_TEXT) return text;
  const cutsPair = /[\uD800-\uDBFF]/.test(text[LONGEST_TEXT - 1]!);
  return text.slice(0, cutsPair ? LONGEST_TEXT - 1 : LONGEST_TEXT);
}
