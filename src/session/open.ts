/** Opens what a command needs of its snapshot. */

import { type Classes, classesOf } from '../analysis/classes/classes.js';
import { classesOfBaseline, isBaselineText, parseBaseline } from '../analysis/growth/baseline.js';
import { SnapshotError, UsageError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import type { Heap, Need } from '../commands/command.js';
import type { Graph, Head, Truncation } from '../graph/graph.js';
import { loadSnapshot } from '../load/load.js';
import { isRegularFile } from '../load/newest.js';
import { type ReadOptions, readHead } from '../load/sections.js';
import { openSource } from '../load/source.js';
import { loadClasses } from './class-counts.js';

export interface Opened {
  readonly heap: Heap;
  readonly truncation: Truncation | undefined;
}

export interface OpenOptions extends ReadOptions {
  /** Whether the file may be a baseline. */
  readonly baselines: boolean;
}

/**
 * Throws SnapshotError, and UsageError for a baseline where there has to be a snapshot. Standard input can be read only
 * once, so nothing reads it twice: it is never a baseline.
 */
export async function openHeap(need: Need, snapshot: string, options: OpenOptions): Promise<Opened> {
  if (options.baselines) {
    const text = await baselineText(snapshot);
    if (text !== undefined) return { heap: baselineHeap(text, snapshot), truncation: undefined };
  }
  try {
    return await openSnapshot(need, snapshot, options);
  } catch (error) {
    const isOther = error instanceof SnapshotError && error.code === 'not-a-snapshot';
    if (isOther && !options.baselines && (await baselineText(snapshot)) !== undefined) {
      throw new UsageError(
        `${printable(snapshot)} is a baseline: it has counts of classes, and no objects or references`,
        'Name a snapshot; show-growth, diff and check --baseline take baselines.',
      );
    }
    throw error;
  }
}

/** No baseline is larger: a class takes less than a kilobyte. */
const LARGEST_BASELINE = 1 << 26;

/** The text of a regular file, packed or not, that claims to be a baseline. Of a snapshot only the beginning is read. */
async function baselineText(file: string): Promise<string | undefined> {
  if (file === '-' || !isRegularFile(file)) return undefined;
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
  } finally {
    source.close();
  }
}

function baselineHeap(text: string, file: string): Heap {
  const classes = classesOfBaseline(parseBaseline(text, file), file);
  const lacks = (what: string) => (): never => {
    throw new UsageError(
      `${printable(file)} is a baseline: it has no ${what}`,
      'Name the snapshot that it was made of.',
    );
  };
  return Object.defineProperties({ classes, countable: classes, more: undefined } as unknown as Heap, {
    head: { get: lacks('facts of a file') },
    graph: { get: lacks('objects and references') },
  });
}

async function openSnapshot(need: Need, snapshot: string, options: OpenOptions): Promise<Opened> {
  let head: Head | undefined;
  let classes: Classes | undefined;
  let graph: Graph | undefined;
  switch (need.kind) {
    case 'nothing':
      break;
    case 'head':
      head = await readHead(snapshot, options);
      break;
    case 'classes':
      classes = await loadClasses(snapshot, { ...options, types: need.types });
      break;
    case 'summary': {
      const whole = await loadSnapshot(snapshot, options);
      head = whole.head;
      classes = classesOf(whole, { retained: true });
      break;
    }
    case 'graph':
      graph = await loadSnapshot(snapshot, {
        ...options,
        edges: need.edges,
        locations: need.locations,
        traces: need.traces === true,
      });
  }
  const more =
    snapshot === '-'
      ? undefined
      : async (further: Need): Promise<Heap> => (await openSnapshot(further, snapshot, options)).heap;
  return {
    heap: heapOf({ head, classes, graph, more }),
    truncation: classes?.truncation ?? graph?.truncation,
  };
}

interface Parts {
  readonly head?: Head | undefined;
  readonly classes?: Classes | undefined;
  readonly graph?: Graph | undefined;
  readonly more?: Heap['more'];
}

function heapOf({ head, classes, graph, more }: Parts): Heap {
  const given = <T>(value: T | undefined, what: string): T => {
    if (value === undefined)
      throw new TypeError(`a command asks for ${what} and did not say that it needs it`);
    return value;
  };
  return {
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
    more,
  };
}

/** What a command that takes no snapshot gets. */
export const NO_HEAP: Heap = heapOf({});
