/**
 * Baselines: the class counts of one or several snapshots, which stand in place of a snapshot
 * wherever classes are compared.
 */
import { byDescending, byType, inOrder } from '../../base/order.js';
import type { Graph, Head } from '../../graph/graph.js';
import {
  type Classes,
  type ClassJitter,
  type ClassReach,
  classesOf,
  type Measure,
  typeStats,
} from '../classes/classes.js';

/**
 * One class of a baseline: means over the snapshots. Sizes in bytes, as Chrome DevTools shows them.
 */
export interface BaselineClass {
  /** V8's node types of its objects, joined by commas. */
  readonly nodeType: string;
  readonly count: number;
  readonly shallowSize: number;
  readonly retainedSize: number;
  /** The smallest one; null when only the system reaches it. */
  readonly distance: number | null;
  /** Standard deviations; absent with one snapshot. */
  readonly jitter?: ClassJitter;
}

/** What a baseline holds. */
export interface Baseline {
  /** Number of snapshots that it was made of. */
  readonly snapshots: number;
  /** Means over the snapshots, as everywhere here. */
  readonly nodeCount: number;
  /** Bytes, with those of native memory that no node stands for. */
  readonly totalSize: number;
  /** Bytes. */
  readonly extraNativeBytes: number;
  /** Names of the record fields, which tell versions of V8 apart. */
  readonly nodeFields: readonly string[];
  readonly edgeFields: readonly string[];
  readonly locationFields: readonly string[];
  readonly classes: ReadonlyMap<string, BaselineClass>;
}

/**
 * What a baseline takes of a snapshot: class counts with retained sizes (`classesOf` with
 * `retained`).
 */
export interface SnapshotSummary {
  readonly head: Head;
  readonly classes: Classes;
}

const MEANS = ['count', 'shallowSize', 'retainedSize'] as const;

/**
 * Class counts, sizes and retained sizes of one heap or of several.
 *
 * - In: graphs with edges, or what was kept of them. Several should be of one idle process or of
 *   equal runs.
 * - Out: of several the means and the standard deviations (of a sample: n - 1). A class that one
 *   of them has not counts 0 there.
 * - Throws: RangeError for none.
 * - Cost: that of the retained sizes of each.
 */
export function baselineOf(heaps: readonly (Graph | SnapshotSummary)[]): Baseline {
  const [first] = heaps;
  if (!first) throw new RangeError('a baseline is made of one snapshot or more');
  const all = heaps.map((heap) => ('ids' in heap ? classesOf(heap, { retained: true }) : heap.classes));
  const stats = all.map((classes) => new Map(typeStats(classes).map((row) => [row.type, row])));
  const names = [...new Set(stats.flatMap((rows) => [...rows.keys()]))].sort();
  const several = all.length > 1;
  const classes = new Map<string, BaselineClass>();
  for (const name of names) {
    const rows = stats.map((map) => map.get(name));
    const values = MEANS.map((key) => rows.map((row) => row?.[key] ?? 0));
    const [count, shallowSize, retainedSize] = values.map(mean) as [number, number, number];
    const distances = rows.flatMap((row) => row?.distance ?? []);
    const types = new Set(rows.flatMap((row) => row?.nodeType.split(',') ?? []));
    const deviations = values.map(deviation) as [number, number, number];
    classes.set(name, {
      nodeType: [...types].sort().join(','),
      count,
      shallowSize,
      retainedSize,
      distance: distances.length > 0 ? Math.min(...distances) : null,
      ...(several
        ? { jitter: { count: deviations[0], shallowSize: deviations[1], retainedSize: deviations[2] } }
        : {}),
    });
  }
  const { node, edge, location } = first.head.fieldNames;
  return {
    snapshots: all.length,
    nodeCount: mean(all.map(({ nodeCount }) => nodeCount)),
    totalSize: mean(all.map(totalSizeOf)),
    extraNativeBytes: mean(all.map(({ extraNativeBytes }) => extraNativeBytes)),
    nodeFields: node,
    edgeFields: edge,
    locationFields: location,
    classes,
  };
}

/**
 * Bytes of a whole heap: all objects, and native memory that V8 knows of.
 *
 * - Cost: the number of classes.
 */
export function totalSizeOf(classes: Classes): number {
  return classes.rows.reduce((sum, row) => sum + row.shallowSize, classes.extraNativeBytes);
}

/** Numbers are rounded to hundredths, so that a file does not change with the last bits. */
function mean(values: readonly number[]): number {
  return hundredths(values.reduce((sum, value) => sum + value, 0) / values.length);
}

function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const middle = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return hundredths(Math.sqrt(squares / (values.length - 1)));
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

/**
 * The baseline as class counts, which every comparison of classes takes in place of a graph. Means
 * are rounded to whole objects and bytes. `file` is what it is called in answers.
 */
export function classesOfBaseline(baseline: Baseline, file: string): Classes {
  const { classes, snapshots } = baseline;
  const reach = new Map<string, ClassReach>();
  const jitter = new Map<string, ClassJitter>();
  const rows = [...classes].map(([type, row]) => {
    reach.set(type, { retainedSize: Math.round(row.retainedSize), distance: row.distance });
    if (row.jitter) jitter.set(type, row.jitter);
    const { nodeType, count, shallowSize } = row;
    return { type, nodeType, count: Math.round(count), shallowSize: Math.round(shallowSize) };
  });
  return {
    file,
    truncation: undefined,
    nodeCount: Math.round(baseline.nodeCount),
    extraNativeBytes: Math.round(baseline.extraNativeBytes),
    sizes: 'devtools',
    rows: rows.sort(
      inOrder<(typeof rows)[number]>(
        byDescending((row) => row.count),
        byType,
      ),
    ),
    reach,
    ...(snapshots > 1 ? { jitter } : {}),
  };
}

/**
 * How much growth of a class is noise: `sigma` standard deviations of the baseline. 0 for a class
 * that it does not know, and for class counts without jitter.
 */
export function noiseOf(classes: Classes, sigma: number): (type: string, by: Measure) => number {
  const key = { count: 'count', size: 'shallowSize', retained: 'retainedSize' } as const;
  return (type, by) => sigma * (classes.jitter?.get(type)?.[key[by]] ?? 0);
}
