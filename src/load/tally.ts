/**
 * The nodes section as counts only: how many nodes and bytes there are of each type and, for the types whose
 * class is their name, of each name. Holds no column, so its memory does not grow with the file: 16 bytes for
 * each distinct name of an object, in pages.
 */
import type { SnapshotProblem } from '../errors.js';
import { NODE } from '../graph/schema.js';
import type { Layout } from './meta.js';
import { hasUsualOrder, refuseNodeField } from './nodes.js';
import type { RecordSink } from './records.js';

const PAGE_BITS = 10;
const PAGE_NAMES = 1 << PAGE_BITS;
const PAGE_MASK = PAGE_NAMES - 1;

/** Counts and bytes by string index, in pages of 1,024 that exist only where something was counted. */
class NameTally {
  readonly pages: (Float64Array | undefined)[] = [];
  /** String indexes in the order in which they were first seen. */
  readonly seen: number[] = [];

  page(name: number): Float64Array {
    let page = this.pages[name >>> PAGE_BITS];
    if (page === undefined) {
      page = new Float64Array(PAGE_NAMES * 2);
      this.pages[name >>> PAGE_BITS] = page;
    }
    return page;
  }

  add(name: number, size: number): void {
    const page = this.page(name);
    const at = (name & PAGE_MASK) * 2;
    if (page[at] === 0) this.seen.push(name);
    page[at]! += 1;
    page[at + 1]! += size;
  }
}

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
  edgeSum = 0;
  largestName = -1;
  largestNameAt = 0;
  /** A native node says that it is detached: native nodes that it reaches will be, too. */
  hasDetachedNatives = false;
  readonly parse: RecordSink['parse'];
  private readonly counts: Float64Array;
  private readonly sizes: Float64Array;
  private readonly order: number[] = [];
  private readonly objects = new NameTally();
  private readonly natives = new NameTally();

  constructor(private readonly layout: Layout) {
    this.promised = layout.nodeCount;
    this.counts = new Float64Array(layout.nodeTypes.length);
    this.sizes = new Float64Array(layout.nodeTypes.length);
    this.parse = hasUsualOrder(layout.nodes) ? this.parseUsual : undefined;
  }

  get fields(): readonly string[] {
    return this.layout.fieldNames.node;
  }

  refuse(field: number, value: number): { code: SnapshotProblem; expected: string } | undefined {
    return refuseNodeField(this.layout, field, value);
  }

  take(values: Float64Array): void {
    const { nodes: fields, nodeTypeOf } = this.layout;
    const type = nodeTypeOf[values[fields.type]!]!;
    const name = values[fields.name]!;
    const size = values[fields.selfSize]!;
    this.edgeSum += values[fields.edgeCount]!;
    if (this.counts[type] === 0) this.order.push(type);
    this.counts[type]! += 1;
    this.sizes[type]! += size;
    if (type === NODE.object) this.objects.add(name, size);
    else if (type === NODE.native) {
      this.natives.add(name, size);
      if (fields.detachedness >= 0 && values[fields.detachedness] === 2) this.hasDetachedNatives = true;
    }
    if (name > this.largestName) {
      this.largestName = name;
      this.largestNameAt = this.count;
    }
  }

  /** What was counted; types in the order in which they were first seen, names in the order within their type. */
  rows(): TallyRow[] {
    return this.order.flatMap((nodeType) => {
      const named =
        nodeType === NODE.object ? this.objects : nodeType === NODE.native ? this.natives : undefined;
      if (!named) return [{ nodeType, name: -1, count: this.counts[nodeType]!, size: this.sizes[nodeType]! }];
      return named.seen.map((name) => {
        const page = named.page(name);
        const at = (name & PAGE_MASK) * 2;
        return { nodeType, name, count: page[at]!, size: page[at + 1]! };
      });
    });
  }

  // The same walk over a record as in nodes.ts with other things done to the numbers: both are written out so that
  // everything they touch is a local.
  private parseUsual(b: Uint8Array, position: number, end: number): number {
    const { counts, sizes, promised, natives, objects } = this;
    const objectPages = objects.pages;
    const typeOf = this.layout.nodeTypeOf;
    const typeCount = typeOf.length;
    const traced = this.layout.nodes.traceNodeId >= 0;
    const hasDetachedness = this.layout.nodes.detachedness >= 0;
    const objectType = NODE.object;
    const nativeType = NODE.native;
    let node = this.count;
    let edgeSum = this.edgeSum;
    let largestName = this.largestName;
    let p = position;
    let done = p;
    while (p < end && node < promised) {
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

      from = p; // the id: only passed over
      c = (b[p]! - 48) | 0;
      p = (p + 1) | 0;
      if (c >>> 0 > 9) break;
      while (c >>> 0 < 10) {
        c = (b[p]! - 48) | 0;
        p = (p + 1) | 0;
      }
      if (c !== -4 || p - from > 10) break;

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

      if (traced) {
        if (c !== -4) break;
        from = p;
        c = (b[p]! - 48) | 0;
        p = (p + 1) | 0;
        if (c >>> 0 > 9) break;
        while (c >>> 0 < 10) {
          c = (b[p]! - 48) | 0;
          p = (p + 1) | 0;
        }
        if (p - from > 10) break;
      }

      let detached = 0;
      if (hasDetachedness) {
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
      edgeSum += edges;
      if (counts[type] === 0) this.order.push(type);
      counts[type]! += 1;
      sizes[type]! += size;
      if (type === objectType) {
        const page = objectPages[name >>> PAGE_BITS];
        const at = (name & PAGE_MASK) << 1;
        if (page !== undefined && page[at] !== 0) {
          page[at]! += 1;
          page[at + 1]! += size;
        } else objects.add(name, size);
      } else if (type === nativeType) {
        natives.add(name, size);
        if (detached === 2) this.hasDetachedNatives = true;
      }
      if (name > largestName) {
        largestName = name;
        this.largestNameAt = node;
      }
      node = (node + 1) | 0;
      done = p;
    }
    this.count = node;
    this.edgeSum = edgeSum;
    this.largestName = largestName;
    return done;
  }
}
