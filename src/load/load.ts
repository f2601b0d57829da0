/**
 * From bytes to a graph, or to class tallies, in one pass over the text. Neither the file nor a section is ever held as a
 * string.
 */
import { SnapshotError } from '../base/errors.js';
import { formatCount } from '../base/units.js';
import type { Graph, Truncation } from '../graph/graph.js';
import { StringTable } from '../graph/strings.js';
import { checkNames, closeCounts, dropLostEdges, roomFor, sumEdgeCounts } from './checks.js';
import { EdgeColumns } from './edges.js';
import { LocationColumns } from './locations.js';
import type { Layout } from './meta.js';
import { NodeColumns } from './nodes.js';
import { readRecords } from './records.js';
import { passOver, type ReadOptions, readSnapshot, WrongLeap } from './sections.js';
import { type ByteSource, openSource, type SnapshotInput } from './source.js';
import { type PickedStrings, pickStrings, readStringTable } from './strings.js';
import { NodeTally, type TallyRow } from './tally.js';
import { TraceColumns } from './traces.js';

/** What is loaded of a snapshot. */
export interface LoadOptions extends ReadOptions {
  /**
   * Load the edges (9 bytes each). Default true. `'for-names'` loads them only where class names need them: when
   * native nodes are detached.
   */
  readonly edges?: boolean | 'for-names';
  /** Load source locations (4 bytes a node). Default false. */
  readonly locations?: boolean;
  /** Load the stacks on which objects were made, where allocations were tracked. Default false. */
  readonly traces?: boolean;
}

/**
 * Loads a snapshot. Sections that are not columns (`samples`, `trace_tree`, …) are listed in `sections` and can be
 * read with `readSection`; they take no memory, whatever their size.
 *
 * Throws SnapshotError, see its codes. Cost: one pass over the bytes; memory as graph.ts says, plus half a megabyte.
 */
export async function loadSnapshot(input: SnapshotInput, options: LoadOptions = {}): Promise<Graph> {
  const {
    edges: wantsEdges = true,
    locations: wantsLocations = false,
    traces: wantsTraces = false,
  } = options;
  let nodes: NodeColumns | undefined;
  let edges: EdgeColumns | undefined;
  let locations: LocationColumns | undefined;
  let traces: TraceColumns | undefined;
  let countsClosed = false;
  let strings = new StringTable([]);
  const reading = await readSnapshot(input, { ...options, holds: true }, (layout, source, room) => {
    const nodeRoom = roomFor(layout.nodeCount, layout.nodes.count, source);
    room.take(nodeRoom * NODE_BYTES, `${formatCount(nodeRoom)} nodes`);
    nodes = new NodeColumns(layout, source.name, nodeRoom);
    const columns = nodes;
    const { locations: locationFields } = layout;
    traces = wantsTraces ? new TraceColumns(layout) : undefined;
    const traceColumns = traces;
    return {
      nodes: async (window, offset) => {
        await readRecords(window, columns);
        countsClosed = true;
        const edgeSum = sumEdgeCounts(columns.firstEdge, columns.count);
        closeCounts(columns.count, edgeSum, layout, source.name, offset);
      },
      edges: async (window) => {
        const mayBeNeeded = !countsClosed || columns.hasDetachedNatives;
        if (!wantsEdges || (wantsEdges === 'for-names' && !mayBeNeeded)) return passOver(window, 'edges');
        const edgeRoom = roomFor(layout.edgeCount, layout.edges.count, source);
        room.take(edgeRoom * EDGE_BYTES, `${formatCount(edgeRoom)} edges`);
        edges = new EdgeColumns(layout, source.name, edgeRoom);
        return readRecords(window, edges);
      },
      locations:
        wantsLocations && locationFields
          ? async (window) => {
              locations = new LocationColumns(layout, locationFields, source.name, columns.types.length);
              await readRecords(window, locations);
            }
          : undefined,
      trace_function_infos: traceColumns && ((window) => traceColumns.readFunctions(window)),
      trace_tree: traceColumns && ((window) => traceColumns.readTree(window)),
      strings: async (window) => {
        const keep = (table: StringTable): void => {
          strings = table;
        };
        keep(await readStringTable(window, 'strings', keep, { most: mostStrings(layout), room }));
      },
    };
  });
  const { layout, truncation } = reading;
  const n = nodes!.count;
  if (truncation) {
    if (!countsClosed) sumEdgeCounts(nodes!.firstEdge, n);
    // Edges that were asked for and did not come are none.
    if (wantsEdges === true || (wantsEdges && nodes!.hasDetachedNatives))
      edges ??= new EdgeColumns(layout, reading.file, 0);
    if (edges) dropLostEdges(nodes!, edges, n);
  } else {
    await checkNames(input, options, reading, strings.length, [nodes!, edges]);
  }
  const cut = <T extends Uint8Array | Uint32Array | Float64Array>(column: T, length: number): T =>
    column.length === length ? column : (column.subarray(0, length) as T);
  return {
    head: reading.head,
    file: reading.file,
    truncation,
    nodeCount: n,
    root: layout.root,
    extraNativeBytes: layout.extraNativeBytes,
    nodeTypes: cut(nodes!.types, n),
    nodeNames: cut(nodes!.names, n),
    ids: cut(nodes!.ids, n),
    idsAreExact: nodes!.idsAreExact,
    selfSizes: cut(nodes!.selfSizes, n),
    firstEdge: cut(nodes!.firstEdge, n + 1),
    detachedness: nodes!.detachedness && cut(nodes!.detachedness, n),
    traceNodeIds: nodes!.traceNodeIds && cut(nodes!.traceNodeIds, n),
    traces: traces?.finish(nodes!.traceNodeIds !== undefined),
    edges: edges && {
      count: edges.count,
      types: cut(edges.types, edges.count),
      names: cut(edges.names, edges.count),
      targets: cut(edges.targets, edges.count),
    },
    strings,
    locations: locations?.finish(n),
    nodeTypeNames: layout.nodeTypes,
    edgeTypeNames: layout.edgeTypes,
    sections: reading.sections,
  };
}

const NODE_BYTES = 17;
const EDGE_BYTES = 9;

/** A string stands in a snapshot because a node, an edge or a function names it. Generous: other tools may write more. */
function mostStrings({ nodeCount, edgeCount, traceFunctionCount }: Layout): number {
  return (1 << 20) + 4 * (nodeCount + edgeCount + traceFunctionCount);
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
 * Tallies a snapshot's nodes by type and, for objects and native nodes, by name. Does not read the edges; in a
 * plain file it does not even touch them.
 *
 * Throws SnapshotError. Cost: one pass over the nodes and the strings; memory does not grow with the file, only
 * with the number of distinct names (16 bytes each, and the names).
 */
export async function tallySnapshot(input: SnapshotInput, options: ReadOptions = {}): Promise<Tallies> {
  try {
    return await tally(input, options, true);
  } catch (error) {
    if (error instanceof WrongLeap) return tally(input, options, false);
    throw error;
  }
}

async function tally(input: SnapshotInput, options: ReadOptions, leap: boolean): Promise<Tallies> {
  let nodes: NodeTally | undefined;
  let rows: TallyRow[] | undefined;
  let picked: { total: number; get(index: number): string | undefined } = { total: 0, get: () => undefined };
  const collected = (): TallyRow[] => {
    rows ??= nodes!.rows();
    return rows;
  };
  const reading = await readSnapshot(input, { ...options, leap }, (layout, source, room) => {
    const sink = new NodeTally(layout, source.name, room);
    let isCounted = false;
    nodes = sink;
    return {
      nodes: async (window, offset) => {
        await readRecords(window, sink);
        isCounted = true;
        closeCounts(sink.count, sink.edgeSum, layout, source.name, offset);
      },
      strings: async (window) => {
        const most = mostStrings(layout);
        if (!isCounted) {
          // Strings before nodes: which names will matter is not known yet.
          const keepAll = (table: StringTable): void => {
            picked = { total: table.length, get: (index) => table.get(index) };
          };
          keepAll(await readStringTable(window, 'strings', keepAll, { most, room }));
        } else {
          const keep = ({ total, texts }: PickedStrings): void => {
            picked = { total, get: (index) => texts.get(index) };
          };
          const names = collected().flatMap(({ name }) => (name >= 0 ? [name] : []));
          keep(await pickStrings(window, 'strings', names, keep, { most }));
        }
      },
    };
  });
  if (!reading.truncation) await checkNames(input, options, reading, picked.total, [nodes!]);
  return {
    file: reading.file,
    truncation: reading.truncation,
    nodeCount: nodes!.count,
    extraNativeBytes: reading.layout.extraNativeBytes,
    rows: collected().map((row) => ({
      ...row,
      name: row.name < 0 ? undefined : (picked.get(row.name) ?? `(lost name ${row.name})`),
    })),
    hasDetachedNatives: nodes!.hasDetachedNatives,
    nodeTypeNames: reading.layout.nodeTypes,
  };
}

/**
 * The raw JSON text of a section, as bytes: for `samples`, `trace_tree`, `scopes` and whatever else is no column.
 *
 * In: a graph of a file, which is read again at that place (a compressed one from its beginning); of bytes in memory,
 * which are at hand; of a stream or of compressed bytes in memory, where `keep` named the section when it was loaded.
 * Throws: RangeError when there is no such section, or it was not kept; SnapshotError when the file has changed.
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
