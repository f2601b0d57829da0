/**
 * The thread that answers a server's questions: the server stays awake, and a question that is
 * cancelled or takes too long ends with the thread.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { OnProgress } from '../../base/progress.js';
import { Engine, type EngineOptions, errorOf } from './engine.js';
import type { ThreadAnswer, ThreadQuestion } from './question-queue.js';

const port = parentPort!;
const tell = (message: ThreadAnswer): void => port.postMessage(message);

/** Progress is told no more often. */
const EVERY_MS = 200;

let engine: Engine | undefined;

port.on('message', async ({ name, input, progress }: ThreadQuestion) => {
  let told = 0;
  const onProgress: OnProgress = (one) => {
    const now = performance.now();
    if (now - told < EVERY_MS) return;
    told = now;
    tell({ kind: 'progress', progress: one });
  };
  try {
    engine ??= new Engine(workerData as EngineOptions);
    tell({ kind: 'page', page: await engine.answer(name, input, progress ? onProgress : undefined) });
  } catch (error) {
    tell({ kind: 'page', page: errorOf(error) });
  }
});
