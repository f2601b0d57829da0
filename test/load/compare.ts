/** Ways to say that two readings of a snapshot agree. They answer with the first difference, as a text. */
import type { Graph } from '../../src/graph/graph.js';

/** A snapshot as JSON.parse reads it: the reference, which shares no code with the loader. */
export interface Parsed {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[];
      readonly node_types: readonly (readonly string[])[];
      readonly edge_fields: readonly string[];
      readonly edge_types: readonly (readonly string[])[];
      readonly location_fields?: readonly string[];
    };
    readonly node_count: number;
    readonly edge_count: number;
    readonly root_index?: number;
    readonly extra_native_bytes?: number;
    readonly trace_function_count?: number;
  };
  readonly nodes: readonly number[];
  readonly edges: readonly number[];
  readonly locations?: readonly number[];
  readonly strings: readonly string[];
}

export function parsed(text: Uint8Array | string): Parsed {
  return JSON.parse(typeof text === 'string' ? text : Buffer.from(text).toString('utf8')) as Parsed;
}

/** The first thing in which a graph is not what JSON.parse reads; undefined when they agree in everything. */
export function disagreement(graph: Graph, file: Parsed): string | undefined {
  return (
    headDisagreement(graph, file) ??
    nodeDisagreement(graph, file) ??
    edgeDisagreement(graph, file) ??
    locationDisagreement(graph, file) ??
    stringDisagreement(graph, file.strings)
  );
}

function headDisagreement(graph: Graph, file: Parsed): string | undefined {
  const { meta, ...head } = file.snapshot;
  return (
    unequal('head.nodeCount', graph.head.nodeCount, head.node_count) ??
    unequal('head.edgeCount', graph.head.edgeCount, head.edge_count) ??
    unequal('head.extraNativeBytes', graph.head.extraNativeBytes, head.extra_native_bytes ?? 0) ??
    unequal('head.traceFunctionCount', graph.head.traceFunctionCount, head.trace_function_count ?? 0) ??
    unequal('extraNativeBytes', graph.extraNativeBytes, head.extra_native_bytes ?? 0) ??
    unequal('root', graph.root, (head.root_index ?? 0) / meta.node_fields.length)
  );
}

function nodeDisagreement(graph: Graph, file: Parsed): string | undefined {
  const { node_fields: fields, node_types: types } = file.snapshot.meta;
  const { nodeCount, nodeTypes, nodeNames, ids, selfSizes, firstEdge, detachedness, traceNodeIds } = graph;
  const place = (name: string): number => fields.indexOf(name);
  const [type, name, id] = [place('type'), place('name'), place('id')];
  const [size, edges] = [place('self_size'), place('edge_count')];
  const [detached, trace] = [place('detachedness'), place('trace_node_id')];
  const typeNames = types[type]!;
  const records = file.nodes.length / fields.length;
  const lengths =
    unequal('nodeCount', nodeCount, records) ??
    unequal('nodeTypes.length', nodeTypes.length, records) ??
    unequal('nodeNames.length', nodeNames.length, records) ??
    unequal('ids.length', ids.length, records) ??
    unequal('selfSizes.length', selfSizes.length, records) ??
    unequal('firstEdge.length', firstEdge.length, records + 1) ??
    unequal('detachedness.length', detachedness?.length, detached < 0 ? undefined : records);
  if (lengths) return lengths;
  let first = 0;
  for (let node = 0; node < nodeCount; node++) {
    const at = node * fields.length;
    const wrong =
      unequal('type', graph.nodeTypeNames[nodeTypes[node]!], typeNames[file.nodes[at + type]!]) ??
      unequal('name', nodeNames[node], file.nodes[at + name]) ??
      unequal('id', ids[node], file.nodes[at + id]) ??
      unequal('selfSize', selfSizes[node], file.nodes[at + size]) ??
      unequal('firstEdge', firstEdge[node], first) ??
      unequal('detachedness', detachedness?.[node] ?? 0, detached < 0 ? 0 : file.nodes[at + detached]) ??
      unequal('traceNodeId', traceNodeIds?.[node] ?? 0, trace < 0 ? 0 : file.nodes[at + trace]);
    if (wrong) return `node ${node}: ${wrong}`;
    first += file.nodes[at + edges]!;
  }
  return unequal('firstEdge at the end', firstEdge[nodeCount], first);
}

function edgeDisagreement(graph: Graph, file: Parsed): string | undefined {
  const { edge_fields: fields, edge_types: edgeTypes, node_fields: nodeFields } = file.snapshot.meta;
  const place = (name: string): number => fields.indexOf(name);
  const [type, name, target] = [place('type'), place('name_or_index'), place('to_node')];
  const typeNames = edgeTypes[type]!;
  const records = file.edges.length / fields.length;
  if (!graph.edges) return 'edges: absent';
  const { count, types, names, targets } = graph.edges;
  const lengths =
    unequal('edges.count', count, records) ??
    unequal('edges.types.length', types.length, records) ??
    unequal('edges.names.length', names.length, records) ??
    unequal('edges.targets.length', targets.length, records);
  if (lengths) return lengths;
  for (let edge = 0; edge < count; edge++) {
    const at = edge * fields.length;
    const wrong =
      unequal('type', graph.edgeTypeNames[types[edge]!], typeNames[file.edges[at + type]!]) ??
      unequal('name', names[edge], file.edges[at + name]) ??
      unequal('target', targets[edge], file.edges[at + target]! / nodeFields.length);
    if (wrong) return `edge ${edge}: ${wrong}`;
  }
  return undefined;
}

function locationDisagreement(graph: Graph, file: Parsed): string | undefined {
  const { locations } = graph;
  if (!locations) return undefined;
  const { location_fields: fields = [], node_fields: nodeFields } = file.snapshot.meta;
  const numbers = file.locations ?? [];
  const place = (name: string): number => fields.indexOf(name);
  const [object, script] = [place('object_index'), place('script_id')];
  const [line, column] = [place('line'), place('column')];
  const placed = new Set<number>();
  for (let at = 0; at < numbers.length; at += fields.length) {
    const node = numbers[at + object]! / nodeFields.length;
    placed.add(node);
    const found = locations.of(node);
    const wrong =
      unequal('scriptId', found?.scriptId, numbers[at + script]) ??
      unequal('line', found?.line, numbers[at + line]) ??
      unequal('column', found?.column, numbers[at + column]);
    if (wrong) return `location of node ${node}: ${wrong}`;
  }
  for (let node = 0; node < graph.nodeCount; node++) {
    if (!placed.has(node) && locations.of(node)) return `node ${node} has a location`;
  }
  return (
    unequal('locations.count', locations.count, placed.size) ??
    unequal('locations.placeOf.length', locations.placeOf.length, graph.nodeCount)
  );
}

export function stringDisagreement(graph: Graph, strings: readonly string[]): string | undefined {
  const length = unequal('strings.length', graph.strings.length, strings.length);
  if (length) return length;
  for (const [index, text] of strings.entries()) {
    const wrong = unequal('text', graph.strings.get(index), text);
    if (wrong) return `string ${index}: ${wrong}`;
  }
  return undefined;
}

/** The first thing in which two graphs differ, the names of their files and their sections' places aside. */
export function difference(actual: Graph, expected: Graph): string | undefined {
  const columns = (graph: Graph): Record<string, ArrayLike<number> | undefined> => ({
    nodeTypes: graph.nodeTypes,
    nodeNames: graph.nodeNames,
    ids: graph.ids,
    selfSizes: graph.selfSizes,
    firstEdge: graph.firstEdge,
    detachedness: graph.detachedness,
    traceNodeIds: graph.traceNodeIds,
    edgeTypes: graph.edges?.types,
    edgeNames: graph.edges?.names,
    edgeTargets: graph.edges?.targets,
    placeOf: graph.locations?.placeOf,
    placeScriptIds: graph.locations?.scriptIds,
    placeLines: graph.locations?.lines,
    placeColumns: graph.locations?.columns,
    scalars: [graph.nodeCount, graph.root, graph.extraNativeBytes, graph.edges?.count ?? -1],
  });
  const [ours, theirs] = [columns(actual), columns(expected)];
  for (const [name, column] of Object.entries(ours)) {
    const wrong = columnDifference(column, theirs[name]);
    if (wrong) return `${name} ${wrong}`;
  }
  return (
    unequal('locations.count', actual.locations?.count, expected.locations?.count) ??
    unequal('nodeTypeNames', actual.nodeTypeNames.join(), expected.nodeTypeNames.join()) ??
    unequal('edgeTypeNames', actual.edgeTypeNames.join(), expected.edgeTypeNames.join()) ??
    unequal('truncation', JSON.stringify(actual.truncation), JSON.stringify(expected.truncation)) ??
    unequal('sections', sectionsOf(actual), sectionsOf(expected)) ??
    stringDisagreement(actual, stringsOf(expected))
  );
}

/** All strings of a graph, decoded. */
export function stringsOf(graph: Graph): string[] {
  return Array.from({ length: graph.strings.length }, (_, index) => graph.strings.get(index));
}

function sectionsOf(graph: Graph): string {
  return graph.sections.map(({ name, offset, length }) => `${name} at ${offset}, ${length} bytes`).join('; ');
}

function columnDifference(
  actual: ArrayLike<number> | undefined,
  expected: ArrayLike<number> | undefined,
): string | undefined {
  if (actual === undefined || expected === undefined) return unequal('', actual, expected);
  if (actual.constructor !== expected.constructor)
    return `${actual.constructor.name}, not ${expected.constructor.name}`;
  if (actual.length !== expected.length) return unequal('length', actual.length, expected.length);
  for (let at = 0; at < actual.length; at++) {
    if (actual[at] !== expected[at]) return unequal(`[${at}]`, actual[at], expected[at]);
  }
  return undefined;
}

function unequal(what: string, actual: unknown, expected: unknown): string | undefined {
  return Object.is(actual, expected) || actual === expected
    ? undefined
    : `${what} is ${String(actual)}, not ${String(expected)}`;
}
