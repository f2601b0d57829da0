/** `watch --growth`: snapshots in a private folder, each removed when its classes are counted. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Classes, classesOf } from '../analysis/classes/classes.js';
import { type Growth, growth } from '../analysis/growth/growth.js';
import { ProcessError } from '../base/errors.js';
import type { Attached } from '../inspector/attach.js';
import { heapUsed } from '../inspector/facts.js';
import { takeSnapshot } from '../inspector/snapshot.js';
import { loadSnapshot } from '../load/load.js';
import type { Run } from './live/call.js';
import { checkRoom } from './live/capture-room.js';
import { openSnapshotFile } from './live/snapshot-file.js';

export interface MarkOptions {
  /** Whether the pid is one of this machine. */
  readonly isHere: boolean;
  /** Take the snapshot also where there may be no room for it. */
  readonly force: boolean;
}

export class GrowthMarks {
  private first: Classes | undefined;

  constructor(
    private readonly attached: Attached,
    private readonly run: Run,
    private readonly options: MarkOptions,
  ) {}

  /**
   * Takes a snapshot and counts its classes.
   *
   * - Out: the classes with more objects than at the first mark; a text when there is no room left
   *   for a snapshot.
   * - Order: the largest increase first.
   * - Empty: at the first mark.
   * - Throws: ProcessError, also when there is no room for the first snapshot.
   */
  async mark(): Promise<Growth[] | string> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heapgraph-'));
    const remove = (): void => fs.rmSync(folder, { recursive: true, force: true });
    process.once('exit', remove);
    try {
      const file = path.join(folder, 'mark.heapsnapshot');
      const used = await this.run.unlessInterrupted(
        heapUsed(this.attached.session, this.attached.facts.runtime?.name),
      );
      try {
        await this.checkRoom(file, used);
      } catch (error) {
        if (!(error instanceof ProcessError) || this.attached.session.over || !this.first) throw error;
        return `no snapshot was taken: ${error.message}`;
      }
      await this.take(file, used);
      this.run.progress.clear();
      const graph = await loadSnapshot(file, { edges: 'for-names' });
      if (this.first) return growth(this.first, graph);
      this.first = classesOf(graph, { raw: true });
      return [];
    } finally {
      remove();
      process.off('exit', remove);
    }
  }

  private async checkRoom(file: string, used: number | null): Promise<void> {
    const { attached, run } = this;
    const { isHere, force } = this.options;
    if (force) return;
    const { session } = attached;
    const question = { attached, session, heapUsed: used, file, form: 'temporary' as const, isHere };
    const warning = await run.unlessInterrupted(checkRoom(question));
    if (warning !== undefined && !this.first) run.note(warning);
  }

  private async take(file: string, used: number | null): Promise<void> {
    const { session, facts } = this.attached;
    const output = openSnapshotFile(file, false);
    try {
      const taking = takeSnapshot(session, {
        write: (text) => output.write(text),
        onProgress: this.run.progress.onProgress,
        runtime: facts.runtime?.name,
        heapUsed: used,
        numbers: false,
      });
      await this.run.unlessInterrupted(taking);
      await output.finish();
    } catch (error) {
      output.discard();
      throw error;
    }
  }
}
