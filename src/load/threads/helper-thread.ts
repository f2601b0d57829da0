/** A second thread that works on the columns of large graphs. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { KernelTask } from '../../graph/kernel/task.js';
import type { ReadOptions } from '../sections.js';
import type { SectionTask } from './section-task.js';
import { WORKER_CODE } from './worker.generated.js';

/** Milliseconds without work after which the thread goes. */
const IDLE = 1000;

/**
 * The thread of this process, when there is one. It keeps no program alive: a program that has its
 * answer ends.
 */
export class HelperThread {
  private worker: Worker | undefined;
  private timer: NodeJS.Timeout | undefined;
  private users = 0;
  /** Why there is none: the system refused it, or it has died. */
  private problem: Error | undefined;
  private isTold = false;

  get isLost(): boolean {
    return this.problem !== undefined;
  }

  /** What a user should know, once. */
  get news(): string | undefined {
    if (!this.problem || this.isTold) return undefined;
    this.isTold = true;
    return `one thread does all the work, as there is no second one: ${this.problem.message}`;
  }

  /**
   * Starts the thread unless it runs; it stays until it was released as often.
   *
   * - Out: false when there is none.
   * - Cost: 40 ms, in that thread.
   */
  take(): boolean {
    if (this.problem) return false;
    if (!this.worker && !this.start()) return false;
    this.users++;
    clearTimeout(this.timer);
    return true;
  }

  /** Ends a use. The thread goes when it has had nothing to do for a while. */
  release(): void {
    this.users--;
    if (this.users > 0) return;
    this.timer = setTimeout(() => {
      void this.worker?.terminate();
      this.worker = undefined;
    }, IDLE);
    this.timer.unref();
  }

  private start(): boolean {
    try {
      const worker = new Worker(WORKER_CODE, { eval: true, stdin: false, env: {}, argv: [], execArgv: [] });
      worker.unref();
      worker.on('error', (error) => {
        this.problem = error instanceof Error ? error : new Error(String(error));
      });
      worker.on('exit', () => {
        if (this.worker !== worker) return;
        this.worker = undefined;
        this.problem ??= new Error('it has ended');
      });
      this.worker = worker;
      return true;
    } catch (error) {
      this.problem = error as Error;
      return false;
    }
  }

  /** Gives a task. In: the thread is in use. */
  post(task: KernelTask | SectionTask): void {
    this.worker?.postMessage(task);
  }

  /**
   * Gives a thread up that shows no sign of life; none is started again.
   *
   * - Out: a promise that it has ended.
   */
  async giveUp(): Promise<void> {
    const { worker } = this;
    this.problem = new Error('it has died, or does not answer');
    this.worker = undefined;
    await worker?.terminate();
  }
}

/** One for all graphs of the process. */
export const helperThread = new HelperThread();

/** Threads that may work on a snapshot: two are the most that have work. */
export function threadsOf({ threads }: ReadOptions): number {
  return Math.min(2, threads ?? availableParallelism());
}

/** Says once what has become of the second thread. */
export function tellNews({ onWarning }: ReadOptions): void {
  const news = onWarning && helperThread.news;
  if (news !== undefined) onWarning?.(news);
}
