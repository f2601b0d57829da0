/**
 * Questions about a fleet, as SQL that DuckDB, Spark, ClickHouse and Trino understand alike.
 *
 * They are asked of the views `snapshots`, `classes`, `groups` (docs/datasets.md), and of
 * `settings`, which has texts by `name`: `from` and `to` are releases. Medians are made with
 * row_number(), averages as sum / count of doubles (Trino divides whole numbers to whole numbers),
 * and rounding is floor(x + 0.5), so that engines agree to the last digit. Where tables are joined
 * each column says its name: ClickHouse calls it `l.host` otherwise. Every order ends with a name.
 */
import type { DatasetTable } from './dataset-schema.js';

export const QUESTION_NAMES = ['leaks', 'outliers', 'regressions', 'releases', 'hosts'] as const;

export type QuestionName = (typeof QUESTION_NAMES)[number];

export interface FleetQuestion {
  /** What it answers. */
  readonly says: string;
  readonly sql: string;
  /** The tables that it asks. */
  readonly tables: readonly DatasetTable[];
}

/** Views over the files, by name; `stored_…` stand for the files. */
export const VIEWS: Readonly<Record<DatasetTable, string>> = {
  snapshots: `select s.* from stored_snapshots s
join (select snapshot, max(part) as part from stored_snapshots group by snapshot) k
  on s.snapshot = k.snapshot and s.part = k.part`,
  classes: `select c.* from stored_classes c
join snapshots s on c.snapshot = s.snapshot and c.part = s.part`,
  groups: `select g.* from stored_groups g
join snapshots s on g.snapshot = s.snapshot and g.part = s.part`,
};

/** The columns that the questions ask: what is not asked is not read. */
export const ASKED_COLUMNS: Readonly<Record<DatasetTable, readonly string[]>> = {
  snapshots: [
    ...['snapshot', 'part', 'host', 'service', 'release', 'taken_at', 'taken_ms', 'taken_from'],
    ...['node_version', 'nodes', 'size'],
  ],
  classes: ['snapshot', 'part', 'class', 'count', 'shallow', 'retained'],
  groups: ['snapshot', 'part', 'fingerprint', 'verdict', 'class', 'count', 'bytes', 'headline'],
};

/** Hosts of one service that are fewer are not compared. */
export const LEAST_PEERS = 5;

/** Milliseconds between snapshots from which on growth has a pace. */
const LEAST_SPAN = 60_000;

/** Bytes that an outlier is away from the median at least. */
export const LEAST_DEVIATION = 65_536;

/** What all snapshots are together. */
export const OVERVIEW = `select count(*) as snapshots, count(distinct host) as hosts, count(distinct service) as services,
  count(distinct release) as releases, min(taken_at) as first_taken, max(taken_at) as last_taken,
  sum(case when host is null then 1 else 0 end) as nameless,
  sum(case when taken_from = 'mtime' then 1 else 0 end) as undated
from snapshots`;

const LEAKS = `with seen as (
  select g.fingerprint, g.class, g.headline, g.count as objects, g.bytes,
    case g.verdict when 'leak' then 1 when 'suspect' then 2 else 3 end as surest,
    s.snapshot, s.host, s.service, s.release, s.taken_at, s.taken_ms,
    row_number() over (partition by g.fingerprint order by s.taken_ms, s.snapshot) as oldest,
    row_number() over (partition by g.fingerprint order by s.taken_ms desc, s.snapshot desc) as newest,
    row_number() over (partition by g.fingerprint, s.service, s.host, s.release
      order by s.taken_ms, s.snapshot) as opening,
    row_number() over (partition by g.fingerprint, s.service, s.host, s.release
      order by s.taken_ms desc, s.snapshot desc) as closing
  from groups g
  join snapshots s on g.snapshot = s.snapshot
),
found as (
  select fingerprint, min(surest) as surest,
    max(case when newest = 1 then class end) as class,
    max(case when newest = 1 then headline end) as headline,
    count(*) as snapshots, count(distinct host) as hosts, count(distinct release) as releases,
    count(distinct service) as services,
    min(taken_at) as first_seen, max(taken_at) as last_seen,
    max(case when oldest = 1 then release end) as first_release,
    max(case when newest = 1 then release end) as last_release,
    max(objects) as most_objects, max(bytes) as most_bytes,
    sum(case when host is null then 0 when opening = 1 and closing = 1 then 0
      when closing = 1 then bytes when opening = 1 then -bytes else 0 end) as grown_bytes,
    sum(case when host is null then 0 when opening = 1 and closing = 1 then 0
      when closing = 1 then taken_ms when opening = 1 then -taken_ms else 0 end) as grown_ms
  from seen
  group by fingerprint
)
select fingerprint,
  case surest when 1 then 'leak' when 2 then 'suspect' else 'large' end as verdict,
  class, hosts, releases, services, snapshots,
  first_seen as firstSeen, last_seen as lastSeen,
  first_release as firstRelease, last_release as lastRelease,
  most_objects as mostObjects, most_bytes as mostBytes,
  case when grown_ms >= ${LEAST_SPAN} then cast(floor(cast(grown_bytes as double) * 86400000 / grown_ms + 0.5) as bigint) end as bytesPerDay,
  headline
from found
order by surest, hosts desc, snapshots desc, most_bytes desc, fingerprint`;

const OUTLIERS = `with latest as (
  select n.snapshot, n.service, n.host, n.release, n.size, n.nodes
  from (
    select s.snapshot, coalesce(s.service, '') as service, s.host, s.release, s.size, s.nodes,
      row_number() over (partition by s.service, s.host order by s.taken_ms desc, s.snapshot desc) as newest
    from snapshots s
    where s.host is not null
  ) n
  where n.newest = 1
),
peers as (
  select service, count(*) as hosts from latest group by service having count(*) >= ${LEAST_PEERS}
),
large as (
  select l.service as service, c.class as class
  from classes c
  join latest l on c.snapshot = l.snapshot
  group by l.service, c.class
  having max(c.retained) >= ${LEAST_DEVIATION}
),
measured as (
  select l.service as service, l.host as host, l.release as release, g.class as class,
    coalesce(c.count, 0) as objects, coalesce(c.retained, 0) as bytes
  from latest l
  join large g on g.service = l.service
  left join classes c on c.snapshot = l.snapshot and c.class = g.class
  union all
  select service, host, release, '(total)' as class, nodes as objects, size as bytes from latest
),
placed as (
  select m.service as service, m.host as host, m.release as release, m.class as class, m.objects as objects,
    m.bytes as bytes, p.hosts as hosts,
    row_number() over (partition by m.service, m.class order by m.bytes, m.host) as place
  from measured m
  join peers p on m.service = p.service
),
medians as (
  select service, class, cast(sum(bytes) as double) / count(*) as median
  from placed
  where 2 * place between hosts and hosts + 2
  group by service, class
),
away as (
  select p.service as service, p.host as host, p.release as release, p.class as class, p.objects as objects,
    p.bytes as bytes, p.hosts as hosts, m.median as median,
    abs(p.bytes - m.median) as deviation,
    row_number() over (partition by p.service, p.class order by abs(p.bytes - m.median), p.host) as place
  from placed p
  join medians m on p.service = m.service and p.class = m.class
),
spreads as (
  select service, class,
    sum(case when 2 * place between hosts and hosts + 2 then deviation else 0 end)
      / sum(case when 2 * place between hosts and hosts + 2 then 1 else 0 end) as mad,
    sum(deviation) / count(*) as mean
  from away
  group by service, class
),
scored as (
  select a.service as service, a.host as host, a.release as release, a.class as class, a.objects as objects,
    a.bytes as bytes, a.hosts as hosts, a.median as median, a.deviation as deviation,
    a.deviation / (case when s.mad > 0 then 1.4826 * s.mad else 1.2533 * s.mean end) as score
  from away a
  join spreads s on a.service = s.service and a.class = s.class
  where a.deviation >= ${LEAST_DEVIATION} and a.deviation >= 0.1 * a.median and s.mean > 0
)
select host, service, release, class, objects, bytes,
  cast(floor(median + 0.5) as bigint) as medianBytes,
  cast(floor(score * 10 + 0.5) / 10 as double) as score,
  case when bytes > median then 'more' else 'less' end as direction, hosts as peers
from scored
where score > 3.5
order by score desc, deviation desc, service, host, class`;

const REGRESSIONS = `with chosen as (
  select max(case when name = 'from' then value end) as earlier, max(case when name = 'to' then value end) as later
  from settings
),
sides as (
  select s.snapshot, s.nodes, s.size, case when s.release = c.later then 1 else 0 end as side
  from snapshots s
  cross join chosen c
  where s.release = c.earlier or s.release = c.later
),
sizes as (
  select sum(1 - side) as earlier, sum(side) as later from sides
),
things as (
  select 'total' as what, '(total)' as name, '(total)' as class, '' as headline, side, nodes as objects, size as bytes
  from sides
  union all
  select 'leak' as what, g.fingerprint as name, g.class, g.headline, d.side, g.count as objects, g.bytes
  from groups g
  join sides d on g.snapshot = d.snapshot
  union all
  select 'class' as what, c.class as name, c.class, '' as headline, d.side, c.count as objects, c.retained as bytes
  from classes c
  join sides d on c.snapshot = d.snapshot
),
sums as (
  select what, name,
    coalesce(max(case when side = 1 then class end), max(class)) as class,
    coalesce(max(case when side = 1 then headline end), max(headline)) as headline,
    sum(1 - side) as seen_before, sum(side) as seen_after,
    sum((1 - side) * objects) as objects_before, sum(side * objects) as objects_after,
    sum((1 - side) * bytes) as bytes_before, sum(side * bytes) as bytes_after
  from things
  group by what, name
),
means as (
  select u.what, u.name, u.class, u.headline, u.seen_before, u.seen_after,
    cast(u.objects_before as double) / n.earlier as objects_before, cast(u.objects_after as double) / n.later as objects_after,
    cast(u.bytes_before as double) / n.earlier as bytes_before, cast(u.bytes_after as double) / n.later as bytes_after
  from sums u
  cross join sizes n
  where n.earlier > 0 and n.later > 0
)
select what, name, class, seen_before as snapshotsBefore, seen_after as snapshotsAfter,
  cast(floor(objects_before * 10 + 0.5) / 10 as double) as objectsBefore,
  cast(floor(objects_after * 10 + 0.5) / 10 as double) as objectsAfter,
  cast(floor(bytes_before + 0.5) as bigint) as bytesBefore,
  cast(floor(bytes_after + 0.5) as bigint) as bytesAfter,
  cast(floor(bytes_after - bytes_before + 0.5) as bigint) as bytesGrown, headline
from means
where what = 'total' or bytes_after > bytes_before or objects_after > objects_before
order by case what when 'total' then 0 when 'leak' then 1 else case when name like '(%' then 3 else 2 end end,
  floor(bytes_after - bytes_before + 0.5) desc, name`;

const RELEASES = `with leaking as (
  select snapshot,
    sum(case when verdict = 'leak' then 1 else 0 end) as leaks,
    sum(case when verdict = 'suspect' then 1 else 0 end) as suspects
  from groups
  group by snapshot
)
select s.release, count(*) as snapshots, count(distinct s.host) as hosts, count(distinct s.service) as services,
  min(s.taken_at) as firstSeen, max(s.taken_at) as lastSeen,
  cast(floor(cast(sum(s.size) as double) / count(*) + 0.5) as bigint) as meanSize, max(s.size) as largestSize,
  sum(case when l.leaks > 0 then 1 else 0 end) as withLeaks,
  sum(case when l.leaks > 0 or l.suspects > 0 then 1 else 0 end) as withSuspects,
  max(s.node_version) as nodeVersion
from snapshots s
left join leaking l on l.snapshot = s.snapshot
group by s.release
order by min(s.taken_ms), s.release nulls last`;

const HOSTS = `with placed as (
  select s.host, s.service, s.release, s.taken_at, s.taken_ms, s.size, s.nodes,
    row_number() over (partition by s.service, s.host order by s.taken_ms desc, s.snapshot desc) as newest,
    row_number() over (partition by s.service, s.host, s.release order by s.taken_ms, s.snapshot) as opening,
    row_number() over (partition by s.service, s.host, s.release
      order by s.taken_ms desc, s.snapshot desc) as closing
  from snapshots s
  where s.host is not null
),
found as (
  select host, service, count(*) as snapshots, count(distinct release) as releases,
    max(case when newest = 1 then release end) as release,
    min(taken_at) as first_seen, max(taken_at) as last_seen,
    max(case when newest = 1 then size end) as size, max(size) as largest,
    sum(case when opening = 1 and closing = 1 then 0
      when closing = 1 then size when opening = 1 then -size else 0 end) as grown_bytes,
    sum(case when opening = 1 and closing = 1 then 0
      when closing = 1 then taken_ms when opening = 1 then -taken_ms else 0 end) as grown_ms
  from placed
  group by host, service
),
paced as (
  select host, service, snapshots, releases, release, first_seen, last_seen, size, largest,
    case when grown_ms >= ${LEAST_SPAN} then cast(floor(cast(grown_bytes as double) * 86400000 / grown_ms + 0.5) as bigint) end as pace
  from found
)
select host, service, release, snapshots, releases, first_seen as firstSeen, last_seen as lastSeen,
  size, largest as largestSize, pace as bytesPerDay
from paced
order by pace desc nulls last, size desc, host, service nulls last`;

export const FLEET_QUESTIONS: Readonly<Record<QuestionName, FleetQuestion>> = {
  leaks: {
    says: 'which leaks and suspects are on how many hosts and in which releases, since when, how fast they grow',
    sql: LEAKS,
    tables: ['snapshots', 'groups'],
  },
  outliers: {
    says: 'hosts whose total or class stands far from that of the other hosts of their service',
    sql: OUTLIERS,
    tables: ['snapshots', 'classes'],
  },
  regressions: {
    says: 'what grew from one release to another: totals, leaks, classes, a snapshot',
    sql: REGRESSIONS,
    tables: ['snapshots', 'classes', 'groups'],
  },
  releases: {
    says: 'each release: snapshots, hosts, sizes, how many have leaks',
    sql: RELEASES,
    tables: ['snapshots', 'groups'],
  },
  hosts: {
    says: 'each host: its newest size, and how fast it grows',
    sql: HOSTS,
    tables: ['snapshots'],
  },
};
