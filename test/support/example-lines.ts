/** Command lines of commands that no table of a test names: their own examples, on fixtures. */
import type { Command } from '../../src/commands/command.js';

/**
 * Words of a command line, as a shell splits them: enough for examples in help and docs.
 *
 * - In: a line with double or single quotes around whole words; no escapes, no variables.
 */
export function shellWords(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3]!);
}

/**
 * The examples of a command, without `heapgraph`, with the paths of fixtures in place of snapshots.
 *
 * - In: `before` stands for each file that is called so (`before.heapsnapshot`), `after` for any other.
 * - Order: as in the definition. Examples with a pipe, with files of another kind, or in another format,
 *   and those that make a snapshot, are left out.
 * - Throws: Error when no example is left: such a command needs a line in the table of the test.
 */
export function exampleLines(
  command: Command,
  snapshots: { readonly before: string; readonly after: string },
): readonly (readonly string[])[] {
  const lines = command.examples
    .map(({ line }) => line)
    .filter(
      (line) => !/[|<>] |-o \S+\.heapsnapshot|\.(json|csv|svg|txt|png|dot|pb\.gz)\b|--format /.test(line),
    )
    .map((line) => shellWords(line).slice(1))
    .map((words) => {
      const named = words.map((word) =>
        /\.heapsnapshot(\.gz)?$/.test(word)
          ? /before/.test(word)
            ? snapshots.before
            : snapshots.after
          : word,
      );
      const names = named.some((word) => word === snapshots.before || word === snapshots.after);
      // With --list a command is about what is kept, not about a snapshot.
      return names || !command.snapshot || words.includes('--list') ? named : [...named, snapshots.after];
    });
  if (lines.length === 0)
    throw new Error(`${command.name} has no example that runs as it is: give it a line in this test`);
  return lines;
}
