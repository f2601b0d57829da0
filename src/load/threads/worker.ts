/**
 * The second thread. The build bundles this file into a text (`worker.generated.ts`), so that it
 * runs wherever the library does, in whatever file a bundler has put it.
 */
import { parentPort } from 'node:worker_threads';
import { createGraphKernel } from '../../graph/kernel/graph-kernel.js';
import { type KernelTask, perform } from '../../graph/kernel/task.js';
import { performSection, type SectionTask } from './section-task.js';

parentPort?.on('message', (task: KernelTask | SectionTask) => {
  try {
    if (task.kind === 'section') performSection(task);
    else perform(task, () => createGraphKernel(task.module, task.memory));
  } catch {
    // Whoever gave the task sees in its numbers that it was not done, and does it.
  }
});
