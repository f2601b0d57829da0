/**
 * Baseline files: the class counts of one or several snapshots, a few kilobytes that can stand in a repository and in
 * place of a snapshot wherever classes are compared.
 *
 * A JSON object: `schema`, facts of the snapshots, `columns`, and `classes` with one class a line, sorted by name, each an
 * array in the order of `columns`. Every class is there, so that what is not in the file did not exist.
 */
import { SnapshotError } from '../../base/errors.js';
import { printableJson, shortened, shortJson } from '../../base/printable.js';
import type { Graph, Head } from '../../graph/graph.js';
import { type Classes, type ClassJitter, type ClassReach, classesOf, typeStats } from '../classes/classes.js';

/** The `schema` of a baseline file. */
export const BASELINE_SCHEMA = 'heapgraph-baseline/1';

/** One class of a baseline: means over the snapshots. Sizes in bytes, as Chrome DevTools shows them. */
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

/** What a baseline file holds. */
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

/** What a baseline takes of a snapshot: class counts with retained sizes (`classesOf` with `retained`). */
export interface SnapshotSummary {
  readonly head: Head;
  readonly classes: Classes;
}

const MEANS = ['count', 'shallowSize', 'retainedSize'] as const;
const COLUMNS = ['nodeType', ...MEANS, 'distance'] as const;
const DEVIATIONS = ['countDeviation', 'shallowSizeDeviation', 'retainedSizeDeviation'] as const;

/**
 * Class counts, sizes and retained sizes of graphs with edges, or of what was kept of them: of several, which should be of one idle process or of
 * equal runs, the means and the standard deviations (of a sample: n - 1). A class that one of them has not counts 0 there.
 * Throws RangeError for none. Cost: that of the retained sizes of each.
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

/** Bytes of a whole heap: all objects, and native memory that V8 knows of. Cost: the number of classes. */
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

/** The text of a baseline file, with a line break at the end; the same for the same snapshots, byte by byte. */
export function formatBaseline(baseline: Baseline): string {
  const { classes, ...facts } = baseline;
  const several = baseline.snapshots > 1;
  const columns = several ? [...COLUMNS, ...DEVIATIONS] : COLUMNS;
  const head = Object.entries({ schema: BASELINE_SCHEMA, ...facts, sizes: 'devtools', columns });
  const lines = head.map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`);
  const rows = [...classes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, row]) => {
      const { jitter } = row;
      const values = COLUMNS.map((key) => row[key]);
      const all = several
        ? [...values, jitter?.count ?? 0, jitter?.shallowSize ?? 0, jitter?.retainedSize ?? 0]
        : values;
      return `    ${JSON.stringify(name)}: ${JSON.stringify(all)}`;
    });
  return printableJson(`{\n${lines.join('')}  "classes": {\n${rows.join(',\n')}\n  }\n}\n`);
}

/** Whether a text claims to be a baseline file, of this version or another, whole or damaged. */
export function isBaselineText(text: string): boolean {
  return /^\uFEFF?\s*\{/.test(text) && /"schema"\s*:\s*"heapgraph-baseline\//.test(text);
}

const AGAIN = 'Make it again: heapgraph baseline app.heapsnapshot -o heap-baseline.json.';

/**
 * Reads the text of a baseline file; `file` is its name in errors. Throws SnapshotError `malformed` that says where, what
 * was expected and what was found.
 */
export function parseBaseline(text: string, file: string): Baseline {
  const wrong = (section: string | undefined, expected: string, found: unknown): SnapshotError =>
    new SnapshotError('malformed', 'is no baseline that can be read', {
      file,
      ...(section === undefined ? {} : { section }),
      expected,
      found: typeof found === 'string' && section === undefined ? found : described(found),
      hint: AGAIN,
    });
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw wrong(undefined, 'a whole JSON object', `damaged JSON: ${(error as Error).message}`);
  }
  if (!isObject(value)) throw wrong(undefined, 'a JSON object', described(value));
  if (value.schema !== BASELINE_SCHEMA) throw wrong('schema', `"${BASELINE_SCHEMA}"`, value.schema);
  const number = (place: string, found: unknown, least = 0): number => {
    if (typeof found === 'number' && Number.isFinite(found) && found >= least) return found;
    throw wrong(place, `a number from ${least} up`, found);
  };
  const names = (place: string): readonly string[] => {
    const found = value[place];
    if (Array.isArray(found) && found.every((name) => typeof name === 'string')) return found;
    throw wrong(place, 'a list of names', found);
  };
  if (value.sizes !== 'devtools') throw wrong('sizes', '"devtools"', value.sizes);
  const snapshots = number('snapshots', value.snapshots, 1);
  const several = snapshots > 1;
  const columns: readonly string[] = several ? [...COLUMNS, ...DEVIATIONS] : COLUMNS;
  if (JSON.stringify(value.columns) !== JSON.stringify(columns))
    throw wrong('columns', JSON.stringify(columns), value.columns);
  if (!isObject(value.classes)) throw wrong('classes', 'an object with a key for each class', value.classes);
  const classes = new Map<string, BaselineClass>();
  for (const [name, row] of Object.entries(value.classes)) {
    const place = `classes[${JSON.stringify(shortened(name, 60))}]`;
    if (!Array.isArray(row) || row.length !== columns.length)
      throw wrong(place, `an array of ${columns.length} values`, row);
    const at = (column: string): unknown => row[columns.indexOf(column)];
    const numberAt = (column: string): number => number(`${place}, ${column}`, at(column));
    const nodeType = at('nodeType');
    if (typeof nodeType !== 'string') throw wrong(`${place}, nodeType`, 'a text', nodeType);
    classes.set(name, {
      nodeType,
      count: numberAt('count'),
      shallowSize: numberAt('shallowSize'),
      retainedSize: numberAt('retainedSize'),
      distance: at('distance') === null ? null : numberAt('distance'),
      ...(several
        ? {
            jitter: {
              count: numberAt('countDeviation'),
              shallowSize: numberAt('shallowSizeDeviation'),
              retainedSize: numberAt('retainedSizeDeviation'),
            },
          }
        : {}),
    });
  }
  return {
    snapshots,
    nodeCount: number('nodeCount', value.nodeCount),
    totalSize: number('totalSize', value.totalSize),
    extraNativeBytes: number('extraNativeBytes', value.extraNativeBytes),
    nodeFields: names('nodeFields'),
    edgeFields: names('edgeFields'),
    locationFields: names('locationFields'),
    classes,
  };
}

/**
 * The baseline as class counts, which every comparison of classes takes in place of a graph. Means are rounded to whole
 * objects and bytes. `file` is what it is called in answers.
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
    rows: rows.sort((a, b) => b.count - a.count || (a.type < b.type ? -1 : 1)),
    reach,
    ...(snapshots > 1 ? { jitter } : {}),
  };
}

/**
 * How much growth of a class is noise: `sigma` standard deviations of the baseline. 0 for a class that it does not know,
 * and for class counts without jitter.
 */
export function noiseOf(
  classes: Classes,
  sigma: number,
): (type: string, by: 'count' | 'size' | 'retained') => number {
  const key = { count: 'count', size: 'shallowSize', retained: 'retainedSize' } as const;
  return (type, by) => sigma * (classes.jitter?.get(type)?.[key[by]] ?? 0);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function described(value: unknown): string {
  return value === undefined ? 'nothing' : shortJson(value, 80);
}
