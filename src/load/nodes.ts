/**
 * The nodes section as columns. The loop below is the hot path: a record is six or seven numbers, mostly of one
 * to seven digits, and everything about it stays in local integers.
 */
import type { SnapshotProblem } from '../base/errors.js';
import { formatCount } from '../base/units.js';
import { hasDetachedNative } from '../graph/schema.js';
import { asBuffer } from './bytes.js';
import type { Layout, NodeFields } from './meta.js';
import type { RecordSink } from './records.js';
import { allocationError } from './room.js';

const UINT32_MAX = 0xffffffff;

/** 2^64 - 1, as a double. */
const LARGEST_ID = 2 ** 64;

/** The fields whose numbers may be beyond what a double holds exactly: ids. By field. */
export function roundableFields({ count, id }: NodeFields): readonly boolean[] {
  return Array.from({ length: count }, (_, field) => field === id);
}

/** Node fields in V8's order since Node.js 18: five fixed ones, then trace_node_id (up to Node.js 22), then detachedness. */
export function hasUsualOrder(fields: NodeFields): boolean {
  const { type, name, id, selfSize, edgeCount, traceNodeId, detachedness, count } = fields;
  const trace = traceNodeId === 5 ? 1 : 0;
  const tail = trace + (detachedness === 5 + trace ? 1 : 0);
  return type === 0 && name === 1 && id === 2 && selfSize === 3 && edgeCount === 4 && count === 5 + tail;
}

/** What is wrong with a node's field, for the careful reader. Shared by every sink of nodes. */
export function refuseNodeField(
  layout: Layout,
  field: number,
  value: number,
): { code: SnapshotProblem; expected: string } | undefined {
  const fields = layout.nodes;
  if (field === fields.type && value >= layout.nodeTypeOf.length) {
    return { code: 'range', expected: `a type below ${layout.nodeTypeOf.length} (meta.node_types)` };
  }
  if (field === fields.detachedness && value > 255) return { code: 'range', expected: '0, 1 or 2' };
  if (field === fields.id) {
    return value <= LARGEST_ID ? undefined : { code: 'too-large', expected: 'a number of 64 bits' };
  }
  const held = field === fields.name || field === fields.edgeCount || field === fields.traceNodeId;
  if (held && value > UINT32_MAX) {
    return { code: 'too-large', expected: `at most ${formatCount(UINT32_MAX)}` };
  }
  return undefined;
}

/** Fills one column entry a node. 14 bytes a node, 1 more for detachedness, 4 more when allocations were traced. */
export class NodeColumns implements RecordSink {
  readonly section = 'nodes';
  readonly promise = 'node_count';
  readonly promised: number | undefined;
  count = 0;
  types: Uint8Array;
  names: Uint32Array;
  /** Becomes a Float64Array when the first id beyond 32 bits comes: V8 writes none, Julia addresses. */
  ids: Uint32Array | Float64Array;
  /** False when an id is beyond 2^53. */
  idsAreExact = true;
  /** Becomes a Float64Array when the first size beyond 4 GiB comes. */
  selfSizes: Uint32Array | Float64Array;
  /** Edge counts while loading; `closeEdgeCounts` turns them into offsets. */
  firstEdge: Uint32Array;
  /** Written only where it is not 0, so that it costs no memory where nothing is known. */
  detachedness: Uint8Array | undefined;
  traceNodeIds: Uint32Array | undefined;
  /** The largest string index among the names, and the first node that has it. */
  largestName = -1;
  largestNameAt = 0;
  readonly parse: RecordSink['parse'];
  readonly roundable: readonly boolean[];

  constructor(
    private readonly layout: Layout,
    private readonly file: string,
    /** Records to make room for; the promised number unless the file is too short for them. */
    n: number,
  ) {
    this.promised = layout.promisedNodes;
    this.roundable = roundableFields(layout.nodes);
    try {
      this.types = new Uint8Array(n);
      this.names = new Uint32Array(n);
      this.ids = new Uint32Array(n);
      this.selfSizes = new Uint32Array(n);
      this.firstEdge = new Uint32Array(n + 1);
      this.detachedness = layout.nodes.detachedness >= 0 ? new Uint8Array(n) : undefined;
    } catch (error) {
      throw allocationError(file, `${formatCount(n)} nodes`, error);
    }
    this.parse = hasUsualOrder(layout.nodes) ? this.parseUsual : undefined;
  }

  /** Whether a native node says that it is detached. Cost: a search through one column. */
  get hasDetachedNatives(): boolean {
    return hasDetachedNative(this.types, this.detachedness);
  }

  get fields(): readonly string[] {
    return this.layout.fieldNames.node;
  }

  refuse(field: number, value: number): { code: SnapshotProblem; expected: string } | undefined {
    return refuseNodeField(this.layout, field, value);
  }

  take(values: Float64Array): void {
    const { nodes: fields, nodeTypeOf } = this.layout;
    const node = this.count;
    if (node === this.types.length) this.grow();
    const name = values[fields.name]!;
    const size = values[fields.selfSize]!;
    this.types[node] = nodeTypeOf[values[fields.type]!]!;
    this.names[node] = name;
    const id = values[fields.id]!;
    if (id > UINT32_MAX) this.widenIds(id);
    this.ids[node] = id;
    if (size > UINT32_MAX && this.selfSizes instanceof Uint32Array)
      this.selfSizes = Float64Array.from(this.selfSizes);
    this.selfSizes[node] = size;
    this.firstEdge[node] = values[fields.edgeCount]!;
    if (this.detachedness && values[fields.detachedness] !== 0) {
      this.detachedness[node] = values[fields.detachedness]!;
    }
    if (fields.traceNodeId >= 0 && values[fields.traceNodeId] !== 0) {
      this.setTraceNodeId(node, values[fields.traceNodeId]!);
    }
    if (name > this.largestName) {
      this.largestName = name;
      this.largestNameAt = node;
    }
  }

  /** Makes room for as many nodes again: only where the head does not say how many there are. */
  private grow(): void {
    const n = Math.max(this.types.length * 2, 1 << 12);
    const larger = <T extends Uint8Array | Uint32Array | Float64Array>(column: T, length = n): T => {
      const next = new (column.constructor as new (length: number) => T)(length);
      next.set(column);
      return next;
    };
    try {
      this.types = larger(this.types);
      this.names = larger(this.names);
      this.ids = larger(this.ids);
      this.selfSizes = larger(this.selfSizes);
      this.firstEdge = larger(this.firstEdge, n + 1);
      this.detachedness &&= larger(this.detachedness);
      this.traceNodeIds &&= larger(this.traceNodeIds);
    } catch (error) {
      throw allocationError(this.file, `${formatCount(n)} nodes`, error);
    }
  }

  private widenIds(id: number): void {
    if (this.ids instanceof Uint32Array) this.ids = Float64Array.from(this.ids);
    if (id > Number.MAX_SAFE_INTEGER) this.idsAreExact = false;
  }

  private setTraceNodeId(node: number, traceNodeId: number): void {
    this.traceNodeIds ??= new Uint32Array(this.types.length);
    this.traceNodeIds[node] = traceNodeId;
  }

  private parseUsual(b: Uint8Array, position: number, end: number): number {
    const { types, names, selfSizes, firstEdge, detachedness } = this;
    let { ids } = this;
    const room = this.promised ?? types.length;
    const typeOf = this.layout.nodeTypeOf;
    const typeCount = typeOf.length;
    const traced = this.layout.nodes.traceNodeId >= 0;
    let node = this.count;
    let largestName = this.largestName;
    let p = position; // where the reading is
    let done = p; // where the last whole record ended
    while (p < end && node < room) {
      let v = (b[p]! - 48) | 0;
      let c = (b[p + 1]! - 48) | 0;
      p = (p + 2) | 0;
      if (v >>> 0 > 9) break;
      if (c >>> 0 < 10) {
        v = (v * 10 + c) | 0;
        c = (b[p]! - 48) | 0;
        p = (p + 1) | 0;
      }
      if (c !== -4 || v >= typeCount) break;
      const type = typeOf[v]!;

      let from = p;
      let name = (b[p]! - 48) | 0;
      c = (b[p + 1]! - 48) | 0;
      p = (p + 2) | 0;
      if (name >>> 0 > 9) break;
      while (c >>> 0 < 10) {
        name = (Math.imul(name, 10) + c) | 0;
        c = (b[p]! - 48) | 0;
        p = (p + 1) | 0;
      }
      if (c !== -4 || p - from > 10) break;

      from = p;
      let id = (b[p]! - 48) | 0;
      c = (b[p + 1]! - 48) | 0;
      p = (p + 2) | 0;
      if (id >>> 0 > 9) break;
      while (c >>> 0 < 10) {
        id = (Math.imul(id, 10) + c) | 0;
        c = (b[p]! - 48) | 0;
        p = (p + 1) | 0;
      }
      if (c !== -4) break;
      if (p - from > 10) {
        id = numberAt(b, from, p - 1);
        if (id > LARGEST_ID) break;
        if (id > UINT32_MAX) this.widenIds(id);
        ids = this.ids;
      }

      from = p;
      let size = (b[p]! - 48) | 0;
      c = (b[p + 1]! - 48) | 0;
      p = (p + 2) | 0;
      if (size >>> 0 > 9) break;
      while (c >>> 0 < 10) {
        size = (Math.imul(size, 10) + c) | 0;
        c = (b[p]! - 48) | 0;
        p = (p + 1) | 0;
      }
      if (c !== -4 || p - from > 10) break;

      from = p;
      let edges = (b[p]! - 48) | 0;
      c = (b[p + 1]! - 48) | 0;
      p = (p + 2) | 0;
      if (edges >>> 0 > 9) break;
      while (c >>> 0 < 10) {
        edges = (Math.imul(edges, 10) + c) | 0;
        c = (b[p]! - 48) | 0;
        p = (p + 1) | 0;
      }
      if (p - from > 10) break;

      let trace = 0;
      if (traced) {
        if (c !== -4) break;
        from = p;
        trace = (b[p]! - 48) | 0;
        c = (b[p + 1]! - 48) | 0;
        p = (p + 2) | 0;
        if (trace >>> 0 > 9) break;
        while (c >>> 0 < 10) {
          trace = (Math.imul(trace, 10) + c) | 0;
          c = (b[p]! - 48) | 0;
          p = (p + 1) | 0;
        }
        if (p - from > 10) break;
      }

      let detached = 0;
      if (detachedness !== undefined) {
        if (c !== -4) break;
        detached = (b[p]! - 48) | 0;
        c = (b[p + 1]! - 48) | 0;
        p = (p + 2) | 0;
        if (detached >>> 0 > 9) break;
      }

      if (c !== -4) {
        if (c !== -38 || b[p] !== 44) break; // a newline, as Node.js up to 22 writes it, then the comma
        p = (p + 1) | 0;
      }
      types[node] = type;
      names[node] = name;
      ids[node] = id;
      selfSizes[node] = size;
      firstEdge[node] = edges;
      if (detached !== 0) detachedness![node] = detached;
      if (trace !== 0) this.setTraceNodeId(node, trace);
      if (name > largestName) {
        largestName = name;
        this.largestNameAt = node;
      }
      node = (node + 1) | 0;
      done = p;
    }
    this.count = node;
    this.largestName = largestName;
    return done;
  }
}

/** A number of many digits, rounded where a double does not hold it. */
export function numberAt(bytes: Uint8Array, from: number, to: number): number {
  return Number(asBuffer(bytes.subarray(from, to)).toString('latin1'));
}
