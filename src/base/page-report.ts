/**
 * What a page about a heap shows, as data: bounded in number and length, whatever the heap holds.
 * Names and texts are as the program gave them; what shows them makes them safe.
 */
import type { LeakPlace } from './leak-report.js';
import type { Cell, Column, DeadStepRow, Row } from './result.js';
import type { SuspectEntry } from './suspect-report.js';

/** A sentence of the overview, and the view that its numbers come from: `suspects`, `@123`. */
export interface PageSentence {
  readonly text: string;
  readonly view: string;
}

/** A reference between two objects, seen from one of them. */
export interface PageEdge {
  /** V8's edge type. */
  readonly type: string;
  /** Null where it is one of very many. */
  readonly name: string | number | null;
  /** The object at the other end. */
  readonly id: number;
  readonly class: string;
  /** Bytes that it keeps. */
  readonly size: number;
}

/** One object. */
export interface PageObject {
  readonly id: number;
  readonly class: string;
  readonly nodeType: string;
  /** A short form of its value. */
  readonly name: string;
  readonly shallowSize: number;
  readonly retainedSize: number;
  readonly distance: number | null;
  /** The id of its dominator; null for the root. */
  readonly dominator: number | null;
  readonly location: Cell;
  readonly edgeCount: number;
  /** Those that lead to what it dominates, then to what keeps most; the largest first. */
  readonly edges: readonly PageEdge[];
  readonly retainerCount: number;
  /** Those nearest to a root first. */
  readonly retainers: readonly PageEdge[];
}

/** Objects of one class that are too small to be shown each. */
export interface PageFolded {
  /** Null for the rest, of many classes. */
  readonly class: string | null;
  readonly count: number;
  readonly size: number;
}

/** A node of the dominator tree that is large enough to be shown. */
export interface PageTreeNode {
  readonly id: number;
  readonly class: string;
  readonly name: string;
  /** Place of its dominator in the list; -1 for the root, which is the first. */
  readonly parent: number;
  readonly shallowSize: number;
  readonly retainedSize: number;
  /** What it dominates and what has no node of its own, the largest first. */
  readonly folded: readonly PageFolded[];
}

/** The upper part of the dominator tree: each node after its dominator. */
export interface PageTree {
  readonly nodes: readonly PageTreeNode[];
  /** Objects that keep less have no node. */
  readonly leastSize: number;
}

/** One class. Ids are those of its largest objects. */
export interface PageClass {
  readonly class: string;
  readonly nodeType: string;
  readonly count: number;
  readonly shallowSize: number;
  readonly retainedSize: number;
  readonly distance: number | null;
  readonly largest: readonly number[];
}

/** A table of its own: packages, growth. */
export interface PageTable {
  /** The name of its view. */
  readonly key: string;
  readonly title: string;
  /** What it shows, in sentences. */
  readonly says: readonly string[];
  /** The command that answers the same. */
  readonly command: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  readonly total: number;
  readonly omitted: number;
}

/** A step of a chain, or a gap where steps are left out. */
export interface PageStep extends DeadStepRow {
  /** How many steps are left out before it. */
  readonly gap: number;
}

/** A place under suspicion. */
export interface PageSuspect extends Omit<SuspectEntry, 'chain' | 'steps' | 'container'> {
  readonly container: LeakPlace;
  readonly steps: readonly PageStep[];
  readonly expression: string | null;
}

/** All of it. */
export interface PageReport {
  readonly kind: 'page';
  /** The snapshots, the earliest first; the last one is what it is about. */
  readonly files: readonly string[];
  readonly totalSize: number;
  readonly nodeCount: number;
  readonly overview: readonly PageSentence[];
  readonly suspects: readonly PageSuspect[];
  /** Sentences about them. */
  readonly suspectsSay: readonly string[];
  readonly suspectsOmitted: number;
  readonly tree: PageTree;
  readonly classes: readonly PageClass[];
  readonly classesTotal: number;
  readonly tables: readonly PageTable[];
  /** Facts about the files. */
  readonly about: readonly { readonly file: string; readonly facts: readonly PageFact[] }[];
  readonly objects: readonly PageObject[];
  /** What was noted while it was made. */
  readonly notes: readonly string[];
}

/** A fact about a file. */
export interface PageFact {
  readonly title: string;
  readonly value: Cell;
  readonly unit: Column['unit'];
}
