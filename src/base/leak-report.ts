/** What grew, as data. */

import type { ChainResult } from './chain-result.js';
import type { Cell } from './result.js';

/** Things of one class, function or scope, as a leak shows them. */
export interface LeakContent {
  /** `function`, `suspended`, `scope`, `object`, `string`, `other`. */
  readonly kind: string;
  /** DevTools' class name. */
  readonly type: string;
  /** To be read: `onReload()`, `scope {report: Report}`, `Object {i, footer}`. */
  readonly label: string;
  /** How many were made since the first snapshot. */
  readonly count: number;
  /** By step: how many of those that the last snapshot has were made then. */
  readonly counts: readonly number[];
  /** Bytes of their own. */
  readonly size: number;
  readonly location: Cell;
  /**
   * The package that the code belongs to, `NAME@VERSION` where the version is known; null for the
   * program's own and the runtime's.
   */
  readonly package: string | null;
  /** Whose code it is: `program`, `runtime`, `unknown`. */
  readonly origin: string;
  readonly example: number;
  /**
   * Where the example was allocated, the innermost call first; null where the file does not say.
   */
  readonly allocated: readonly string[] | null;
}

/** A container that holds the same things. */
export interface LeakPlace {
  readonly id: number;
  readonly type: string;
  /** To be read: `listeners of config for "reload"`. */
  readonly text: string;
  /** Where that begins: `a variable of the module /app/config.js`. */
  readonly heldBy: string;
}

/** One cause of growth. */
export interface LeakEntry {
  /** `leak`, `uneven`, `sometimes`, `once`; see `Leak`. */
  readonly verdict: string;
  /** `members` or `in place`. */
  readonly growth: string;
  readonly container: LeakPlace & {
    readonly path: string;
    /** What kind of place its chain begins at; null when no root reaches it. */
    readonly root: string | null;
    /** `program`, `timer`, `runtime`, `handles`, `stack`, `nobody`. */
    readonly owner: string;
    /**
     * The package whose module it is in, `NAME@VERSION` where the version is known; null where it
     * is in none.
     */
    readonly package: string | null;
    /** Containers that are held in the same way. */
    readonly count: number;
    readonly chain: ChainResult;
  };
  readonly alsoIn: readonly LeakPlace[];
  /** What is added to the container. */
  readonly member: LeakContent;
  /**
   * By snapshot: members of the container. Of what grows behind members: what was made since. Empty
   * for growth in place.
   */
  readonly memberCounts: readonly number[];
  /** The reference by which members lead to each other; null where the container holds them. */
  readonly linkedBy: string | null;
  /** By snapshot: bytes of the container, for growth in place. */
  readonly sizes: readonly number[];
  /** What says most about the members. */
  readonly principal: LeakContent;
  readonly contents: readonly LeakContent[];
  /** Things and bytes made since the first snapshot. */
  readonly count: number;
  readonly size: number;
  /** Bytes that no other container reaches. */
  readonly aloneSize: number;
  /** The same in one sentence. */
  readonly sentence: string;
  /** 8 hexadecimal digits: the same for the same place in every snapshot. */
  readonly fingerprint: string;
  /** What the list of known leaks says of it; null where nothing is. */
  readonly known: KnownLeakFact | null;
  /** The leak of a package that it is, as far as its references say; null where it is none. */
  readonly packageLeak: PackageLeakFact | null;
}

/** Of a leak that somebody knows of. */
export interface KnownLeakFact {
  readonly why: string | null;
  /** The last day on which it is accepted; null for always. */
  readonly until: string | null;
  /** Whether that day is over: it counts as a new one. */
  readonly overdue: boolean;
}

/** What is published of a leak of a package, where the references are those of one. */
export interface PackageLeakFact {
  /** Its name in known-leaks.json: `debug-instances`. */
  readonly id: string;
  /** Of npm, or `node`. */
  readonly package: string;
  /** That have it: `>=3.2.0 <4.3.0`, `*`. */
  readonly versions: string;
  /** That this program has; null where neither the snapshot nor this machine says it. */
  readonly version: string | null;
  readonly sentence: string;
  readonly fix: string;
  /** Where it is described. */
  readonly link: string;
}

/** What grew, and a verdict in words. */
export interface LeakReport {
  readonly kind: 'leaks';
  readonly leaks: readonly LeakEntry[];
  readonly total: number;
  readonly omitted: number;
  /** The answer in sentences: what leaks, or that nothing does and what is not explained. */
  readonly summary: readonly string[];
}
