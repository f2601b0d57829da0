/** What a fleet needs of one snapshot, as rows of the dataset. */
import { typeStats } from '../../analysis/classes/classes.js';
import { statistics } from '../../analysis/sizes/statistics.js';
import type { Row } from '../../base/result.js';
import type { OpenedSnapshot, Session } from '../../session/need.js';
import type { CensusRows } from '../../tables/dataset.js';
import { MOST_CLASSES, MOST_GROUPS } from '../../tables/dataset-schema.js';
import type { GroupRow } from '../../tables/snapshot-tables.js';
import { nodeVersion } from '../../v8/node-version.js';
import type { Machine } from '../command.js';
import { leakGroups } from '../shared/leak-groups.js';

/** The rows of a census; `labels` are columns of `snapshots` that the heap does not have. */
export async function censusRows(
  heap: OpenedSnapshot,
  labels: Row,
  machine: Machine,
  session: Session,
): Promise<CensusRows> {
  const { graph } = heap;
  const groups = byFingerprint(await leakGroups(heap, { machine, session }));
  const classes = typeStats(graph, { retained: true, by: 'retained' });
  const rest = classes.slice(MOST_CLASSES);
  const restGroups = groups.slice(MOST_GROUPS);
  return {
    snapshot: {
      ...labels,
      node_version: nodeVersion(graph) ?? null,
      nodes: graph.nodeCount,
      edges: graph.edges?.count ?? 0,
      strings: graph.strings.length,
      size: statistics(graph).total,
      classes: classes.length,
      rest_classes: rest.length,
      rest_count: sum(rest, ({ count }) => count),
      rest_shallow: sum(rest, ({ shallowSize }) => shallowSize),
      groups: groups.length,
      rest_groups: restGroups.length,
      rest_bytes: sum(restGroups, ({ bytes }) => bytes),
    },
    classes: classes.slice(0, MOST_CLASSES).map(({ type, count, shallowSize, retainedSize }) => ({
      class: type,
      count,
      shallow: shallowSize,
      retained: retainedSize ?? 0,
    })),
    groups: groups.slice(0, MOST_GROUPS).map((group): Row => ({ ...group })),
  };
}

/** One row a fingerprint: the surest entry of it, with the sums of all. Most bytes first. */
function byFingerprint(groups: readonly GroupRow[]): GroupRow[] {
  const found = new Map<string, GroupRow>();
  for (const group of groups) {
    const known = found.get(group.fingerprint);
    found.set(
      group.fingerprint,
      known ? { ...known, count: known.count + group.count, bytes: known.bytes + group.bytes } : group,
    );
  }
  return [...found.values()].sort((a, b) => b.bytes - a.bytes || (a.fingerprint < b.fingerprint ? -1 : 1));
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
