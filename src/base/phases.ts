/**
 * Phases of the work, for whoever asks how long each took. Without a listener they cost one
 * comparison each.
 */

/** What was read of a file, and what it takes in memory. */
export interface Loaded {
  readonly file: string;
  /** Bytes of text, unpacked. */
  readonly bytes: number;
  readonly nodes: number;
  /** Undefined where the edges were not read. */
  readonly edges: number | undefined;
  /** Bytes of the columns with a value for each node, and for each edge; 0 where there are none. */
  readonly nodeBytes: number;
  readonly edgeBytes: number;
  /** Undefined where no table of them was kept. */
  readonly strings: number | undefined;
  /** Bytes of their texts and of where they begin. */
  readonly stringBytes: number;
}

/** Phases end in the opposite order to that in which they began. */
export interface PhaseListener {
  begin(name: string): void;
  end(): void;
  loaded(what: Loaded): void;
}

let listener: PhaseListener | undefined;

/** Tells a listener of all phases from now on; undefined: nobody. There is one a process. */
export function listenToPhases(to: PhaseListener | undefined): void {
  listener = to;
}

/** Does a part of the work that has a name. */
export function phase<T>(name: string, work: () => T): T {
  if (listener === undefined) return work();
  const told = listener;
  told.begin(name);
  try {
    return work();
  } finally {
    told.end();
  }
}

/** The same for work that waits; no other may begin meanwhile. */
export async function phaseAsync<T>(name: string, work: () => Promise<T>): Promise<T> {
  if (listener === undefined) return work();
  const told = listener;
  told.begin(name);
  try {
    return await work();
  } finally {
    told.end();
  }
}

/** Says what a file came to; `what` is called only if somebody listens. */
export function tellLoaded(what: () => Loaded): void {
  listener?.loaded(what());
}
