/** What the censuses of one release say, to compare a snapshot with. */
import type { BaselineClass } from '../analysis/growth/baseline.js';
import { UsageError } from '../base/errors.js';
import { option, parts } from '../base/notes.js';
import { printable } from '../base/printable.js';
import { openFleet } from './fleet-database.js';

/** Means and standard deviations over the censuses of a release. */
export interface ReleaseBaseline {
  readonly release: string;
  readonly snapshots: number;
  readonly nodes: number;
  readonly size: number;
  /** Standard deviation of the sizes; 0 of one snapshot. */
  readonly sizeDeviation: number;
  readonly classes: ReadonlyMap<string, BaselineClass>;
  /** Verdicts by fingerprint of leaks and suspects, the surest of each. */
  readonly verdicts: ReadonlyMap<string, string>;
}

/** Classes by their means and squares: a class that a census has not counts 0 there. */
const CLASSES = `select class, sum(count) as objects, sum(shallow) as shallow, sum(retained) as retained,
  sum(cast(count as double) * count) as objects2, sum(cast(shallow as double) * shallow) as shallow2,
  sum(cast(retained as double) * retained) as retained2
from classes where snapshot in (select snapshot from chosen)
group by class order by class`;

/**
 * Reads the censuses of a release.
 *
 * - In: the folder of the dataset; the release (default: the one that was seen first the latest).
 * - Throws: UsageError where there is none.
 */
export async function releaseBaseline(
  folder: string,
  { release, service }: { readonly release?: string | undefined; readonly service?: string | undefined } = {},
): Promise<ReleaseBaseline> {
  const fleet = await openFleet(folder, { service });
  try {
    const { services } = await fleet.overview();
    if (service === undefined && services > 1)
      throw new UsageError(
        `${printable(folder)} has censuses of ${services} services, which are not compared with each other`,
        parts`Name one: ${option('service')} api.`,
      );
    const known = await fleet.releases();
    const chosen = release ?? known.at(-1);
    if (chosen === undefined || !known.includes(chosen))
      throw new UsageError(
        chosen === undefined
          ? `${printable(folder)} has no release to compare with`
          : `no snapshot of ${printable(folder)} is of release ${printable(chosen)}`,
        known.length === 0
          ? 'Take censuses with the release of the program: heapgraph census … --release 1.4.0.'
          : `There are ${known
              .slice(-10)
              .map((name) => printable(name))
              .join(', ')}.`,
      );
    const settings = { from: chosen };
    const ofChosen = (sql: string) =>
      fleet.rows(
        `with chosen as (select snapshot, nodes, size from snapshots
          where release = (select max(value) from settings where name = 'from')) ${sql}`,
        settings,
      );
    const [total] = await ofChosen(
      'select count(*) as n, sum(nodes) as nodes, sum(size) as size, sum(cast(size as double) * size) as size2 from chosen',
    );
    const n = Number(total!.n);
    const deviation = (sum: unknown, squares: unknown): number =>
      n < 2 ? 0 : Math.sqrt(Math.max(0, Number(squares) - Number(sum) ** 2 / n) / (n - 1));
    const classes = new Map<string, BaselineClass>();
    for (const row of await ofChosen(CLASSES)) {
      classes.set(String(row.class), {
        nodeType: 'object',
        count: Number(row.objects) / n,
        shallowSize: Number(row.shallow) / n,
        retainedSize: Number(row.retained) / n,
        distance: null,
        ...(n > 1
          ? {
              jitter: {
                count: deviation(row.objects, row.objects2),
                shallowSize: deviation(row.shallow, row.shallow2),
                retainedSize: deviation(row.retained, row.retained2),
              },
            }
          : {}),
      });
    }
    const groups = await ofChosen(
      `select fingerprint, min(case verdict when 'leak' then 1 when 'suspect' then 2 else 3 end) as surest
       from groups where snapshot in (select snapshot from chosen) group by fingerprint order by fingerprint`,
    );
    return {
      release: chosen,
      snapshots: n,
      nodes: Number(total!.nodes) / n,
      size: Number(total!.size) / n,
      sizeDeviation: deviation(total!.size, total!.size2),
      classes,
      verdicts: new Map(
        groups.map(({ fingerprint, surest }) => [
          String(fingerprint),
          ['leak', 'suspect', 'large'][Number(surest) - 1]!,
        ]),
      ),
    };
  } finally {
    fleet.close();
  }
}
