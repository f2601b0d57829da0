/** Words for a command line that a reader copies. */
import { printable } from './printable.js';

/**
 * A text as one word of a POSIX shell, quoted where it has to be. What a terminal could act on is
 * escaped: such a word is safe to paste, and is no longer the text.
 */
export function shellWord(text: string): string {
  const word = printable(text);
  return /^[\w./:@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
