/** The nodes section as columns. The hot loop is in record-loops.template.ts. */
import type { SnapshotProblem } from '../base/errors.js';
import { formatBytes, formatCount } from '../base/units.js';
import { allocate, bytesPer, type ColumnMemory, type Columns, grown, widened } from '../graph/columns.js';
import { hasDetachedNative } from '../graph/schema.js';
import type { Layout, NodeFields } from './meta.js';
import { LARGEST_ID, UINT32_MAX } from './numbers.js';
import { parseNodes } from './record-loops.generated.js';
import type { RecordSink } from './records.js';
import { allocationError } from './room.js';
import type { Progress, Records } from './threads/section-task.js';

const FIXED = ['nodeTypes', 'nodeNames', 'ids', 'selfSizes', 'firstEdge'] as const;
const OPTIONAL = ['detachedness', 'traceNodeIds'] as const;

export type NodeColumnName = (typeof FIXED)[number] | (typeof OPTIONAL)[number];

/** The columns that every file fills, and those that this one may fill. */
export type NodeColumns = Columns<(typeof FIXED)[number]> & Partial<Columns<(typeof OPTIONAL)[number]>>;

/** Bytes that a node takes in the columns that every file fills. */
export const BYTES_PER_NODE = bytesPer(FIXED);

/** The fields whose numbers may be beyond what a double holds exactly: ids. By field. */
export function roundableFields({ count, id }: NodeFields): readonly boolean[] {
  return Array.from({ length: count }, (_, field) => field === id);
}

/**
 * Node fields in V8's order since Node.js 18: five fixed ones, then trace_node_id (up to Node.js
 * 22), then detachedness.
 */
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

/** Fills the columns of the nodes, and owns them until the graph does. */
export class NodeReader implements RecordSink {
  readonly section = 'nodes';
  readonly countKey = 'node_count';
  readonly declaredCount: number | undefined;
  count = 0;
  /** `firstEdge` has edge counts until `sumEdgeCounts` makes offsets of them. */
  readonly columns: NodeColumns;
  largestName = -1;
  largestNameAt = 0;
  /** Whether a node names the trace that made it. */
  isTraced = false;
  readonly parse: RecordSink['parse'];
  readonly roundable: readonly boolean[];
  private room: number;

  constructor(
    private readonly layout: Layout,
    private readonly file: string,
    /** Records to make room for: the declared count unless the file is too short for them. */
    room: number,
    memory?: ColumnMemory,
  ) {
    const { nodes } = layout;
    this.declaredCount = layout.declaredNodes;
    this.roundable = roundableFields(nodes);
    this.room = room;
    try {
      this.columns = {
        ...allocate(FIXED, room, memory),
        ...(nodes.detachedness < 0 ? {} : allocate(['detachedness'], room, memory)),
        ...(nodes.traceNodeId < 0 ? {} : allocate(['traceNodeIds'], room, memory)),
      };
    } catch (error) {
      throw allocationError(
        file,
        `${formatCount(room)} nodes (${formatBytes(room * BYTES_PER_NODE)})`,
        error,
      );
    }
    if (hasUsualOrder(nodes)) this.parse = this.parseUsual;
  }

  /** Whether a native node says that it is detached. Cost: a search through one column. */
  get hasDetachedNatives(): boolean {
    return hasDetachedNative(this.columns.nodeTypes, this.columns.detachedness);
  }

  /** False when an id is beyond 2^53. Cost: a pass over the ids where they are wide. */
  get idsAreExact(): boolean {
    const { ids } = this.columns;
    return ids instanceof Uint32Array || ids.every((id) => id <= Number.MAX_SAFE_INTEGER);
  }

  get fields(): readonly string[] {
    return this.layout.fieldNames.node;
  }

  /** What the loop for V8's order of fields works on; undefined where it is another order. */
  get records(): Records | undefined {
    const { columns, layout, declaredCount, room } = this;
    const loop = { typeOf: layout.nodeTypeOf, limit: declaredCount ?? room };
    return this.parse && { kind: 'nodes', columns, loop };
  }

  /** Goes on behind records that were read into the columns by others. */
  skipTo({ next, largestName, largestNameAt, isTraced }: Progress): void {
    this.count = next;
    this.largestName = largestName;
    this.largestNameAt = largestNameAt;
    this.isTraced = isTraced;
  }

  refuse(field: number, value: number): { code: SnapshotProblem; expected: string } | undefined {
    return refuseNodeField(this.layout, field, value);
  }

  take(values: Float64Array): void {
    const { nodes: fields, nodeTypeOf } = this.layout;
    const { columns, count: node } = this;
    if (node === this.room) this.grow();
    const name = values[fields.name]!;
    const id = values[fields.id]!;
    const size = values[fields.selfSize]!;
    if (id > UINT32_MAX) columns.ids = widened('ids', columns.ids);
    if (size > UINT32_MAX) columns.selfSizes = widened('selfSizes', columns.selfSizes);
    columns.nodeTypes[node] = nodeTypeOf[values[fields.type]!]!;
    columns.nodeNames[node] = name;
    columns.ids[node] = id;
    columns.selfSizes[node] = size;
    columns.firstEdge[node] = values[fields.edgeCount]!;
    // Pages of memory that are never written to cost nothing.
    const state = values[fields.detachedness];
    if (columns.detachedness && state) columns.detachedness[node] = state;
    const trace = values[fields.traceNodeId];
    if (columns.traceNodeIds && trace) {
      columns.traceNodeIds[node] = trace;
      this.isTraced = true;
    }
    if (name > this.largestName) {
      this.largestName = name;
      this.largestNameAt = node;
    }
  }

  /** Makes room for as many nodes again: only where the head does not say how many there are. */
  private grow(): void {
    const { columns } = this;
    const room = Math.max(this.room * 2, 1 << 12);
    const grow = <N extends NodeColumnName>(name: N): void => {
      const column = columns[name];
      if (column !== undefined) Object.assign(columns, { [name]: grown(name, column as never, room) });
    };
    try {
      for (const name of [...FIXED, ...OPTIONAL]) grow(name);
    } catch (error) {
      throw allocationError(
        this.file,
        `${formatCount(room)} nodes (${formatBytes(room * BYTES_PER_NODE)})`,
        error,
      );
    }
    this.room = room;
  }

  private parseUsual(bytes: Uint8Array, from: number, end: number): number {
    const { columns, layout, declaredCount, room, count } = this;
    const facts = { typeOf: layout.nodeTypeOf, limit: declaredCount ?? room };
    const taken = parseNodes(bytes, from, end, columns, count, facts);
    const { at, next, largestName, largestNameAt } = taken;
    this.count = next;
    this.isTraced ||= taken.isTraced;
    if (largestName > this.largestName) {
      this.largestName = largestName;
      this.largestNameAt = largestNameAt;
    }
    return at;
  }
}
