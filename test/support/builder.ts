/**
import type { Graph } from '../../src/graph/graph.js';
import { loadSnapshot } from '../../src/load/load.js';
 * Small snapshots for exact cases: `{ root: ['a', 'b'], a: ['c'] }` becomes the bytes of a snapshot whose first node
 * is the root, in which every name is a node of its own.
 */
import type { Graph } from '../../src/graph/graph.js';
import { loadSnapshot } from '../../src/load/load.js';

export interface NodeSpec {
  /** V8's node type; default `object`, `synthetic` for the first node. */
  readonly type?: string;
  /** Default: the node's key. */
  readonly name?: string;
  readonly id?: number;
  /** Default 16, 0 for the first node. */
  readonly size?: number;
  readonly detachedness?: number;
  readonly traceNodeId?: number;
  /** Targets, or [edge type, name or index, target]. Plain targets are property edges named after the target. */
  readonly edges?: readonly (string | readonly [string, string | number, string])[];
}

export interface SnapshotOptions {
  readonly nodeFields?: readonly string[];
  readonly edgeFields?: readonly string[];
  readonly nodeTypes?: readonly string[];
  readonly edgeTypes?: readonly string[];
  /** Written between records: Node.js up to 22 writes a newline there. */
  readonly recordSeparator?: string;
  /** Added to `snapshot`. */
  readonly head?: Readonly<Record<string, unknown>>;
  /** Further sections, written before the strings. */
  readonly sections?: Readonly<Record<string, unknown>>;
  /** Replaces the text of a string, by its decoded text. */
  readonly encode?: (text: string) => string;
}

const NODE_TYPES = [
  'hidden',
  'array',
  'string',
  'object',
  'code',
  'closure',
  'regexp',
  'number',
  'native',
  'synthetic',
  'concatenated string',
  'sliced string',
  'symbol',
  'bigint',
  'object shape',
];
const EDGE_TYPES = ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'];

export type GraphSpec = Readonly<Record<string, NodeSpec | readonly string[]>>;

/** The text of a snapshot. Nodes that are only named as targets exist, without edges. */
export function snapshotText(graph: GraphSpec, options: SnapshotOptions = {}): string {
  const {
    nodeFields = ['type', 'name', 'id', 'self_size', 'edge_count', 'detachedness'],
    edgeFields = ['type', 'name_or_index', 'to_node'],
    nodeTypes = NODE_TYPES,
    edgeTypes = EDGE_TYPES,
    recordSeparator = '',
    encode = JSON.stringify,
  } = options;
  const specs = new Map<string, NodeSpec>();
  for (const [key, spec] of Object.entries(graph)) {
    specs.set(key, 'length' in spec ? { edges: spec as readonly string[] } : (spec as NodeSpec));
  }
  const targetOf = (edge: string | readonly [string, string | number, string]): string =>
    typeof edge === 'string' ? edge : edge[2];
  for (const spec of [...specs.values()]) {
    for (const edge of spec.edges ?? []) if (!specs.has(targetOf(edge))) specs.set(targetOf(edge), {});
  }
  const places = new Map([...specs.keys()].map((key, place) => [key, place]));
  const strings: string[] = [];
  const stringIndexes = new Map<string, number>();
  const stringIndex = (text: string): number => {
    let index = stringIndexes.get(text);
    if (index === undefined) {
      index = strings.push(text) - 1;
      stringIndexes.set(text, index);
    }
    return index;
  };
  const nodes: number[][] = [];
  const edges: number[][] = [];
  for (const [place, [key, spec]] of [...specs].entries()) {
    const values: Record<string, number> = {
      type: nodeTypes.indexOf(spec.type ?? (place === 0 ? 'synthetic' : 'object')),
      name: stringIndex(spec.name ?? key),
      id: spec.id ?? place * 2 + 1,
      self_size: spec.size ?? (place === 0 ? 0 : 16),
      edge_count: spec.edges?.length ?? 0,
      trace_node_id: spec.traceNodeId ?? 0,
      detachedness: spec.detachedness ?? 0,
    };
    nodes.push(nodeFields.map((field) => values[field] ?? 0));
    for (const edge of spec.edges ?? []) {
      const [type, name, target] = typeof edge === 'string' ? (['property', edge, edge] as const) : edge;
      const edgeValues: Record<string, number> = {
        type: edgeTypes.indexOf(type),
        name_or_index: typeof name === 'number' ? name : stringIndex(name),
        to_node: places.get(target)! * nodeFields.length,
      };
      edges.push(edgeFields.map((field) => edgeValues[field] ?? 0));
    }
  }
  const head = {
    meta: {
      node_fields: nodeFields,
      node_types: nodeFields.map((field) =>
        field === 'type' ? nodeTypes : field === 'name' ? 'string' : 'number',
      ),
      edge_fields: edgeFields,
      edge_types: edgeFields.map((field) => (field === 'type' ? edgeTypes : 'string_or_number')),
      location_fields: ['object_index', 'script_id', 'line', 'column'],
    },
    node_count: nodes.length,
    edge_count: edges.length,
    trace_function_count: 0,
    ...options.head,
  };
  const array = (records: number[][]): string =>
    `[${records.map((record) => record.join(',') + recordSeparator).join(',')}]`;
  const sections = Object.entries(options.sections ?? {}).map(
    ([name, value]) => `"${name}":${JSON.stringify(value)},\n`,
  );
  return (
    `{"snapshot":${JSON.stringify(head)},\n"nodes":${array(nodes)},\n"edges":${array(edges)},\n` +
    `${sections.join('')}"strings":[${strings.map((text) => encode(text)).join(',\n')}]}`
  );
}

/** The bytes of a snapshot. */
export function snapshotBytes(graph: GraphSpec, options: SnapshotOptions = {}): Uint8Array {
  return new TextEncoder().encode(snapshotText(graph, options));
}

/** The graph of what `snapshotBytes` writes. */
export function graphOf(spec: GraphSpec): Promise<Graph> {
  return loadSnapshot(snapshotBytes(spec));
}
