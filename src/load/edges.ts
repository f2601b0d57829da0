/**
 * The edges section as columns: the longest section by far. The hot loop is in
 * record-loops.template.ts.
 */
import type { SnapshotProblem } from '../base/errors.js';
import { formatBytes, formatCount } from '../base/units.js';
import { allocate, bytesPer, type ColumnMemory, type Columns } from '../graph/columns.js';
import { isIndexed } from '../graph/schema.js';
import type { Layout } from './meta.js';
import { UINT32_MAX } from './numbers.js';
import { type EdgeLoop, parseEdges } from './record-loops.generated.js';
import type { RecordSink } from './records.js';
import { allocationError } from './room.js';
import type { Progress, Records } from './threads/section-task.js';

const COLUMNS = ['edgeTypes', 'edgeNames', 'edgeTargets'] as const;

/** The columns that a file fills. */
export type EdgeColumns = Columns<(typeof COLUMNS)[number]>;

/** Bytes that an edge takes. */
export const BYTES_PER_EDGE = bytesPer(COLUMNS);

/** Fills the columns of the edges, and owns them until the graph does. */
export class EdgeReader implements RecordSink {
  readonly section = 'edges';
  readonly countKey: string;
  readonly declaredCount: number;
  count = 0;
  readonly columns: EdgeColumns;
  largestName = -1;
  largestNameAt = 0;
  readonly parse: RecordSink['parse'];
  private readonly loop: EdgeLoop;

  constructor(
    private readonly layout: Layout,
    file: string,
    /** Records to make room for: the declared count unless the file is too short for them. */
    room: number,
    memory?: ColumnMemory,
  ) {
    const { type, nameOrIndex, target, count } = layout.edges;
    this.declaredCount = layout.edgeCount;
    this.countKey = layout.declaredEdges === undefined ? "the nodes' edge counts" : 'edge_count';
    try {
      this.columns = allocate(COLUMNS, room, memory);
    } catch (error) {
      throw allocationError(
        file,
        `${formatCount(room)} edges (${formatBytes(room * BYTES_PER_EDGE)})`,
        error,
      );
    }
    this.loop = {
      typeOf: layout.edgeTypeOf,
      indexed: Uint8Array.from(layout.edgeTypeOf, (ours) => (isIndexed(ours) ? 1 : 0)),
      nodeFields: layout.nodes.count,
      nodeCount: layout.nodeCount,
      limit: layout.edgeCount,
    };
    const isUsual =
      type === 0 && nameOrIndex === 1 && target === 2 && count === 3 && layout.edgeTypeOf.length <= 10;
    if (isUsual) this.parse = this.parseUsual;
  }

  get fields(): readonly string[] {
    return this.layout.fieldNames.edge;
  }

  /** What the loop for V8's order of fields works on; undefined where it is another order. */
  get records(): Records | undefined {
    return this.parse && { kind: 'edges', columns: this.columns, loop: this.loop };
  }

  /** Goes on behind records that were read into the columns by others. */
  skipTo({ next, largestName, largestNameAt }: Progress): void {
    this.count = next;
    this.largestName = largestName;
    this.largestNameAt = largestNameAt;
  }

  refuse(field: number, value: number): { code: SnapshotProblem; expected: string } | undefined {
    const { edges, nodes, edgeTypeOf, nodeCount } = this.layout;
    if (field === edges.type && value >= edgeTypeOf.length) {
      return { code: 'range', expected: `a type below ${edgeTypeOf.length} (meta.edge_types)` };
    }
    if (field === edges.target && (value % nodes.count !== 0 || value / nodes.count >= nodeCount)) {
      return {
        code: 'range',
        expected: `a multiple of ${nodes.count} below ${formatCount(nodeCount * nodes.count)}, the place of a node`,
      };
    }
    if (field === edges.nameOrIndex && value > UINT32_MAX) {
      return { code: 'too-large', expected: `at most ${formatCount(UINT32_MAX)}` };
    }
    return undefined;
  }

  take(values: Float64Array): void {
    const { edges: fields, nodes } = this.layout;
    const { columns, loop, count: edge } = this;
    const type = values[fields.type]!;
    const name = values[fields.nameOrIndex]!;
    columns.edgeTypes[edge] = loop.typeOf[type]!;
    columns.edgeNames[edge] = name;
    columns.edgeTargets[edge] = values[fields.target]! / nodes.count;
    if (name > this.largestName && loop.indexed[type] === 0) {
      this.largestName = name;
      this.largestNameAt = edge;
    }
  }

  private parseUsual(bytes: Uint8Array, from: number, end: number): number {
    const { columns, count, loop } = this;
    const { at, next, largestName, largestNameAt } = parseEdges(bytes, from, end, columns, count, loop);
    this.count = next;
    if (largestName > this.largestName) {
      this.largestName = largestName;
      this.largestNameAt = largestNameAt;
    }
    return at;
  }
}
