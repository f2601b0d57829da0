/**
 * Arrays of numbers that come in records of a fixed number of fields: nodes, edges, locations.
 *
 * Two readers share the work:
 * - A loop of record-loops.template.ts takes records as V8 writes them (digits, commas, at most one
 *   newline between records). It stops before anything else: the end of the window, white space, a
 *   number of more than nine digits, damage. `parse` of a sink is the loop for its section in V8's
 *   order of fields; sinks without one share a loop that knows nothing of the fields.
 * - `CarefulReader` then takes one record, in any spelling that JSON allows, or says what is wrong
 *   with it. So the loops need no error handling.
 */
import { SnapshotError, type SnapshotProblem } from '../base/errors.js';
import { formatCount } from '../base/units.js';
import {
  CLOSE_ARRAY,
  COMMA,
  DAMAGED,
  expectToken,
  isSpace,
  OPEN_ARRAY,
  peekToken,
  TRUNCATED,
  unexpected,
} from './json.js';
import { numberAt } from './numbers.js';
import { parseAnyFields } from './record-loops.generated.js';
import type { ByteWindow } from './window.js';

export interface RecordSink {
  readonly section: string;
  /** Field names in the order of the file, for messages. */
  readonly fields: readonly string[];
  /** Records that the head declares; undefined when it does not say. */
  readonly declaredCount: number | undefined;
  /** What declares them: the key in the head. */
  readonly countKey: string;
  /** Records taken so far. */
  count: number;
  /**
   * Takes as many whole records of the usual spelling from `bytes[position…end)` as it can, and
   * returns where the next one begins. `bytes[end]` is 0. Absent when the shared loop is to do it.
   */
  parse?(bytes: Uint8Array, position: number, end: number): number;
  /** By field: whether V8 may write a number below zero. Absent when it never does. */
  readonly signed?: readonly boolean[];
  /**
   * By field: whether a number may be rounded where a double does not hold it. Absent when none
   * may.
   */
  readonly roundable?: readonly boolean[];
  /** What is wrong with a value, or undefined. */
  refuse(field: number, value: number): { code: SnapshotProblem; expected: string } | undefined;
  /** Takes one record, values in the order of the file. */
  take(values: Float64Array): void;
}

const MORE = 0;
const RECORD = 1;
const END = 2;

/**
 * Reads a whole array of records, brackets included. Throws SnapshotError `truncated`, `malformed`,
 * `mismatch`, `range` or `too-large`; what the sink had taken by then is right and can be used.
 * `ahead` may take records first, in a way of its own: the window then stands at the next one.
 */
export async function readRecords(
  window: ByteWindow,
  sink: RecordSink,
  ahead?: (window: ByteWindow) => Promise<void>,
): Promise<undefined> {
  const { section } = sink;
  await expectToken(window, OPEN_ARRAY, section);
  if ((await peekToken(window)) === CLOSE_ARRAY) {
    window.start++;
    return checkCount(window, sink);
  }
  await ahead?.(window);
  const reader = new CarefulReader(window, sink);
  const values = new Float64Array(sink.fields.length);
  for (;;) {
    if (reader.atRecord) {
      window.start = sink.parse
        ? sink.parse(window.bytes, window.start, window.end)
        : parseAnyFields(window.bytes, window.start, window.end, sink, values);
    }
    const outcome = reader.step();
    if (outcome === END) return checkCount(window, sink);
    if (outcome === MORE) {
      if (window.ended) throw truncated(window, sink);
      const wait = window.fill();
      if (wait) await wait;
    }
  }
}

class CarefulReader {
  private readonly values: Float64Array;
  private field = 0;
  private afterNumber = false;

  constructor(
    private readonly window: ByteWindow,
    private readonly sink: RecordSink,
  ) {
    this.values = new Float64Array(sink.fields.length);
  }

  get atRecord(): boolean {
    return this.field === 0 && !this.afterNumber;
  }

  /** Goes on to the start of the next record, or to the end of the window or of the array. */
  step(): number {
    const { window, sink } = this;
    const { bytes, end } = window;
    for (;;) {
      let at = window.start;
      while (at < end && isSpace(bytes[at]!)) at++;
      window.start = at;
      if (at >= end) return MORE;
      const byte = bytes[at]!;
      if (!this.afterNumber) {
        if (!this.takeNumber(at)) return MORE;
        this.afterNumber = true;
        continue;
      }
      if (byte !== COMMA && byte !== CLOSE_ARRAY) throw unexpected(window, sink.section, 'a comma or "]"');
      const whole = this.field === this.values.length;
      if (byte === CLOSE_ARRAY && !whole) throw partial(window, sink, this.field);
      window.start++;
      this.afterNumber = false;
      if (whole) this.takeRecord();
      if (byte === CLOSE_ARRAY) return END;
      if (whole) return RECORD;
    }
  }

  private takeRecord(): void {
    this.field = 0;
    this.sink.take(this.values);
    this.sink.count++;
  }

  /** Takes the number at `at`; false when it may go on behind the window. */
  private takeNumber(at: number): boolean {
    const { window, sink, field } = this;
    const { bytes, end } = window;
    const negative = bytes[at] === 0x2d && sink.signed?.[field] === true;
    const first = negative ? at + 1 : at;
    let value = 0;
    let position = first;
    for (; position < end; position++) {
      const digit = bytes[position]! - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (position >= end && !window.ended && position - at < 400) return false;
    const next = bytes[position];
    if (position === first || next === 0x2e || next === 0x65 || next === 0x45) {
      throw unexpected(
        window,
        sink.section,
        `a whole number (${sink.fields[field]} of record ${formatCount(sink.count)})`,
      );
    }
    if (position >= end) return false;
    if (sink.declaredCount !== undefined && sink.count >= sink.declaredCount) throw tooMany(window, sink);
    const isRounded = value > Number.MAX_SAFE_INTEGER;
    if (isRounded && sink.roundable?.[field]) value = numberAt(bytes, first, position);
    const refused = isRounded && !sink.roundable?.[field] ? TOO_LARGE : sink.refuse(field, value);
    if (refused) {
      throw new SnapshotError(
        refused.code,
        `${sink.fields[field]} of record ${formatCount(sink.count)} is ${refused.code === 'too-large' ? 'too large' : 'out of range'}`,
        {
          file: window.source.name,
          section: sink.section,
          offset: window.offset,
          expected: refused.expected,
          found: asBufferText(bytes, at, position),
          ...DAMAGED,
        },
      );
    }
    this.values[this.field++] = negative ? -value : value;
    window.start = position;
    return true;
  }
}

const TOO_LARGE = { code: 'too-large', expected: `at most ${formatCount(Number.MAX_SAFE_INTEGER)}` } as const;

function asBufferText(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.subarray(start, Math.min(end, start + 40))).toString('latin1');
}

function checkCount(window: ByteWindow, sink: RecordSink): undefined {
  if (sink.declaredCount === undefined || sink.count === sink.declaredCount) return undefined;
  throw mismatch(window, sink, `${formatCount(sink.count)} before "]"`);
}

function tooMany(window: ByteWindow, sink: RecordSink): SnapshotError {
  return mismatch(window, sink, 'more of them');
}

function mismatch(window: ByteWindow, sink: RecordSink, found: string): SnapshotError {
  return new SnapshotError('mismatch', 'the counts do not agree', {
    file: window.source.name,
    section: sink.section,
    offset: window.offset,
    expected: `${formatCount(sink.declaredCount ?? 0)} ${sink.section} (${sink.countKey})`,
    found,
    ...DAMAGED,
  });
}

function partial(window: ByteWindow, sink: RecordSink, fields: number): SnapshotError {
  return new SnapshotError('mismatch', 'the last record is not whole', {
    file: window.source.name,
    section: sink.section,
    offset: window.offset,
    expected: `${sink.fields.length} numbers (${sink.fields.join(', ')})`,
    found: formatCount(fields),
    ...DAMAGED,
  });
}

function truncated(window: ByteWindow, sink: RecordSink): SnapshotError {
  return new SnapshotError('truncated', 'the file ends too early', {
    file: window.source.name,
    section: sink.section,
    offset: window.offsetOf(window.end),
    expected:
      sink.declaredCount === undefined
        ? 'more numbers'
        : `${formatCount(sink.declaredCount)} ${sink.section} (${sink.countKey})`,
    found: `${formatCount(sink.count)} before the end of the file`,
    ...TRUNCATED,
  });
}
