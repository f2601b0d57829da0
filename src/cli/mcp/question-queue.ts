/** Questions one after the other, in a thread that can be ended. */
import { Worker } from 'node:worker_threads';
import type { OnProgress, Progress } from '../../base/progress.js';
import { errorPage, type Page } from './answer.js';
import type { EngineOptions } from './engine.js';
import type { Input } from './tools.js';

/** To the thread. */
export interface ThreadQuestion {
  readonly name: string;
  readonly input: Input;
  /** Whether progress is to be told. */
  readonly progress: boolean;
}

/** From the thread. */
export type ThreadAnswer =
  | { readonly kind: 'page'; readonly page: Page }
  | { readonly kind: 'progress'; readonly progress: Progress };

/** How a question is asked. */
export interface Asking {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress | undefined;
}

export class QuestionQueue {
  private worker: Worker | undefined;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly program: URL,
    private readonly options: EngineOptions,
    private readonly timeout: number,
  ) {}

  /** Answers when those before it are answered. Never rejects. */
  ask(name: string, input: Input, asking: Asking = {}): Promise<Page> {
    const page = this.last.then(() => this.answer(name, input, asking));
    this.last = page;
    return page;
  }

  /** Ends the thread, and the question that it answers. */
  async close(): Promise<void> {
    const { worker } = this;
    this.worker = undefined;
    await worker?.terminate();
  }

  private answer(name: string, input: Input, { signal, onProgress }: Asking): Promise<Page> {
    if (signal?.aborted) return Promise.resolve(errorPage('the question was cancelled'));
    this.worker ??= this.started();
    const { worker } = this;
    return new Promise((resolve) => {
      const end = (page: Page): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', cancel);
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        resolve(page);
      };
      const stop = (page: Page): void => {
        this.worker = undefined;
        end(page);
        void worker.terminate();
      };
      const cancel = (): void => stop(errorPage('the question was cancelled'));
      const timer = setTimeout(
        () =>
          stop(
            errorPage(
              `the question took longer than ${this.timeout / 1000} s and was ended`,
              'Ask more narrowly, with a simpler pattern or query; the user may start the server with a longer --timeout.',
            ),
          ),
        this.timeout,
      );
      signal?.addEventListener('abort', cancel, { once: true });
      const onMessage = (message: ThreadAnswer): void => {
        if (message.kind === 'page') end(message.page);
        else onProgress?.(message.progress);
      };
      const onError = (error: NodeJS.ErrnoException): void => stop(endedBy(error));
      const onExit = (): void => stop(errorPage('the question ended', 'Ask again.'));
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      worker.postMessage({ name, input, progress: onProgress !== undefined } satisfies ThreadQuestion);
    });
  }

  private started(): Worker {
    // Standard output is the protocol's: what a thread may write there is not passed on.
    const worker = new Worker(this.program, { workerData: this.options, stdout: true });
    worker.stdout.resume();
    // Between questions nobody waits for it; the next one gets a new thread.
    worker.on('error', () => {});
    worker.on('exit', () => {
      if (this.worker === worker) this.worker = undefined;
    });
    return worker;
  }
}

function endedBy(error: NodeJS.ErrnoException): Page {
  return error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? errorPage('there is not enough memory for this question', 'Ask more narrowly, or about one snapshot.')
    : errorPage(`the question ended: ${error.message}`, 'Ask again; another question may be answered.');
}
