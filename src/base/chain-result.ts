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
}

/** Chains of references. */
export interface Chains {
  readonly kind: 'chains';
  /** May be walked more than once: there may be thousands, of thousands of steps each. */
  readonly chains: Iterable<ChainResult>;
}
