/** How long objects live, over three or more snapshots. */
import { type ClassSurvival, survival } from '../analysis/survival.js';
import type { Column, Row } from '../result.js';
import { defineCommand } from './command.js';
import { requireOneProcess } from './compare.js';
import { partitionOf } from './partition.js';
import { allRows, columns, limitOf, omittedNote } from './shared.js';

export const survivalCommand = defineCommand({
  name: 'survival',
  summary: 'of the objects born between two snapshots, how many later ones still have, class by class',
  description:
    'Generation 0 is what the first snapshot has, generation 1 what came before the second, and so on. For each, how many were born, and how many the last snapshot still has. Verdicts: "leak", when of each generation before the last at least half is still there and the class grew in every step, the last step being more than a tenth of the largest; "cache/warm-up", when the last step is at most a tenth of the largest, or less than half of what was born before the last generation is still there. Leaks come first, then the classes with most survivors of the generations between the first and the last.',
  snapshot: { names: ['first', 'second', 'third'], least: 3, most: Number.POSITIVE_INFINITY },
  options: {
    limit: { kind: 'integer', default: 20, help: 'classes to show' },
    all: allRows,
    filter: { kind: 'pattern', help: 'only classes whose name matches this regular expression' },
    shapes: {
      kind: 'flag',
      help: 'plain objects apart by the properties they were born with, {id, label}',
    },
    internals: { kind: 'flag', help: "V8's own arrays, code, shapes and hidden nodes, too" },
    'sort-by': {
      kind: 'choice',
      choices: ['given', 'name', 'time'],
      default: 'given',
      help: 'the order of the snapshots: as given, by file name, by the time they were written',
    },
    'by-id': { kind: 'flag', help: 'go by ids even if the snapshots seem to be of several processes' },
  },
  examples: [
    {
      line: 'heapgraph survival 1.heapsnapshot 2.heapsnapshot 3.heapsnapshot 4.heapsnapshot',
      says: 'which classes leak, and which fill a cache',
    },
    { line: 'heapgraph survival *.heapsnapshot --sort-by time --json', says: 'the whole matrix' },
  ],
  needs: (_, { shapes }) => ({ kind: 'graph', edges: shapes ? true : 'for-names', locations: false }),
  order: (options) => options['sort-by'],
  run(_, __, options, heaps) {
    const { shapes, filter, internals } = options;
    const notes = requireOneProcess(heaps, options['by-id'], 'survival');
    const found = survival(
      heaps.map(({ graph }) => graph),
      { partition: partitionOf({ shapes, functions: false }), filter, internals },
    );
    const shown = found.slice(0, limitOf(options));
    const omitted = found.length - shown.length;
    const leaking = found.filter(({ verdict }) => verdict === 'leak').length;
    return {
      result: {
        kind: 'table',
        columns: columnsOf(heaps.length),
        rows: shown.map(rowOf),
        total: found.length,
        omitted,
        layout: 'grid',
      },
      fields: { leaking },
      notes: [
        ...notes,
        ...(leaking === 0 ? ['no class looks like a leak'] : []),
        ...omittedNote(omitted, 'class', 'classes'),
      ],
    };
  },
});

function columnsOf(snapshots: number): Column[] {
  const generations = Array.from({ length: snapshots }, (_, generation): Column[] => [
    { key: `born${generation}`, title: `Born ${generation}`, unit: 'count', role: 'dim' },
    { key: `alive${generation}`, title: 'alive', unit: 'count', role: 'count' },
  ]);
  return [columns.type, ...generations.flat(), { key: 'verdict', title: 'Verdict', unit: 'text' }];
}

function rowOf({ type, counts, alive, survivors, verdict }: ClassSurvival): Row {
  const flat = alive.flatMap((row, generation): [string, number][] => [
    [`born${generation}`, row[generation]!],
    [`alive${generation}`, row.at(-1)!],
  ]);
  return { type, ...Object.fromEntries(flat), verdict, survivors, counts, alive };
}
