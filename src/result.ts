/**
 * Answers, as data: raw numbers with their units, totals, and what was left out. Renderers turn them into text,
 * JSON, CSV or Markdown; nothing here knows how they will look.
 */
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
}

/** What a value means, from which its look follows. */
export type Role = 'name' | 'size' | 'count' | 'id' | 'dim';

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
   * How text shows it: `grid` has headings; `counts` is objgraph's way, the name padded and a space before the
   * count; `bare` is values only, one a line.
   */
  readonly layout: 'grid' | 'counts' | 'bare';
  /** Columns that the text shows, where they are fewer than all. */
  readonly textColumns?: readonly string[];
}

/** One thing in full: a title, facts, and lists that belong to it. */
export interface Detail {
  readonly title: string;
  readonly facts: readonly Fact[];
  readonly lists: readonly { readonly key: string; readonly title: string; readonly table: Table }[];
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

export type Result = Table | Details | Text;

export interface Answer {
  readonly result: Result;
  /** For people, beside the result: what was left out, what was meant. */
  readonly notes?: readonly string[];
  /** Further facts for JSON, beside the rows. */
  readonly fields?: Row;
  /** False when the thing looked for is not there: exit code 1. Default true. */
  readonly found?: boolean;
}
