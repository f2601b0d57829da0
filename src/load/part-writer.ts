/** A part of a snapshot as a file: nodes that are kept, and all edges between them. */
import { edgesOf, type Graph } from '../graph/graph.js';
import { type PartFacts, partFactsText } from '../graph/part-facts.js';
import { isIndexed } from '../graph/schema.js';
import { type HeadObject, headObjectOf, wordlessHead } from './head-object.js';
import { readSection } from './load.js';
import type { Layout } from './meta.js';
import { layoutOf } from './meta.js';
import { NumberWriter, type Write } from './number-writer.js';

export interface PartOptions {
  /** By node: 1 for those of the part. The root has to be one. */
  readonly kept: Uint8Array;
  /** By node, in place of what the file says; a value a node. */
  readonly detachedness: Uint8Array | undefined;
  /** By node, for a field `weight`. */
  readonly weights?: Uint32Array | undefined;
  readonly facts: PartFacts;
  /** The text that stands for another one, by its index in the graph; they come in their order. */
  readonly rename?: ((text: string, index: number) => string) | undefined;
  /** Whether words of the head that V8 does not write are left out. */
  readonly isAnonymous: boolean;
  readonly write: Write;
}

export interface WrittenPart {
  readonly nodes: number;
  readonly edges: number;
  readonly strings: number;
  /** Sections and fields that were left out: not known, or about what is not there. */
  readonly leftOut: readonly string[];
}

/** Sections that V8 writes, in its order; those with columns are written, the others are empty. */
const SECTIONS = [
  ['trace_function_infos', 'trace_function_info_fields'],
  ['trace_tree', 'trace_node_fields'],
  ['samples', 'sample_fields'],
  ['locations', 'location_fields'],
  ['scopes', 'scope_fields'],
  ['scope_context_vars', 'scope_context_var_fields'],
  ['scope_uses', 'scope_use_fields'],
] as const;

/** Locations beyond this are read from the columns. */
const LARGEST_SECTION = 1 << 28;

/**
 * Writes a part of a snapshot. Ids, types, sizes, and the order of nodes and edges stay.
 *
 * - In: a graph of a file that can be read again, with edges and locations.
 * - Throws: SnapshotError when the file has changed.
 * - Memory: 4 bytes a node and 4 a string; the text of the locations.
 * - Cost: a pass over the nodes, the edges of those that are kept, and the strings that they name.
 */
export async function writePart(graph: Graph, options: PartOptions): Promise<WrittenPart> {
  const { kept, write, weights } = options;
  const original = await headObjectOf(graph.file);
  const layout = layoutOf(JSON.stringify(original), graph.file, 0);
  const places = placesOf(kept);
  const count = { nodes: places.count, edges: 0 };
  const names = new Uint32Array(graph.strings.length);
  const { types, names: edgeNames, targets } = edgesOf(graph);
  const name = (index: number): void => {
    if (index < names.length) names[index] = 1;
  };
  // Text 0 is what V8 calls nothing by.
  name(0);
  eachKept(kept, (node) => {
    name(graph.nodeNames[node]!);
    for (let edge = graph.firstEdge[node]!, end = graph.firstEdge[node + 1]!; edge < end; edge++) {
      if (kept[targets[edge]!] === 0) continue;
      count.edges++;
      if (!isIndexed(types[edge]!)) name(edgeNames[edge]!);
    }
  });
  const strings = numberMarks(names);
  const head = headOf(options.isAnonymous ? wordlessHead(original) : original, options, {
    count,
    root: places.of(graph.root) * (layout.nodes.count + (weights ? 1 : 0)),
  });
  await write(Buffer.from(`{"snapshot":${JSON.stringify(head)},\n"nodes":[`));
  await writeNodes(graph, layout, options, names);
  await write(Buffer.from('],\n"edges":['));
  await writeEdges(graph, layout, options, { names, places, weighted: weights !== undefined });
  await write(Buffer.from(']'));
  const meta = (original.meta ?? {}) as Readonly<Record<string, unknown>>;
  const leftOut: string[] = [];
  const present = new Set(graph.sections.map((section) => section.name));
  for (const [section, fields] of SECTIONS) {
    if (!present.has(section) && meta[fields] === undefined) continue;
    await write(Buffer.from(`,\n"${section}":[`));
    if (section === 'locations')
      await writeLocations(graph, layout, options, { places, weighted: weights !== undefined });
    else if (!isEmpty(graph, section)) leftOut.push(section);
    await write(Buffer.from(']'));
  }
  const known = new Set<string>(['nodes', 'edges', 'strings', ...SECTIONS.map(([section]) => section)]);
  leftOut.push(...[...present].filter((section) => !known.has(section)));
  await writeStrings(graph, names, options);
  return { ...count, strings, leftOut };
}

function isEmpty(graph: Graph, name: string): boolean {
  return (graph.sections.find((section) => section.name === name)?.length ?? 0) <= 4;
}

function eachKept(kept: Uint8Array, visit: (node: number) => void): void {
  for (let node = kept.indexOf(1); node >= 0; node = kept.indexOf(1, node + 1)) visit(node);
}

interface Places {
  readonly count: number;
  /** Ordinal in the part. */
  of(node: number): number;
}

function placesOf(kept: Uint8Array): Places {
  const places = new Uint32Array(kept.length);
  let count = 0;
  for (let node = 0; node < kept.length; node++) {
    places[node] = count;
    count += kept[node]!;
  }
  return { count, of: (node) => places[node]! };
}

/** Numbers those that are marked from 1 on. Out: how many. */
function numberMarks(marks: Uint32Array): number {
  let count = 0;
  for (let i = 0; i < marks.length; i++) if (marks[i] === 1) marks[i] = ++count;
  return count;
}

function headOf(
  head: HeadObject,
  { facts, weights }: PartOptions,
  {
    count,
    root,
  }: {
    readonly count: { readonly nodes: number; readonly edges: number };
    readonly root: number;
  },
): HeadObject {
  const meta = head.meta as Readonly<Record<string, readonly unknown[]>>;
  return {
    ...head,
    meta: weights
      ? {
          ...meta,
          node_fields: [...meta.node_fields!, 'weight'],
          node_types: [...meta.node_types!, 'number'],
        }
      : meta,
    node_count: count.nodes,
    edge_count: count.edges,
    ...(head.root_index === undefined && root === 0 ? {} : { root_index: root }),
    ...(head.trace_function_count === undefined ? {} : { trace_function_count: 0 }),
    // No node stands for these bytes, so they are no part of any.
    ...(head.extra_native_bytes === undefined ? {} : { extra_native_bytes: 0 }),
    heapgraph: partFactsText(facts),
  };
}

/** By our number of a type the file's. */
function fileTypes(typeOf: Uint8Array): Uint8Array {
  const types = new Uint8Array(256);
  for (let i = typeOf.length - 1; i >= 0; i--) types[typeOf[i]!] = i;
  return types;
}

async function writeNodes(
  graph: Graph,
  layout: Layout,
  { kept, detachedness, weights, write }: PartOptions,
  names: Uint32Array,
): Promise<void> {
  const { nodeTypes, nodeNames, ids, selfSizes, firstEdge } = graph;
  const { targets } = edgesOf(graph);
  const types = fileTypes(layout.nodeTypeOf);
  const { nodes } = layout;
  const states = detachedness ?? graph.detachedness;
  const out = new NumberWriter(write);
  const record = new Float64Array(nodes.count + (weights ? 1 : 0));
  for (let node = kept.indexOf(1); node >= 0; node = kept.indexOf(1, node + 1)) {
    let edges = 0;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++)
      edges += kept[targets[edge]!]!;
    record[nodes.type] = types[nodeTypes[node]!]!;
    record[nodes.name] = names[nodeNames[node]!]! - 1;
    record[nodes.id] = ids[node]!;
    record[nodes.selfSize] = selfSizes[node]!;
    record[nodes.edgeCount] = edges;
    if (nodes.detachedness >= 0) record[nodes.detachedness] = states?.[node] ?? 0;
    if (weights) record[nodes.count] = weights[node]!;
    for (let field = 0; field < record.length; field++) {
      const wait = out.take(record[field]!);
      if (wait) await wait;
    }
  }
  await out.flush();
}

interface Numbers {
  readonly places: Places;
  readonly weighted: boolean;
}

async function writeEdges(
  graph: Graph,
  layout: Layout,
  { kept, write }: PartOptions,
  { names, places, weighted }: Numbers & { readonly names: Uint32Array },
): Promise<void> {
  const { firstEdge } = graph;
  const { types: edgeTypes, names: edgeNames, targets } = edgesOf(graph);
  const types = fileTypes(layout.edgeTypeOf);
  const { edges } = layout;
  const fields = layout.nodes.count + (weighted ? 1 : 0);
  const out = new NumberWriter(write);
  const record = new Float64Array(edges.count);
  for (let node = kept.indexOf(1); node >= 0; node = kept.indexOf(1, node + 1)) {
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (kept[target] === 0) continue;
      const type = edgeTypes[edge]!;
      const name = edgeNames[edge]!;
      record[edges.type] = types[type]!;
      record[edges.nameOrIndex] = isIndexed(type) ? name : names[name]! - 1;
      record[edges.target] = places.of(target) * fields;
      for (let field = 0; field < record.length; field++) {
        const wait = out.take(record[field]!);
        if (wait) await wait;
      }
    }
  }
  await out.flush();
}

/** Locations, with fields beyond those of the columns where the file can be asked for them. */
async function writeLocations(
  graph: Graph,
  layout: Layout,
  { kept, write }: PartOptions,
  { places, weighted }: Numbers,
): Promise<void> {
  const { fieldNames, nodes } = layout;
  const fields = fieldNames.location;
  const object = fields.indexOf('object_index');
  const section = graph.sections.find(({ name }) => name === 'locations');
  if (object < 0 || !section) return;
  const width = nodes.count + (weighted ? 1 : 0);
  const out = new NumberWriter(write);
  const raw = fields.length === 4 && graph.locations ? undefined : await rawNumbers(graph, section.length);
  if (raw) {
    const isIndex = fields.map((name) => name.endsWith('object_index'));
    for (let at = 0; at + fields.length <= raw.length; at += fields.length) {
      const node = raw[at + object]! / nodes.count;
      if (kept[node] !== 1) continue;
      for (let field = 0; field < fields.length; field++) {
        const value = raw[at + field]!;
        const other = value / nodes.count;
        const written = isIndex[field] ? (kept[other] === 1 ? places.of(other) * width : 0) : value;
        const wait = out.take(written);
        if (wait) await wait;
      }
    }
  } else if (graph.locations && layout.locations) {
    const { placeOf, scriptIds, lines, columns } = graph.locations;
    const { locations } = layout;
    const record = new Float64Array(fields.length);
    for (let node = kept.indexOf(1); node >= 0; node = kept.indexOf(1, node + 1)) {
      const place = placeOf[node]! - 1;
      if (place < 0) continue;
      record[locations.object] = places.of(node) * width;
      record[locations.scriptId] = scriptIds[place]!;
      record[locations.line] = lines[place]!;
      record[locations.column] = columns[place]!;
      for (let field = 0; field < record.length; field++) {
        const wait = out.take(record[field]!);
        if (wait) await wait;
      }
    }
  }
  await out.flush();
}

async function rawNumbers(graph: Graph, length: number): Promise<readonly number[] | undefined> {
  if (length > LARGEST_SECTION) return undefined;
  const value: unknown = JSON.parse(Buffer.from(await readSection(graph, 'locations')).toString('latin1'));
  return Array.isArray(value) && value.every((one) => Number.isSafeInteger(one)) ? value : undefined;
}

/** Bytes of text that are written at a time. */
const PIECE = 1 << 18;

async function writeStrings(graph: Graph, names: Uint32Array, { rename, write }: PartOptions): Promise<void> {
  let piece = ',\n"strings":[';
  for (let index = 0; index < names.length; index++) {
    const number = names[index]!;
    if (number === 0) continue;
    const text = graph.strings.get(index);
    piece += `${number > 1 ? ',\n' : ''}${JSON.stringify(rename ? rename(text, index) : text)}`;
    if (piece.length < PIECE) continue;
    await write(Buffer.from(piece));
    piece = '';
  }
  await write(Buffer.from(`${piece}]}\n`));
}
