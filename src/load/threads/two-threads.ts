/** Reads the records of a section with the second thread. */
import type { Arena } from '../../graph/arena.js';
import { graphKernelModule } from '../../graph/kernel/kernel-module.js';
import type { ReadOptions } from '../sections.js';
import type { ByteWindow } from '../window.js';
import { helperThread, tellNews, threadsOf } from './helper-thread.js';
import {
  bytesOfPiece,
  CALLED_OFF,
  FINISHED,
  PIECE,
  type Progress,
  piecesOf,
  progressOf,
  type Records,
  type SectionTask,
  SectionWorker,
  STATE,
  sectionNumbers,
  UNBEGUN,
} from './section-task.js';

/** Pieces after which the event loop gets a turn. */
const YIELD_EVERY = 64;

/** Milliseconds after which a thread that shows no sign of life is given up. */
const PATIENCE = 10_000;

/** A section that two threads read. */
export interface Section {
  readonly records: Records;
  /** Numbers of a record. */
  readonly fields: number;
  readonly declared: number;
  /** Bytes that a thread takes at a time. */
  readonly piece?: number;
}

/**
 * Reads as many records as are written as V8 writes them.
 *
 * - In: the window stands at the first record, right behind the opening bracket. The columns stand
 *   in the arena.
 * - Out: what was read; the window stands behind it, at the beginning of a record. Undefined when
 *   nothing was, and the window is where it was.
 */
export async function readInTwo(
  window: ByteWindow,
  arena: Arena,
  options: ReadOptions,
  { records, fields, declared, piece = PIECE }: Section,
): Promise<Progress | undefined> {
  const { descriptor, size } = window.source;
  const start = window.offset - 1;
  if (descriptor === undefined || size === undefined || declared * fields >= 2 ** 31) return undefined;
  const module = graphKernelModule();
  if (module === undefined || threadsOf(options) === 1) return undefined;
  if (!helperThread.take()) {
    tellNews(options);
    return undefined;
  }
  const texts = [0, 1].map(() => arena.take(Uint8Array, bytesOfPiece(piece), true));
  const length = size - start;
  const task: SectionTask = {
    kind: 'section',
    ...{ descriptor, start, length, piece, fields, declared, records },
    module,
    memory: arena.memory,
    text: texts[1]!,
    shared: sectionNumbers(piecesOf(length, piece)),
  };
  helperThread.post(task);
  try {
    await workAt(task, texts[0]!, window);
  } finally {
    await waitForOther(task.shared);
    helperThread.release();
    for (const text of texts) arena.release(text);
  }
  tellNews(options);
  const progress = progressOf(task);
  window.seek(start + Math.max(1, progress.at));
  if (progress.at === 0) return undefined;
  clearRest(records, progress.next);
  return progress;
}

/** What this thread does of it. */
async function workAt(task: SectionTask, text: Uint8Array, window: ByteWindow): Promise<void> {
  const worker = new SectionWorker(task, text);
  let taken = 0;
  for (let index = worker.claim(); index !== undefined; index = worker.claim()) {
    const piece = worker.read(index);
    if (piece === undefined) return worker.end(index);
    const since = performance.now();
    for (let waits = 0; !worker.isPlaced(index); waits++) {
      worker.waitForPlace(index, waits < 4 ? 5 : 50);
      // The news that the other thread has died come to the event loop.
      await new Promise(setImmediate);
      if (helperThread.isLost || performance.now() - since > PATIENCE) return worker.end(index);
    }
    if (worker.isOver(index)) return;
    worker.take(piece);
    window.pass(Math.min(task.start + (index + 1) * task.piece, task.start + task.length));
    if (++taken % YIELD_EVERY === 0) await new Promise(setImmediate);
  }
}

/** Waits until the other thread writes to the columns no more, and reads the file no more. */
async function waitForOther(shared: Int32Array): Promise<void> {
  if (Atomics.compareExchange(shared, STATE, UNBEGUN, CALLED_OFF) === UNBEGUN) return;
  const since = performance.now();
  while (Atomics.load(shared, STATE) !== FINISHED) {
    Atomics.wait(shared, STATE, Atomics.load(shared, STATE), 5);
    await new Promise(setImmediate);
    if (helperThread.isLost) return;
    if (performance.now() - since > PATIENCE) await helperThread.giveUp();
  }
}

/** Zeros where a piece behind a damaged one may have left something that zeros do not replace. */
function clearRest({ kind, columns }: Records, from: number): void {
  if (kind !== 'nodes') return;
  columns.detachedness?.fill(0, from);
  columns.traceNodeIds?.fill(0, from);
}
