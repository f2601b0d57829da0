/**
 * From bytes to a graph, or to class tallies, in one pass over the text.
 *
 * A snapshot is one JSON object: `snapshot` (the head) first, then sections in any order. A plan says what is done
 * with which section; the others are passed over at the speed of a search for one byte. Neither the file nor a
 * section is ever held as a string.
 */
import { SnapshotError } from '../errors.js';
import type { Ending, Graph, Head, Section } from '../graph/graph.js';
import { StringTable } from '../graph/strings.js';
import type { OnProgress } from '../progress.js';
import { formatCount } from '../units.js';
import { EdgeColumns } from './edges.js';
import {
  CLOSE_OBJECT,
  COLON,
  COMMA,
  DAMAGED_HINT,
  expectToken,
  OPEN_ARRAY,
  OPEN_OBJECT,
  peekToken,
  QUOTE,
  readValue,
  skipNumbers,
  skipValue,
  unexpected,
} from './json.js';
import { LocationColumns } from './locations.js';
import { type Layout, layoutOf, lookalikeOf } from './meta.js';
import { NodeColumns } from './nodes.js';
import { readRecords } from './records.js';
import { type ByteSource, findLast, openSource, type SnapshotInput } from './source.js';
import { type PickedStrings, pickStrings, readStringTable } from './strings.js';
import { NodeTally, type TallyRow } from './tally.js';
import { ByteWindow, WINDOW_SIZE } from './window.js';

export interface ReadOptions {
  /** Answer from what is there when the file ends early or is damaged: `ending` then says where. Default false. */
  readonly salvage?: boolean;
  /** Called a few hundred times at most. */
  readonly onProgress?: OnProgress;
  /** Things that are odd and harmless, such as text behind the end. */
  readonly onWarning?: (message: string) => void;
  /** Bytes of text held at a time; tests use small ones. */
  readonly windowSize?: number;
}

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
    if (wantsEdges === true || nodes!.hasDetachedNatives) edges ??= new EdgeColumns(layout, reading.file, 0);
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
    rows: collected().map((row) => ({
      ...row,
      name: row.name < 0 ? undefined : (picked.get(row.name) ?? `(lost name ${row.name})`),
    })),
    hasDetachedNatives: nodes!.hasDetachedNatives,
    nodeTypeNames: reading.layout.nodeTypes,
  };
}

/** What the head of a snapshot says, without reading on. Throws SnapshotError. Cost: the first few kilobytes. */
export async function readHead(input: SnapshotInput, options: ReadOptions = {}): Promise<Head> {
  const source = await openSource(input);
  try {
    return headOf(await readLayout(new ByteWindow(source, options.windowSize)), source);
  } finally {
    source.close();
  }
}

function headOf(layout: Layout, source: ByteSource): Head {
  const { nodeCount, edgeCount, traceFunctionCount, extraNativeBytes, fieldNames } = layout;
  const { name: file, compression, storedSize } = source;
  return {
    file,
    compression,
    storedSize,
    nodeCount,
    edgeCount,
    traceFunctionCount,
    extraNativeBytes,
    fieldNames,
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

/** Consumes a section; returns its bytes when they have to be kept. */
type SectionReader = (window: ByteWindow, offset: number) => Promise<Uint8Array[] | undefined>;
type Plan = Partial<Record<'nodes' | 'edges' | 'locations' | 'strings', SectionReader | undefined>>;

interface Reading {
  readonly file: string;
  readonly head: Head;
  readonly layout: Layout;
  readonly sections: readonly Section[];
  readonly ending: Ending | undefined;
}

/** Sections that are flat arrays of numbers in every V8: passed over without looking for strings and brackets. */
const FLAT = new Set([
  'nodes',
  'edges',
  'trace_function_infos',
  'samples',
  'locations',
  'scopes',
  'scope_context_vars',
  'scope_uses',
]);

const SALVAGEABLE = new Set(['truncated', 'malformed', 'compression']);

async function readSnapshot(
  input: SnapshotInput,
  options: ReadOptions & { leap?: boolean },
  planFor: (layout: Layout, source: ByteSource) => Plan,
): Promise<Reading> {
  const source = await openSource(input);
  let phase = 'reading';
  let reported = 0;
  const step = Math.max((source.storedSize ?? 0) / 200, 1 << 22);
  let hasLeapt = false;
  const window = new ByteWindow(source, options.windowSize ?? WINDOW_SIZE, () => {
    if (options.onProgress && source.taken - reported >= step) {
      reported = source.taken;
      options.onProgress({ phase, done: source.taken, total: source.storedSize ?? 0, unit: 'bytes' });
    }
  });
  try {
    const layout = await readLayout(window);
    const plan = planFor(layout, source);
    const sections: Section[] = [];
    let ending: Ending | undefined;
    let section = 'snapshot';
    try {
      const seen = new Set<string>();
      let leapt = false;
      for (;;) {
        const token = await peekToken(window);
        if (token === CLOSE_OBJECT) break;
        if (!leapt) await expectToken(window, COMMA, 'snapshot');
        leapt = false;
        section = await readKey(window);
        await peekToken(window);
        const { offset } = window;
        if (seen.has(section)) throw duplicate(source.name, section, offset);
        seen.add(section);
        const read = Object.hasOwn(plan, section) ? plan[section as keyof Plan] : undefined;
        phase = read ? section : 'reading';
        const kept = read ? await read(window, offset) : await passOver(window, section);
        const length = window.offset - offset;
        const rereadable = source.seek !== undefined && source.slice === undefined;
        sections.push({
          name: section,
          offset,
          length,
          rereadable,
          kept: kept ?? source.slice?.(offset, length),
        });
        if (section === 'nodes' && options.leap) leapt = leapToStrings(window);
        hasLeapt ||= leapt;
        section = 'snapshot';
      }
      window.start++;
      for (const name of Object.keys(plan) as (keyof Plan)[]) {
        if (plan[name] && !seen.has(name) && name !== 'locations') throw missingSection(window, name);
      }
      const rest = await peekToken(window);
      if (rest !== -1 && hasLeapt) throw new WrongLeap();
      if (rest !== -1) options.onWarning?.(`${source.name}: text behind the end of the snapshot is ignored`);
    } catch (error) {
      if (hasLeapt) throw new WrongLeap();
      if (!(options.salvage && error instanceof SnapshotError && SALVAGEABLE.has(error.code))) throw error;
      ending = {
        section: error.section ?? section,
        offset: error.offset ?? window.offset,
        expected: error.expected ?? 'the rest of the file',
        found: error.found ?? 'the end of the file',
      };
    }
    return { file: source.name, head: headOf(layout, source), layout, sections, ending };
  } finally {
    source.close();
  }
}

async function readLayout(window: ByteWindow): Promise<Layout> {
  const file = window.source.name;
  const first = await peekFirst(window);
  if (first === -1 && window.source.compression !== undefined)
    throw unexpected(window, 'snapshot', 'an object');
  if (first === -1) {
    throw new SnapshotError('empty', 'holds nothing but white space', {
      file,
      hint: 'Take the snapshot again.',
    });
  }
  while (window.end - window.start < 4096 && !window.ended) await window.fill();
  const head = Buffer.from(
    window.bytes.subarray(window.start, Math.min(window.end, window.start + 8192)),
  ).toString();
  const refuse = (found: string): SnapshotError =>
    new SnapshotError('not-a-snapshot', 'is not a heap snapshot', {
      file,
      offset: window.offset,
      expected: 'an object that begins with "snapshot"',
      found: lookalikeOf(head) ?? found,
      hint: 'Heap snapshots are written by v8.writeHeapSnapshot(), node --heapsnapshot-signal, or the Memory panel of Chrome DevTools.',
    });
  if (first !== OPEN_OBJECT) throw refuse('another JSON value');
  window.start++;
  const token = await peekToken(window);
  if (token === CLOSE_OBJECT) throw refuse('an empty object');
  const key = token === QUOTE ? await readKey(window) : '';
  if (token === QUOTE && key !== 'snapshot')
    throw refuse(`an object whose first key is ${JSON.stringify(key)}`);
  if (token !== QUOTE) throw unexpected(window, 'snapshot', 'the key "snapshot"');
  const value = await peekToken(window);
  if (value !== OPEN_OBJECT && value !== -1) throw refuse('an object whose "snapshot" is not an object');
  const { offset } = window;
  const text = await readValue(window, 'snapshot', 1 << 24);
  if (!text.includes('"meta"')) throw refuse('an object whose "snapshot" has no "meta"');
  return layoutOf(text, file, offset);
}

/** Like peekToken, behind a byte order mark. */
async function peekFirst(window: ByteWindow): Promise<number> {
  while (window.end - window.start < 3 && !window.ended) await window.fill();
  const { bytes, start } = window;
  if (bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf) window.start += 3;
  return peekToken(window);
}

async function readKey(window: ByteWindow): Promise<string> {
  if ((await peekToken(window)) !== QUOTE) throw unexpected(window, 'snapshot', 'the name of a section');
  const text = await readValue(window, 'snapshot', 1 << 12);
  await expectToken(window, COLON, 'snapshot');
  try {
    return JSON.parse(text) as string;
  } catch {
    return text.slice(1, -1);
  }
}

/** Passes over a value; returns its bytes when the source cannot be read again from the middle. */
async function passOver(window: ByteWindow, name: string): Promise<Uint8Array[] | undefined> {
  // Edges that nobody asked for are not kept: they are most of the file, and were left out on purpose.
  const kept: Uint8Array[] | undefined = window.source.seek || name === 'edges' ? undefined : [];
  const keep =
    kept && ((bytes: Uint8Array, start: number, end: number) => void kept.push(bytes.slice(start, end)));
  if (FLAT.has(name) && (await peekToken(window)) === OPEN_ARRAY) await skipNumbers(window, name, keep);
  else await skipValue(window, name, keep);
  return kept;
}

/** What was leapt to was not the end of the snapshot: read it again from section to section. */
class WrongLeap extends Error {}

/**
 * Goes on behind the key "strings", which V8 writes last, without reading what lies between. Its raw bytes cannot
 * stand inside a JSON string, where quotes are escaped. Where they are not found (a stream, a file that ends early)
 * the window stays where it is.
 */
function leapToStrings(window: ByteWindow): boolean {
  const { source, offset } = window;
  if (!source.seek || source.size === undefined || source.size - offset < WINDOW_SIZE) return false;
  const found = findLast(source, '"strings":[');
  const leaps = found !== undefined && found > offset;
  window.seek(leaps ? found : offset);
  return leaps;
}

/** Columns are never made for more records than the bytes can hold, whatever the head promises. */
function roomFor(promised: number, fields: number, source: ByteSource): number {
  // Deflate shrinks text to a 1,032nd at best; brotli and zstd know no bound.
  const inflated =
    source.compression === 'gzip' && source.storedSize !== undefined ? source.storedSize * 1100 : undefined;
  const bytes = source.size ?? inflated ?? Number.POSITIVE_INFINITY;
  return Math.min(promised, Math.ceil(bytes / (2 * fields)));
}

/** Turns edge counts into offsets, in place. */
function sumEdgeCounts(firstEdge: Uint32Array, nodeCount: number): number {
  let sum = 0;
  for (let node = 0; node < nodeCount; node++) {
    const count = firstEdge[node]!;
    firstEdge[node] = sum;
    sum += count;
  }
  firstEdge[nodeCount] = sum;
  return sum;
}

function closeEdgeCounts(
  firstEdge: Uint32Array,
  nodeCount: number,
  layout: Layout,
  file: string,
  offset: number,
): void {
  const sum = sumEdgeCounts(firstEdge, nodeCount);
  if (sum !== layout.edgeCount) throw edgeSumError(sum, layout, file, offset);
}

function edgeSumError(sum: number, layout: Layout, file: string, offset: number): SnapshotError {
  return new SnapshotError('mismatch', "the nodes' edge counts do not add up", {
    file,
    section: 'nodes',
    offset,
    expected: `${formatCount(layout.edgeCount)} (edge_count)`,
    found: formatCount(sum),
    hint: DAMAGED_HINT,
  });
}

/** A salvaged file: edges that did not arrive, or that lead to nodes that did not, are gone. */
function dropLostEdges(nodes: NodeColumns, edges: EdgeColumns, nodeCount: number): void {
  const { firstEdge } = nodes;
  const { types, names, targets } = edges;
  let kept = 0;
  for (let node = 0; node < nodeCount; node++) {
    const from = firstEdge[node]!;
    const to = Math.min(firstEdge[node + 1]!, edges.count);
    firstEdge[node] = kept;
    for (let edge = from; edge < to; edge++) {
      if (targets[edge]! >= nodeCount) continue;
      types[kept] = types[edge]!;
      names[kept] = names[edge]!;
      targets[kept] = targets[edge]!;
      kept++;
    }
  }
  firstEdge[nodeCount] = kept;
  edges.count = kept;
}

interface Named {
  readonly section: string;
  readonly largestName: number;
  readonly largestNameAt: number;
}

/**
 * String indexes can be checked only when the strings are known, which come last. What was read does not say at
 * which byte a bad one stood: the file is read once more to tell, where it can be.
 */
async function checkNames(
  input: SnapshotInput,
  options: ReadOptions,
  reading: Reading,
  stringCount: number,
  sinks: readonly (Named | undefined)[],
): Promise<void> {
  const bad = sinks.find((sink) => sink !== undefined && sink.largestName >= stringCount);
  if (!bad) return;
  const { layout, file } = reading;
  const [field, fields] =
    bad.section === 'nodes'
      ? [layout.nodes.name, layout.fieldNames.node]
      : [layout.edges.nameOrIndex, layout.fieldNames.edge];
  const offset = await offsetOfRecord(input, options, bad);
  throw new SnapshotError(
    'range',
    `${fields[field]} of record ${formatCount(bad.largestNameAt)} is out of range`,
    {
      file,
      section: bad.section,
      offset,
      expected: `a string index below ${formatCount(stringCount)}`,
      found: formatCount(bad.largestName),
      hint: DAMAGED_HINT,
    },
  );
}

async function offsetOfRecord(
  input: SnapshotInput,
  options: ReadOptions,
  bad: Named,
): Promise<number | undefined> {
  if (input === '-' || !(typeof input === 'string' || input instanceof URL || input instanceof Uint8Array))
    return undefined;
  let found: number | undefined;
  await readSnapshot(input, { windowSize: options.windowSize, salvage: true }, (layout) => {
    const fields = bad.section === 'nodes' ? layout.fieldNames.node : layout.fieldNames.edge;
    const nameField = bad.section === 'nodes' ? layout.nodes.name : layout.edges.nameOrIndex;
    const read: SectionReader = (window) =>
      readRecords(window, {
        section: bad.section,
        fields,
        promised: undefined,
        promise: '',
        count: 0,
        parse: (_, position) => position, // leaves all to the careful reader, which knows where it is
        refuse(field) {
          if (field === nameField && this.count === bad.largestNameAt) found = window.offset;
          return undefined;
        },
        take() {},
      });
    return { [bad.section]: read };
  });
  return found;
}

function duplicate(file: string, section: string, offset: number): SnapshotError {
  return new SnapshotError('malformed', `the section "${section}" stands there twice`, {
    file,
    section,
    offset,
    hint: DAMAGED_HINT,
  });
}

function missingSection(window: ByteWindow, name: string): SnapshotError {
  return new SnapshotError('malformed', `the section "${name}" is missing`, {
    file: window.source.name,
    section: 'snapshot',
    offset: window.offset,
    expected: `"${name}": […]`,
    found: 'the end of the snapshot',
    hint: DAMAGED_HINT,
  });
}
