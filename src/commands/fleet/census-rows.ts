/** What a fleet needs of one snapshot, as rows of the dataset. */
import { typeStats } from '../../analysis/classes/classes.js';
import { statistics } from '../../analysis/sizes/statistics.js';
import { LEAST_BYTES } from '../../analysis/suspects/suspect-search.js';
import type { Cell, Row } from '../../base/result.js';
import type { SuspectEntry } from '../../base/suspect-report.js';
import type { OpenedSnapshot, Session } from '../../session/need.js';
import type { CensusRows } from '../../tables/dataset.js';
import { MOST_CLASSES, MOST_GROUPS } from '../../tables/dataset-schema.js';
import { nodeVersion } from '../../v8/node-version.js';
import type { Machine } from '../command.js';
import { packageNames } from '../shared/package-names.js';
import { searchSuspects } from '../shared/suspect-search.js';

/** The rows of a census; `labels` are columns of `snapshots` that the heap does not have. */
export async function censusRows(
  heap: OpenedSnapshot,
  labels: Row,
  machine: Machine,
  session: Session,
): Promise<CensusRows> {
  const { graph } = heap;
  const packages = packageNames(graph, machine);
  const asked = { rule: [], expect: [], minSize: LEAST_BYTES, packages };
  const { entries } = await searchSuspects([heap], asked, machine, session);
  const groups = byFingerprint(entries);
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
      rest_bytes: sum(restGroups, ({ bytes }) => Number(bytes)),
    },
    classes: classes.slice(0, MOST_CLASSES).map(({ type, count, shallowSize, retainedSize }) => ({
      class: type,
      count,
      shallow: shallowSize,
      retained: retainedSize ?? 0,
    })),
    groups: groups.slice(0, MOST_GROUPS),
  };
}

/** One row a fingerprint: the surest entry of it, with the sums of all. Most bytes first. */
function byFingerprint(entries: readonly SuspectEntry[]): Row[] {
  const found = new Map<string, Row>();
  for (const entry of entries) {
    const known = found.get(entry.fingerprint);
    found.set(
      entry.fingerprint,
      known
        ? {
            ...known,
            count: Number(known.count) + entry.count,
            bytes: Number(known.bytes) + entry.retainedSize,
          }
        : groupRow(entry),
    );
  }
  return [...found.values()].sort(
    (a, b) => Number(b.bytes) - Number(a.bytes) || (String(a.fingerprint) < String(b.fingerprint) ? -1 : 1),
  );
}

function groupRow(entry: SuspectEntry): Row {
  const { script, line } = placeOf(entry.location);
  return {
    fingerprint: entry.fingerprint,
    verdict: entry.verdict,
    kind: entry.kind,
    class: entry.contents[0]?.label ?? entry.container.type,
    count: entry.count,
    bytes: entry.retainedSize,
    chain: entry.chain.expression,
    script: typeof script === 'string' ? script : null,
    line: typeof line === 'number' ? line : null,
    package: entry.package,
    headline: entry.headline,
  };
}

function placeOf(location: Cell): Readonly<Record<string, Cell>> {
  return typeof location === 'object' && location !== null && !Array.isArray(location)
    ? (location as Readonly<Record<string, Cell>>)
    : {};
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
