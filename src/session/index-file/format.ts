/**
 * The file format of an index: the columns of a graph, and what was computed of them, as they stand
 * in memory.
 *
 *     magic │ columns, each from a multiple of 4,096 on │ sums of blocks │ footer (JSON) │ tail
 *
 * Columns are in blocks of 64 KiB. Each has a sum, so that a part can be read and checked alone.
 * The tail says where the footer is. Numbers are little-endian.
 */
import type { Graph } from '../../graph/graph.js';
import type { Landmarks } from '../../v8/landmarks.js';

export const MAGIC = 'heapgraph-index1';
/** Changes with the meaning of any column. */
export const INDEX_VERSION = 2;
export const BLOCK = 1 << 16;
export const ALIGNMENT = 4096;
/** The tail: length and sum of the footer, then the magic again. */
export const TAIL_BYTES = 8 + MAGIC.length;

export const ARRAYS = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float64: Float64Array,
} as const;

export type ArrayType = keyof typeof ARRAYS;
export type Values = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array;

/** Where a column stands. */
export interface ColumnPlace {
  readonly name: string;
  readonly type: ArrayType;
  /** Values. */
  readonly length: number;
  readonly offset: number;
  /** Place of the sum of its first block. */
  readonly firstSum: number;
}

/** Which file an index is of. */
export interface SourceKey {
  readonly file: string;
  readonly size: number;
  readonly time: number;
  /** Of bytes from the beginning, the middle and the end: SHA-256, hexadecimal. */
  readonly probe: string;
}

/** What of a graph is no column. */
export interface GraphFacts
  extends Pick<
    Graph,
    | 'head'
    | 'file'
    | 'nodeCount'
    | 'root'
    | 'extraNativeBytes'
    | 'idsAreExact'
    | 'nodeTypeNames'
    | 'edgeTypeNames'
    | 'sections'
  > {
  readonly edgeCount: number;
  /** By page of strings: the index of the first one, the bytes and the number of strings. */
  readonly pages: readonly (readonly [first: number, bytes: number, strings: number])[];
  readonly hasLocations: boolean;
  readonly userRoots: readonly number[];
  readonly landmarks: Landmarks;
  /** Names of scripts by V8's numbers. */
  readonly scripts: readonly (readonly [number, string])[];
  readonly withheld: readonly number[];
  readonly meetsRoot: boolean;
  readonly reached: number;
  readonly searched: number;
}

export interface Footer {
  readonly version: number;
  readonly heapgraph: string;
  readonly source: SourceKey;
  readonly facts: GraphFacts;
  readonly columns: readonly ColumnPlace[];
  readonly sums: { readonly offset: number; readonly length: number; readonly sum: number };
}

/** The sum of a block. In: whole words, but for the last block of a column. */
export function sumOf(bytes: Uint8Array): number {
  const words = bytes.length >>> 2;
  let sum = bytes.length | 0;
  if (bytes.byteOffset % 4 === 0) {
    const view = new Uint32Array(bytes.buffer, bytes.byteOffset, words);
    for (let i = 0; i < words; i++) sum = (Math.imul(sum, 31) + view[i]!) | 0;
  } else {
    for (let i = 0; i < words; i++)
      sum =
        (Math.imul(sum, 31) +
          (bytes[4 * i]! |
            (bytes[4 * i + 1]! << 8) |
            (bytes[4 * i + 2]! << 16) |
            (bytes[4 * i + 3]! << 24))) |
        0;
  }
  for (let i = 4 * words; i < bytes.length; i++) sum = (Math.imul(sum, 31) + bytes[i]!) | 0;
  return sum >>> 0;
}
