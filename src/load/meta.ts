/**
 * The head of a snapshot, normalised once. This is the only file that knows V8's field names: what
 * comes out says where each column stands in a record, and maps V8's type numbers to ours.
 * V8: https://github.com/v8/v8/blob/13.6.233/src/profiler/heap-snapshot-generator.cc
 * (HeapSnapshotJSONSerializer::SerializeSnapshot)
 */
import { SnapshotError } from '../base/errors.js';
import { shortJson } from '../base/printable.js';
import { formatBytes, formatCount } from '../base/units.js';
import { bytesPer } from '../graph/columns.js';
import { type PartFacts, readPartFacts } from '../graph/part-facts.js';
import { EDGE_TYPES, NODE_TYPES } from '../graph/schema.js';

/** Columns of a node record: places in the record, -1 when the file does not have them. */
export interface NodeFields {
  readonly count: number;
  readonly type: number;
  readonly name: number;
  readonly id: number;
  readonly selfSize: number;
  readonly edgeCount: number;
  readonly traceNodeId: number;
  readonly detachedness: number;
}

export interface EdgeFields {
  readonly count: number;
  readonly type: number;
  readonly nameOrIndex: number;
  readonly target: number;
}

export interface LocationFields {
  readonly count: number;
  readonly object: number;
  readonly scriptId: number;
  readonly line: number;
  readonly column: number;
}

/** Fields of a function on an allocation stack. */
export interface TraceFunctionFields {
  readonly count: number;
  readonly name: number;
  readonly script: number;
  readonly scriptId: number;
  readonly line: number;
  readonly column: number;
}

/** Fields of a node of the tree of allocation stacks. */
export interface TraceNodeFields {
  readonly count: number;
  readonly id: number;
  readonly functionInfo: number;
  readonly children: number;
}

export interface Layout {
  /** What the head says; undefined where it says 0, which Hermes writes whatever follows. */
  readonly declaredNodes: number | undefined;
  readonly declaredEdges: number | undefined;
  /**
   * The declared counts, or what was counted: set behind the nodes, whose own edge counts tell that
   * of the edges.
   */
  nodeCount: number;
  edgeCount: number;
  /** Ordinal of the root node. */
  readonly root: number;
  /** Native memory that V8 knows of and no node stands for, in bytes; 0 before Node.js 24. */
  readonly extraNativeBytes: number;
  readonly traceFunctionCount: number;
  readonly nodes: NodeFields;
  readonly edges: EdgeFields;
  readonly locations: LocationFields | undefined;
  /** Undefined when the head does not name what is needed of them. */
  readonly traceFunctions: TraceFunctionFields | undefined;
  readonly traceNodes: TraceNodeFields | undefined;
  /** Names of the node types by our number. */
  readonly nodeTypeNames: readonly string[];
  readonly edgeTypeNames: readonly string[];
  /** Our number by the file's number. */
  readonly nodeTypeOf: Uint8Array;
  readonly edgeTypeOf: Uint8Array;
  /** The field names as the file has them, for people. */
  readonly fieldNames: Readonly<Record<'node' | 'edge' | 'location', readonly string[]>>;
  readonly scopeFieldNames: Readonly<Record<'scope' | 'variable' | 'use', readonly string[]>> | undefined;
  /** What the file says of itself where it is a part of another one. */
  readonly part: PartFacts | undefined;
}

interface Header {
  meta?: Record<string, unknown>;
  node_count?: unknown;
  edge_count?: unknown;
  root_index?: unknown;
  extra_native_bytes?: unknown;
  trace_function_count?: unknown;
  heapgraph?: unknown;
}

/** Nodes and edges at most: ordinals are 32-bit signed in the loops. */
export const COUNT_LIMIT = 0x7ffffffe;

/** Bytes of columns that a node and an edge take. */
const COLUMN_BYTES = {
  node_count: bytesPer(['nodeTypes', 'nodeNames', 'ids', 'selfSizes', 'firstEdge']),
  edge_count: bytesPer(['edgeTypes', 'edgeNames', 'edgeTargets']),
};

/** A count beyond `COUNT_LIMIT`, and the memory that it would take. */
export function countFound(key: keyof typeof COLUMN_BYTES, count: number): string {
  const found = formatCount(count);
  if (!Number.isSafeInteger(count)) return found;
  return `${found}, which would take ${formatBytes(count * COLUMN_BYTES[key])} of memory`;
}

/**
 * V8 has 8 fields at most, and its longest name has 20 characters. They stand in messages and
 * answers.
 */
const MOST_FIELDS = 64;
const MOST_TYPES = 200;
const LONGEST_NAME = 100;

/**
 * Reads the `snapshot` object. `offset` is where it stands, for messages.
 * Throws SnapshotError `malformed` (not JSON, a field missing or of a wrong kind) or `too-large`.
 */
export function layoutOf(text: string, file: string, offset: number): Layout {
  const fail = (what: string, expected: string, found: unknown): never => {
    throw new SnapshotError('malformed', `${what} is wrong`, {
      file,
      section: 'snapshot',
      offset,
      expected,
      found: describeValue(found),
      hint: 'The head of the file is damaged, or it is not a heap snapshot.',
    });
  };
  let header: Header;
  try {
    header = JSON.parse(text) as Header;
  } catch (error) {
    return fail('the head', 'a JSON object', (error as Error).message);
  }
  if (!isObject(header)) return fail('the head', 'a JSON object', header);
  const meta = header.meta;
  if (!isObject(meta))
    return fail('"meta"', 'an object with node_fields, node_types, edge_fields, edge_types', meta);

  const names = (key: string, required: readonly string[]): string[] => {
    const value = meta[key];
    if (!isNames(value, MOST_FIELDS)) return fail(`"${key}"`, 'a list of field names', value);
    const missing = required.filter((name) => !value.includes(name));
    if (missing.length > 0) return fail(`"${key}"`, `the fields ${required.join(', ')}`, value);
    return value;
  };
  const count = (key: keyof Header, fallback?: number): number => {
    const value = header[key] ?? fallback;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
      return fail(`"${key}"`, 'a whole number', header[key]);
    }
    return value;
  };
  const limited = (key: 'node_count' | 'edge_count'): number => {
    const value = count(key);
    if (value <= COUNT_LIMIT) return value;
    throw new SnapshotError('too-large', `"${key}" is too large`, {
      file,
      section: 'snapshot',
      offset,
      expected: `at most ${formatCount(COUNT_LIMIT)}`,
      found: countFound(key, value),
      hint: 'No process has so many objects: the head of the file is damaged.',
    });
  };
  const types = (
    key: string,
    field: number,
    known: readonly string[],
  ): { names: string[]; map: Uint8Array } => {
    const value = meta[key];
    const list = Array.isArray(value) ? value[field] : undefined;
    if (!isNames(list, MOST_TYPES)) return fail(`"${key}"`, 'a list of type names', value);
    const all: string[] = [...known];
    const map = Uint8Array.from(list, (name) => {
      const number = all.indexOf(name);
      return number >= 0 ? number : all.push(name) - 1;
    });
    return { names: all, map };
  };

  const nodeNames = names('node_fields', ['type', 'name', 'id', 'self_size', 'edge_count']);
  const edgeNames = names('edge_fields', ['type', 'name_or_index', 'to_node']);
  const hasLocations = Array.isArray(meta.location_fields)
    ? meta.location_fields.length > 0
    : meta.location_fields != null;
  const locationNames = hasLocations ? names('location_fields', []) : [];
  const nodeTypes = types('node_types', nodeNames.indexOf('type'), NODE_TYPES);
  const edgeTypes = types('edge_types', edgeNames.indexOf('type'), EDGE_TYPES);
  const nodeCount = limited('node_count');
  const edgeCount = limited('edge_count');
  const root = count('root_index', 0) / nodeNames.length;
  if (!Number.isInteger(root) || (root >= nodeCount && nodeCount > 0)) {
    fail(
      '"root_index"',
      `a multiple of ${nodeNames.length} for one of ${nodeCount} nodes`,
      header.root_index,
    );
  }
  /**
   * Where each of these fields stands, by its name here; undefined when one of them is not there.
   */
  const placesOf = <T extends Record<string, string>>(
    key: string,
    wanted: T,
  ): ({ [K in keyof T]: number } & { count: number }) | undefined => {
    const fields = meta[key];
    if (!isNames(fields, MOST_FIELDS) || !Object.values(wanted).every((name) => fields.includes(name)))
      return undefined;
    const places = Object.entries(wanted).map(([own, name]) => [own, fields.indexOf(name)]);
    return { ...(Object.fromEntries(places) as { [K in keyof T]: number }), count: fields.length };
  };
  const place = (name: string): number => nodeNames.indexOf(name);
  const locationPlace = (name: string): number => locationNames.indexOf(name);
  return {
    declaredNodes: nodeCount || undefined,
    declaredEdges: edgeCount || undefined,
    nodeCount,
    edgeCount,
    root,
    extraNativeBytes: count('extra_native_bytes', 0),
    traceFunctionCount: count('trace_function_count', 0),
    nodes: {
      count: nodeNames.length,
      type: place('type'),
      name: place('name'),
      id: place('id'),
      selfSize: place('self_size'),
      edgeCount: place('edge_count'),
      traceNodeId: place('trace_node_id'),
      detachedness: place('detachedness'),
    },
    edges: {
      count: edgeNames.length,
      type: edgeNames.indexOf('type'),
      nameOrIndex: edgeNames.indexOf('name_or_index'),
      target: edgeNames.indexOf('to_node'),
    },
    locations: ['object_index', 'script_id', 'line', 'column'].every((name) => locationNames.includes(name))
      ? {
          count: locationNames.length,
          object: locationPlace('object_index'),
          scriptId: locationPlace('script_id'),
          line: locationPlace('line'),
          column: locationPlace('column'),
        }
      : undefined,
    traceFunctions: placesOf('trace_function_info_fields', {
      name: 'name',
      script: 'script_name',
      scriptId: 'script_id',
      line: 'line',
      column: 'column',
    }),
    traceNodes: placesOf('trace_node_fields', {
      id: 'id',
      functionInfo: 'function_info_index',
      children: 'children',
    }),
    nodeTypeNames: nodeTypes.names,
    edgeTypeNames: edgeTypes.names,
    nodeTypeOf: nodeTypes.map,
    edgeTypeOf: edgeTypes.map,
    fieldNames: { node: nodeNames, edge: edgeNames, location: locationNames },
    scopeFieldNames: scopeFieldsOf(meta),
    part: readPartFacts(header.heapgraph),
  };
}

function scopeFieldsOf(meta: Record<string, unknown>): Layout['scopeFieldNames'] {
  const scope = meta.scope_fields;
  const variable = meta.scope_context_var_fields;
  const use = meta.scope_use_fields;
  const known = isNames(scope, MOST_FIELDS) && isNames(variable, MOST_FIELDS) && isNames(use, MOST_FIELDS);
  return known ? { scope, variable, use } : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNames(value: unknown, most: number): value is string[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= most &&
    value.every((item) => typeof item === 'string' && item.length <= LONGEST_NAME)
  );
}

function describeValue(value: unknown): string {
  return value === undefined ? 'nothing' : shortJson(value, 80);
}
