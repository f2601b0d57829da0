/**
 * Trees of stacks, as flame graphs show them.
 *
 *     merged-dominators.ts   the dominator tree, merged by class
 *     merged-chains.ts       the shortest chains from the roots, merged by reference and class
 */

/** A frame and all that stands on it. */
export interface StackNode {
  readonly name: string;
  /** Objects that are merged here. */
  readonly count: number;
  /** Bytes of these objects and of all that stands on them. */
  readonly size: number;
  /** Bytes that stand on no frame above this one. */
  readonly ownSize: number;
  /** Objects of `ownSize`. */
  readonly ownCount: number;
  /** Levels below the first one, which has 0. */
  readonly depth: number;
}

/** How much of a tree is wanted. */
export interface StackOptions {
  /** Levels below the first one; what is deeper counts as the own bytes of the last one. */
  readonly depth: number;
  /** Bytes: a smaller branch is merged with the other small ones of its parent. */
  readonly least: number;
}

/** The name of the frame that small branches are merged into. */
export const SMALLER = '(smaller)';
