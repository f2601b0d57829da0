/**
 * The nodes section as counts only: how many nodes and bytes there are of each type and, for the
 * types whose class is their name, of each name. Holds no column, so its memory does not grow with
 * the file: 2 KiB for each 64 string indexes among which an object's name is.
 */
import type { SnapshotProblem } from '../base/errors.js';
import { NODE } from '../graph/schema.js';
import { createKernel, type KernelExports } from './kernel/kernel.js';
import type { Layout } from './meta.js';
import { hasUsualOrder, refuseNodeField, roundableFields } from './nodes.js';
import type { RecordSink } from './records.js';
import { allocationError, type Room } from './room.js';

export interface TallyRow {
  /** Our number of the node type. */
  readonly nodeType: number;
  /** String index; -1 for types whose class does not come from the name. */
  readonly name: number;
  readonly count: number;
  readonly size: number;
  /** Those that have no size; only where the class does not come from the name. */
  readonly sizeless?: number;
}

export class NodeTally implements RecordSink {
  readonly section = 'nodes';
  readonly countKey = 'node_count';
  readonly declaredCount: number | undefined;
  count = 0;
  readonly parse: RecordSink['parse'];
  readonly roundable: readonly boolean[];
  private readonly kernel: KernelExports = createKernel();
  private bytes: Uint8Array;

  constructor(
    private readonly layout: Layout,
    private readonly file: string,
    private readonly room: Room,
  ) {
    const { kernel } = this;
    this.declaredCount = layout.declaredNodes;
    this.roundable = roundableFields(layout.nodes);
    this.bytes = new Uint8Array(kernel.memory.buffer);
    this.bytes.set(layout.nodeTypeOf);
    kernel.typeCount.value = layout.nodeTypeOf.length;
    kernel.objectType.value = NODE.object;
    kernel.nativeType.value = NODE.native;
    kernel.limit.value = layout.declaredNodes ?? 0x7fffffff;
    kernel.hasTrace.value = layout.nodes.traceNodeId >= 0 ? 1 : 0;
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

  /**
   * The largest string index among the names (-1 without nodes), and the first node that has it.
   */
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

  /**
   * What was counted, by type and then by string index. The last call: nothing can be added
   * afterwards.
   */
  rows(): TallyRow[] {
    const { kernel } = this;
    const named = kernel.collect(); // may grow the memory: views come afterwards
    this.checkMemory();
    const { buffer } = kernel.memory;
    const typeCounts = new Float64Array(buffer, kernel.counts.value, this.layout.nodeTypeNames.length);
    const typeSizes = new Float64Array(buffer, kernel.sizes.value, this.layout.nodeTypeNames.length);
    const sizeless = new Float64Array(buffer, kernel.sizeless.value, this.layout.nodeTypeNames.length);
    const rows: TallyRow[] = [];
    typeCounts.forEach((count, nodeType) => {
      if (count === 0 || nodeType === NODE.object || nodeType === NODE.native) return;
      rows.push({ nodeType, name: -1, count, size: typeSizes[nodeType]!, sizeless: sizeless[nodeType]! });
    });
    const entries = new Float64Array(buffer, named, kernel.entries.value * 3);
    for (let i = 0; i < entries.length; i += 3) {
      const key = entries[i]!;
      const nodeType = key % 2 === 1 ? NODE.native : NODE.object;
      rows.push({ nodeType, name: Math.floor(key / 2), count: entries[i + 1]!, size: entries[i + 2]! });
    }
    return rows;
  }

  private checkMemory(): void {
    if (this.kernel.exhausted.value !== 0) throw allocationError(this.file, 'so many names');
    this.room.checkPages(this.kernel.memory.buffer.byteLength);
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
      this.checkMemory();
      at += taken;
      if (taken === 0 || length < room) return at;
    }
  }
}
