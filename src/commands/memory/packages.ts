/** Memory by npm package. */
import { ownerChanges } from '../../analysis/packages/owner-changes.js';
import { type OwnedHeap, ownerSizes } from '../../analysis/packages/owner-sizes.js';
import { UsageError } from '../../base/errors.js';
import { note, option } from '../../base/notes.js';
import { printable, shortened } from '../../base/printable.js';
import type { Table } from '../../base/result.js';
import { formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { maskOf } from '../../query/mask-of.js';
import { type Query, readQuery } from '../../query/query.js';
import { madeBy } from '../../v8/made-by.js';
import { isRuntimeScript } from '../../v8/runtime.js';
import { defineCommand, type Machine } from '../command.js';
import { comparesError } from '../shared/named-types.js';
import { type PackageNames, packageNames } from '../shared/package-names.js';
import { allRows, limitOf } from '../shared/row-limit.js';
import { sizesField } from '../shared/sizes.js';
import { absentClassNotes } from '../shared/target-notes.js';
import { WHOLE_GRAPH } from '../shared/targets.js';
import {
  BY,
  type By,
  CHANGE_COLUMNS,
  COLUMNS,
  changeRow,
  exclusiveOf,
  growth,
  orderOf,
  ownerRow,
  partsOf,
  SORTS,
  type Sort,
  titled,
  totalChanges,
  totalFields,
  totals,
} from './package-rows.js';
import { readTeamMap, type TeamMap } from './team-map.js';

/** Packages that are looked for on this machine at most, for their versions. */
const MOST_ASKED = 2000;

export const packagesCommand = defineCommand({
  name: 'packages',
  summary: 'how much memory each npm package keeps',
  description:
    'Each byte counts once under Exclusive: for the package (or app, the code outside of packages) whose objects hold it; shared is what several hold, node: and V8 what stays without the program. Retained is all that would be freed if the objects and functions of a package went. Of several snapshots the first and the last one are compared.',
  snapshot: { names: ['snapshot'], least: 1, most: Number.POSITIVE_INFINITY },
  options: {
    by: {
      kind: 'text',
      read: readBy,
      value: 'rows',
      help: 'package or team: what the rows are; by default teams where there is a map of them, else packages',
    },
    team: {
      kind: 'text',
      value: 'file',
      help: 'group by team: a file of lines "PATTERN TEAM", as CODEOWNERS; the last that fits a script decides',
    },
    sort: {
      kind: 'choice',
      choices: SORTS,
      default: 'exclusive',
      help: 'order of the packages: by one of the sizes, largest first, or by name',
    },
    where: { kind: 'text', read: readQuery, value: 'query', help: 'only objects that a query accepts' },
    limit: { kind: 'integer', default: 20, help: 'packages to show' },
    all: allRows,
  },
  examples: [
    { line: 'heapgraph packages app.heapsnapshot', says: 'what each package keeps' },
    { line: 'heapgraph packages --sort retained app.heapsnapshot', says: 'what would be freed without it' },
    {
      line: 'heapgraph packages before.heapsnapshot after.heapsnapshot',
      says: 'which package keeps more, and how much',
    },
    {
      line: 'heapgraph packages --team CODEOWNERS app.heapsnapshot',
      says: 'what the code of each team keeps',
    },
    { line: "heapgraph packages --where 'type = string' app.heapsnapshot", says: 'texts alone' },
  ],
  needs(_, { where }) {
    if (where?.compares !== undefined) throw comparesError(where.compares);
    return { ...WHOLE_GRAPH, work: 'retained' };
  },
  async run({ snapshots, options, machine }) {
    const by = options.by ?? (options.team === undefined ? 'package' : 'team');
    const teamOf = teamsOf(options.team, by, machine);
    const graphs = snapshots.map(({ graph }) => graph);
    const [graph] = graphs as [Graph];
    const heaps: OwnedHeap[] = [];
    const found: PackageNames[] = [];
    for (const each of graphs) {
      const names = packageNames(each, machine, MOST_ASKED);
      heaps.push(await heapOf(each, by === 'team' ? teamOf : names.nameOf, options.where, machine));
      found.push(names);
    }
    const limit = limitOf(options);
    const { table, left, count } =
      heaps.length === 1
        ? single(graph, heaps[0]!, { by, sort: options.sort, limit })
        : compared(graphs, heaps, { by, sort: options.sort, limit });
    const last = heaps.at(-1)!;
    const first = heaps[0]!;
    return {
      result: table,
      fields: {
        ...sizesField(false),
        by,
        totalSize: last.totalSize,
        ...totalFields(last),
        ...(heaps.length === 1
          ? {}
          : {
              totalDelta: last.totalSize - first.totalSize,
              totalSizes: heaps.map(({ totalSize }) => totalSize),
            }),
      },
      notes: [
        ...new Set(found.flatMap((names) => names.notes())),
        ...(await absentClassNotes(graphs, options.where)),
        ...graphs
          .filter(({ locations }) => !locations)
          .map(
            ({ file }) =>
              `${printable(file)} has no locations of functions: nothing says which package made an object`,
          ),
        ...(count === 0 ? [`no function or object of a ${by} was found`] : []),
        ...(heaps.some(({ merged }) => merged > 0)
          ? [
              `${formatCount(Math.max(...heaps.map(({ merged }) => merged)))} small ${by}s are one row: they cannot be told apart`,
            ]
          : []),
        ...(left.count > 0
          ? [
              note(
                'omitted',
              )`${formatCount(left.count)} more ${by}s with ${formatCount(left.bytes)} bytes${heaps.length === 1 ? '' : ' of difference'}; ${option('all')} shows them`,
            ]
          : []),
      ],
    };
  },
});

function readBy(text: string): By {
  const found = BY.find((one) => one === text);
  if (found) return found;
  throw new UsageError(
    `rows are by ${BY.join(' or ')}, not by "${printable(shortened(text, 40))}"`,
    'Say package or team.',
  );
}

/** The team of a script. Throws UsageError where the file is no map, or where one is needed. */
function teamsOf(file: string | undefined, by: By, { readFile }: Machine): TeamMap {
  if (file === undefined) {
    if (by === 'package') return () => undefined;
    throw new UsageError(
      'rows by team need a file that says which team has which code',
      'Name one, such as CODEOWNERS.',
    );
  }
  if (!readFile) throw new UsageError(`${printable(file)} cannot be read here`, 'Ask on the command line.');
  return readTeamMap(readFile(file, 'the map of teams'), file);
}

async function heapOf(
  graph: Graph,
  nameOf: (script: string) => string | undefined,
  query: Query | undefined,
  { readIds }: Machine,
): Promise<OwnedHeap> {
  const made = madeBy(graph, (script) => {
    if (isRuntimeScript(script)) return 'runtime';
    const name = nameOf(script);
    return name === undefined ? 'app' : { name };
  });
  return ownerSizes(graph, made, query && (await maskOf(query, { graph, readIds })));
}

/** A table, how many packages there are, and what the limit left out. */
interface Shown {
  readonly table: Table;
  readonly count: number;
  readonly left: { readonly count: number; readonly bytes: number };
}

interface ShowOptions {
  readonly by: By;
  readonly sort: Sort;
  readonly limit: number;
}

function single(graph: Graph, heap: OwnedHeap, { by, sort, limit }: ShowOptions): Shown {
  const packages = heap.owners.filter(({ kind }) => kind === 'package').sort(orderOf(sort).sizes);
  const others = heap.owners.filter(({ kind }) => kind !== 'package');
  const left = packages.slice(limit);
  return {
    table: {
      kind: 'table',
      columns: titled(COLUMNS, by),
      rows: [...packages.slice(0, limit), ...others].map(ownerRow(graph, heap.totalSize, by)),
      total: heap.owners.length,
      omitted: left.length,
      layout: 'grid',
      title: totals(graph, heap, by),
    },
    count: packages.length,
    left: { count: left.length, bytes: exclusiveOf(left) },
  };
}

function compared(
  graphs: readonly Graph[],
  heaps: readonly OwnedHeap[],
  { by, sort, limit }: ShowOptions,
): Shown {
  const changes = ownerChanges(heaps, partsOf(by));
  const packages = changes.filter(({ kind }) => kind === 'package').sort(orderOf(sort).changes);
  const others = changes.filter(({ kind }) => kind !== 'package');
  const left = packages.slice(limit);
  const graph = graphs.at(-1)!;
  return {
    table: {
      kind: 'table',
      columns: titled(CHANGE_COLUMNS, by),
      rows: [...packages.slice(0, limit), ...others].map(changeRow(graph, by)),
      total: changes.length,
      omitted: left.length,
      layout: 'grid',
      title: totalChanges(graph, heaps[0]!, heaps.at(-1)!, by),
    },
    count: packages.length,
    left: {
      count: left.length,
      bytes: left.reduce((bytes, change) => bytes + growth(change, 'exclusiveSize'), 0),
    },
  };
}
