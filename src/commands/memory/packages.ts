/** Memory by npm package. */
import {
  type OwnedHeap,
  type OwnerKind,
  type OwnerSizes,
  ownerSizes,
} from '../../analysis/packages/owner-sizes.js';
import { note, option } from '../../base/notes.js';
import { byDescending, byText, inOrder } from '../../base/order.js';
import type { Column, Row } from '../../base/result.js';
import { formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { maskOf } from '../../query/mask-of.js';
import { readQuery } from '../../query/query.js';
import { madeBy } from '../../v8/made-by.js';
import { engineName, isRuntimeScript, runtimeName } from '../../v8/runtime.js';
import { defineCommand } from '../command.js';
import { columns } from '../shared/columns.js';
import { comparesError } from '../shared/named-types.js';
import { packageNames } from '../shared/package-names.js';
import { allRows, limitOf } from '../shared/row-limit.js';
import { sizesField } from '../shared/sizes.js';
import { absentClassNotes } from '../shared/target-notes.js';
import { WHOLE_GRAPH } from '../shared/targets.js';

const SORTS = ['exclusive', 'retained', 'shared', 'code', 'name'] as const;
type Sort = (typeof SORTS)[number];

/** Packages that are looked for on this machine at most, for their versions. */
const MOST_ASKED = 2000;

export const packagesCommand = defineCommand({
  name: 'packages',
  summary: 'how much memory each npm package keeps',
  description:
    'Each byte counts once under Exclusive: for the package (or app, the code outside of packages) whose objects hold it; shared is what several hold, node: and V8 what stays without the program. Retained is all that would be freed if the objects and functions of a package went.',
  snapshot: true,
  options: {
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
    { line: "heapgraph packages --where 'type = string' app.heapsnapshot", says: 'texts alone' },
  ],
  needs(_, { where }) {
    if (where?.compares !== undefined) throw comparesError(where.compares);
    return { ...WHOLE_GRAPH, work: 'retained' };
  },
  async run({ snapshot: { graph }, options, machine }) {
    const names = packageNames(graph, machine, MOST_ASKED);
    const made = madeBy(graph, (script) => {
      if (isRuntimeScript(script)) return 'runtime';
      const name = names.nameOf(script);
      return name === undefined ? 'app' : { name };
    });
    const query = options.where;
    const mask = query && (await maskOf(query, { graph, readIds: machine.readIds }));
    const heap = ownerSizes(graph, made, mask);
    const packages = heap.owners.filter(({ kind }) => kind === 'package').sort(ORDERS[options.sort]);
    const others = heap.owners.filter(({ kind }) => kind !== 'package');
    const limit = limitOf(options);
    const left = packages.slice(limit);
    const rowOf = ownerRow(graph, heap.totalSize);
    return {
      result: {
        kind: 'table',
        columns: COLUMNS,
        rows: [...packages.slice(0, limit), ...others].map(rowOf),
        total: heap.owners.length,
        omitted: left.length,
        layout: 'grid',
        title: totals(graph, heap),
      },
      fields: { ...sizesField(false), totalSize: heap.totalSize, ...totalFields(heap) },
      notes: [
        ...names.notes(),
        ...(await absentClassNotes([graph], query)),
        ...(graph.locations
          ? []
          : ['the snapshot has no locations of functions: nothing says which package made an object']),
        ...(packages.length === 0 ? ['no function or object of a package was found'] : []),
        ...(heap.merged > 0
          ? [`${formatCount(heap.merged)} small packages are one row: they cannot be told apart`]
          : []),
        ...(left.length > 0
          ? [
              note(
                'omitted',
              )`${formatCount(left.length)} more packages with ${formatCount(exclusiveOf(left))} bytes; ${option('all')} shows them`,
            ]
          : []),
      ],
    };
  },
});

const COLUMNS: readonly Column[] = [
  { key: 'exclusiveSize', title: 'Exclusive', unit: 'bytes', role: 'size' },
  columns.sizeShare,
  { key: 'retainedSize', title: 'Retained', unit: 'bytes', role: 'size' },
  { key: 'sharedSize', title: 'Shared', unit: 'bytes', role: 'size' },
  { key: 'codeSize', title: 'Code', unit: 'bytes', role: 'size' },
  columns.count,
  { key: 'package', title: 'Package', unit: 'text', role: 'name' },
];

const byName = byText<OwnerSizes>((row) => row.name);
const ORDERS: Readonly<Record<Sort, (a: OwnerSizes, b: OwnerSizes) => number>> = {
  exclusive: inOrder(
    byDescending((row) => row.exclusiveSize),
    byName,
  ),
  retained: inOrder(
    byDescending((row) => row.retainedSize),
    byName,
  ),
  shared: inOrder(
    byDescending((row) => row.sharedSize),
    byName,
  ),
  code: inOrder(
    byDescending((row) => row.codeSize),
    byName,
  ),
  name: byName,
};

function ownerRow(graph: Graph, total: number): (owner: OwnerSizes) => Row {
  return ({ kind, name, exclusiveSize, ...sizes }) => ({
    kind: KINDS[kind],
    package: kind === 'package' ? name : ownerName(graph, kind),
    version: kind === 'package' ? versionOf(name) : null,
    exclusiveSize,
    sizeShare: total === 0 ? 0 : exclusiveSize / total,
    ...sizes,
  });
}

/** How kinds are called in JSON. */
const KINDS: Readonly<Record<OwnerKind, string>> = {
  package: 'package',
  app: 'app',
  runtime: 'node',
  engine: 'v8',
  shared: 'shared',
};

/** What owners are called that are no packages. */
function ownerName(graph: Graph, kind: Exclude<OwnerKind, 'package'>): string {
  if (kind === 'app') return 'app';
  if (kind === 'shared') return '(shared)';
  if (kind === 'engine') return engineName(graph);
  const runtime = runtimeName(graph);
  return runtime === 'Node.js' || runtime === 'the runtime' ? 'node:' : runtime;
}

/** The version in `name@version`; null where there is none. */
function versionOf(name: string): string | null {
  const at = name.lastIndexOf('@');
  return at > 0 ? name.slice(at + 1) : null;
}

function exclusiveOf(owners: readonly OwnerSizes[]): number {
  return owners.reduce((sum, { exclusiveSize }) => sum + exclusiveSize, 0);
}

function totalFields({ owners }: OwnedHeap): Row {
  const sum = (kind: OwnerKind): number => exclusiveOf(owners.filter((owner) => owner.kind === kind));
  return {
    packagesSize: sum('package'),
    appSize: sum('app'),
    nodeSize: sum('runtime'),
    v8Size: sum('engine'),
    sharedSize: sum('shared'),
  };
}

function totals(graph: Graph, heap: OwnedHeap): string {
  const { packagesSize, appSize, nodeSize, v8Size, sharedSize } = totalFields(heap) as Record<string, number>;
  const bytes = (size: number | undefined): string => formatCount(size ?? 0);
  return `${bytes(heap.totalSize)} bytes = packages ${bytes(packagesSize)} + app ${bytes(appSize)} + shared ${bytes(sharedSize)} + ${ownerName(graph, 'runtime')} ${bytes(nodeSize)} + ${ownerName(graph, 'engine')} ${bytes(v8Size)}`;
}
