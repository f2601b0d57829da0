/** What is suspicious in a heap, as data. */

import type { ChainResult } from './chain-result.js';
import type { KnownLeakFact, LeakPlace, PackageLeakFact } from './leak-report.js';
import type { Cell, DeadStepRow } from './result.js';

/** Things of one class or function among what an entry keeps. */
export interface SuspectContent {
  /** To be read: `onReload()`, `placeOrder() suspended`, `Session`. */
  readonly label: string;
  readonly count: number;
  /** Bytes of their own. */
  readonly size: number;
  readonly location: Cell;
  readonly package: string | null;
  readonly example: number;
}

/** One place that is under suspicion. */
export interface SuspectEntry {
  /** `leak`, `suspect`, `large`. */
  readonly verdict: string;
  /** `dead`, `growth`, `listeners`, `timers` and so on. */
  readonly kind: string;
  /** One sentence; its first word is the verdict. */
  readonly headline: string;
  /** How many members there are. */
  readonly count: number;
  /**
   * Of what grew: members by snapshot. Of all others: how many members the last one has. See
   * `LeakEntry.memberCounts`.
   */
  readonly counts: readonly number[];
  /**
   * By earlier snapshot: how many of today's members are there. Others that were may have gone.
   * Empty for a single snapshot, and for what grew.
   */
  readonly stayed: readonly number[];
  /** Bytes that would be freed if all members went; of growth what was added. */
  readonly retainedSize: number;
  /** Of all bytes of the heap. */
  readonly share: number;
  /** 8 hexadecimal digits: the same for the same cause in every snapshot. */
  readonly fingerprint: string;
  /** Fingerprints of the dead groups in it that alone make it a leak; mostly empty. */
  readonly leakBy: readonly string[];
  /** What the list of known leaks says of it; null where nothing is. */
  readonly known: KnownLeakFact | null;
  /** The leak of a package that it is, as far as its references say; null where it is none. */
  readonly packageLeak: PackageLeakFact | null;
  readonly container: LeakPlace & {
    readonly path: string;
    readonly root: string | null;
    readonly owner: string;
    readonly package: string | null;
  };
  /** From where the chain begins for a reader to the container, with a verdict for each. */
  readonly steps: readonly DeadStepRow[];
  readonly chain: ChainResult;
  /** What it consists of: what says most first. */
  readonly contents: readonly SuspectContent[];
  /** Code of the program that made the members, or the nearest that holds them. */
  readonly location: Cell;
  readonly package: string | null;
  /** Why it is under suspicion: sentences. */
  readonly evidence: readonly string[];
  /** What is usually done about it; null where nothing is known. */
  readonly remedy: string | null;
  /** The command to run next. */
  readonly next: string;
  /** Ids of some members. */
  readonly examples: readonly number[];
}

/** What is suspicious, the surest first. */
export interface SuspectReport {
  readonly kind: 'suspects';
  readonly entries: readonly SuspectEntry[];
  readonly total: number;
  readonly omitted: number;
  /** Sentences: what was looked at. */
  readonly summary: readonly string[];
}
