/** What a page asks of the server that serves it. */
import type { PageObject, PageStep, PageTable } from './page-report.js';

/** All of one object. */
export interface LiveObject {
  readonly object: PageObject;
  /** The shortest chain from a root; empty where none was found. */
  readonly steps: readonly PageStep[];
  readonly expression: string | null;
  /** What holds the beginning of the chain, in words. */
  readonly heldBy: string | null;
  /** What it dominates immediately, the largest first. */
  readonly dominated: PageTable;
}

/** A picture, as SVG. */
export interface LivePicture {
  readonly svg: string;
  readonly notes: readonly string[];
}

/** What pictures there are of an object. */
export const PICTURES = ['chain', 'backrefs', 'refs'] as const;
export type PictureKind = (typeof PICTURES)[number];

/** Why there is no answer. */
export interface LiveError {
  readonly error: string;
  readonly hint: string | null;
}
