/**
 * Trees of references, merged by kind.
 *
 *     reference-pattern.ts   from objects up: who refers to them, and who refers to those
 *     merged-paths.ts        from the roots down: on which branches objects hang
 */

/** A branch: objects of one class that are reached by references of one kind. */
export interface PatternNode {
  readonly type: string;
  /**
   * The kind of the references: `.cache`, `[…]`, `variable sessions`; undefined at the beginning.
   */
  readonly via: string | undefined;
  /** Objects. */
  readonly count: number;
  /** Bytes of these objects. */
  readonly size: number;
  /** The same objects stand further up: the branch ends here. */
  readonly isCycle: boolean;
  readonly children: readonly PatternNode[];
}
