/**
 * Answers, as data: raw numbers with their units, totals, and what was left out. Renderers turn
 * them into text, JSON, CSV or Markdown; nothing here knows how they will look.
 */
import type { NoteLike } from './notes.js';
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
  readonly below?: { readonly key: string; readonly columns: readonly Column[] };
  /** What short names in the text stand for; below the table in text. */
  readonly legend?: readonly { readonly name: string; readonly text: string }[];
  /** Columns that the text shows, where they are fewer than all. */
  readonly textColumns?: readonly string[];
  /** A line above the table in text. */
  readonly title?: string;
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

/** A part of the graph to be drawn. Ids are V8's. */
export interface Subgraph {
  readonly kind: 'subgraph';
  /** Whether depths count towards referrers or towards references. */
  readonly direction: 'back' | 'forward';
  /** Edges from an asked object at most: what the darkness of a box is measured against. */
  readonly maxDepth: number;
  /** In the order of discovery, the asked ones first. */
  readonly nodes: readonly SubgraphNode[];
  /** References between shown boxes, from the referrer to the referent. */
  readonly edges: readonly SubgraphEdge[];
  /** Where neighbours were left out because there were too many. */
  readonly cut: readonly SubgraphCut[];
}

/** A box: an object, or several of a kind that are held in the same way. */
export interface SubgraphNode {
  /** Of the first of them, where the box stands for several. */
  readonly id: number;
  readonly type: string;
  readonly nodeType: string;
  /** Short form of the value; of several the different ones, as far as 40 characters go. */
  readonly name: string;
  /** As Chrome DevTools shows it, summed. */
  readonly shallowSize: number;
  /** Edges that lead to it, summed. */
  readonly retainers: number;
  /** Steps from an asked object. */
  readonly depth: number;
  readonly asked: boolean;
  readonly highlighted: boolean;
  readonly root: boolean;
  /** What kind of root it is, in words. */
  readonly rootName?: string;
  /** Registered with a FinalizationRegistry. */
  readonly finalizer: boolean;
  /** Against an earlier snapshot, where one was given: not in it, in both, or only in it. */
  readonly change?: 'new' | 'survived' | 'died';
  /** How many objects the box stands for, where it is more than one. */
  readonly merged?: number;
  /**
   * Neighbours that are not shown because they are further away than `maxDepth`, where there are
   * any.
   */
  readonly beyond?: number;
  /** A further line. */
  readonly extra?: string;
  /** Where the function or the constructor stands. */
  readonly location: {
    readonly script: string | null;
    readonly scriptId: number;
    readonly line: number;
    readonly column: number;
  } | null;
}

export interface SubgraphEdge {
  readonly from: number;
  readonly to: number;
  /**
   * V8's edge type, `entry` for what a Map, a Set or another table holds, `several` for references
   * of different kinds.
   */
  readonly type: string;
  /**
   * Property, variable or index; for several items `0…99`; for an entry an expression such as
   * `.get("key")`.
   */
  readonly name: string | number;
  /** How many references it stands for. */
  readonly count: number;
}

export interface SubgraphCut {
  /** The box whose neighbours are left out. */
  readonly at: number;
  /** Objects left out. */
  readonly count: number;
  readonly direction: 'back' | 'forward';
  /** Depth that they would have had. */
  readonly depth: number;
  /** They are in the earlier snapshot only. */
  readonly change?: 'died';
}

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
  /** By snapshot: members that the last one still has. Empty for growth in place. */
  readonly memberCounts: readonly number[];
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
  readonly chain: ChainResult;
  /** Ids of some of them, the example first. */
  readonly examples: readonly number[];
  readonly sentence: string;
  /** What is usually done about it; null where nothing is known. */
  readonly remedy: string | null;
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
}

/** Budgets, in the order in which they were given. */
export interface Checks {
  readonly kind: 'checks';
  readonly checks: readonly Check[];
}

/** A file in a format of its own: written as it is, whatever format is asked for. */
export interface Document {
  readonly kind: 'document';
  readonly text: string;
}

/** How a subgraph is drawn. */
export interface Drawing {
  readonly refcounts?: boolean;
  readonly shortnames?: boolean;
  readonly nodeAttrs?: Readonly<Record<string, string>>;
  readonly legend?: boolean;
  /** Name of the earlier snapshot, where boxes are compared with one. */
  readonly since?: string;
}

export type Result =
  | Table
  | Tree
  | Details
  | Text
  | Chains
  | LeakReport
  | DeadReport
  | Subgraph
  | Checks
  | Report
  | Document;

/** How an answer is written. */
export type Format = 'text' | 'json' | 'csv' | 'markdown' | 'github' | 'junit';

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
  /** False when the thing looked for is not there: exit code 1. Default true. */
  readonly found?: boolean;
}
