/** Chains of references, as data. */

/** One step of a chain: an object, and the edge that led to it from the step before. */
export interface ChainStep {
  readonly id: number;
  readonly type: string;
  readonly name: string;
  /** Absent when it was not asked for. */
  readonly shallowSize?: number;
  readonly edge: {
    readonly type: string;
    readonly name: string | number;
    /**
     * What the reference is called by what else the snapshot says, where V8 wrote a number only.
     */
    readonly called?: string;
  } | null;
  /** `alive`, `dead`, `unknown`; absent when it was not asked for, and so are the next two. */
  readonly verdict?: string;
  /** Why, in words; empty where nothing is known. */
  readonly reason?: string;
  /** Whether the reference that led to it is between the last object in use and a dead end. */
  readonly suspect?: boolean;
}

export interface ChainResult {
  /** False: nothing was found, and the only step is the object that was asked about. */
  readonly found: boolean;
  readonly steps: readonly ChainStep[];
  /**
   * Parts that stand in the chain many times, one after the other, such as the links of a list:
   * `length` steps from `steps[from]` on, `count` times. `name` says the references of one time:
   * `Listener.next`.
   */
  readonly repeats?: readonly {
    readonly from: number;
    readonly length: number;
    readonly count: number;
    readonly name: string;
  }[];
  /**
   * The chain as JavaScript; where a step cannot be written so, in words. Null when nothing was
   * found.
   */
  readonly expression: string | null;
  /** Whether the expression can be pasted into a debugger. */
  readonly evaluable: boolean;
  /** What holds the beginning of the chain, in words. */
  readonly heldBy: string | null;
  /**
   * With verdicts: the id of the object in the middle of those that are unknown, whose verdict
   * narrows the suspects most; null where none is, or where the end is not dead.
   */
  readonly ask?: number | null;
}

/** Chains of references. */
export interface Chains {
  readonly kind: 'chains';
  /** May be walked more than once: there may be thousands, of thousands of steps each. */
  readonly chains: Iterable<ChainResult>;
}
