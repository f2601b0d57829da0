/** Snapshots of the process itself. */
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import v8 from 'node:v8';
import { UsageError, usageError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import type { Graph } from '../graph/graph.js';
import { type AtomicFile, openAtomicFile } from '../io/atomic-file.js';
import { writeReason } from '../io/reasons.js';
import { loadSnapshot } from '../load/load.js';
import { SNAPSHOT_TAG } from '../v8/tags.js';
import { checkOptions, described } from './arguments.js';
import { collectGarbage } from './gc.js';
import { tag } from './tag.js';
import { warmUp } from './warm-up.js';

/** How a snapshot of the process is taken. */
export interface TakeOptions {
  /**
   * Collect garbage first, several times (see `collectGarbage`). Default true. V8 collects once
   * before any snapshot; this frees what finalizers and WeakRefs still held, too.
   */
  readonly gc?: boolean;
  /**
   * Write the numbers that properties and variables have, too. Default true. 3 % more bytes for an
   * Express server, 10 to 20 % for a heap full of different numbers. Without it, V8 writes no edge
   * to a number.
   */
  readonly numbers?: boolean;
}

const TAKE_OPTIONS: readonly (keyof TakeOptions)[] = ['gc', 'numbers'];

/**
 * The heap of this process (in a worker: of this worker) as a graph with edges and locations,
 * streamed from V8 to the graph without a file. V8 takes the whole snapshot before the first byte
 * comes, so what reads it is not in it. What is in it are graphs of earlier snapshots that the
 * program still holds; `programGrowth`, `expectNoGrowth` and the matchers leave them out, by the
 * tag that every graph from here has. Others find them with `heapgraphNodes`. Throws UsageError for
 * options that it does not know.
 * Cost: V8 stops the program for the snapshot, about a second for 100 MB; then that of
 * `loadSnapshot`.
 */
export async function takeSnapshot(options: TakeOptions = {}): Promise<Graph> {
  checkOptions('takeSnapshot', options, TAKE_OPTIONS);
  await warmUp();
  if (options.gc ?? true) await collectGarbage();
  const graph = await loadSnapshot(v8.getHeapSnapshot(v8Options(options)), { locations: true });
  const file = '(this process)';
  return tag({ ...graph, file, head: { ...graph.head, file } }, SNAPSHOT_TAG);
}

/**
 * Writes a snapshot of this process to a file (plain text of JSON, for heapgraph and for DevTools)
 * and gives its path back. The file is there whole or not at all: it is written under another name
 * beside its own. Whoever can read it can read all the strings of the program, so it is readable
 * for its owner only. Devices and pipes are written into. Throws UsageError when it cannot be
 * written, and for options that it does not know. Cost: V8 stops the program until it is written.
 */
export async function writeSnapshot(file: string, options: TakeOptions = {}): Promise<string> {
  if (typeof file !== 'string' || file === '')
    throw usageError(
      `writeSnapshot takes a path, not ${described(file)}`,
      "Write writeSnapshot('app.heapsnapshot').",
    );
  checkOptions('writeSnapshot', options, TAKE_OPTIONS);
  let output: AtomicFile | undefined;
  try {
    output = openAtomicFile(file);
    if (options.gc ?? true) await collectGarbage();
    v8.writeHeapSnapshot(output.pathToWrite, v8Options(options));
    output.finish();
  } catch (error) {
    output?.discard();
    if (error instanceof UsageError) throw usageError(error.message, error.hint ?? '', error.cause);
    throw usageError(`cannot write ${printable(file)}: ${writeReason(error)}`, 'Nothing was written.', error);
  }
  return file;
}

function v8Options({ numbers = true }: TakeOptions): v8.HeapSnapshotOptions {
  return { exposeNumericValues: numbers };
}

/** A snapshot that waits in a file: nothing of it is in the heap that it is to be compared with. */
export interface StoredSnapshot {
  load(): Promise<Graph>;
  remove(): void;
}

/**
 * Takes a snapshot into a temporary file. The caller removes it. Throws UsageError when it cannot
 * be written.
 */
export async function storeSnapshot(): Promise<StoredSnapshot> {
  const folder = fs.mkdtempSync(path.join(tmpdir(), 'heapgraph-'));
  const remove = (): void => fs.rmSync(folder, { recursive: true, force: true });
  try {
    const file = await writeSnapshot(path.join(folder, 'process.heapsnapshot'), { numbers: false });
    return {
      load: async () => tag(await loadSnapshot(file, { locations: true }), SNAPSHOT_TAG),
      remove,
    };
  } catch (error) {
    remove();
    throw error;
  }
}
