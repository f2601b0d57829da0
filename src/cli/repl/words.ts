/** Words of a line, as a shell takes them apart. */
import { UsageError } from '../../base/errors.js';

/** A word that may have no end yet. */
export interface Word {
  readonly text: string;
  /** Where it begins in the line. */
  readonly from: number;
  /** The quote that is open at the end of the line. */
  readonly open: '"' | "'" | undefined;
}

/**
 * Takes a line apart. Quotes and backslashes are a shell's; nothing else has a meaning.
 *
 * - Out: the words; after a space at the end an empty one, which is being typed.
 */
export function wordsTyped(line: string): readonly Word[] {
  const words: Word[] = [];
  let at = 0;
  for (;;) {
    while (at < line.length && /\s/.test(line[at]!)) at++;
    const from = at;
    let text = '';
    let open: Word['open'];
    while (at < line.length && (open !== undefined || !/\s/.test(line[at]!))) {
      const char = line[at++]!;
      if (open === undefined && (char === '"' || char === "'")) open = char;
      else if (char === open) open = undefined;
      else if (char === '\\' && open !== "'" && at < line.length && escapes(line[at]!, open))
        text += line[at++]!;
      else text += char;
    }
    words.push({ text, from, open });
    if (at >= line.length) return words;
  }
}

/** Between double quotes a backslash stands for itself in front of most characters. */
function escapes(next: string, open: Word['open']): boolean {
  return open === undefined || next === '"' || next === '\\';
}

/** The words of a whole line. Throws UsageError for a quote without its end. */
export function wordsOf(line: string): readonly string[] {
  const words = wordsTyped(line);
  const { open } = words.at(-1)!;
  if (open !== undefined)
    throw new UsageError(`the quote ${open} has no end`, `Close it, or write it as \\${open}.`);
  return words.filter(({ text, from }) => text !== '' || from < line.length).map(({ text }) => text);
}

/** A text as one word. */
export function quotedWord(text: string): string {
  if (/^[\w$@./:~-]+$/.test(text)) return text;
  return text.includes("'") ? `"${text.replace(/["\\]/g, '\\$&')}"` : `'${text}'`;
}
