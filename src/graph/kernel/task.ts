/**
 * How a thread hands work for a kernel to another one: a message begins it, shared numbers say how
 * far it is. The thread that waits needs no event loop for that.
 */
import { type GraphKernel, globalOf, runSteps, type Step } from './graph-kernel.js';

/** Places of the shared numbers. */
const STATE = 0;
const BEAT = 1;
const FIRST_VALUE = 2;
const MOST_VALUES = 6;

const WAITS = 0;
const DONE = 1;
const FAILED = 2;

/** Steps for a kernel over a memory. */
export interface KernelTask {
  readonly kind: 'kernel';
  /** A `WebAssembly.Module` and a `WebAssembly.Memory`. */
  readonly module: object;
  readonly memory: object;
  readonly steps: readonly Step[];
  /** Globals of the kernel that hold results afterwards. */
  readonly reads: readonly string[];
  readonly shared: Int32Array;
}

/** The shared numbers of a task that has not begun. */
export function sharedNumbers(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * (FIRST_VALUE + MOST_VALUES)));
}

/** Does a task: in the thread that gets it. */
export function perform({ steps, reads, shared }: KernelTask, kernel: () => GraphKernel): void {
  let state = FAILED;
  try {
    const own = kernel();
    runSteps(own, steps, () => Atomics.add(shared, BEAT, 1));
    for (const [i, name] of reads.entries()) shared[FIRST_VALUE + i] = globalOf(own, name);
    state = DONE;
  } finally {
    Atomics.store(shared, STATE, state);
    Atomics.notify(shared, STATE);
  }
}

/** Milliseconds after which a thread that shows no sign of life is given up. */
const PATIENCE = 5000;

/**
 * Waits for a task: in the thread that gave it.
 *
 * - Out: the values of its globals; undefined when it failed, or nothing has happened for too long.
 */
export function outcomeOf(shared: Int32Array, patience: number = PATIENCE): readonly number[] | undefined {
  let beat = -1;
  let since = performance.now();
  while (Atomics.load(shared, STATE) === WAITS) {
    Atomics.wait(shared, STATE, WAITS, 50);
    const now = Atomics.load(shared, BEAT);
    if (now !== beat) {
      beat = now;
      since = performance.now();
    } else if (performance.now() - since > patience) return undefined;
  }
  if (Atomics.load(shared, STATE) !== DONE) return undefined;
  return Array.from(shared.subarray(FIRST_VALUE), (value) => value >>> 0);
}
