/**
 * Every column of a graph: its name, the type of its values, what it has one value for, and how it
 * is allocated. Whoever fills, shares, stores or exports columns goes by this table.
 *
 *   bytes ─ src/load ─► columns ─► Graph (views of the columns) ─► analyses
 *
 * Memory: 17 bytes a node, 1 more where the file has `detachedness`, 4 more where allocations were
 * traced, 4 more where ids or sizes need 64 bits; 9 bytes an edge; 4 bytes a string beside its own
 * bytes. `bytesPer` computes them from the table.
 */

import { Arena } from './arena.js';

/** What the memory of a column is allocated with: threads can share a `SharedArrayBuffer`. */
export type BufferType = ArrayBufferConstructor | SharedArrayBufferConstructor;

/** Where columns stand: each in memory of its own, all in one, or each where this says. */
export type ColumnMemory = BufferType | Arena | { readonly of: (name: ColumnName) => BufferType | Arena };

interface Arrays {
  readonly uint8: Uint8Array;
  readonly uint32: Uint32Array;
  readonly float64: Float64Array;
}

const ARRAYS = { uint8: Uint8Array, uint32: Uint32Array, float64: Float64Array } as const;

/** The values of a column. */
export type ColumnValues = Arrays[keyof Arrays];

/** What columns have one value for. A place is a distinct source location. */
export type Per = 'node' | 'edge' | 'string' | 'place' | 'trace' | 'traced function';

interface ColumnSpec {
  readonly type: keyof Arrays;
  readonly per: Per;
  /** One more value at the end: where the last one ends. */
  readonly closed?: true;
  /** The values are doubles as soon as one of them does not fit. */
  readonly mayWiden?: true;
  /** Only in some files, or only when it was asked for. */
  readonly optional?: true;
  /** Computed from other columns, not read from the file. */
  readonly derived?: true;
}

/** The columns by name, in the order in which a file of V8 fills them. */
export const COLUMNS = {
  nodeTypes: { type: 'uint8', per: 'node' },
  nodeNames: { type: 'uint32', per: 'node' },
  ids: { type: 'uint32', per: 'node', mayWiden: true },
  selfSizes: { type: 'uint32', per: 'node', mayWiden: true },
  firstEdge: { type: 'uint32', per: 'node', closed: true },
  detachedness: { type: 'uint8', per: 'node', optional: true },
  traceNodeIds: { type: 'uint32', per: 'node', optional: true },

  edgeTypes: { type: 'uint8', per: 'edge' },
  edgeNames: { type: 'uint32', per: 'edge' },
  edgeTargets: { type: 'uint32', per: 'edge' },

  functionNames: { type: 'uint32', per: 'traced function', optional: true },
  functionScripts: { type: 'uint32', per: 'traced function', optional: true },
  functionScriptIds: { type: 'uint32', per: 'traced function', optional: true },
  functionLines: { type: 'uint32', per: 'traced function', optional: true },
  functionColumns: { type: 'uint32', per: 'traced function', optional: true },
  traceIds: { type: 'uint32', per: 'trace', optional: true },
  traceCallers: { type: 'uint32', per: 'trace', optional: true },
  traceInfos: { type: 'uint32', per: 'trace', optional: true },

  placeOf: { type: 'uint32', per: 'node', optional: true },
  placeScriptIds: { type: 'float64', per: 'place', optional: true },
  placeLines: { type: 'float64', per: 'place', optional: true },
  placeColumns: { type: 'float64', per: 'place', optional: true },

  /** Offsets into the page's own bytes. A page has a part of the column. */
  stringStarts: { type: 'uint32', per: 'string' },

  firstRetainer: { type: 'uint32', per: 'node', closed: true, derived: true },
  retainerSources: { type: 'uint32', per: 'edge', derived: true },
} as const satisfies Readonly<Record<string, ColumnSpec>>;

export type ColumnName = keyof typeof COLUMNS;

type WideName = {
  [N in ColumnName]: (typeof COLUMNS)[N] extends { mayWiden: true } ? N : never;
}[ColumnName];

/** The values of one column: `Uint8Array` for `nodeTypes`. */
export type ValuesOf<N extends ColumnName> =
  | Arrays[(typeof COLUMNS)[N]['type']]
  | (N extends WideName ? Float64Array : never);

/** Columns that can be grown or widened in place. */
export type Columns<N extends ColumnName> = { [K in N]: ValuesOf<K> };

const ALL: Readonly<Record<ColumnName, ColumnSpec>> = COLUMNS;

/**
 * A column of zeros.
 *
 * In: `count`, of what the column has one value for; one more value is added for a closed column.
 * Throws: RangeError when there is no memory for it.
 */
export function allocateColumn<N extends ColumnName>(
  name: N,
  count: number,
  memory: ColumnMemory = ArrayBuffer,
): Arrays[(typeof COLUMNS)[N]['type']] {
  const place = 'of' in memory ? memory.of(name) : memory;
  return allocateValues(ALL[name].type, lengthOf(name, count), place) as Arrays[(typeof COLUMNS)[N]['type']];
}

/** Several columns of the same count, see `allocateColumn`. */
export function allocate<N extends ColumnName>(
  names: readonly N[],
  count: number,
  memory?: ColumnMemory,
): Columns<N> {
  return Object.fromEntries(names.map((name) => [name, allocateColumn(name, count, memory)])) as Columns<N>;
}

/** A column of the same values with room for `count`. In: a column of less or equal room. */
export function grown<N extends ColumnName>(name: N, values: ValuesOf<N>, count: number): ValuesOf<N> {
  return copied(name, values, values instanceof Float64Array ? 'float64' : ALL[name].type, count);
}

/** The same values as doubles. Returns the column itself when it is wide already. */
export function widened<N extends WideName>(name: N, values: ValuesOf<N>): Float64Array {
  if (values instanceof Float64Array) return values;
  return copied(name, values, 'float64', values.length) as Float64Array;
}

/** A view of the values of the first `count`; the column itself when it has no more. */
export function trimmed<N extends ColumnName>(name: N, values: ValuesOf<N>, count: number): ValuesOf<N> {
  const length = lengthOf(name, count);
  return values.length === length ? values : (values.subarray(0, length) as ValuesOf<N>);
}

/** Bytes that columns take for each node, edge, …; the value that closes a column not included. */
export function bytesPer(names: readonly ColumnName[]): number {
  return names.reduce((sum, name) => sum + ARRAYS[ALL[name].type].BYTES_PER_ELEMENT, 0);
}

/** The buffer type of a copy: what does not fit any more leaves the memory of the others. */
function buffersOf(values: ColumnValues): BufferType {
  return values.buffer instanceof ArrayBuffer ? ArrayBuffer : SharedArrayBuffer;
}

function lengthOf(name: ColumnName, count: number): number {
  return ALL[name].closed ? count + 1 : count;
}

function copied<N extends ColumnName>(
  name: N,
  values: ColumnValues,
  type: keyof Arrays,
  count: number,
): ValuesOf<N> {
  const copy = allocateValues(type, lengthOf(name, count), buffersOf(values));
  copy.set(values);
  return copy as ValuesOf<N>;
}

function allocateValues(type: keyof Arrays, length: number, memory: BufferType | Arena): ColumnValues {
  const array = ARRAYS[type];
  if (memory instanceof Arena) return memory.take<ColumnValues>(array, length);
  const buffers = memory;
  return new array(new buffers(length * array.BYTES_PER_ELEMENT) as ArrayBuffer);
}
