/** A snapshot, piece by piece, as the target writes it. */
import { ProcessError } from '../base/errors.js';
import type { OnProgress } from '../base/progress.js';
import { formatBytes } from '../base/units.js';
import { takeBunSnapshot } from './bun.js';
import { wish } from './facts.js';
import { textLimit } from './limits.js';
import type { Session } from './session.js';
import { isAmount, isRecord, isText } from './shape.js';
import { formatDuration, Refusal, withTimeout } from './waiting.js';

export interface SnapshotOptions {
  /** Takes the text. May give a promise while it has no room; the target is not read meanwhile. */
  readonly write: (text: string) => Promise<void> | undefined;
  readonly onProgress?: OnProgress | undefined;
  /** The name of the runtime; Bun is asked in another way. */
  readonly runtime: string | undefined;
  /**
   * Bytes of the heap, which say how long the target may be silent and how much it may send; null
   * when not known.
   */
  readonly heapUsed: number | null;
  /** Numbers, too: a node for each small integer, and the text of every number. */
  readonly numbers: boolean;
}

export interface SnapshotTaken {
  /** False also when the target cannot write them. */
  readonly numbers: boolean;
}

/**
 * Collects garbage where the target does that, takes the snapshot, and hands its text on as it
 * comes: nothing is kept. Progress is in nodes while the target builds the snapshot (it does
 * nothing else then), and in bytes while it sends it. Throws ProcessError when the target ends, is
 * silent for too long, sends more than its heap can give, or when the text does not end as a
 * snapshot does; and what `write` throws. Cost: that of the target; memory of a few pieces.
 */
export async function takeSnapshot(session: Session, options: SnapshotOptions): Promise<SnapshotTaken> {
  const { limits, what } = session;
  const { onProgress, heapUsed, runtime } = options;
  const silence = limits.silence(heapUsed);
  let fail = (_: unknown): void => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {}); // it may come when nobody waits for it any more
  const text = textEnd(session, options, fail);
  const stops = [
    session.on('HeapProfiler.addHeapSnapshotChunk', isRecord({ chunk: isText }), ({ chunk }) =>
      text.take(chunk),
    ),
    session.on(
      'HeapProfiler.reportHeapSnapshotProgress',
      isRecord({ done: isAmount, total: isAmount }),
      ({ done, total }) => onProgress?.({ phase: 'taking the snapshot', done, total, unit: 'nodes' }),
    ),
  ];
  const work = async (): Promise<SnapshotTaken> => {
    if (runtime === 'Bun') {
      await takeBunSnapshot(session, silence, text.take);
      return { numbers: false };
    }
    // Taking the snapshot does it again. A target that has never an idle moment, or is workerd,
    // does not answer this one.
    const within = Math.min(limits.answer, COLLECT_MS);
    if (runtime !== 'workerd')
      await wish(session, session.send('HeapProfiler.collectGarbage', {}, { within }));
    const numbers = await requestSnapshot(session, options.numbers, silence);
    await text.written();
    return { numbers };
  };
  let taken: SnapshotTaken;
  try {
    const whole = Promise.race([failed, work()]);
    taken = await (limits.whole === undefined
      ? whole
      : withTimeout(whole, { ms: limits.whole, late: () => tooSlow(what, limits.whole!) }));
  } finally {
    text.stop();
    for (const stop of stops) stop();
  }
  if (!text.isWhole())
    throw new ProcessError(`${what} sent a snapshot that is not whole`, 'Try again; nothing was kept of it.');
  return taken;
}

/**
 * Gives whether numbers were asked for. V8 passes over parameters that it does not know; others may
 * refuse them.
 */
async function requestSnapshot(session: Session, numbers: boolean, silence: number): Promise<boolean> {
  const request = (params: object): Promise<unknown> =>
    session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: true, ...params }, { silence });
  try {
    await request(numbers ? { captureNumericValue: true } : {});
    return numbers;
  } catch (error) {
    if (!numbers || !(error instanceof Refusal)) throw error;
    await request({});
    return false;
  }
}

/** A gigabyte takes about as long. */
const COLLECT_MS = 3000;

/** Characters of the beginning and of the end that are looked at. */
export const LOOKED_AT = 64;

/**
 * Whether a text begins and ends as all that write snapshots (V8, JavaScriptCore) begin and end
 * them.
 */
export function looksWhole(start: string, end: string): boolean {
  return /^\s*\{\s*"snapshot"\s*:\s*\{/.test(start) && /\]\s*\}\s*$/.test(end);
}

interface TextEnd {
  /** A promise while there is no room for more. */
  take(piece: string): Promise<void> | undefined;
  /** Resolves when there is room again for what was taken. */
  written(): Promise<void>;
  isWhole(): boolean;
  /** What still comes goes nowhere. */
  stop(): void;
}

function textEnd(
  session: Session,
  { write, onProgress, heapUsed }: SnapshotOptions,
  onFailure: (error: unknown) => void,
): TextEnd {
  const limit = textLimit(heapUsed);
  let over = false;
  let start = '';
  let end = '';
  let done = 0;
  let room: Promise<void> | undefined;
  const fail = (error: unknown): void => {
    over = true;
    onFailure(error);
  };
  return {
    take(piece) {
      if (over) return undefined;
      if (start.length < LOOKED_AT) start += piece.slice(0, LOOKED_AT);
      end = (end + piece.slice(-LOOKED_AT)).slice(-LOOKED_AT);
      done += piece.length;
      if (done > limit) {
        fail(tooLong(session.what, limit));
        return undefined;
      }
      onProgress?.({ phase: 'writing the snapshot', done, total: 0, unit: 'bytes' });
      try {
        const wait = write(piece);
        if (!wait || room) return room;
        session.pause();
        room = wait.then(() => {
          room = undefined;
          session.resume();
        }, fail);
      } catch (error) {
        fail(error);
      }
      return room;
    },
    async written() {
      await room;
    },
    isWhole: () => looksWhole(start, end),
    stop() {
      over = true;
    },
  };
}

function tooSlow(what: string, ms: number): ProcessError {
  return new ProcessError(
    `the snapshot of ${what} was not there within ${formatDuration(ms)}`,
    'Nothing was kept of it; --timeout waits longer.',
  );
}

function tooLong(what: string, limit: number): ProcessError {
  return new ProcessError(
    `${what} sends more than a snapshot of its heap can be: over ${formatBytes(limit)}`,
    'Nothing was kept of it. Is it the process that you mean?',
  );
}
