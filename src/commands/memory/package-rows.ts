/** Rows and columns of memory by package. */
import { nameAndVersion, type OwnerChange } from '../../analysis/packages/owner-changes.js';
import type { OwnedHeap, OwnerKind, OwnerSizes } from '../../analysis/packages/owner-sizes.js';
import { byDescending, byText, inOrder } from '../../base/order.js';
import type { Column, Row } from '../../base/result.js';
import { formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { engineName, runtimeName } from '../../v8/runtime.js';
import { columns } from '../shared/columns.js';

/** What packages can be sorted by. */
export const SORTS = ['exclusive', 'retained', 'shared', 'code', 'name'] as const;
export type Sort = (typeof SORTS)[number];

/** What a row may be. */
export const BY = ['package', 'team'] as const;
export type By = (typeof BY)[number];

/** Columns for one heap. */
export const COLUMNS: readonly Column[] = [
  { key: 'exclusiveSize', title: 'Exclusive', unit: 'bytes', role: 'size' },
  columns.sizeShare,
  { key: 'retainedSize', title: 'Retained', unit: 'bytes', role: 'size' },
  { key: 'sharedSize', title: 'Shared', unit: 'bytes', role: 'size' },
  { key: 'codeSize', title: 'Code', unit: 'bytes', role: 'size' },
  columns.count,
  { key: 'package', title: 'Package', unit: 'text', role: 'name' },
];

/** Columns for several heaps: the first one, the last one, and what changed. */
export const CHANGE_COLUMNS: readonly Column[] = [
  { key: 'exclusiveBefore', title: 'Before', unit: 'bytes', role: 'size' },
  { key: 'exclusiveAfter', title: 'After', unit: 'bytes', role: 'size' },
  { key: 'exclusiveDelta', title: 'Exclusive delta', unit: 'bytes', role: 'delta', signed: true },
  columns.retainedDelta,
  { key: 'sharedDelta', title: 'Shared delta', unit: 'bytes', role: 'delta', signed: true },
  { key: 'codeDelta', title: 'Code delta', unit: 'bytes', role: 'delta', signed: true },
  columns.countDelta,
  { key: 'package', title: 'Package', unit: 'text', role: 'name' },
];

type Size = 'exclusiveSize' | 'retainedSize' | 'sharedSize' | 'codeSize';

const SIZES: Readonly<Record<Exclude<Sort, 'name'>, Size>> = {
  exclusive: 'exclusiveSize',
  retained: 'retainedSize',
  shared: 'sharedSize',
  code: 'codeSize',
};

/** The order of packages; of changes by growth, the largest first. */
export function orderOf(sort: Sort): {
  readonly sizes: (a: OwnerSizes, b: OwnerSizes) => number;
  readonly changes: (a: OwnerChange, b: OwnerChange) => number;
} {
  if (sort === 'name') return { sizes: byText((row) => row.name), changes: byText((row) => row.name) };
  const size = SIZES[sort];
  return {
    sizes: inOrder(
      byDescending((row) => row[size]),
      byText((row) => row.name),
    ),
    changes: inOrder(
      byDescending((row) => growth(row, size)),
      byText((row) => row.name),
    ),
  };
}

/** How much larger the last heap's is than the first one's. */
export function growth({ heaps }: OwnerChange, size: Size | 'count'): number {
  return (heaps.at(-1)?.[size] ?? 0) - (heaps[0]?.[size] ?? 0);
}

/** A row of `CHANGE_COLUMNS`; JSON has the sizes in all heaps, too. */
export function changeRow(graph: Graph, by: By): (change: OwnerChange) => Row {
  return (change) => {
    const { kind, name, versions, heaps } = change;
    const version = versions.at(-1) ?? null;
    const versionBefore = versions[0] ?? null;
    const sizes = heaps.map((heap) => heap?.exclusiveSize ?? 0);
    return {
      kind: kindOf(kind, by),
      package: kind === 'package' ? changedName(change, by) : ownerName(graph, kind, by),
      name: kind === 'package' ? partsOf(by)(heaps.find((heap) => heap)?.name ?? name).name : null,
      versionBefore,
      version,
      exclusiveBefore: sizes[0] ?? 0,
      exclusiveAfter: sizes.at(-1) ?? 0,
      exclusiveDelta: growth(change, 'exclusiveSize'),
      retainedDelta: growth(change, 'retainedSize'),
      sharedDelta: growth(change, 'sharedSize'),
      codeDelta: growth(change, 'codeSize'),
      countDelta: growth(change, 'count'),
      exclusiveSizes: sizes,
    };
  };
}

/** `lodash@4.17.20 → 4.17.21`. */
function changedName({ heaps, versions }: OwnerChange, by: By): string {
  const labels = heaps.flatMap((heap) => (heap ? [heap.name] : []));
  const known = [...new Set(versions.filter((version) => version !== undefined))];
  const { name } = partsOf(by)(labels[0] ?? '');
  return known.length === 0 ? name : `${name}@${known.join(' → ')}`;
}

/** A row of `COLUMNS`. */
export function ownerRow(graph: Graph, total: number, by: By): (owner: OwnerSizes) => Row {
  return ({ kind, name, exclusiveSize, ...sizes }) => ({
    kind: kindOf(kind, by),
    package: kind === 'package' ? name : ownerName(graph, kind, by),
    version: (kind === 'package' ? partsOf(by)(name).version : undefined) ?? null,
    exclusiveSize,
    sizeShare: total === 0 ? 0 : exclusiveSize / total,
    ...sizes,
  });
}

/** How the name of an owner is taken apart: teams have no versions. */
export function partsOf(by: By): typeof nameAndVersion {
  return by === 'team' ? (name) => ({ name, version: undefined }) : nameAndVersion;
}

/** The columns with a title for what the rows are. */
export function titled(found: readonly Column[], by: By): readonly Column[] {
  return by === 'package'
    ? found
    : found.map((one) => (one.key === 'package' ? { ...one, title: 'Team' } : one));
}

function kindOf(kind: OwnerKind, by: By): string {
  return kind === 'package' && by === 'team' ? 'team' : KINDS[kind];
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
function ownerName(graph: Graph, kind: Exclude<OwnerKind, 'package'>, by: By = 'package'): string {
  if (kind === 'app') return by === 'team' ? '(no team)' : 'app';
  if (kind === 'shared') return '(shared)';
  if (kind === 'engine') return engineName(graph);
  const runtime = runtimeName(graph);
  return runtime === 'Node.js' || runtime === 'the runtime' ? 'node:' : runtime;
}

/** Bytes of some rows. */
export function exclusiveOf(owners: readonly OwnerSizes[]): number {
  return owners.reduce((sum, { exclusiveSize }) => sum + exclusiveSize, 0);
}

/** What the kinds of owners have together, for JSON. */
export function totalFields({ owners }: OwnedHeap): Row {
  const sum = (kind: OwnerKind): number => exclusiveOf(owners.filter((owner) => owner.kind === kind));
  return {
    packagesSize: sum('package'),
    appSize: sum('app'),
    nodeSize: sum('runtime'),
    v8Size: sum('engine'),
    sharedSize: sum('shared'),
  };
}

/** The sum of a heap in words. */
export function totals(graph: Graph, heap: OwnedHeap, by: By): string {
  return sumText(graph, heap.totalSize, totalFields(heap), { bytes: formatCount, by });
}

/** The sum of the differences in words. */
export function totalChanges(graph: Graph, before: OwnedHeap, after: OwnedHeap, by: By): string {
  const [first, last] = [totalFields(before), totalFields(after)];
  const deltas = Object.fromEntries(
    Object.keys(last).map((key) => [key, Number(last[key]) - Number(first[key])]),
  );
  return sumText(graph, after.totalSize - before.totalSize, deltas, { bytes: signed, by });
}

function signed(bytes: number): string {
  return bytes > 0 ? `+${formatCount(bytes)}` : formatCount(bytes);
}

function sumText(
  graph: Graph,
  total: number,
  parts: Row,
  { bytes, by }: { readonly bytes: (size: number) => string; readonly by: By },
): string {
  const of = (key: string): string => bytes(Number(parts[key]));
  const [runtime, engine] = [ownerName(graph, 'runtime'), ownerName(graph, 'engine')];
  return `${bytes(total)} bytes = ${by}s ${of('packagesSize')}, ${ownerName(graph, 'app', by)} ${of('appSize')}, shared ${of('sharedSize')}, ${runtime} ${of('nodeSize')}, ${engine} ${of('v8Size')}`;
}
