/** Garbage collection of the running process, asked for by code. */
import { setImmediate } from 'node:timers';
import v8 from 'node:v8';
import vm from 'node:vm';

/** Taken when this file is loaded: fake timers come later. */
const later = setImmediate;

/** Collections at least (what a finalizer lets go is found by the next one) and at most. */
const LEAST = 3;
const MOST = 8;

let collect: (() => unknown) | undefined;

/**
 * Collects garbage until nothing more is freed: three times at least, eight at most, each in a turn
 * of the event loop of its own. A turn ends what `WeakRef.deref` keeps alive, and runs callbacks of
 * FinalizationRegistries. Takes the `gc` of `node --expose-gc` where it is there, else V8's own by
 * way of `v8.setFlagsFromString`; the flag is taken back, no global stays behind. Variables of
 * functions that are still running keep what they hold.
 * Cost: about that of a full collection of the heap each time.
 */
export async function collectGarbage(): Promise<void> {
  collect ??= findCollector();
  let used = Number.POSITIVE_INFINITY;
  for (let i = 0; i < MOST; i++) {
    await turn();
    collect();
    const now = v8.getHeapStatistics().used_heap_size;
    if (i + 1 >= LEAST && now >= used) break;
    used = now;
  }
  await turn();
}

function turn(): Promise<void> {
  return new Promise((resolve) => later(resolve));
}

function findCollector(): () => unknown {
  const exposed = (globalThis as { gc?: unknown }).gc;
  if (typeof exposed === 'function') return exposed as () => unknown;
  v8.setFlagsFromString('--expose-gc');
  const found = vm.runInNewContext('gc') as () => unknown;
  v8.setFlagsFromString('--no-expose-gc');
  return found;
}
