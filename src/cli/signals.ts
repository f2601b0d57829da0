/** Signals that end heapgraph, by their numbers; the exit code is 128 and the number. */
export const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
