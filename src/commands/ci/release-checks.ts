/** Budgets from release to release: a snapshot beside the censuses of an earlier release. */
import type { Budget } from '../../analysis/budgets/budgets.js';
import type { Classes } from '../../analysis/classes/classes.js';
import { classesOfBaseline } from '../../analysis/growth/baseline.js';
import { statistics } from '../../analysis/sizes/statistics.js';
import type { SuspectVerdict } from '../../analysis/suspects/finding.js';
import { LEAST_BYTES } from '../../analysis/suspects/suspect-search.js';
import type { Check, CheckFinding } from '../../base/checks.js';
import type { NoteLike } from '../../base/notes.js';
import { printable } from '../../base/printable.js';
import { formatCount } from '../../base/units.js';
import type { OpenedSnapshot, Session } from '../../session/need.js';
import { type ReleaseBaseline, releaseBaseline } from '../../tables/release-baseline.js';
import type { Machine } from '../command.js';
import { isNews, knownLeaks, suspectFact } from '../shared/known-leaks.js';
import { packageNames } from '../shared/package-names.js';
import { searchSuspects } from '../shared/suspect-search.js';
import { budgetOptions } from './budgets.js';
import type { StateCheckOptions } from './state-checks.js';

/** What a class may grow by where nothing else is said. */
const GROWTH = '*=1000,20%';

/** By how much the whole heap may be larger than the mean of the release. */
const TOTAL_SHARE = 0.2;

export const releaseOptions = {
  dataset: {
    kind: 'text',
    value: 'folder',
    conflicts: ['baseline'],
    help: `compare with the censuses of a release in this dataset: classes (--max-growth, default '${GROWTH}'), the total (at most 20 % above the mean, or what it varies by), leaks and suspects (no new ones)`,
  },
  release: {
    kind: 'text',
    value: 'name',
    help: 'of the dataset: the release to compare with (default: the last)',
  },
  service: {
    kind: 'text',
    value: 'name',
    help: 'of the dataset: the service to compare with, where it has several',
  },
} as const;

export interface ReleaseComparison {
  readonly baseline: ReleaseBaseline;
  /** Its means, in place of an earlier snapshot. */
  readonly classes: Classes;
}

/** The release that a snapshot is compared with. Throws UsageError. */
export async function comparedRelease(
  folder: string,
  which: { readonly release: string | undefined; readonly service: string | undefined },
): Promise<ReleaseComparison> {
  const baseline = await releaseBaseline(folder, which);
  const { snapshots, nodes, size, classes } = baseline;
  const facts = { nodeFields: [], edgeFields: [], locationFields: [], extraNativeBytes: 0 };
  return {
    baseline,
    classes: classesOfBaseline(
      { ...facts, snapshots, nodeCount: nodes, totalSize: size, classes },
      `${folder}, release ${baseline.release}`,
    ),
  };
}

/** The budgets on classes: those that were given, or the default. */
export function growthBudgets(given: readonly Budget[]): readonly Budget[] {
  return given.some(({ kind }) => kind === 'max-growth')
    ? given
    : [...given, budgetOptions.maxGrowth.read(GROWTH)];
}

/** Whether the total and the leaks are within what the release has. */
export async function releaseChecks(
  heap: OpenedSnapshot,
  { baseline }: ReleaseComparison,
  options: StateCheckOptions,
  sigma: number,
  machine: Machine,
  session: Session,
): Promise<{ readonly checks: readonly Check[]; readonly notes: readonly NoteLike[] }> {
  const { graph } = heap;
  const { release, snapshots, verdicts } = baseline;
  const known = knownLeaks(options.known);
  const packages = packageNames(graph, machine);
  const asked = { ...options, minSize: LEAST_BYTES, packages };
  const { entries } = await searchSuspects([heap], asked, machine, session);
  const meant = entries.filter(
    ({ verdict, fingerprint }) =>
      verdict !== 'large' && (options.fingerprint.length === 0 || options.fingerprint.includes(fingerprint)),
  );
  const findings = meant.map((entry): CheckFinding => {
    const before = verdicts.get(entry.fingerprint);
    const inRelease =
      before === undefined || before === 'large'
        ? null
        : { why: `in release ${release}`, until: null, overdue: false };
    return {
      verdict: entry.verdict as SuspectVerdict,
      text: entry.headline,
      count: 1,
      fingerprint: entry.fingerprint,
      known: suspectFact(known, entry) ?? inRelease,
    };
  });
  const news = findings.filter((one) => isNews(one.known));
  const total = statistics(graph).total;
  const { size, sizeDeviation } = baseline;
  const limit = Math.floor(Math.max(size * (1 + TOTAL_SHARE), size + sigma * sizeDeviation));
  const checks: Check[] = [
    {
      ...PLAIN,
      budget: `total of release ${release} and 20 %`,
      kind: 'max-total',
      ok: total <= limit,
      unit: 'bytes',
      value: total,
      limit,
      before: Math.round(size),
    },
    {
      ...PLAIN,
      budget: `no leak or suspect that release ${release} has not`,
      kind: 'no-suspects',
      ok: news.length === 0,
      unit: 'count',
      value: news.length,
      limit: 0,
      chain: meant.find((entry) => entry.fingerprint === news[0]?.fingerprint)?.chain ?? null,
      findings,
    },
  ];
  return {
    checks,
    notes: [
      `compared with ${formatCount(snapshots)} ${snapshots === 1 ? 'snapshot' : 'snapshots'} of release ${printable(release)}: their means${snapshots > 1 ? ', and what they vary by' : ''}`,
    ],
  };
}

/** What both have in common: no class. */
const PLAIN = {
  pattern: null,
  type: null,
  before: null,
  failing: [],
  container: null,
  where: null,
  noisy: 0,
  chain: null,
  fingerprint: null,
  findings: [],
} as const;
