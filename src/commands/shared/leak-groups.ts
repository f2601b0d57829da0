/** Leaks and places under suspicion as rows of the table `groups`: what `suspects` lists. */
import { LEAST_BYTES } from '../../analysis/suspects/suspect-search.js';
import type { Cell } from '../../base/result.js';
import type { SuspectEntry } from '../../base/suspect-report.js';
import type { OpenedSnapshot } from '../../session/need.js';
import type { GroupRow } from '../../tables/snapshot-tables.js';
import type { Asked } from '../command.js';
import { packageNames } from './package-names.js';
import { searchSuspects } from './suspect-search.js';

/** The rows of a snapshot, the surest first. */
export async function leakGroups(
  heap: OpenedSnapshot,
  { machine, session }: Pick<Asked, 'machine' | 'session'>,
): Promise<readonly GroupRow[]> {
  const packages = packageNames(heap.graph, machine);
  const asked = { rule: [], expect: [], minSize: LEAST_BYTES, packages };
  const { entries } = await searchSuspects([heap], asked, machine, session);
  return entries.map(rowOf);
}

function rowOf(entry: SuspectEntry): GroupRow {
  const place = placeOf(entry.location);
  return {
    fingerprint: entry.fingerprint,
    verdict: entry.verdict,
    kind: entry.kind,
    class: entry.contents[0]?.label ?? entry.container.type,
    count: entry.count,
    bytes: entry.retainedSize,
    container: entry.container.text,
    chain: entry.chain.expression,
    script: typeof place.script === 'string' ? place.script : null,
    line: typeof place.line === 'number' ? place.line : null,
    package: entry.package,
    headline: entry.headline,
  };
}

function placeOf(location: Cell): Readonly<Record<string, Cell>> {
  return typeof location === 'object' && location !== null && !Array.isArray(location)
    ? (location as Readonly<Record<string, Cell>>)
    : {};
}
