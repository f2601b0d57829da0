/** What a shell offers for a word of the command line: commands, options, choices, files. */
import { readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import type { Option, Command as Program } from 'commander';
import type { Command } from '../commands/command.js';
import { SNAPSHOT_NAME } from '../io/snapshot-names.js';
import { SHELLS } from './completion-scripts.js';

/** One candidate, and what it is. */
export interface Candidate {
  readonly value: string;
  readonly says?: string | undefined;
}

/** Files of a folder that are looked at, at most. */
const MOST_FILES = 2000;

/**
 * Answers a completion script.
 *
 * - In: the words after the program's name; the last one is being typed.
 * - Out: one candidate a line, then a tab and its description. File names with control characters
 *   are left out, because they could break a line.
 */
export function completions(
  program: Program,
  commands: readonly Command[],
  words: readonly string[],
): string {
  return fitting(program, commands, words)
    .map(({ value, says }) => (says ? `${value}\t${says.replace(/\s+/g, ' ')}\n` : `${value}\n`))
    .join('');
}

/** The candidates for the last of the words. */
export function fitting(
  program: Program,
  commands: readonly Command[],
  words: readonly string[],
): readonly Candidate[] {
  const word = words.at(-1) ?? '';
  return candidates(program, commands, words.length === 0 ? [''] : words).filter(
    ({ value }) => value.startsWith(word) && !/[\0-\x1f\x7f]/.test(value),
  );
}

function candidates(
  program: Program,
  commands: readonly Command[],
  words: readonly string[],
): readonly Candidate[] {
  const [name, ...rest] = words as [string, ...string[]];
  if (rest.length === 0) {
    const known = program.commands.map((sub) => ({ value: sub.name(), says: sub.summary() }));
    return name.startsWith('-') ? optionsOf(program) : known;
  }
  const sub = program.commands.find((one) => one.name() === name);
  if (!sub) return [];
  const word = rest.at(-1)!;
  const before = rest.slice(0, -1);
  const separator = before.indexOf('--');
  if (separator >= 0) return filesFor(word, () => true); // a program, and its arguments
  const assigned = /^(--[\w-]+)=(.*)$/s.exec(word);
  const taker = assigned?.[1] ?? before.at(-1);
  const option = sub.options.find(
    ({ long, short }) => taker !== undefined && (taker === long || taker === short),
  );
  if (option && (option.required || option.optional) && (assigned !== null || taker === before.at(-1)))
    return valuesFor(option, assigned ? assigned[2]! : word).map(({ value, says }) => ({
      value: assigned ? `${assigned[1]}=${value}` : value,
      says,
    }));
  if (word.startsWith('-')) return optionsOf(sub);
  if (name === 'completion') return SHELLS.map((value) => ({ value }));
  const command = commands.find((one) => one.name === name);
  return command?.snapshot ? filesFor(word, isSnapshot(command)) : [];
}

function optionsOf(sub: Program): readonly Candidate[] {
  const own = sub.options
    .filter(({ hidden }) => !hidden)
    .map(({ long, description }) => ({ value: long ?? '', says: description }));
  return [
    ...own.filter(({ value }) => value !== ''),
    { value: '--help', says: 'usage, options and examples' },
  ];
}

function valuesFor({ argChoices, flags, long }: Option, word: string): readonly Candidate[] {
  if (argChoices) return argChoices.map((value) => ({ value }));
  if (long === '--snapshot' || long === '--since') return filesFor(word, (name) => SNAPSHOT_NAME.test(name));
  return /<file>/.test(flags) ? filesFor(word, () => true) : [];
}

function isSnapshot({ snapshot }: Command): (name: string) => boolean {
  const baselines = typeof snapshot === 'object' && snapshot.baselines === true;
  return (name) => SNAPSHOT_NAME.test(name) || (baselines && name.endsWith('.json'));
}

/** Folders and fitting files that complete a word. Hidden ones only after a dot. */
function filesFor(word: string, fits: (name: string) => boolean): readonly Candidate[] {
  const end = word.lastIndexOf('/') + 1;
  const folder = word.slice(0, end);
  const begin = word.slice(end);
  const found: Candidate[] = [];
  try {
    const real = folder.startsWith('~/') ? path.join(homedir(), folder.slice(2)) : folder;
    for (const entry of readdirSync(real === '' ? '.' : real, { withFileTypes: true }).slice(0, MOST_FILES)) {
      if (!entry.name.startsWith(begin) || (entry.name.startsWith('.') && !begin.startsWith('.'))) continue;
      const isFolder =
        entry.isDirectory() || (entry.isSymbolicLink() && isDirectory(path.join(real, entry.name)));
      if (isFolder) found.push({ value: `${folder}${entry.name}/` });
      else if (fits(entry.name)) found.push({ value: `${folder}${entry.name}` });
    }
  } catch {
    // no such folder: nothing to offer
  }
  return found;
}

function isDirectory(file: string): boolean {
  try {
    return statSync(file).isDirectory();
  } catch {
    return false;
  }
}
