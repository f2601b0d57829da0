/** The edges section as columns: the longest section by far, so the hottest loop. 9 bytes an edge. */
import type { SnapshotProblem } from '../base/errors.js';
import { formatCount } from '../base/units.js';
import { isIndexed } from '../graph/schema.js';
import type { Layout } from './meta.js';
import type { RecordSink } from './records.js';
import { allocationError } from './room.js';

const UINT32_MAX = 0xffffffff;

export class EdgeColumns implements RecordSink {
  readonly section = 'edges';
  readonly promise: string;
  readonly promised: number;
  count = 0;
  readonly types: Uint8Array;
  /** String index, or the number itself for indexed edges. */
  readonly names: Uint32Array;
  /** Ordinals. */
  readonly targets: Uint32Array;
  /** The largest string index among the names, and the first edge that has it. */
  largestName = -1;
  largestNameAt = 0;
  readonly parse: RecordSink['parse'];
  private readonly indexed: Uint8Array;

  constructor(
    private readonly layout: Layout,
    file: string,
    /** Records to make room for; the promised number unless the file is too short for them. */
    n: number,
  ) {
    const { type, nameOrIndex, target, count } = layout.edges;
    this.promised = layout.edgeCount;
    this.promise = layout.promisedEdges === undefined ? "the nodes' edge counts" : 'edge_count';
    try {
      this.types = new Uint8Array(n);
      this.names = new Uint32Array(n);
      this.targets = new Uint32Array(n);
    } catch (error) {
      throw allocationError(file, `${formatCount(n)} edges`, error);
    }
    this.indexed = Uint8Array.from(layout.edgeTypeOf, (ours) => (isIndexed(ours) ? 1 : 0));
    const usual =
      type === 0 && nameOrIndex === 1 && target === 2 && count === 3 && layout.edgeTypeOf.length <= 10;
    this.parse = usual ? this.parseUsual : undefined;
  }

  get fields(): readonly string[] {
    return this.layout.fieldNames.edge;
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
    const { edges: fields, nodes, edgeTypeOf } = this.layout;
    const edge = this.count;
    const type = values[fields.type]!;
    const name = values[fields.nameOrIndex]!;
    this.types[edge] = edgeTypeOf[type]!;
    this.names[edge] = name;
    this.targets[edge] = values[fields.target]! / nodes.count;
    if (name > this.largestName && this.indexed[type] === 0) {
      this.largestName = name;
      this.largestNameAt = edge;
    }
  }

  private parseUsual(b: Uint8Array, position: number, end: number): number {
    const { types, names, targets, promised, indexed } = this;
    const typeOf = this.layout.edgeTypeOf;
    const typeCount = typeOf.length;
    const nodeFields = this.layout.nodes.count;
    const nodeCount = this.layout.nodeCount;
    let edge = this.count;
    let largestName = this.largestName;
    let p = position;
    let done = p;
    while (p < end && edge < promised) {
      const type = (b[p]! - 48) | 0;
      if (type >>> 0 >= typeCount || b[p + 1] !== 44) break;

      let from = (p + 2) | 0;
      let name = (b[from]! - 48) | 0;
      let c = (b[p + 3]! - 48) | 0;
      p = (p + 4) | 0;
      if (name >>> 0 > 9) break;
      while (c >>> 0 < 10) {
        name = (Math.imul(name, 10) + c) | 0;
        c = (b[p]! - 48) | 0;
        p = (p + 1) | 0;
      }
      if (c !== -4 || p - from > 10) break;

      from = p;
      let v = (b[p]! - 48) | 0;
      c = (b[p + 1]! - 48) | 0;
      p = (p + 2) | 0;
      if (v >>> 0 > 9) break;
      while (c >>> 0 < 10) {
        v = (Math.imul(v, 10) + c) | 0;
        c = (b[p]! - 48) | 0;
        p = (p + 1) | 0;
      }
      if (p - from > 10) break;
      const target = (v / nodeFields) | 0;
      if (target >= nodeCount || Math.imul(target, nodeFields) !== v) break;

      if (c !== -4) {
        if (c !== -38 || b[p] !== 44) break; // a newline, as Node.js up to 22 writes it, then the comma
        p = (p + 1) | 0;
      }
      types[edge] = typeOf[type]!;
      names[edge] = name;
      targets[edge] = target;
      if (name > largestName && indexed[type] === 0) {
        largestName = name;
        this.largestNameAt = edge;
      }
      edge = (edge + 1) | 0;
      done = p;
    }
    this.count = edge;
    this.largestName = largestName;
    return done;
  }
}
