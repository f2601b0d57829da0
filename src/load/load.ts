/**
 * From bytes to a graph, or to class tallies, in one pass over the text. Neither the file nor a section is ever held as a
 * string.
 */
import { SnapshotError } from '../errors.js';
import type { Ending, Graph } from '../graph/graph.js';
import { StringTable } from '../graph/strings.js';
import {
  checkNames,
  closeEdgeCounts,
  dropLostEdges,
  edgeSumError,
  roomFor,
  sumEdgeCounts,
} from './checks.js';
import { EdgeColumns } from './edges.js';
import { LocationColumns } from './locations.js';
import { NodeColumns } from './nodes.js';
import { readRecords } from './records.js';
import { passOver, type ReadOptions, readSnapshot, WrongLeap } from './sections.js';
import { openSource, type SnapshotInput } from './source.js';
import { type PickedStrings, pickStrings, readStringTable } from './strings.js';
import { NodeTally, type TallyRow } from './tally.js';

/** What is loaded of a snapshot. */
export interface LoadOptions extends ReadOptions {
  /**
   * Load the edges (9 bytes each). Default true. `'for-names'` loads them only where class names need them: when
   * native nodes are detached.
   */
  readonly edges?: boolean | 'for-names';
  /** Load source locations (4 bytes a node). Default false. */
  readonly locations?: boolean;
}

/**
 * Loads a snapshot. Sections that are not columns (`samples`, `trace_tree`, …) are listed in `sections` and can be
 * read with `readSection`.
 *
 * Throws SnapshotError, see its codes. Cost: one pass over the bytes; memory as graph.ts says, plus half a megabyte.
 */
export async function loadSnapshot(input: SnapshotInput, options: LoadOptions = {}): Promise<Graph> {
  const { edges: wantsEdges = true, locations: wantsLocations = false } = options;
  let nodes: NodeColumns | undefined;
  let edges: EdgeColumns | undefined;
  let locations: LocationColumns | undefined;
  let countsClosed = false;
  let strings = new StringTable([]);
  const reading = await readSnapshot(input, options, (layout, source) => {
    nodes = new NodeColumns(layout, source.name, roomFor(layout.nodeCount, layout.nodes.count, source));
    const columns = nodes;
    const edgeRoom = roomFor(layout.edgeCount, layout.edges.count, source);
    locations =
      wantsLocations && layout.locations
        ? new LocationColumns(layout, layout.locations, nodes.types.length)
        : undefined;
    const locationColumns = locations;
    return {
      nodes: async (window, offset): Promise<undefined> => {
        await readRecords(window, columns);
        countsClosed = true;
        closeEdgeCounts(columns.firstEdge, columns.count, layout, source.name, offset);
      },
      edges: async (window) => {
        const mayBeNeeded = columns.count < layout.nodeCount || columns.hasDetachedNatives;
        if (!wantsEdges || (wantsEdges === 'for-names' && !mayBeNeeded)) return passOver(window, 'edges');
        edges = new EdgeColumns(layout, source.name, edgeRoom);
        return readRecords(window, edges);
      },
      locations: locationColumns && ((window) => readRecords(window, locationColumns)),
      strings: async (window): Promise<undefined> => {
        strings = await readStringTable(window, 'strings', (table) => {
          strings = table;
        });
      },
    };
  });
  const { layout, ending } = reading;
  const n = nodes!.count;
  if (ending) {
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
    ending,
    nodeCount: n,
    root: layout.root,
    extraNativeBytes: layout.extraNativeBytes,
    nodeTypes: cut(nodes!.types, n),
    nodeNames: cut(nodes!.names, n),
    ids: cut(nodes!.ids, n),
    selfSizes: cut(nodes!.selfSizes, n),
    firstEdge: cut(nodes!.firstEdge, n + 1),
    detachedness: nodes!.detachedness && cut(nodes!.detachedness, n),
    traceNodeIds: nodes!.traceNodeIds && cut(nodes!.traceNodeIds, n),
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

/** Counts by node type and raw name, without a graph. */
export interface Tallies {
  readonly file: string;
  readonly ending: Ending | undefined;
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
  const reading = await readSnapshot(input, { ...options, leap }, (layout, source) => {
    const sink = new NodeTally(layout, source.name);
    nodes = sink;
    return {
      nodes: async (window, offset): Promise<undefined> => {
        await readRecords(window, sink);
        if (sink.edgeSum !== layout.edgeCount) throw edgeSumError(sink.edgeSum, layout, source.name, offset);
      },
      strings: async (window): Promise<undefined> => {
        if (sink.count < layout.nodeCount) {
          // Strings before nodes: which names will matter is not known yet.
          const keepAll = (table: StringTable): void => {
            picked = { total: table.length, get: (index) => table.get(index) };
          };
          keepAll(await readStringTable(window, 'strings', keepAll));
        } else {
          const keep = ({ total, texts }: PickedStrings): void => {
            picked = { total, get: (index) => texts.get(index) };
          };
          const names = collected().flatMap(({ name }) => (name >= 0 ? [name] : []));
          keep(await pickStrings(window, 'strings', names, keep));
        }
      },
    };
  });
  if (!reading.ending) await checkNames(input, options, reading, picked.total, [nodes!]);
  return {
    file: reading.file,
    ending: reading.ending,
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
 * Reads a plain file again at that place; from a stream such sections were kept.
 * Throws a RangeError when there is no such section or it was not kept, SnapshotError when the file has changed.
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
  if (!section.rereadable) throw new RangeError(`section "${name}" of ${graph.file} was not kept`);
  const source = await openSource(graph.file);
  try {
    source.seek?.(section.offset);
    const bytes = new Uint8Array(section.length);
    let length = 0;
    while (length < bytes.length) {
      const count = await source.read(bytes, length, bytes.length - length);
      if (count === 0) {
        throw new SnapshotError('truncated', 'the file is shorter than when it was loaded', {
          file: graph.file,
          section: name,
          offset: section.offset + length,
        });
      }
      length += count;
    }
    return bytes;
  } finally {
    source.close();
  }
}
