/**
 * Phases of the work, for whoever asks how long each took. Without a listener they cost one
 * comparison each.
 */

/** What a question got of a file, and what it takes in memory. */
export type Loaded =
  /** The columns are read from an index when they are asked for. */
  | (Contents & { readonly kind: 'index' })
  /** Counts without columns. */
  | (Contents & { readonly kind: 'counts'; readonly bytes: number })
  | (Contents & {
      readonly kind: 'columns';
      /** Bytes of text that were read, unpacked. */
      readonly bytes: number;
      /** Bytes of the columns with a value for each node, and for each edge. */
      readonly nodeBytes: number;
      readonly edgeBytes: number;
      readonly strings: number;
      /** Bytes of their texts and of where they begin. */
      readonly stringBytes: number;
    });

interface Contents {
  readonly file: string;
  readonly nodes: number;
  /** Undefined where the edges were not read. */
  readonly edges: number | undefined;
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
