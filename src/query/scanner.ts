/** Reads a query piece by piece, and says where it stopped. */
import { QueryError } from '../base/errors.js';
import type { Pattern } from './syntax.js';

/** A cursor in the text of a query. */
export class Scanner {
  readonly text: string;
  /** Index of the next character. */
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  skipSpace(): void {
    while (this.at < this.text.length && /\s/.test(this.text[this.at]!)) this.at++;
  }

  isAtEnd(): boolean {
    this.skipSpace();
    return this.at === this.text.length;
  }

  /** Takes the match at the cursor; undefined when there is none. `pattern` has the flag y. */
  take(pattern: RegExp): string | undefined {
    this.skipSpace();
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  /** Whether the pattern matches at the cursor, which stays. */
  sees(pattern: RegExp): boolean {
    this.skipSpace();
    pattern.lastIndex = this.at;
    return pattern.test(this.text);
  }

  /** Throws QueryError for what stands at `from`; without `length` at a single character. */
  fail(message: string, hint: string, from = this.at, length = 1): never {
    throw new QueryError(`${message} (column ${from + 1})`, hint, { text: this.text, from, length });
  }

  /** What stands at the cursor, in words. */
  found(): string {
    this.skipSpace();
    const rest = this.text.slice(this.at);
    const word = /^(?:"(?:[^"\\]|\\.){0,20}"?|[\p{L}\p{N}_$@.]{1,20}|.)/su.exec(rest)?.[0];
    return word === undefined ? 'the end' : word.startsWith('"') ? word : `"${word}"`;
  }
}

const STRING = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/suy;
const QUOTE = /["']/y;

/** A text in quotes, with the escapes of JSON and \'; undefined when no quote stands there. */
export function takeString(scanner: Scanner): string | undefined {
  if (!scanner.sees(QUOTE)) return undefined;
  const from = scanner.at;
  const raw = scanner.take(STRING);
  if (raw === undefined)
    scanner.fail(
      'a text has no end',
      `Close it with ${scanner.text[from]}.`,
      from,
      scanner.text.length - from,
    );
  const inside = raw.slice(1, -1);
  const body = inside.replace(/\\.|"/gs, (part) => (part === "\\'" ? "'" : part === '"' ? '\\"' : part));
  try {
    return JSON.parse(`"${body.replace(CONTROL, escapeControl)}"`) as string;
  } catch {
    scanner.fail(
      'an escape cannot be read',
      'Escapes are those of JSON: \\" \\\\ \\n \\t \\u00e9.',
      from,
      raw.length,
    );
  }
}

/** What JSON does not allow as it is. */
const CONTROL = /[\u0000-\u001f]/g;

function escapeControl(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

const PATTERN = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/uy;
const SLASH = /\//y;

/** Longer patterns are refused: nobody types them. */
const LONGEST_PATTERN = 1000;

/** `/…/` with the flag i at most; undefined when no slash stands there. */
export function takePattern(scanner: Scanner): Pattern | undefined {
  if (!scanner.sees(SLASH)) return undefined;
  const from = scanner.at;
  const raw = scanner.take(PATTERN);
  if (raw === undefined)
    scanner.fail('a pattern has no end', 'Write /…/ or /…/i.', from, scanner.text.length - from);
  const end = raw.lastIndexOf('/');
  const [source, flags] = [raw.slice(1, end), raw.slice(end + 1)];
  if (!/^i?$/.test(flags))
    scanner.fail(`a pattern has the flags "${flags}"`, 'There is one flag: i.', from + end + 1, flags.length);
  if (raw.length > LONGEST_PATTERN)
    scanner.fail('a pattern is too long', `${LONGEST_PATTERN} characters are the most.`, from, raw.length);
  try {
    new RegExp(source, `u${flags}`);
  } catch (error) {
    scanner.fail(
      (error as Error).message.replace(/^Invalid regular expression: /, 'not a regular expression: '),
      'Characters such as ( ) [ ] { } . * + ? stand for themselves behind a backslash: \\(string\\).',
      from,
      raw.length,
    );
  }
  return { kind: 'pattern', source, flags };
}
