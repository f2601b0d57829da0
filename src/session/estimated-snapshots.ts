/** Estimates for a session, which may hold several snapshots at once. */
import type { ReadOptions } from '../load/sections.js';
import { estimateMemory, type MemoryEstimate } from './memory-estimate.js';
import type { Need } from './need.js';

export class EstimatedSnapshots {
  /** Bytes that the process had before the first snapshot. */
  private resident: number | undefined;
  /** What snapshots will take that are open, and not let go of. */
  private held: { readonly bytes: number; readonly snapshot: WeakRef<object> }[] = [];
  /** Of the snapshot that is being read. */
  private own = 0;

  constructor(private readonly tell: ((estimate: MemoryEstimate) => void) | undefined) {}

  /** Tells the estimate of what is about to be read. */
  onHead(need: Need): ReadOptions['onHead'] {
    const { tell } = this;
    if (tell === undefined) return undefined;
    return (head, stringBytes) => {
      this.resident ??= process.memoryUsage.rss();
      this.held = this.held.filter(({ snapshot }) => snapshot.deref() !== undefined);
      const others = this.held.reduce((sum, { bytes }) => sum + bytes, 0);
      const estimate = estimateMemory({ head, resident: this.resident, others, stringBytes }, need);
      if (estimate === undefined) return;
      this.own = estimate.own;
      tell(estimate);
    };
  }

  /** Remembers that a snapshot is open. */
  keep(snapshot: object): void {
    if (this.own > 0) this.held.push({ bytes: this.own, snapshot: new WeakRef(snapshot) });
    this.own = 0;
  }
}
