/**
 * From bytes to a graph, or to class tallies, in one pass over the text. Neither the file nor a
 * section is ever held as a string.
 */
import { SnapshotError } from '../base/errors.js';
import { phaseAsync, tellLoaded } from '../base/phases.js';
import { accelerate } from '../graph/accelerated.js';
import type { BufferType } from '../graph/columns.js';
import type { Graph, Truncation } from '../graph/graph.js';
import type { ByteSource } from './byte-sources.js';
import { GraphBuilder } from './graph-builder.js';
import { type Reading, type ReadOptions, readSnapshot, SkipMissed } from './sections.js';
import { openSource, type SnapshotInput } from './source.js';
import { checkStringIndexes } from './string-indexes.js';
import type { TallyRow } from './tally.js';
import { TallyBuilder } from './tally-builder.js';

/** What is loaded of a snapshot. */
export interface LoadOptions extends ReadOptions {
  /**
   * Load the edges (9 bytes each). Default true. `'for-names'` loads them only where class names
   * need them: when native nodes are detached.
   */
  readonly edges?: boolean | 'for-names';
  /** Load source locations (4 bytes a node). Default false. */
  readonly locations?: boolean;
  /** Load the stacks on which objects were made, where allocations were tracked. Default false. */
  readonly traces?: boolean;
  /**
   * Memory of the columns: a `SharedArrayBuffer` can be read by worker threads without a copy.
   * Default ArrayBuffer.
   */
  readonly buffers?: BufferType;
  /**
   * Bytes of columns from which on a graph stands in one memory that WebAssembly works on; tests
   * use small ones. Default 16 MiB.
   */
  readonly largeFrom?: number;
  /** Bytes that this memory may take; tests use less. Default 4 GiB. */
  readonly arenaLimit?: number;
  /** Bytes of text that a thread takes at a time; tests use small ones. Default 512 KiB. */
  readonly pieceSize?: number;
}

/**
 * Loads a snapshot. Sections that are not columns (`samples`, `trace_tree`, …) are listed in
 * `sections` and can be read with `readSection`; they take no memory, whatever their size.
 *
 * - Throws: SnapshotError, see its codes.
 * - Memory: as columns.ts says, and half a megabyte.
 * - Cost: one pass over the bytes.
 */
export async function loadSnapshot(input: SnapshotInput, options: LoadOptions = {}): Promise<Graph> {
  return phaseAsync(READING, () => load(input, options));
}

const READING = 'reading';

async function load(input: SnapshotInput, options: LoadOptions): Promise<Graph> {
  let builder: GraphBuilder | undefined;
  const reading = await readSnapshot(input, { ...options, holds: true }, (layout, source, room) => {
    builder = new GraphBuilder(layout, source, room, options);
    return builder.plan();
  });
  const graph = builder!.finish(reading);
  if (!reading.truncation)
    await checkStringIndexes(input, options, reading, graph.strings.length, builder!.named);
  if (builder!.arena) {
    const { accelerateIn } = await import('./threads/accelerate-in.js');
    const accelerated = accelerateIn(builder!.arena, graph, options);
    if (accelerated) accelerate(graph, accelerated);
  }
  tellLoaded(() => ({
    kind: 'columns',
    ...readFrom(reading),
    nodes: graph.nodeCount,
    edges: graph.edges?.count,
    nodeBytes: bytesIn(graph) + (graph.locations?.placeOf.byteLength ?? 0),
    edgeBytes: bytesIn(graph.edges ?? {}),
    strings: graph.strings.length,
    stringBytes: graph.strings.byteLength,
  }));
  return graph;
}

/** Counts by node type and raw name, without a graph. */
export interface Tallies {
  readonly file: string;
  readonly truncation: Truncation | undefined;
  readonly nodeCount: number;
  /** Native bytes that no node stands for (0 before Node.js 24). */
  readonly extraNativeBytes: number;
  readonly rows: readonly (Omit<TallyRow, 'name'> & { readonly name: string | undefined })[];
  /** Native nodes are detached: which others are follows from the edges, which were not read. */
  readonly hasDetachedNatives: boolean;
  readonly nodeTypeNames: readonly string[];
}

/**
 * Tallies a snapshot's nodes by type and, for objects and native nodes, by name. Does not read the
 * edges; in a plain file it does not even touch them.
 *
 * - Throws: SnapshotError.
 * - Memory: does not grow with the file, only with the number of distinct names (16 bytes each, and
 *   the names).
 * - Cost: one pass over the nodes and the strings.
 */
export async function tallySnapshot(input: SnapshotInput, options: ReadOptions = {}): Promise<Tallies> {
  return phaseAsync(READING, () => tallyOf(input, options));
}

async function tallyOf(input: SnapshotInput, options: ReadOptions): Promise<Tallies> {
  try {
    return await tally(input, options, true);
  } catch (error) {
    if (error instanceof SkipMissed) return tally(input, options, false);
    throw error;
  }
}

async function tally(input: SnapshotInput, options: ReadOptions, skipToStrings: boolean): Promise<Tallies> {
  let builder: TallyBuilder | undefined;
  const reading = await readSnapshot(input, { ...options, skipToStrings }, (layout, source, room) => {
    builder = new TallyBuilder(layout, source, room);
    return builder.plan();
  });
  const { nodes, stringCount } = builder!;
  if (!reading.truncation) await checkStringIndexes(input, options, reading, stringCount, [nodes]);
  const tallies = builder!.finish(reading);
  tellLoaded(() => ({
    kind: 'counts',
    ...readFrom(reading),
    nodes: tallies.nodeCount,
    edges: undefined,
  }));
  return tallies;
}

/** The file, and the bytes of the sections that were read or passed over. */
function readFrom({ file, sections }: Reading): { readonly file: string; readonly bytes: number } {
  return { file, bytes: sections.reduce((sum, { length }) => sum + length, 0) };
}

/** Bytes of the columns of an object. */
function bytesIn(columns: object): number {
  return Object.values(columns).reduce<number>(
    (sum, column) => sum + (ArrayBuffer.isView(column) ? column.byteLength : 0),
    0,
  );
}

/**
 * The raw JSON text of a section, as bytes: for `samples`, `trace_tree`, `scopes` and whatever else
 * is no column.
 *
 * In: a graph of a file, which is read again at that place (a compressed one from its beginning);
 * of bytes in memory, which are at hand; of a stream or of compressed bytes in memory, where `keep`
 * named the section when it was loaded.
 * Throws: RangeError when there is no such section, or it was not kept; SnapshotError when the file
 * has changed.
 */
export async function readSection(
  graph: Pick<Graph, 'file' | 'sections'>,
  name: string,
): Promise<Uint8Array> {
  const section = graph.sections.find((candidate) => candidate.name === name);
  if (!section) {
    const names = graph.sections.map((candidate) => candidate.name).join(', ');
    throw new RangeError(`no section "${name}" in ${graph.file}; it has: ${names}`);
  }
  if (section.kept) return Buffer.concat(section.kept);
  if (!section.rereadable) {
    throw new RangeError(
      `section "${name}" of ${graph.file} was not kept; the option keep takes names of sections that are no columns`,
    );
  }
  const source = await openSource(graph.file);
  try {
    await goTo(source, section.offset);
    const bytes = new Uint8Array(section.length);
    const length = await readWhole(source, bytes);
    if (length === bytes.length) return bytes;
    throw new SnapshotError('truncated', 'the file is shorter than when it was loaded', {
      file: graph.file,
      section: name,
      offset: section.offset + length,
    });
  } finally {
    source.close();
  }
}

async function goTo(source: ByteSource, offset: number): Promise<void> {
  if (source.seek) return source.seek(offset);
  const passed = new Uint8Array(1 << 18);
  for (let left = offset; left > 0; ) {
    const count = await source.read(passed, 0, Math.min(left, passed.length));
    if (count === 0) return;
    left -= count;
  }
}

/** Fills a buffer, or reads to the end; gives the bytes. */
async function readWhole(source: ByteSource, into: Uint8Array): Promise<number> {
  let length = 0;
  while (length < into.length) {
    const count = await source.read(into, length, into.length - length);
    if (count === 0) break;
    length += count;
  }
  return length;
}
