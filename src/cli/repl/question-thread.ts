/** The thread of a prompt, from outside: asks it, and ends it when a question is to end. */
import { rmSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { printable } from '../../base/printable.js';
import { EXIT } from '../exit.js';
import type { ThreadData, ThreadMessage } from './engine.js';

/** The exit code of a question that Ctrl-C has ended. */
export const INTERRUPTED = 130;

export class QuestionThread {
  private worker: Worker | undefined;
  /** Ends the question that is asked. */
  private end: ((code: number) => void) | undefined;
  private temporary: string | undefined;
  private received: [number, number] = [0, 0];
  private onData: (() => void) | undefined;

  constructor(
    private readonly program: URL,
    private readonly data: () => ThreadData,
  ) {}

  get isBusy(): boolean {
    return this.end !== undefined;
  }

  /** Gives the exit code, when all of the answer is written. */
  async ask(words: readonly string[]): Promise<number> {
    this.worker ??= this.started();
    const { worker } = this;
    return new Promise((resolve) => {
      this.end = (code) => {
        this.end = undefined;
        this.onData = undefined;
        resolve(code);
      };
      worker.postMessage(words);
    });
  }

  /** Ends the question, and what it has half written; the next one gets a new thread. */
  async interrupt(): Promise<void> {
    const { worker } = this;
    this.worker = undefined;
    await worker?.terminate();
    this.clear();
    this.end?.(INTERRUPTED);
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    await this.worker?.terminate();
  }

  private started(): Worker {
    const worker = new Worker(this.program, {
      workerData: this.data(),
      stdout: true,
      stderr: true,
    });
    this.received = [0, 0];
    const pass = (i: 0 | 1, from: NodeJS.ReadableStream, to: NodeJS.WriteStream): void => {
      from.on('data', (chunk: Buffer) => {
        this.received[i] += chunk.length;
        to.write(chunk);
        this.onData?.();
      });
    };
    pass(0, worker.stdout, process.stdout);
    pass(1, worker.stderr, process.stderr);
    worker.on('message', (message: ThreadMessage) => {
      if (message.kind === 'temporary') this.temporary = message.file;
      else this.done(message);
    });
    // A thread that ends by itself has said why, or has no memory left.
    worker.on('error', (error: NodeJS.ErrnoException) => {
      process.stderr.write(`heapgraph: the question ended: ${printable(error.message)}\n`);
    });
    worker.on('exit', (code) => {
      if (this.worker !== worker) return;
      this.worker = undefined;
      this.clear();
      this.end?.(code === 0 ? EXIT.wrong : code);
    });
    return worker;
  }

  /** The streams of a thread and its messages come by different ways. */
  private done({ code, written }: ThreadMessage & { readonly kind: 'done' }): void {
    this.temporary = undefined;
    const settle = (): void => {
      if (this.received[0] >= written[0] && this.received[1] >= written[1]) this.end?.(code);
    };
    this.onData = settle;
    settle();
  }

  private clear(): void {
    if (this.temporary !== undefined) rmSync(this.temporary, { force: true });
    this.temporary = undefined;
  }
}
