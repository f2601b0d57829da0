/** Snapshots that a server has loaded: those that were used last, below a bound of bytes. */
import { totalmem } from 'node:os';
import { isHeapgraphError } from '../../base/errors.js';
import type { OnProgress } from '../../base/progress.js';
import { statOf } from '../../io/file-facts.js';
import type { MemoryEstimate } from '../../session/memory-estimate.js';
import { type Need, type OpenedSnapshot, type Session, WHOLE_SNAPSHOT } from '../../session/need.js';
import { createSession } from '../../session/open.js';
import { checkMemoryBound, type MaxMemory } from '../memory-bound.js';

export interface HeapsOptions {
  /** Bytes; default: the cgroup's, and half of the machine's. */
  readonly maxMemory?: MaxMemory | undefined;
  readonly salvage?: boolean;
  readonly threads?: number | undefined;
}

interface Held {
  readonly file: string;
  readonly opened: OpenedSnapshot;
  /** Bytes, as they were estimated before it was read. */
  readonly bytes: number;
}

/** Further questions are about the same file: all of it is read where a question needs edges. */
const WHOLE: Need = { ...WHOLE_SNAPSHOT, work: 'all' };

export class Heaps implements Session {
  /** Told while a file is read; what it throws ends the question. */
  onProgress: OnProgress | undefined;
  /** The one that was used least lately first. */
  private held: Held[] = [];
  private readonly stamps = new Map<string, string>();
  private session: Session;
  /** Files of the question that is asked: they make no room for each other. */
  private asked: readonly string[] = [];
  private own = 0;
  /** Bytes of what was opened, also of what was let go of and is found again. */
  private readonly bytesOf = new WeakMap<OpenedSnapshot, number>();

  constructor(private readonly options: HeapsOptions) {
    this.session = this.newSession();
  }

  /**
   * To be called before each question, with its files. Out: those of them that are not the files
   * that an earlier question was about, though they are called the same.
   */
  begin(files: readonly string[]): readonly string[] {
    this.asked = files;
    return files.filter((file) => {
      const stamp = stampOf(file);
      const had = this.stamps.get(file);
      this.stamps.set(file, stamp);
      if (had === undefined || had === stamp) return false;
      this.held = this.held.filter((one) => one.file !== file);
      // Sessions tell files apart by their times alone.
      this.session = this.newSession();
      return true;
    });
  }

  async open(
    file: string,
    need: Need,
    options: { readonly baselines?: boolean } = {},
  ): Promise<OpenedSnapshot> {
    this.own = 0;
    const whole = need.kind === 'classes' || (need.kind === 'graph' && need.edges !== false);
    const opened = await this.session.open(file, whole ? WHOLE : need, options);
    const bytes = this.bytesOf.get(opened) ?? this.own;
    this.bytesOf.set(opened, bytes);
    this.held = [...this.held.filter((one) => one.opened !== opened), { file, opened, bytes }];
    return opened;
  }

  /** Files that are loaded, the one that was used last first. */
  get files(): readonly string[] {
    return [...new Set(this.held.map(({ file }) => file))].reverse();
  }

  /** Lets go of what was used least lately until an estimate fits. Throws UsageError. */
  private makeRoom(estimate: MemoryEstimate): void {
    this.own = estimate.own;
    const { maxMemory } = this.options;
    for (;;) {
      const others = this.held.reduce((sum, { bytes }) => sum + bytes, 0);
      const told = estimate.parts.find(({ what }) => what === 'other snapshots')?.bytes ?? 0;
      // Those that were let go of may not be collected yet.
      const bytes = estimate.bytes - told + others;
      const most = maxMemory === 'none' ? Number.POSITIVE_INFINITY : totalmem() / 2;
      const oldest = this.held.find(({ file }) => !this.asked.includes(file));
      try {
        if (oldest && bytes > most) throw new RangeError('too much at once');
        const parts = estimate.parts.map((part) =>
          part.what === 'other snapshots' ? { ...part, bytes: others } : part,
        );
        checkMemoryBound({ ...estimate, bytes, parts }, maxMemory);
        return;
      } catch (error) {
        if (!isHeapgraphError(error) && !(error instanceof RangeError)) throw error;
        if (oldest === undefined) throw error;
        this.held = this.held.filter((one) => one !== oldest);
      }
    }
  }

  private newSession(): Session {
    return createSession({
      salvage: this.options.salvage ?? false,
      ...(this.options.threads === undefined ? {} : { threads: this.options.threads }),
      onEstimate: (estimate) => this.makeRoom(estimate),
      onProgress: (progress) => this.onProgress?.(progress),
    });
  }
}

/** Differs for a file that was written anew. */
export function stampOf(file: string): string {
  const stat = statOf(file);
  return stat === undefined ? '' : `${stat.mtimeMs} ${stat.size} ${stat.ino}`;
}
