/**
 * Answers, as data: raw numbers with their units, totals, and what was left out. Renderers turn
 * them into text, JSON, CSV or Markdown; nothing here knows how they will look.
 */

import type { ChainResult, Chains } from './chain-result.js';
import type { Checks } from './checks.js';
import type { KnownLeakFact, LeakPlace, LeakReport, PackageLeakFact } from './leak-report.js';
import type { NoteLike } from './notes.js';
import type { PageReport } from './page-report.js';
import type { Drawing, Subgraph } from './subgraph.js';
import type { SuspectReport } from './suspect-report.js';
import type { Unit } from './units.js';

/** Values keep their own type; a location and a list stay structured for JSON. */
export type Cell = string | number | boolean | null | readonly Cell[] | { readonly [key: string]: Cell };

export interface Column {
  /** Key in JSON and heading in CSV: camelCase, the same for the same fact everywhere. */
  readonly key: string;
  /** Heading in text and Markdown. */
  readonly title: string;
  readonly unit: Unit | 'location';
  readonly role?: Role;
  /** A difference: text and Markdown show a plus sign where it is one. */
  readonly signed?: boolean;
}

/** What a value means, from which its look follows. */
export type Role = 'name' | 'size' | 'count' | 'id' | 'dim' | 'delta';

export type Row = Readonly<Record<string, Cell>>;

export interface Table {
  readonly kind: 'table';
  readonly columns: readonly Column[];
  /** May be walked more than once. */
  readonly rows: Iterable<Row>;
  /** Rows that there are, and rows that are not shown. */
  readonly total: number;
  readonly omitted: number;
  /**
   * How text shows it: `grid` has headings; `counts` is objgraph's way, the name padded and a space
   * before the count; `growth` and `ids` are those of its show_growth and get_new_ids; `bare` is
   * values only, one a line.
   */
  readonly layout: 'grid' | 'counts' | 'growth' | 'ids' | 'bare';
  /**
   * A list that belongs to each row, and stands below it in text: `key` in the row, how many are
   * left out in `KEYOmitted`.
   */
  readonly below?: {
    readonly key: string;
    readonly columns: readonly Column[];
    /** CSV and Markdown have a row for each of its items; otherwise they have no list. */
    readonly isFlattened?: boolean;
  };
  /** What short names in the text stand for; below the table in text. */
  readonly legend?: readonly { readonly name: string; readonly text: string }[];
  /** Columns that the text shows, where they are fewer than all. */
  readonly textColumns?: readonly string[];
  /** A line above the table in text. */
  readonly title?: string;
  /** Lines above the table in text and Markdown: what is to be known before the rows are read. */
  readonly summary?: readonly string[];
}

/**
 * A table whose rows are a tree. In text, CSV and Markdown the value of `label` is indented.
 *
 * Order: preorder, a node before its children. Each row has its `depth`, from 0.
 */
export interface Tree {
  readonly kind: 'tree';
  readonly columns: readonly Column[];
  /** May be walked more than once. */
  readonly rows: Iterable<Row>;
  readonly total: number;
  readonly omitted: number;
  /** Key of the column that names a node. */
  readonly label: string;
  /** Columns that text and Markdown show, where they are fewer than all. */
  readonly textColumns?: readonly string[];
  /**
   * What the tree is called as a flame graph, where it can be one: its rows have `name`, and
   * `ownSize` and `ownCount`, which add up to the whole.
   */
  readonly flames?: string;
}

/** Several answers in one, each under its title. */
export interface Report {
  readonly kind: 'report';
  readonly parts: readonly {
    readonly title: string;
    readonly result: Table | Tree | Details | Chains | LeakReport | DeadReport | Checks;
    readonly notes?: readonly string[];
  }[];
}

/** One thing in full: a title, facts, and lists that belong to it. */
export interface Detail {
  readonly title: string;
  readonly facts: readonly Fact[];
  readonly lists: readonly { readonly key: string; readonly title: string; readonly table: Table }[];
  /** Facts for JSON that the text has in its title. */
  readonly fields?: Row;
  /** Facts that text shows below the lists. */
  readonly closing?: readonly Fact[];
}

export interface Fact {
  readonly key: string;
  readonly title: string;
  readonly value: Cell;
  readonly unit: Column['unit'];
}

export interface Details {
  readonly kind: 'details';
  readonly items: readonly Detail[];
  readonly total: number;
  readonly omitted: number;
}

/** Text that is an answer by itself, such as a shell script. */
export interface Text {
  readonly kind: 'text';
  readonly text: string;
  readonly fields: Row;
}

/** A step on the way to a dead object. */
export interface DeadStepRow {
  readonly id: number;
  readonly type: string;
  readonly name: string;
  /** The reference that led to it, as a program would write it; null for the first one. */
  readonly reference: string | null;
  /** `alive`, `dead`, `unknown`. */
  readonly verdict: string;
  /** Why, in words; empty where nothing is known. */
  readonly reason: string;
  /** Whether the reference is between the last object in use and the dead one. */
  readonly suspect: boolean;
}

/** Dead objects of one class that are held in the same way. */
export interface DeadEntry {
  readonly type: string;
  /** What such an object is, where its class does not say it: `AbortSignal` of an EventTarget. */
  readonly kind: string;
  readonly count: number;
  /** By earlier snapshot: how many of them were dead in it, too. */
  readonly deadBefore: readonly number[];
  /** Bytes that would be freed if all of them went. */
  readonly retainedSize: number;
  /** 8 hexadecimal digits: the same for the same cause in every snapshot. */
  readonly fingerprint: string;
  /** Dead objects that only these keep. */
  readonly below: readonly { readonly type: string; readonly count: number }[];
  /** What happened to them, to be read behind their class: `was closed`. */
  readonly why: string;
  readonly container: LeakPlace & {
    readonly path: string;
    readonly root: string | null;
    /** `program`, `timer`, `runtime`, `handles`, `stack`, `nobody`. */
    readonly owner: string;
    /** The nearest code of the program on the chain: a function or a constructor. */
    readonly location: Cell;
    readonly package: string | null;
  };
  /** Of the example: from where the chain begins for a reader to the dead object. */
  readonly steps: readonly DeadStepRow[];
  /** References under suspicion; one of them is at fault. */
  readonly suspects: number;
  /**
   * The id of the object in the middle of those that are unknown, whose verdict narrows it most;
   * null where none is unknown.
   */
  readonly ask: number | null;
  readonly chain: ChainResult;
  /** Ids of some of them, the example first. */
  readonly examples: readonly number[];
  readonly sentence: string;
  /** What is usually done about it; null where nothing is known. */
  readonly remedy: string | null;
  /** What the list of known leaks says of its fingerprint; null where nothing is. */
  readonly known: KnownLeakFact | null;
  /** The leak of a package that it is, as far as its references say; null where it is none. */
  readonly packageLeak: PackageLeakFact | null;
}

/** Objects that are finished for good and still held. */
export interface DeadReport {
  readonly kind: 'dead';
  readonly groups: readonly DeadEntry[];
  readonly total: number;
  readonly omitted: number;
  /** The answer in sentences. */
  readonly summary: readonly string[];
}

/** A file in a format of its own: written as it is, whatever format is asked for. */
export interface Document {
  readonly kind: 'document';
  readonly text: string;
}

export type Result =
  | Table
  | Tree
  | Details
  | Text
  | Chains
  | LeakReport
  | DeadReport
  | SuspectReport
  | Subgraph
  | Checks
  | Report
  | PageReport
  | Document;

/** How an answer is written. */
export type Format =
  | 'text'
  | 'json'
  | 'csv'
  | 'markdown'
  | 'github'
  | 'junit'
  | 'speedscope'
  | 'pprof'
  | 'folded';

export interface Answer {
  readonly result: Result;
  /** For people, beside the result: what was left out, what was meant. */
  readonly notes?: readonly NoteLike[];
  /** Further facts for JSON, beside the rows. */
  readonly fields?: Row;
  /** For a subgraph. */
  readonly drawing?: Drawing;
  /** For a subgraph: the same with more objects in a box; absent where nothing is left to merge. */
  readonly coarser?: () => Answer;
  /** The same as a picture, where there is one: a subgraph. For files whose names say a picture. */
  readonly picture?: () => Answer;
  /** False when the thing looked for is not there: exit code 1. Default true. */
  readonly found?: boolean;
  /** Whether a part of what was asked could not be done: exit code 2. Default false. */
  readonly wrong?: boolean;
  /** The snapshots that it is about, where a command opens them itself. */
  readonly snapshots?: readonly string[];
}
