/** The part of `diff` that says who holds what is new. */
import { classKindRanks } from '../../analysis/classes/class-kinds.js';
import { chainFingerprint } from '../../analysis/dead/dead-chain.js';
import type { NodeDiff } from '../../analysis/growth/diff.js';
import { containerCell } from '../../analysis/leaks/container-text.js';
import { type GrownHolder, grownHolders } from '../../analysis/leaks/grown-holders.js';
import { byAscending } from '../../base/order.js';
import type { Column, Row, Table } from '../../base/result.js';
import type { Graph } from '../../graph/graph.js';
import { type Partitioner, partitionAmong } from '../../graph/partition.js';
import { classIndex } from '../../v8/class-names.js';
import { locationCell } from '../shared/columns.js';

const MOST_HOLDERS = 3;
export const HOLDERS: readonly Column[] = [
  { key: 'count', title: 'Count', unit: 'count', role: 'count' },
  { key: 'size', title: 'Size', unit: 'bytes', role: 'size' },
  { key: 'fingerprint', title: 'Fingerprint', unit: 'text', role: 'dim' },
  { key: 'text', title: 'Held by', unit: 'text' },
];

/** Rows with their holders, and what the short names of scripts in them stand for. */
export interface Held {
  readonly rows: readonly Row[];
  readonly legend: NonNullable<Table['legend']>;
}

function grew({ countDelta, sizeDelta }: Row): boolean {
  return Number(countDelta) > 0 || Number(sizeDelta) > 0;
}

/**
 * Sorts rows for `--holders`.
 *
 * - Order: classes that grew, in the order of `ClassKind`; then the others.
 * - Ties: the order of `rows`.
 */
export function programFirst(
  before: Graph,
  after: Graph,
  rows: readonly Row[],
  partition: Partitioner = classIndex,
): readonly Row[] {
  const ranks = classKindRanks(after, partitionAmong(partition, [before, after]));
  const rank = ({ type }: Row): number => ranks.get(String(type))!;
  const [up, others] = [rows.filter(grew), rows.filter((row) => !grew(row))];
  return [...up.sort(byAscending(rank)), ...others];
}

/** Each row with who holds the new objects of its class, if that grew; the most bytes first. */
export function withHolders(
  before: Graph,
  after: Graph,
  rows: readonly Row[],
  options: { readonly raw: boolean; readonly partition: Partitioner | undefined },
  nodes: NodeDiff,
): Held {
  const types = new Set(rows.filter(grew).map(({ type }) => String(type)));
  const held = grownHolders(before, after, { ...options, types, most: MOST_HOLDERS }, nodes);
  const cell = ({ path, count, size, text, place, location, principal }: GrownHolder): Row => {
    const container = place ? containerCell(after, place) : null;
    const fingerprint = place ? chainFingerprint(after, place.chain, principal) : null;
    return { path, count, size, fingerprint, text, container, location: locationCell(location) };
  };
  return {
    rows: rows.map((row): Row => {
      const found = held.of.get(String(row.type));
      return { ...row, holders: found?.holders.map(cell) ?? [], holdersOmitted: found?.omitted ?? 0 };
    }),
    legend: held.legend,
  };
}

/** The fingerprints of all holders. */
export function printsIn({ rows }: Held): string[] {
  return rows.flatMap((row) =>
    (row.holders as readonly Row[]).flatMap(({ fingerprint }) =>
      typeof fingerprint === 'string' ? [fingerprint] : [],
    ),
  );
}

/**
 * Of rows with holders those that one with such a fingerprint holds, and of their holders these
 * alone.
 */
export function heldAs({ rows, legend }: Held, fingerprints: readonly string[]): Held {
  if (fingerprints.length === 0) return { rows, legend };
  const isMeant = (holder: Row): boolean => fingerprints.includes(String(holder.fingerprint));
  const left = rows.flatMap((row): Row[] => {
    const holders = (row.holders as readonly Row[]).filter(isMeant);
    return holders.length === 0 ? [] : [{ ...row, holders, holdersOmitted: 0 }];
  });
  const texts = left.flatMap((row) => (row.holders as readonly Row[]).map(({ text }) => String(text)));
  return { rows: left, legend: legend.filter(({ name }) => texts.some((text) => text.includes(name))) };
}
