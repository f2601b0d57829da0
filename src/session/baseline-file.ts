/**
 * The file format of baselines: a few kilobytes that can stand in a repository.
 *
 * A JSON object: `schema`, facts of the snapshots, `columns`, and `classes` with one class a line,
 * sorted by name, each an array in the order of `columns`. Every class is there, so what is not in
 * the file did not exist.
 */
import type { Baseline, BaselineClass } from '../analysis/growth/baseline.js';
import { SnapshotError } from '../base/errors.js';
import { printableJson, shortened, shortJson } from '../base/printable.js';

/** The `schema` of a baseline file. */
export const BASELINE_SCHEMA = 'heapgraph-baseline/1';

const COLUMNS = ['nodeType', 'count', 'shallowSize', 'retainedSize', 'distance'] as const;
const DEVIATIONS = ['countDeviation', 'shallowSizeDeviation', 'retainedSizeDeviation'] as const;

/**
 * The text of a baseline file, with a line break at the end; the same for the same snapshots, byte
 * by byte.
 */
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
 * Reads the text of a baseline file; `file` is its name in errors. Throws SnapshotError `malformed`
 * that says where, what was expected and what was found.
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

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function described(value: unknown): string {
  return value === undefined ? 'nothing' : shortJson(value, 80);
}
