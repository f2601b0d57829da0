/**
 * Sections of whole numbers in nested arrays, which the answers of most commands do not need: what
 * is wrong with one of them is told, and the rest of the file is read all the same.
 */
import {
  CLOSE_ARRAY,
  COMMA,
  isSpace,
  OPEN_ARRAY,
  peekToken,
  skipRest,
  skipValue,
  textAt,
  unexpected,
} from './json.js';
import type { ByteWindow } from './window.js';

/** Takes the numbers and brackets of a section, the outermost brackets not included. */
export interface NumberTreeSink {
  readonly section: string;
  /** Each gives what was expected in its place, or undefined when it may stand there. */
  number(value: number): string | undefined;
  open(): string | undefined;
  close(): string | undefined;
  /** The section's own closing bracket. */
  end(): string | undefined;
}

/** Where a section stops making sense. */
export interface NumberTreeProblem {
  readonly offset: number;
  readonly expected: string;
  readonly found: string;
}

const MINUS = 0x2d;
const LONGEST_NUMBER = 400;

/**
 * Reads a section into a sink. There is no recursion: arrays may be nested as deep as the file is
 * long.
 *
 * Out: undefined, or the first problem; the sink then has what comes before it, and the rest of the
 * section is passed over.
 * Throws: SnapshotError `truncated` when the file ends in it.
 * Cost: one pass over the section's bytes, and a call for each number.
 */
export async function readNumberTree(
  window: ByteWindow,
  sink: NumberTreeSink,
): Promise<NumberTreeProblem | undefined> {
  const { section } = sink;
  if ((await peekToken(window)) !== OPEN_ARRAY) {
    const problem = problemAt(window, window.start, 'an array');
    await skipValue(window, section);
    return problem;
  }
  window.start++;
  let depth = 1;
  let afterValue = false;
  let afterComma = false;
  for (;;) {
    const { bytes, end } = window;
    let at = window.start;
    let expected: string | undefined;
    while (at < end) {
      const byte = bytes[at]!;
      if (byte === COMMA) {
        if (!afterValue) {
          expected = 'a number or an array';
          break;
        }
        afterValue = false;
        afterComma = true;
        at++;
      } else if (byte === OPEN_ARRAY) {
        expected = afterValue ? 'a comma or "]"' : sink.open();
        if (expected !== undefined) break;
        depth++;
        afterComma = false;
        at++;
      } else if (byte === CLOSE_ARRAY) {
        expected = afterComma ? 'a number or an array' : depth === 1 ? sink.end() : sink.close();
        if (expected !== undefined) break;
        depth--;
        at++;
        if (depth === 0) {
          window.start = at;
          return undefined;
        }
        afterValue = true;
      } else if (isSpace(byte)) {
        at++;
      } else {
        const first = byte === MINUS ? at + 1 : at;
        let value = 0;
        let position = first;
        while (position < end) {
          const digit = bytes[position]! - 48;
          if (digit < 0 || digit > 9) break;
          value = value * 10 + digit;
          position++;
        }
        if (position === end && !window.ended && position - at < LONGEST_NUMBER) break; // it may go on
        if (afterValue) expected = 'a comma or "]"';
        else if (position === first || !isEnd(bytes[position]!) || value > Number.MAX_SAFE_INTEGER)
          expected = 'a whole number';
        else expected = sink.number(first > at ? -value : value);
        if (expected !== undefined) break;
        at = position;
        afterValue = true;
        afterComma = false;
      }
    }
    if (expected !== undefined) {
      const problem = problemAt(window, at, expected);
      window.start = at;
      await skipRest(window, section, depth);
      return problem;
    }
    window.start = at;
    if (window.ended) throw unexpected(window, section, 'more numbers or "]"');
    const wait = window.fill();
    if (wait) await wait;
  }
}

/** What may stand behind a number; 0 is the end of the window. */
function isEnd(byte: number): boolean {
  return byte === COMMA || byte === CLOSE_ARRAY || byte === OPEN_ARRAY || byte === 0 || isSpace(byte);
}

function problemAt(window: ByteWindow, at: number, expected: string): NumberTreeProblem {
  return { offset: window.offsetOf(at), expected, found: textAt(window.bytes, at, window.end) };
}
