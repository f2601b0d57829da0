/** How long heapgraph waits for another program, and how much it takes from it. */

export interface Limits {
  /** Milliseconds for a question that costs the target nothing, and for its inspector to open. */
  readonly answer: number;
  /**
   * Milliseconds without any message while a target works for us. `heapUsed` are the bytes of its
   * heap, null when they are not known.
   */
  silence(heapUsed: number | null): number;
  /** Milliseconds for a whole snapshot; undefined where only silence ends the wait. */
  readonly whole: number | undefined;
}

const ANSWER_MS = 10_000;
/**
 * V8 says nothing while it collects garbage and while it sorts: half a minute for 640 MB in Node.js
 * 20 on a busy machine.
 */
const SILENCE_MS = 30_000;
const SILENCE_MS_PER_BYTE = 300_000 / 1e9;
const LONGEST_SILENCE_MS = 3_600_000;
/** What a target says of its heap is only its word. */
const LARGEST_HEAP = 64e9;

/**
 * The limits that `--timeout` sets, in milliseconds; without it, those that no sound process
 * reaches.
 */
export function limitsOf(timeout: number | undefined): Limits {
  return {
    answer: timeout ?? ANSWER_MS,
    silence: (heapUsed) =>
      timeout ?? Math.min(LONGEST_SILENCE_MS, SILENCE_MS + (heapUsed ?? 0) * SILENCE_MS_PER_BYTE),
    whole: timeout,
  };
}

/**
 * The largest message that is read: inspectors send snapshots in pieces of 100 kB, and whole
 * profiles.
 */
export const MESSAGE_LIMIT = 64 << 20;

/** The largest answer to an HTTP request: a list of targets. */
export const LIST_LIMIT = 4 << 20;

/** A text from a snapshot is seldom three times as large as its heap; one that does not end is. */
const TEXT_PER_HEAP = 20;
const TEXT_AT_LEAST = 2e9;

/** Characters of a snapshot that are taken from a target. */
export function textLimit(heapUsed: number | null): number {
  return Math.max(TEXT_AT_LEAST, TEXT_PER_HEAP * Math.min(heapUsed ?? 0, LARGEST_HEAP));
}
