/** That an answer does not replace what it is made of. */
import { UsageError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import { identityOf } from '../io/file-facts.js';

/**
 * Checks that the output is none of the inputs.
 *
 * - In: the file to write (undefined: standard output); the files to read (`-`: standard input).
 *   Files are compared by device and inode: another spelling, a link and the shell's `>>` count.
 * - Throws: UsageError.
 */
export function checkInputs(output: string | undefined, inputs: readonly string[]): void {
  const written = identityOf(output ?? 1);
  if (written === undefined) return;
  const replaced = inputs.find((file) => identityOf(file === '-' ? 0 : file) === written);
  if (replaced === undefined) return;
  const name = replaced === '-' ? 'standard input' : printable(replaced);
  throw new UsageError(
    output === undefined
      ? `${name} is read, and standard output leads into it`
      : `${name} is read, and ${printable(output)} would replace it: they are one file`,
    'Write the answer to another file.',
  );
}
