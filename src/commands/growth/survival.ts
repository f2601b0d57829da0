/** How long objects live, over three or more snapshots. */
import { containerPlace } from '../../analysis/leaks/container-place.js';
import { containerCell, type ShortTexts, shortTexts } from '../../analysis/leaks/container-text.js';
import { isLeak, type Leak } from '../../analysis/leaks/leak.js';
import { leakEntry } from '../../analysis/leaks/leak-entry.js';
import type { Leaks } from '../../analysis/leaks/leaks.js';
import { type ClassSurvival, survival } from '../../analysis/leaks/survival.js';
import type { Cell, Column, Row } from '../../base/result.js';
import { defineCommand } from '../command.js';
import { columns } from '../shared/columns.js';
import { orderOption, requireOneProcess } from '../shared/compare.js';
import { boundedNotes, searchLeaks } from '../shared/leak-search.js';
import { partitionOf, partitionOptions, placeFields, withPartition } from '../shared/partition.js';
import { allRows, limitOf, omittedNote } from '../shared/row-limit.js';
import { WHOLE_GRAPH } from '../shared/targets.js';

export const survivalCommand = defineCommand({
  name: 'survival',
  summary: 'of the objects born between two snapshots, how many later ones still have, class by class',
  description:
    'Generation 0 is what the first snapshot has, generation 1 what came before the second, and so on. For each: how many were born, and how many are still there. Verdicts: leak, bounded, cache/warm-up; docs/commands.md explains them.',
  snapshot: { names: ['first', 'second', 'third'], least: 3, most: Number.POSITIVE_INFINITY },
  options: {
    limit: { kind: 'integer', default: 20, help: 'classes to show' },
    all: allRows,
    filter: { kind: 'pattern', help: 'only classes whose name matches this regular expression' },
    minSize: {
      kind: 'bytes',
      default: 10_000,
      help: 'a container that grew by less is no leak: bytes, or 64kB, 10MB',
    },
    shapes: {
      kind: 'flag',
      help: 'group plain objects by the properties they were born with: {id, label}',
    },
    functions: partitionOptions.functions,
    internals: { kind: 'flag', help: "V8's own arrays, code, shapes and hidden nodes, too" },
    ...orderOption,
    byId: { kind: 'flag', help: 'go by ids even if the snapshots seem to be of several processes' },
  },
  examples: [
    {
      line: 'heapgraph survival 1.heapsnapshot 2.heapsnapshot 3.heapsnapshot 4.heapsnapshot',
      says: 'which classes leak, and which fill a cache',
    },
    {
      line: "heapgraph survival *.heapsnapshot --functions --filter 'app.js'",
      says: 'the functions of a file, each by its name and place',
    },
    { line: 'heapgraph survival *.heapsnapshot --order time --json', says: 'the whole matrix' },
  ],
  needs: (_, options) => {
    const earlier = withPartition(options, {
      edges: 'for-names',
      locations: false,
      work: 'ids',
    });
    return [earlier, earlier, WHOLE_GRAPH];
  },
  order: (options) => options.order,
  async run({ options, snapshots: heaps, session }) {
    const { filter, internals } = options;
    const notes = requireOneProcess(heaps, options.byId, 'survival');
    const { found: leaks, notes: more } = await searchLeaks(heaps, options.minSize, session);
    const found = survival(
      heaps.map(({ graph }) => graph),
      { partition: partitionOf(options), filter, internals, leaks },
    );
    const shown = found.slice(0, limitOf(options));
    const omitted = found.length - shown.length;
    const leaking = found.filter(({ verdict }) => verdict === 'leak').length;
    const inPlace = leaks.leaks.filter((leak) => isLeak(leak) && leak.growth === 'in place');
    const placeOf = ({ groups }: Leak) => containerPlace(leaks.frontier, leaks.frontier.groups[groups[0]!]!);
    const files = shown.flatMap(({ leaksIn }) => leaksIn.map(({ leak }) => placeOf(leak).file));
    const short = shortTexts(leaks.frontier.graph, files);
    const placeOfFunction = placeFields(
      options,
      heaps.map(({ graph }) => graph),
    );
    return {
      result: {
        kind: 'table',
        columns: columnsOf(heaps.length),
        rows: shown.map((row) => ({ ...rowOf(row, leaks, placeOf, short), ...placeOfFunction(row.type) })),
        total: found.length,
        omitted,
        layout: 'grid',
        legend: short.legend(),
      },
      fields: { leaking },
      notes: [
        ...notes,
        ...more,
        ...(leaking > 0 || options.filter
          ? []
          : [inPlace.length > 0 ? 'no class grows in a container' : 'no class looks like a leak']),
        ...inPlace.map((leak) => leakEntry(leaks.frontier.graph, leak).sentence.replace(/\.$/, '')),
        ...boundedNotes(leaks),
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
  return [
    columns.type,
    ...generations.flat(),
    { key: 'verdict', title: 'Verdict', unit: 'text' },
    { key: 'growsIn', title: 'Grows in', unit: 'text' },
  ];
}

function rowOf(
  { type, counts, alive, survivors, verdict, leaksIn }: ClassSurvival,
  { frontier }: Leaks,
  placeOf: (leak: Leak) => ReturnType<typeof containerPlace>,
  short: ShortTexts,
): Row {
  const flat = alive.flatMap((row, generation): [string, number][] => [
    [`born${generation}`, row[generation]!],
    [`alive${generation}`, row.at(-1)!],
  ]);
  const [first] = leaksIn;
  const others = leaksIn.length > 1 ? ` and ${leaksIn.length - 1} more` : '';
  const containers = leaksIn.map(
    (one): Cell => ({ ...containerCell(frontier.graph, placeOf(one.leak)), alive: one.alive }),
  );
  return {
    type,
    ...Object.fromEntries(flat),
    verdict,
    growsIn: first ? `${short.container(placeOf(first.leak))}${others}` : null,
    survivors,
    counts,
    alive,
    containers,
  };
}
