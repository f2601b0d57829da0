/** One process that answers many command lines, see cli-host.cjs. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Run } from './cli.js';

/** The Node.js that runs it: another one than the tests' own, when HEAPGRAPH_NODE says so. */
export const NODE = process.env.HEAPGRAPH_NODE ?? process.execPath;

const { NO_COLOR: _, FORCE_COLOR: __, ...env } = process.env;

/** The variables of processes that answer command lines. */
export const CLI_ENV: NodeJS.ProcessEnv = env;

const HOST = fileURLToPath(new URL('cli-host.cjs', import.meta.url));

/** Threads of V8 that collect and compile beside the main one cost more than they save where all cores are busy. */
const FLAGS = ['--single-threaded'];

/** A question that takes longer is given up, with its process. */
const MOST_MS = 120_000;

export interface Question {
  readonly args: readonly string[];
  readonly cwd: string;
  /** Standard input in base64; empty without it. */
  readonly input?: string;
  /** Variables of the environment beside the process's own, for this question. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface HostRun extends Run {
  /** Descriptors that the question left open. */
  readonly left: number;
  /** Listeners of the process after the question. */
  readonly listeners: number;
  /** The process ends after this answer. */
  readonly last: boolean;
  /** Of the process that answered. */
  readonly pid: number;
}

/** Asks one question after another. A process that has ended, of age or by process.exit, is followed by a new one. */
export class CliHost {
  private child: ChildProcess | undefined;
  private last: Promise<unknown> = Promise.resolve();
  private settle: ((run: HostRun | Error) => void) | undefined;

  constructor(
    private readonly node: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  ask(args: readonly string[], cwd: string, more: Pick<Question, 'input' | 'env'> = {}): Promise<HostRun> {
    const run = this.last.then(() => this.answerOf({ args, cwd, ...more }));
    this.last = run.catch(() => {});
    return run;
  }

  /** Ends the process; the next question starts another one. */
  end(): void {
    this.child?.kill('SIGKILL');
  }

  private answerOf(question: Question): Promise<HostRun> {
    return new Promise((resolve, reject) => {
      const child = this.living();
      const { args } = question;
      const timer = setTimeout(() => this.end(), MOST_MS);
      child.ref();
      child.channel?.ref();
      this.settle = (run) => {
        this.settle = undefined;
        clearTimeout(timer);
        child.unref();
        child.channel?.unref();
        if (run instanceof Error) reject(new Error(`heapgraph ${args.join(' ')}: ${run.message}`));
        else resolve(run);
      };
      child.send(question, (error) => {
        if (error) this.settle?.(error);
      });
    });
  }

  private living(): ChildProcess {
    if (this.child !== undefined) return this.child;
    const stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'ipc'] = ['ignore', 'ignore', 'pipe', 'pipe', 'ipc'];
    const child = spawn(this.node, [...FLAGS, HOST], { env: this.env, stdio });
    let said = '';
    child.stderr!.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const answers = child.stdio[3] as Readable;
    createInterface({ input: answers }).on('line', (line) => {
      const run = JSON.parse(line) as Omit<HostRun, 'pid'>;
      if (run.last) this.child = undefined;
      this.settle?.({ ...run, pid: child.pid! });
    });
    child.on('close', (code, signal) => {
      if (this.child !== child) return;
      this.child = undefined;
      this.settle?.(new Error(`the host process ended with ${signal ?? code}\n${said}`));
    });
    for (const stream of [child.stderr!, answers]) (stream as Readable & { unref?(): void }).unref?.();
    child.channel?.unref();
    this.child = child;
    return child;
  }
}
