/**
 * A section of records that two threads take apart. It is cut into pieces of equal length; a thread
 * claims the next one, counts its commas, which tells the other where the piece behind it begins
 * among the records, and then writes its records to their final places.
 *
 * What is not as V8 writes it, or anything else that is odd, stops both: the records of the pieces
 * before it are right, and the one reader goes on from there, with the right message where it is an
 * error.
 *
 * A record belongs to the piece in which the comma before it stands; the first one to that of the
 * opening bracket, where the pieces begin.
 */
import fs from 'node:fs';
import { createGraphKernel, type GraphKernel, globalOf } from '../../graph/kernel/graph-kernel.js';
import type { EdgeColumns } from '../edges.js';
import type { NodeColumns } from '../nodes.js';
import {
  type EdgeLoop,
  type NodeLoop,
  parseEdges,
  parseNodes,
  type TakenNames,
} from '../record-loops.generated.js';

/** Bytes of a piece: as the window's, it stays in the second-level cache. */
export const PIECE = 1 << 19;

/** Bytes behind a piece that belong to its last record. A longer one stops the threads. */
const BEYOND = 256;

/** Bytes of the text that a thread looks at, and what stops the loops. */
export const bytesOfPiece = (piece: number): number => piece + BEYOND + 16;

const COMMA = 0x2c;
const NEWLINE = 0x0a;

/** Records of one kind: where they go, and what the loop has to know. */
export type Records =
  | { readonly kind: 'nodes'; readonly columns: NodeColumns; readonly loop: NodeLoop }
  | { readonly kind: 'edges'; readonly columns: EdgeColumns; readonly loop: EdgeLoop };

/** What both threads know of a section. */
export interface SectionTask {
  readonly kind: 'section';
  /** The file, which both read at the places that they want. */
  readonly descriptor: number;
  /** Byte of the opening bracket. */
  readonly start: number;
  /** Bytes from there to the end of the file. */
  readonly length: number;
  readonly piece: number;
  /** Numbers of a record. */
  readonly fields: number;
  /** Records that the head declares. */
  readonly declared: number;
  readonly records: Records;
  /** A `WebAssembly.Module` and a `WebAssembly.Memory`. */
  readonly module: object;
  readonly memory: object;
  /** Where the second thread has its text: in that memory. */
  readonly text: Uint8Array;
  readonly shared: Int32Array;
}

// Places of the shared numbers: four for all, then some for each piece.
const NEXT = 0;
/** Pieces from this one on have nothing; 0 as long as that is not known. */
const END = 1;
export const STATE = 2;
const HEAD = 4;

// Of a piece.
/** Commas before it, and one; 0 as long as that is not known. */
const BASE = 0;
/** Where its last whole record ended, from its beginning, and one; 0 unless all is well. */
const DONE = 1;
/** The ordinal of the record behind that. */
const ORDINAL = 2;
/** The largest string index, as 32 bits without a sign: that of the record `NAME_AT`. */
const NAME = 3;
const NAME_AT = 4;
const FLAGS = 5;
const PER_PIECE = 6;

const HAS_NAME = 1;
const IS_TRACED = 2;

export const UNBEGUN = 0;
export const WORKS = 1;
export const FINISHED = 2;
export const CALLED_OFF = 3;

/** Pieces of a section that may go on to the end of the file. */
export function piecesOf(length: number, piece: number): number {
  return Math.ceil(length / piece);
}

/** The shared numbers of a section that nobody has begun with. */
export function sectionNumbers(pieces: number): Int32Array {
  const shared = new Int32Array(new SharedArrayBuffer(4 * (HEAD + PER_PIECE * (pieces + 1))));
  shared[HEAD + BASE] = 1;
  return shared;
}

/** What the pieces before the first that was not done give. */
export interface Progress {
  /** Byte at which the next record begins, from the opening bracket. 0 when no piece was done. */
  readonly at: number;
  /** The ordinal of that record. */
  readonly next: number;
  readonly largestName: number;
  readonly largestNameAt: number;
  readonly isTraced: boolean;
}

/** What was done, in order. In: a section at which no thread works any more. */
export function progressOf({ shared, piece, length }: SectionTask): Progress {
  let at = 0;
  let next = 0;
  let largestName = -1;
  let largestNameAt = 0;
  let isTraced = false;
  for (let i = 0; i < piecesOf(length, piece); i++) {
    const own = HEAD + PER_PIECE * i;
    if (shared[own + DONE] === 0) break;
    at = i * piece + shared[own + DONE]! - 1;
    next = shared[own + ORDINAL]! >>> 0;
    const flags = shared[own + FLAGS]!;
    if (flags & IS_TRACED) isTraced = true;
    const name = shared[own + NAME]! >>> 0;
    if (flags & HAS_NAME && name > largestName) {
      largestName = name;
      largestNameAt = shared[own + NAME_AT]! >>> 0;
    }
  }
  return { at, next, largestName, largestNameAt, isTraced };
}

/** One of the two threads at a section. */
export class SectionWorker {
  private readonly kernel: GraphKernel;

  constructor(
    private readonly task: SectionTask,
    /** In the task's memory, with room for `bytesOfPiece`. */
    private readonly text: Uint8Array,
  ) {
    this.kernel = createGraphKernel(task.module, task.memory);
  }

  /** Claims a piece; undefined when there is none left. */
  claim(): number | undefined {
    const { shared, length, piece } = this.task;
    const claimed = Atomics.add(shared, NEXT, 1);
    const end = Atomics.load(shared, END) || piecesOf(length, piece);
    return claimed < end ? claimed : undefined;
  }

  /** Reads a piece. Out: what has to be known before its records are taken; else undefined. */
  read(index: number): Piece | undefined {
    const { task, text } = this;
    const { piece, descriptor, start, length } = task;
    const from = index * piece;
    const wanted = Math.min(piece + BEYOND, length - from);
    let filled = 0;
    while (filled < wanted) {
      const count = readAt(descriptor, text, filled, wanted - filled, start + from + filled);
      if (count === 0) return undefined;
      filled += count;
    }
    text.fill(0, filled, filled + 16);
    const own = Math.min(piece, filled);
    const end = text.byteOffset + own;
    const count = this.kernel.countCommas as (from: number, to: number) => number;
    const commas = count(text.byteOffset, end) >>> 0;
    return { index, filled, isLast: globalOf(this.kernel, 'commasEnd') < end, commas };
  }

  /** Whether it is known how many commas stand before a piece. */
  isPlaced(index: number): boolean {
    return Atomics.load(this.task.shared, HEAD + PER_PIECE * index + BASE) !== 0 || this.isOver(index);
  }

  /** Whether a piece has nothing in it, or nothing that is wanted. */
  isOver(index: number): boolean {
    const end = Atomics.load(this.task.shared, END);
    return end !== 0 && index >= end;
  }

  /** Waits some milliseconds at most until that may be so. */
  waitForPlace(index: number, milliseconds: number): void {
    Atomics.wait(this.task.shared, HEAD + PER_PIECE * index + BASE, 0, milliseconds);
  }

  /** Tells the other thread where the next piece begins, then takes the records of this one. */
  take({ index, filled, isLast, commas }: Piece): void {
    const { shared, fields, declared } = this.task;
    const own = HEAD + PER_PIECE * index;
    const base = Atomics.load(shared, own + BASE) - 1;
    if (isLast) this.end(index + 1);
    else {
      Atomics.store(shared, own + PER_PIECE + BASE, base + commas + 1);
      Atomics.notify(shared, own + PER_PIECE + BASE);
    }
    const first = index === 0 ? 0 : Math.floor(base / fields) + 1;
    const limit = isLast ? declared : Math.floor((base + commas) / fields) + 1;
    const from = index === 0 ? 1 : this.behindCommas(fields - (base % fields), filled);
    if (from > filled || limit > declared || !this.parse(own, from, filled, first, limit, isLast))
      this.end(index + 1);
  }

  /** No piece from this one on is wanted. */
  end(index: number): void {
    const { shared, length, piece } = this.task;
    for (;;) {
      const known = Atomics.load(shared, END);
      if (known !== 0 && known <= index) break;
      if (Atomics.compareExchange(shared, END, known, index) === known) break;
    }
    // Whoever waits for a place behind it waits in vain.
    for (let i = index; i < Math.min(index + 3, piecesOf(length, piece) + 1); i++)
      Atomics.notify(shared, HEAD + PER_PIECE * i + BASE);
  }

  /** The place behind so many commas, or beyond the text. */
  private behindCommas(count: number, filled: number): number {
    const { text } = this;
    let left = count;
    let at = 0;
    while (left > 0 && at < filled) if (text[at++] === COMMA) left--;
    return left > 0 ? filled + 1 : at;
  }

  /** Takes the records from `first` to `limit`. Out: whether all is as it should be. */
  private parse(
    own: number,
    from: number,
    filled: number,
    first: number,
    limit: number,
    isLast: boolean,
  ): boolean {
    const { records, shared } = this.task;
    const { text } = this;
    let at = from;
    let next = first;
    let largestName = -1;
    let largestNameAt = 0;
    let isTraced = false;
    for (;;) {
      const taken = this.loop(at, filled, next, limit);
      if (taken === undefined) return false;
      if (taken.largestName > largestName) ({ largestName, largestNameAt } = taken);
      isTraced ||= taken.isTraced === true;
      ({ at, next } = taken);
      if (next === limit) break;
      // The loop leaves what has a number of ten digits.
      const odd = oddEdge(text, at, filled, records, next);
      if (odd === undefined) break;
      if (odd.name > largestName) {
        largestName = odd.name;
        largestNameAt = next;
      }
      ({ at } = odd);
      next++;
    }
    if (!isLast && next !== limit) return false;
    shared[own + ORDINAL] = next;
    shared[own + NAME] = largestName;
    shared[own + NAME_AT] = largestNameAt;
    shared[own + FLAGS] = (largestName >= 0 ? HAS_NAME : 0) | (isTraced ? IS_TRACED : 0);
    Atomics.store(shared, own + DONE, at + 1);
    return true;
  }

  private loop(at: number, end: number, next: number, limit: number): Taken | undefined {
    const { records } = this.task;
    const { text } = this;
    if (records.kind === 'edges')
      return parseEdges(text, at, end, records.columns, next, { ...records.loop, limit });
    const { columns, loop } = records;
    const { ids } = columns;
    const taken = parseNodes(text, at, end, columns, next, { ...loop, limit });
    if (columns.ids === ids) return taken;
    // Ids that are too wide have got a column of their own, which the other thread does not know.
    columns.ids = ids;
    return undefined;
  }
}

type Taken = TakenNames & { readonly isTraced?: boolean };

const EDGE_FIELDS = 3;

/**
 * Takes one edge of plain numbers: those of elements and the like may have ten digits.
 *
 * - Out: the place behind it, and its string index, -1 for none; undefined when it is not as V8
 *   writes it, or does not fit.
 */
function oddEdge(
  text: Uint8Array,
  from: number,
  end: number,
  records: Records,
  ordinal: number,
): { readonly at: number; readonly name: number } | undefined {
  const { kind, columns } = records;
  if (kind === 'nodes') return undefined;
  const values: number[] = [];
  let at = from;
  while (values.length < EDGE_FIELDS) {
    const start = at;
    let value = 0;
    for (; at < end && at - start < 16; at++) {
      const digit = text[at]! - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (at === start || at - start > 15 || value > 0xffffffff) return undefined;
    values.push(value);
    if (text[at] === NEWLINE && values.length === EDGE_FIELDS) at++;
    if (text[at++] !== COMMA) return undefined;
  }
  const [type, name] = values as [number, number];
  const { typeOf, indexed, nodeFields, nodeCount } = records.loop;
  if (type >= typeOf.length) return undefined;
  const target = values[2]! / nodeFields;
  if (!Number.isInteger(target) || target >= nodeCount) return undefined;
  columns.edgeTypes[ordinal] = typeOf[type]!;
  columns.edgeNames[ordinal] = name;
  columns.edgeTargets[ordinal] = target;
  return { at, name: indexed[type] === 0 ? name : -1 };
}

/** 0 also where it cannot be read: the one reader says why. */
function readAt(descriptor: number, into: Uint8Array, offset: number, length: number, at: number): number {
  try {
    return fs.readSync(descriptor, into, offset, length, at);
  } catch {
    return 0;
  }
}

/** A piece that was read. */
export interface Piece {
  readonly index: number;
  /** Bytes of the text. */
  readonly filled: number;
  /** The closing bracket stands in it. */
  readonly isLast: boolean;
  readonly commas: number;
}

/** All that the second thread does at a section. */
export function performSection(task: SectionTask): void {
  const { shared } = task;
  if (Atomics.compareExchange(shared, STATE, UNBEGUN, WORKS) !== UNBEGUN) return;
  let worker: SectionWorker | undefined;
  let index: number | undefined = 0;
  try {
    worker = new SectionWorker(task, task.text);
    for (index = worker.claim(); index !== undefined; index = worker.claim()) {
      const piece = worker.read(index);
      if (piece === undefined) break;
      while (!worker.isPlaced(index)) worker.waitForPlace(index, 20);
      if (worker.isOver(index)) break;
      worker.take(piece);
    }
  } finally {
    // A piece that was claimed and not taken is where the other one goes on.
    if (index !== undefined) worker?.end(index);
    Atomics.store(shared, STATE, FINISHED);
    Atomics.notify(shared, STATE);
  }
}
