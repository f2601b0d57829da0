/** What a look at a snapshot turns up, before it is measured and put into words. */

import type { Chain } from '../holders/chains.js';

/** What gives a place away. */
export const SUSPECT_KINDS = [
  'dead',
  'growth',
  'listeners',
  'timers',
  'pending',
  'reactions',
  'stores',
  'handles',
  'slices',
  'slabs',
  'realms',
  'registered',
  'symbols',
  'errors',
  'modules',
  'duplicates',
  'external',
  'gathering',
  'list',
  'large',
  'variable',
] as const;

export type SuspectKind = (typeof SUSPECT_KINDS)[number];

/**
 * - `leak`: dead by its own state, kept by its own FinalizationRegistry, or growing at every
 *   step of three snapshots and more.
 * - `suspect`: many of what a program has few of.
 * - `large`: much gathers there, which a full table does, too.
 */
export type SuspectVerdict = 'leak' | 'suspect' | 'large';

/** Many of one kind in one place. */
export interface Finding {
  readonly kind: SuspectKind;
  readonly verdict: SuspectVerdict;
  /** Ordinals of what is there. */
  readonly members: readonly number[];
  /** What stands beside the members in the same place and is counted with them: keys of a Map. */
  readonly beside?: readonly number[];
  /** Ordinal of what the members hang on, or of one of them: the chain leads to it. */
  readonly holder: number;
  /** The chain to it. Default: its shortest one. */
  readonly chain?: Chain;
  /** Ordinals of functions that say where it was made; may be empty. */
  readonly functions: readonly number[];
  /** What the members are, in the plural: `listeners`, `MessagePort`. */
  readonly word: string;
  /** How many places hold members alike; 1 for a single one. */
  readonly places: number;
  /** Bytes that the members keep, each by itself, added up: what is measured first. */
  readonly estimate: number;
}

/** Fewer of a kind are not worth a look. */
export const LEAST_MEMBERS = 20;
