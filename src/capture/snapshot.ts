/** A snapshot, piece by piece, as the target writes it. */
import { ProcessError } from '../errors.js';
import type { OnProgress } from '../progress.js';
import type { Session } from './session.js';

/**
 * Collects garbage, takes the snapshot, and hands its text on as it comes: nothing is kept. `write` may give a promise
 * while it has no room; the target is not read meanwhile. Progress is in nodes while the target builds the snapshot
 * (it does nothing else then), and in bytes while it sends it. Throws ProcessError when the target ends, or when the
 * text does not end as a snapshot does; and what `write` throws. Cost: that of the target; memory of a few pieces.
 */
export async function takeSnapshot(
  session: Session,
  write: (text: string) => Promise<void> | undefined,
  onProgress: OnProgress | undefined,
): Promise<void> {
  let failure: unknown;
  let fail = (_: unknown): void => {};
  const failed = new Promise<never>((_, reject) => {
    fail = (error) => {
      failure ??= error;
      reject(error);
    };
  });
  failed.catch(() => {}); // it may come when nobody waits for it any more
  let end = '';
  let done = 0;
  let room: Promise<void> | undefined;
  const onChunk = ({ chunk }: { chunk: string }): void => {
    if (failure !== undefined) return;
    end = (end + chunk.slice(-END)).slice(-END);
    done += chunk.length;
    onProgress?.({ phase: 'writing the snapshot', done, total: 0, unit: 'bytes' });
    try {
      const wait = write(chunk);
      if (!wait || room) return;
      session.pause();
      room = wait.then(() => {
        room = undefined;
        session.resume();
      }, fail);
    } catch (error) {
      fail(error);
    }
  };
  const onStep = (step: { done: number; total: number }): void => {
    onProgress?.({ phase: 'taking the snapshot', done: step.done, total: step.total, unit: 'nodes' });
  };
  session.on('HeapProfiler.addHeapSnapshotChunk', onChunk);
  session.on('HeapProfiler.reportHeapSnapshotProgress', onStep);
  try {
    await Promise.race([failed, session.send('HeapProfiler.collectGarbage')]);
    await Promise.race([failed, session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: true })]);
    if (room) await Promise.race([failed, room]);
  } finally {
    session.off('HeapProfiler.addHeapSnapshotChunk', onChunk);
    session.off('HeapProfiler.reportHeapSnapshotProgress', onStep);
  }
  if (!end.trimEnd().endsWith('}'))
    throw new ProcessError(
      'the target sent a snapshot that is not whole',
      'Try again; nothing was kept of it.',
    );
}

/** Enough of the end to see how it ends. */
const END = 8;
