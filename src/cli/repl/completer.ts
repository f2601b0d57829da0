/** What Tab offers at a prompt: commands, options, values, files, and names of classes. */
import type { Graph } from '../../graph/graph.js';
import { classIndex } from '../../v8/class-names.js';
import type { Prompt } from '../run.js';
import { quotedWord, wordsTyped } from './words.js';

/** Names that are offered at most. */
const MOST_NAMES = 200;

/** Words of the prompt itself. */
export const DOT_WORDS = ['.exit', '.files', '.help'] as const;

/** Candidates and the part of the line that they replace, as `readline` takes them. */
export function completer(
  { complete, commands }: Prompt,
  graphs: () => readonly Graph[],
): (line: string) => [string[], string] {
  return (line) => {
    const words = wordsTyped(line);
    const { text, from } = words.at(-1)!;
    const typed = line.slice(from);
    if (words.length === 1 && text.startsWith('.'))
      return [DOT_WORDS.filter((word) => word.startsWith(text)), typed];
    const offered = complete(words.map((word) => word.text)).map(({ value }) => value);
    const command = commands.find(({ name }) => name === words[0]!.text);
    const names =
      command?.arguments && words.length > 1 && !text.startsWith('-') ? classNames(graphs(), text) : [];
    return [[...offered, ...names].map(quotedWord), typed];
  };
}

function classNames(graphs: readonly Graph[], begin: string): readonly string[] {
  const names = new Set<string>();
  for (const graph of graphs)
    for (const label of classIndex(graph).labels)
      if (label.startsWith(begin) && !/[\0-\x1f\x7f]/.test(label)) names.add(label);
  return [...names].sort().slice(0, MOST_NAMES);
}
