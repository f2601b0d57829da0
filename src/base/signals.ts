/** Signals that end heapgraph. */

const NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

export type EndingSignal = keyof typeof NUMBERS;

/** The exit code of a process that a signal ended, as shells have it. */
export function exitCodeOf(signal: EndingSignal): number {
  return 128 + NUMBERS[signal];
}

/** Calls a function with each signal that comes. Out: ends that. */
export function onEndingSignal(act: (signal: EndingSignal) => void): () => void {
  const signals = Object.keys(NUMBERS) as EndingSignal[];
  for (const signal of signals) process.on(signal, act);
  return () => {
    for (const signal of signals) process.off(signal, act);
  };
}
