/**
 * The nodes section as counts only: how many nodes and bytes there are of each type and, for the types whose
 * class is their name, of each name. Holds no column, so its memory does not grow with the file: 32 KiB for each
 * 1,024 string indexes among which an object's name is.
 */
import type { SnapshotProblem } from '../errors.js';
import { NODE } from '../graph/schema.js';
import { createKernel, type KernelExports } from './kernel/kernel.js';
import type { Layout } from './meta.js';
import { hasUsualOrder, refuseNodeField } from './nodes.js';
import type { RecordSink } from './records.js';

const PAGE_NAMES = 1024;

export interface TallyRow {
  /** Our number of the node type. */
  readonly nodeType: number;
  /** String index; -1 for types whose class does not come from the name. */
  readonly name: number;
  readonly count: number;
  readonly size: number;
}

export class NodeTally implements RecordSink {
  readonly section = 'nodes';
  readonly promise = 'node_count';
  readonly promised: number;
  count = 0;
  readonly parse: RecordSink['parse'];
  private readonly kernel: KernelExports = createKernel();
  private bytes: Uint8Array;

  constructor(private readonly layout: Layout) {
    const { kernel } = this;
    this.promised = layout.nodeCount;
    this.bytes = new Uint8Array(kernel.memory.buffer);
    this.bytes.set(layout.nodeTypeOf);
    kernel.typeCount.value = layout.nodeTypeOf.length;
    kernel.objectType.value = NODE.object;
    kernel.nativeType.value = NODE.native;
    kernel.promised.value = layout.nodeCount;
    kernel.traced.value = layout.nodes.traceNodeId >= 0 ? 1 : 0;
    kernel.hasDetachedness.value = layout.nodes.detachedness >= 0 ? 1 : 0;
    this.parse = hasUsualOrder(layout.nodes) ? this.parseUsual : undefined;
  }

  get fields(): readonly string[] {
    return this.layout.fieldNames.node;
  }

  /** Sum of the nodes' edge counts. */
  get edgeSum(): number {
    return this.kernel.edgeSum.value;
  }

  /** The largest string index among the names (-1 without nodes), and the first node that has it. */
  get largestName(): number {
    return Number(this.kernel.largestName.value);
  }

  get largestNameAt(): number {
    return this.kernel.largestNameAt.value;
  }

  /** A native node says that it is detached: native nodes that it reaches will be, too. */
  get hasDetachedNatives(): boolean {
    return this.kernel.detachedNatives.value !== 0;
  }

  refuse(field: number, value: number): { code: SnapshotProblem; expected: string } | undefined {
    return refuseNodeField(this.layout, field, value);
  }

  take(values: Float64Array): void {
    const { nodes: fields, nodeTypeOf } = this.layout;
    this.kernel.node.value = this.count;
    this.kernel.add(
      nodeTypeOf[values[fields.type]!]!,
      values[fields.name]!,
      values[fields.selfSize]!,
      values[fields.edgeCount]!,
      fields.detachedness < 0 ? 0 : values[fields.detachedness]!,
    );
  }

  /** What was counted, by type and then by string index. */
  rows(): TallyRow[] {
    const { kernel } = this;
    const { buffer } = kernel.memory;
    const typeCounts = new Float64Array(buffer, kernel.counts.value, this.layout.nodeTypes.length);
    const typeSizes = new Float64Array(buffer, kernel.sizes.value, this.layout.nodeTypes.length);
    const rows: TallyRow[] = [];
    typeCounts.forEach((count, nodeType) => {
      if (count === 0 || nodeType === NODE.object || nodeType === NODE.native) return;
      rows.push({ nodeType, name: -1, count, size: typeSizes[nodeType]! });
    });
    const pageCount = Math.floor(this.largestName / PAGE_NAMES) + 1;
    new Uint32Array(buffer, kernel.table.value, pageCount).forEach((address, page) => {
      if (address === 0) return;
      const cells = new Float64Array(buffer, address, PAGE_NAMES * 4);
      for (let slot = 0; slot < PAGE_NAMES * 2; slot++) {
        const count = cells[slot * 2]!;
        if (count === 0) continue;
        const name = page * PAGE_NAMES + (slot >> 1);
        rows.push({
          nodeType: slot & 1 ? NODE.native : NODE.object,
          name,
          count,
          size: cells[slot * 2 + 1]!,
        });
      }
    });
    return rows;
  }

  private parseUsual(text: Uint8Array, position: number, end: number): number {
    const { kernel } = this;
    const { value: window } = kernel.window;
    const room = kernel.windowSize.value - 1;
    let at = position;
    for (;;) {
      // Counting grows the memory, and old views of it are then empty.
      if (this.bytes.length === 0) this.bytes = new Uint8Array(kernel.memory.buffer);
      const length = Math.min(end - at, room);
      this.bytes.set(text.subarray(at, at + length), window);
      this.bytes[window + length] = 0;
      kernel.node.value = this.count;
      const taken = kernel.tally(window, window + length) - window;
      this.count = kernel.node.value;
      at += taken;
      if (taken === 0 || length < room) return at;
    }
  }
}
