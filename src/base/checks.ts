/** Budgets and whether they were kept, as data. */

import type { ChainResult } from './chain-result.js';
import type { KnownLeakFact } from './leak-report.js';
import type { Row } from './result.js';

/** One budget, and whether it was kept. */
export interface Check {
  /** As it was written: `max Session=100`. */
  readonly budget: string;
  readonly kind: string;
  /** The classes it is about; null for the whole heap. */
  readonly pattern: string | null;
  readonly ok: boolean;
  readonly unit: 'count' | 'bytes';
  /**
   * Objects or bytes, or the growth, of the first class beyond its limit, or the one nearest to it.
   */
  readonly value: number;
  readonly limit: number;
  /** That class. */
  readonly type: string | null;
  /** Its count before, where growth is limited. */
  readonly before: number | null;
  /**
   * The classes beyond their limit; of those that grew the program's own first, then the furthest.
   */
  readonly failing: readonly {
    readonly type: string;
    readonly value: number;
    readonly limit: number;
    /**
     * Of growth, in short: `100 in sessions, server.js`, and when only the runtime's own objects
     * are too many.
     */
    readonly where: string | null;
  }[];
  /** Of growth: the container that most of the new objects of the first class hang on. */
  readonly container: Row | null;
  /** The same in words: how many, in which container, the place of their code. */
  readonly where: string | null;
  /** How many classes are beyond their limit by noise only, which breaks no budget. */
  readonly noisy: number;
  /** Who holds the first object that is too many. */
  readonly chain: ChainResult | null;
  /**
   * 8 hexadecimal digits: the same for the same holder in every snapshot; null without a chain.
   */
  readonly fingerprint: string | null;
  /**
   * Of budgets on suspects and dead objects: what was found, known ones among it, which break no
   * budget.
   */
  readonly findings: readonly CheckFinding[];
}

/** A suspect, or a group of dead objects. */
export interface CheckFinding {
  /** `leak`, `suspect`, `large`, `dead`. */
  readonly verdict: string;
  /** One sentence. */
  readonly text: string;
  /** What it counts in the budget: 1 for a suspect, the objects of a dead group. */
  readonly count: number;
  readonly fingerprint: string;
  readonly known: KnownLeakFact | null;
}

/** Budgets, in the order in which they were given. */
export interface Checks {
  readonly kind: 'checks';
  readonly checks: readonly Check[];
}
