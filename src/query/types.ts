/** Class names as people give them: exact, or as patterns. */
import type { TypeMatcher } from '../analysis/classes/type-matcher.js';
import { QueryError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import { isOneLetterApart } from './nearest.js';

export interface TypeQueryOptions {
  readonly regex: boolean;
  readonly ignoreCase: boolean;
}

/** A matcher for one name. Throws QueryError when a pattern cannot be read. */
export function typeMatcher(text: string, options: TypeQueryOptions): TypeMatcher {
  if (options.regex) {
    const pattern = parsePattern(text, options.ignoreCase);
    return (type) => pattern.test(type);
  }
  if (options.ignoreCase) {
    const folded = text.toLowerCase();
    return (type) => type.toLowerCase() === folded;
  }
  return (type) => type === text;
}

/** A JavaScript regular expression (Unicode). Throws QueryError. */
export function parsePattern(text: string, ignoreCase = false): RegExp {
  try {
    return new RegExp(text, ignoreCase ? 'iu' : 'u');
  } catch (error) {
    throw new QueryError(
      `"${printable(text)}" is not a regular expression: ${printable((error as Error).message)}`,
      'Characters such as ( ) [ ] { } . * + ? stand for themselves behind a backslash: \\(string\\).',
    );
  }
}

/** Which classes a budget or a similar rule is about. */
export interface TypePattern {
  /** As it was written. */
  readonly text: string;
  readonly matches: TypeMatcher;
  /** Whether it names one class: then a class that is not there is probably misspelt. */
  readonly isName: boolean;
}

/**
 * Parses a pattern for class names.
 *
 * - `/regex/`, at most with the flag i: matches anywhere in the name.
 * - A text with `*` (any characters) or `?` (one): a glob for the whole name. A backslash escapes.
 * - Anything else: the name itself.
 * - Throws: QueryError.
 */
export function parseTypePattern(text: string): TypePattern {
  if (text === '')
    throw new QueryError('a class name is missing', 'Write the name in front of the equals sign.');
  const regex = /^\/(.+)\/(i?)$/s.exec(text);
  if (regex) {
    const pattern = parsePattern(regex[1]!, regex[2] === 'i');
    return { text, matches: (type) => pattern.test(type), isName: false };
  }
  if (!/[*?]/.test(text)) return { text, matches: (type) => type === text, isName: true };
  return { text, matches: globMatcher(text), isName: false };
}

/**
 * Matches whole names. The parts between the stars are searched one after the other, each at its
 * earliest position. As one regular expression, `*a*b*` takes quadratic time on hostile names.
 */
function globMatcher(text: string): TypeMatcher {
  const parts = [''];
  for (const [all, escaped] of text.matchAll(/\\([*?\\])|./gsu)) {
    if (all === '*') parts.push('');
    else parts[parts.length - 1] += all === '?' ? '.' : (escaped ?? all).replace(SYNTAX, '\\$&');
  }
  const last = parts.length - 1;
  if (last === 0) {
    const whole = new RegExp(`^${parts[0]}$`, 'su');
    return (type) => whole.test(type);
  }
  const first = new RegExp(`^${parts[0]}`, 'su');
  const end = new RegExp(`${parts[last]}$`, 'gsu');
  const between = parts
    .slice(1, last)
    .filter((part) => part !== '')
    .map((part) => new RegExp(part, 'gsu'));
  return (type) => {
    let at = first.exec(type)?.[0].length;
    for (const part of [...between, end]) {
      if (at === undefined) return false;
      part.lastIndex = at;
      at = part.test(type) ? part.lastIndex : undefined;
    }
    return at !== undefined;
  };
}

/** What stands for something else in a regular expression. */
const SYNTAX = /[\\^$.*+?()[\]{}|/]/;

/** "; did you mean …?" with the closest of the names. Empty when none is close. */
export async function didYouMean(names: Iterable<string>, text: string): Promise<string> {
  const { default: distance } = await import('leven'); // loaded only when a name is wrong
  const folded = text.toLowerCase();
  const most = mostErrors(text.length);
  const near = [...new Set(names)]
    .map((name) => ({
      name,
      distance: nearness(name, text, folded) ?? distance(name, text, { maxDistance: most + 1 }),
    }))
    .filter((candidate) => candidate.distance <= most)
    .sort((a, b) => a.distance - b.distance || a.name.length - b.name.length || (a.name < b.name ? -1 : 1))
    .filter((candidate, _, all) => candidate.distance < 1 || all[0]!.distance >= 1)
    .slice(0, 3)
    .map((candidate) => `"${printable(candidate.name)}"`);
  if (near.length === 0) return '';
  return `; did you mean ${near.length > 1 ? `${near.slice(0, -1).join(', ')} or ${near.at(-1)}` : near[0]}?`;
}

/** Ranks likeness other than the number of typing errors. Undefined when there is none. */
function nearness(name: string, text: string, folded: string): number | undefined {
  if (name.length > 200 || name === text) return Number.POSITIVE_INFINITY;
  const foldedName = name.toLowerCase();
  if (foldedName === folded) return 0;
  if (foldedName.replace(/^[(<]|[)>]$/g, '') === folded) return 0.5;
  if (isOneLetterApart(folded, foldedName)) return 1;
  const at = folded.length >= 3 ? foldedName.indexOf(folded) : -1;
  // A short text within a long name is chance, unless the name begins with it.
  if (at === 0 || (at > 0 && folded.length * 3 >= name.length)) return 1;
  return undefined;
}

/** Typing errors in a text of this length that are still errors, and no other word. */
function mostErrors(length: number): number {
  if (length < 5) return 1;
  return Math.min(4, Math.max(2, Math.floor(length / 4)));
}
