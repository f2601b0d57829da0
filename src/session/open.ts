/** Opens what questions need of files, and no more. */

import { type Classes, classesOf } from '../analysis/classes/classes.js';
import { classesOfBaseline } from '../analysis/growth/baseline.js';
import { UsageError } from '../base/errors.js';
import { phase, tellLoaded } from '../base/phases.js';
import { printable } from '../base/printable.js';
import type { BufferType } from '../graph/columns.js';
import type { Graph, Head, Truncation } from '../graph/graph.js';
import { partWords } from '../graph/part-facts.js';
import { isRegularFile, timeOf } from '../io/file-facts.js';
import { readHead } from '../load/head.js';
import { loadSnapshot } from '../load/load.js';
import type { ReadOptions } from '../load/sections.js';
import { openSource } from '../load/source.js';
import { isBaselineText, parseBaseline } from './baseline-file.js';
import { loadClasses } from './class-counts.js';
import { EstimatedSnapshots } from './estimated-snapshots.js';
import type { IndexStore } from './index-file/store.js';
import type { MemoryEstimate } from './memory-estimate.js';
import { type Need, type OpenedSnapshot, type Session, serves, WHOLE_SNAPSHOT } from './need.js';

/** How files are read, and what is kept of them. */
export interface SessionOptions extends ReadOptions {
  /**
   * How many of the snapshots that were used last are kept after their question, for the next one.
   * Default 0: a snapshot that no question uses can be collected.
   */
  readonly keepLast?: number;
  /** Called before the nodes of a file are read. What it throws ends the question. */
  readonly onEstimate?: (estimate: MemoryEstimate) => void;
  /** Indexes that are read in place of snapshots. Default none. */
  readonly indexes?: Pick<IndexStore, 'open'>;
  /** Memory of the columns, as `loadSnapshot` takes it. */
  readonly buffers?: BufferType;
  /** Snapshots that are loaded, with edges, locations and traces; the session keeps them. */
  readonly given?: readonly GivenSnapshot[];
}

/** A snapshot that is loaded. */
export interface GivenSnapshot {
  readonly file: string;
  /** `timeOf` the file when it was loaded: one that was written since is another one. */
  readonly time: number;
  readonly graph: Graph;
}

/** What is known of a file. */
interface Known {
  readonly isBaseline: boolean;
  /** What was opened of it. The references are weak: questions keep what they use. */
  readonly opened: { readonly need: Need; readonly snapshot: WeakRef<OpenedSnapshot> }[];
}

/**
 * A session. What was opened is found again as long as it is in use, or among the last `keepLast`.
 */
export function createSession(options: SessionOptions = {}): Session {
  const { keepLast = 0, given = [], ...readOptions } = options;
  const files = new Map<string, Known>();
  const estimates = new EstimatedSnapshots(readOptions.onEstimate);
  const kept = given.map(({ file, time, graph }) => ({
    key: keyOf(file, time),
    opened: snapshotOf(file, { graph }),
  }));
  for (const { key, opened } of kept)
    files.set(key, { isBaseline: false, opened: [{ need: WHOLE_SNAPSHOT, snapshot: new WeakRef(opened) }] });
  let recent: OpenedSnapshot[] = [];

  const use = (opened: OpenedSnapshot): OpenedSnapshot => {
    if (keepLast > 0) recent = [opened, ...recent.filter((other) => other !== opened)].slice(0, keepLast);
    return opened;
  };

  return {
    async open(file, need, { baselines = false } = {}) {
      const key = file === STANDARD_INPUT ? file : keyOf(file, timeOf(file));
      const known = files.get(key);
      if (known?.isBaseline && !baselines) throw baselineError(file);
      for (const { need: had, snapshot } of known?.opened ?? []) {
        const opened = snapshot.deref();
        if (opened && (known?.isBaseline || serves(had, need))) return use(opened);
      }
      if (known && file === STANDARD_INPUT)
        throw new UsageError(
          'standard input can be read only once, and more of it is needed',
          'Name a file.',
        );
      const text = known?.isBaseline === false ? undefined : await baselineText(file);
      if (text !== undefined && !baselines) throw baselineError(file);
      const opened =
        text === undefined
          ? (summaryOf(kept.find((one) => one.key === key)?.opened, need) ??
            (await openSnapshot(file, need, { ...readOptions, onHead: estimates.onHead(need) })))
          : openBaseline(file, text);
      estimates.keep(opened);
      const others = (known?.opened ?? []).filter(({ snapshot }) => snapshot.deref() !== undefined);
      files.set(key, {
        isBaseline: text !== undefined,
        opened: [...others, { need, snapshot: new WeakRef(opened) }],
      });
      return use(opened);
    },
  };
}

const STANDARD_INPUT = '-';

/** A file that was written anew is another one. */
function keyOf(file: string, time: number): string {
  return `${time} ${file}`;
}

/** A summary of a snapshot that is loaded, where one is needed. */
function summaryOf(loaded: OpenedSnapshot | undefined, need: Need): OpenedSnapshot | undefined {
  if (loaded === undefined || need.kind !== 'summary') return undefined;
  const { name, graph } = loaded;
  return snapshotOf(name, {
    head: graph.head,
    classes: classesOf(graph, { retained: true }),
    truncation: graph.truncation,
  });
}

function baselineError(file: string): UsageError {
  return new UsageError(
    `${printable(file)} is a baseline: it has counts of classes, and no objects or references`,
    'Name a snapshot; show-growth, diff and the growth budgets of check take baselines.',
  );
}

/** No baseline is larger: a class takes less than a kilobyte. */
const LARGEST_BASELINE = 1 << 26;

/**
 * Sniffs a file.
 *
 * Out: its text, unpacked, if it claims to be a baseline; else undefined. What is no regular file
 * can be read only once and is not sniffed. What cannot be read is left to the reader of snapshots,
 * which says what is wrong.
 * Cost: of a snapshot only the beginning is read.
 */
async function baselineText(file: string): Promise<string | undefined> {
  if (file === STANDARD_INPUT || !isRegularFile(file)) return undefined;
  const source = await openSource(file);
  try {
    const chunks: Buffer[] = [];
    let total = 0;
    while (total <= LARGEST_BASELINE) {
      const chunk = Buffer.alloc(1 << 16);
      const length = await source.read(chunk, 0, chunk.length);
      if (length === 0) break;
      chunks.push(chunk.subarray(0, length));
      total += length;
      if (chunks.length === 1 && !/^\uFEFF?\s*\{\s*"(?!snapshot")/.test(chunk.toString('utf8', 0, length)))
        return undefined;
    }
    const text = Buffer.concat(chunks).toString('utf8');
    return isBaselineText(text) ? text : undefined;
  } catch {
    return undefined;
  } finally {
    source.close();
  }
}

function openBaseline(file: string, text: string): OpenedSnapshot {
  const classes = classesOfBaseline(parseBaseline(text, file), file);
  const lacks = (what: string): never => {
    throw new UsageError(
      `${printable(file)} is a baseline: it has no ${what}`,
      'Name the snapshot that it was made of.',
    );
  };
  return {
    name: file,
    classes,
    countable: classes,
    truncation: undefined,
    isReadable: false,
    get head() {
      return lacks('facts of a file');
    },
    get graph() {
      return lacks('objects and references');
    },
  };
}

async function openSnapshot(
  file: string,
  need: Need,
  options: ReadOptions & Pick<SessionOptions, 'indexes' | 'buffers'>,
): Promise<OpenedSnapshot> {
  switch (need.kind) {
    case 'nothing':
      return snapshotOf(file, {});
    case 'head':
      return snapshotOf(file, { head: await readHead(file, options) });
    case 'classes':
      return snapshotOf(file, { classes: await loadClasses(file, { ...options, types: need.types }) });
    case 'summary': {
      const whole = await loadSnapshot(file, options);
      return snapshotOf(file, { head: whole.head, classes: classesOf(whole, { retained: true }) });
    }
    case 'graph': {
      const { edges, locations, traces = false } = need;
      const known = phase('looking for an index', () => options.indexes?.open(file, need));
      if (known) {
        const { part } = known.head;
        if (part) options.onWarning?.(`${file} is ${partWords(part)}`);
        tellLoaded(() => ({ kind: 'index', file, nodes: known.nodeCount, edges: known.edges?.count }));
        return snapshotOf(file, { graph: known });
      }
      return snapshotOf(file, { graph: await loadSnapshot(file, { ...options, edges, locations, traces }) });
    }
  }
}

interface Parts {
  readonly truncation?: Truncation | undefined;
  readonly head?: Head;
  readonly classes?: Classes;
  readonly graph?: Graph;
}

function snapshotOf(name: string, { head, classes, graph, truncation }: Parts): OpenedSnapshot {
  const given = <T>(value: T | undefined, what: string): T => {
    if (value === undefined)
      throw new TypeError(`a command asks for ${what} and did not say that it needs it`);
    return value;
  };
  return {
    name,
    truncation: truncation ?? classes?.truncation ?? graph?.truncation,
    isReadable: name !== STANDARD_INPUT,
    get head() {
      return given(head ?? graph?.head, 'the head');
    },
    get classes() {
      return classes ?? classesOf(given(graph, 'class counts'), { raw: true });
    },
    get countable() {
      return graph ?? given(classes, 'class counts');
    },
    get graph() {
      return given(graph, 'the graph');
    },
  };
}

/** What a question about no snapshot gets. */
export const NOTHING: OpenedSnapshot = snapshotOf('', {});
