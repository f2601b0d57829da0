/**
 * Where objects were made, as V8 records it while allocations are tracked: a tree of calls. Each
 * distinct way from the outermost function to a function that allocates is one trace; a node's
 * `traceNodeIds` entry names the trace that made it.
 */

/** The recorded calls as columns; `trace` is the place in the first three, `info` in the others. */
export interface AllocationTraces {
  /** Number of traces, the inner nodes of the tree included. */
  readonly count: number;
  /** V8's number of each trace, which nodes name. */
  readonly ids: Uint32Array;
  /**
   * The calling trace plus one; 0 for an outermost function. A caller comes before what it calls.
   */
  readonly callers: Uint32Array;
  /** Which function: its place in the columns below. Beyond their end in a damaged file. */
  readonly infos: Uint32Array;
  readonly functions: TracedFunctions;
  /** What is missing or damaged, in words; the traces hold what could be read. */
  readonly problems: readonly string[];
}

/** Functions on recorded stacks. */
export interface TracedFunctions {
  readonly count: number;
  /** String indexes: the function's name, the script's name. */
  readonly names: Uint32Array;
  readonly scripts: Uint32Array;
  readonly scriptIds: Uint32Array;
  /**
   * Where the function begins, from 1; 0 is unknown. V8 does not record the line that allocates.
   */
  readonly lines: Uint32Array;
  readonly columns: Uint32Array;
}
