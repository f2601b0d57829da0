/** Where indexes are kept: one for each snapshot, in the cache folder of the platform. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { UsageError } from '../../base/errors.js';
import { printable } from '../../base/printable.js';
import type { Graph } from '../../graph/graph.js';
import { isRegularFile, statOf } from '../../io/file-facts.js';
import { makeFolder } from '../../io/make-folder.js';
import { writeReason } from '../../io/reasons.js';
import type { GraphNeed } from '../need.js';
import { ColumnFile, IndexDamaged } from './column-file.js';
import { INDEX_VERSION, type SourceKey } from './format.js';
import { indexedGraph } from './indexed-graph.js';
import { writeIndex } from './writer.js';

/** An index that is kept. */
export interface KeptIndex {
  /** Of the index itself. */
  readonly path: string;
  /** Bytes on the disk. */
  readonly size: number;
  /** The snapshot; undefined for a file that cannot be read. */
  readonly snapshot: string | undefined;
  /** Whether the snapshot is there and is the one that was indexed. */
  readonly isCurrent: boolean;
  /** Whether the index itself cannot be read. */
  readonly isDamaged: boolean;
}

/** Opens, makes and removes indexes. */
export interface IndexStore {
  /**
   * The graph of a file from its index.
   *
   * - Empty: undefined without an index, or with one that is stale or of another version.
   * - Throws: IndexDamaged for one that cannot be read.
   */
  open(file: string, need: GraphNeed): Graph | undefined;
  /** Makes an index. Gives where it is, and its bytes. Throws UsageError. */
  write(file: string, graph: Graph): Pick<KeptIndex, 'path' | 'size'>;
  /** Removes the index of a file. Gives what it was; undefined where there was none. */
  remove(file: string): KeptIndex | undefined;
  /** Removes an index by its own path. */
  removeAt(path: string): void;
  list(): readonly KeptIndex[];
  /** Closes the indexes of all graphs that it has given: their columns cannot be read any more. */
  close(): void;
}

const SUFFIX = '.heapgraph-index';

/** - In: heapgraph's version: another one makes its own indexes; the folder that they are in. */
export function openIndexStore(version: string, folder = cacheFolder()): IndexStore {
  const pathOf = (file: string): string =>
    path.join(folder, `${createHash('sha256').update(realPath(file)).digest('hex').slice(0, 32)}${SUFFIX}`);
  const isValid = ({ footer }: ColumnFile, file: string): boolean =>
    footer.version === INDEX_VERSION && footer.heapgraph === version && isSame(footer.source, file);
  const inUse = new Set<ColumnFile>();
  const kept = (index: string): KeptIndex | undefined => {
    const size = statOf(index)?.size;
    if (size === undefined) return undefined;
    const columns = opened(index);
    const snapshot = columns?.footer.source.file;
    const isCurrent = columns !== undefined && snapshot !== undefined && isValid(columns, snapshot);
    columns?.close();
    return { path: index, size, snapshot, isCurrent, isDamaged: columns === undefined };
  };
  return {
    open(file, need) {
      if (!isRegularFile(file)) return undefined;
      const columns = ColumnFile.open(pathOf(file));
      if (columns === undefined) return undefined;
      if (isValid(columns, file)) {
        inUse.add(columns);
        return indexedGraph(columns, { file, few: need.few === true, locations: need.locations });
      }
      columns.close();
      return undefined;
    },
    write(file, graph) {
      if (!isRegularFile(file))
        throw new UsageError(
          `${printable(file)} cannot be indexed: it is no file that can be read again`,
          'Name a file.',
        );
      if (graph.truncation)
        throw new UsageError('a file that is not whole is not indexed', 'Index a whole one.');
      if (graph.traces)
        throw new UsageError('a snapshot with allocation stacks is not indexed', 'Ask it without an index.');
      makeCache(folder);
      const index = pathOf(file);
      return { path: index, size: writeIndex(index, graph, sourceOf(file), version) };
    },
    remove(file) {
      const index = pathOf(file);
      const found = kept(index);
      if (found) fs.rmSync(index, { force: true });
      return found;
    },
    removeAt(index) {
      fs.rmSync(index, { force: true });
    },
    close() {
      for (const columns of inUse) columns.close();
      inUse.clear();
    },
    list() {
      let names: readonly string[] = [];
      try {
        names = fs.readdirSync(folder);
      } catch {
        return []; // no folder: nothing was indexed
      }
      return names
        .filter((name) => name.endsWith(SUFFIX))
        .sort()
        .flatMap((name) => kept(path.join(folder, name)) ?? []);
    },
  };
}

/** Undefined for one that is not there or cannot be read. */
function opened(index: string): ColumnFile | undefined {
  try {
    return ColumnFile.open(index);
  } catch (error) {
    if (error instanceof IndexDamaged) return undefined;
    throw error;
  }
}

/** Throws UsageError. */
function makeCache(folder: string): void {
  try {
    makeFolder(folder);
  } catch (error) {
    throw new UsageError(
      `no index can be written into ${printable(folder)}: ${writeReason(error)}`,
      'XDG_CACHE_HOME names another folder for caches.',
      error,
    );
  }
}

/** Source: the XDG base directory specification; Apple's and Microsoft's folders for caches. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  if (env.XDG_CACHE_HOME) return path.join(env.XDG_CACHE_HOME, 'heapgraph');
  if (platform === 'darwin') return path.join(homedir(), 'Library', 'Caches', 'heapgraph');
  if (platform === 'win32' && env.LOCALAPPDATA) return path.join(env.LOCALAPPDATA, 'heapgraph', 'Cache');
  return path.join(homedir(), '.cache', 'heapgraph');
}

function realPath(file: string): string {
  try {
    return fs.realpathSync(file);
  } catch {
    return path.resolve(file);
  }
}

/** Bytes that a probe reads at the beginning, in the middle and at the end. */
const PROBE = 1 << 16;

function sourceOf(file: string): SourceKey {
  const fd = fs.openSync(file, 'r');
  try {
    const { size, mtimeMs } = fs.fstatSync(fd);
    const hash = createHash('sha256');
    const bytes = Buffer.alloc(PROBE);
    for (const from of [0, Math.floor(size / 2), Math.max(0, size - PROBE)])
      hash.update(bytes.subarray(0, fs.readSync(fd, bytes, 0, PROBE, from)));
    return { file: realPath(file), size, time: mtimeMs, probe: hash.digest('hex') };
  } finally {
    fs.closeSync(fd);
  }
}

function isSame(known: SourceKey, file: string): boolean {
  try {
    const { size, time, probe } = sourceOf(file);
    return size === known.size && time === known.time && probe === known.probe;
  } catch {
    return false; // not there any more
  }
}
