/** Matchers for what a heap says of itself: objects that are finished and held, and suspects. */
import { heapgraphNodes } from '../analysis/classes/own-objects.js';
import { deadEntry } from '../analysis/dead/dead-entry.js';
import { deadObjects } from '../analysis/dead/dead-objects.js';
import { EXPECTED_HOLDERS } from '../analysis/dead/node-rules.js';
import { isNotable, LEAST_IN_GROUP } from '../analysis/dead/notable-groups.js';
import type { ObjectStates } from '../analysis/dead/object-states.js';
import { lineage } from '../analysis/growth/lineage.js';
import { leaks } from '../analysis/leaks/leaks.js';
import { SUSPECT_KINDS, type SuspectKind, type SuspectVerdict } from '../analysis/suspects/finding.js';
import { GROWTH_SHARE, isAtLeast, LEAST_BYTES, suspectSearch } from '../analysis/suspects/suspect-search.js';
import { QueryError, usageError } from '../base/errors.js';
import { formatCount, parseBytes } from '../base/units.js';
import type { Graph } from '../graph/graph.js';
import { type OwnRule, ownStates } from '../query/own-states.js';
import { renderGroup } from '../render/dead-text.js';
import { PLAIN } from '../render/style.js';
import { renderSuspect } from '../render/suspects-text.js';
import { checkOptions, described } from '../self/arguments.js';
import { indented } from './holders.js';
import { classWords, foreignInstances, type HeapTarget, isGraph, type MatcherResult } from './received.js';

/** What the matchers for states have in common. */
interface StateOptions {
  /** Objects that are dead, too: `{ class: 'Session', when: 'ended = true' }`. */
  readonly rules?: readonly OwnRule[];
  /** Objects that are in use whatever their state says. */
  readonly expected?: readonly HeapTarget[];
  /** Fingerprints of leaks that are known, which fail no test. */
  readonly known?: readonly string[];
}

export interface NoDeadObjectsOptions extends StateOptions {
  /** Only these objects. Default: all. */
  readonly type?: HeapTarget;
  /**
   * So many make a group, where no earlier snapshot says that some were dead; 30 times as many
   * where only the runtime holds them. Default 3. With 1 every single one counts.
   */
  readonly minCount?: number;
}

export interface NoSuspectsOptions extends StateOptions {
  /**
   * The verdict from which on an entry fails the test: `leak` (default), `suspect` or `large`.
   */
  readonly level?: SuspectVerdict;
  /** Only entries of these kinds. Default: all. */
  readonly kinds?: readonly SuspectKind[];
  /** Leaves out what keeps less; bytes, or text such as `'1mb'`. Default 20 kB. */
  readonly minSize?: number | string;
}

/** The matchers, as TypeScript sees them behind `expect(…)`. */
export interface StateMatchers<R> {
  /**
   * `expect(graph)`, `expect({ before, after })`: no objects that are finished by their own state
   * (closed, sent, destroyed) and still held. With an earlier snapshot of the process those count
   * that were dead in it already.
   */
  toHaveNoDeadObjects(options?: NoDeadObjectsOptions): R;
  /**
   * `expect(graph)`, `expect([first, second, third])`: no leak, as `heapgraph suspects` finds it;
   * with three snapshots also by growth.
   */
  toHaveNoSuspects(options?: NoSuspectsOptions): R;
}

/** Of several findings so many are told in full. */
const SHOWN = 3;

/** For `expect.extend(…)`, with those of `matchers.ts`. */
export const stateMatchers = {
  toHaveNoDeadObjects(received: unknown, options: NoDeadObjectsOptions = {}): MatcherResult {
    const name = 'toHaveNoDeadObjects';
    const { graph, earlier } = historyOf(received, name);
    checkOptions(name, options, ['rules', 'expected', 'known', 'type', 'minCount']);
    const { minCount = LEAST_IN_GROUP, type } = options;
    if (!Number.isSafeInteger(minCount) || minCount < 1)
      throw usageError(`minCount is ${described(minCount)}`, 'It is a whole number from 1 up.');
    const states = statesIn(graph, options);
    const own = heapgraphNodes(graph);
    const wanted = type === undefined ? undefined : new Set(foreignInstances(graph, type));
    const known = knownIn(options);
    const before = earlier.map((one) => deadIds(one, statesIn(one, options)));
    const found = deadObjects(graph, states, EXPECTED_HOLDERS);
    const groups = found.groups.flatMap((group) => {
      const members = group.members.filter(
        (node) => own?.[node] !== 1 && (wanted === undefined || wanted.has(node)),
      );
      const deadBefore = before.map((ids) => members.filter((node) => ids.has(graph.ids[node]!)).length);
      const isShown =
        members.length > 0 &&
        group.owner !== 'stack' &&
        (before.length === 0
          ? isNotable({ ...group, members }, { minCount })
          : deadBefore.every((count) => count > 0));
      if (!isShown) return [];
      const entry = deadEntry(graph, group, found, states, { deadBefore });
      return known.has(entry.fingerprint) ? [] : [{ ...entry, count: members.length }];
    });
    const whose = type === undefined ? 'no objects' : `no ${classWords(type)}`;
    return {
      pass: groups.length === 0,
      message: () =>
        groups.length === 0
          ? `expected ${type === undefined ? 'objects' : classWords(type)} that are finished and still held, found none among ${formatCount(states.asked)} objects that may say so of themselves`
          : told(
              `expected ${whose} that are finished and still held, found ${groups.map(({ count, type: label }) => `${formatCount(count)} ${label}`).join(', ')}`,
              groups.map((entry) => [...renderGroup(entry, PLAIN)].join('')),
            ),
    };
  },

  toHaveNoSuspects(received: unknown, options: NoSuspectsOptions = {}): MatcherResult {
    const name = 'toHaveNoSuspects';
    const { graph, earlier } = historyOf(received, name);
    checkOptions(name, options, ['rules', 'expected', 'known', 'level', 'kinds', 'minSize']);
    const { level = 'leak', kinds, minSize: size = LEAST_BYTES } = options;
    if (!['leak', 'suspect', 'large'].includes(level))
      throw usageError(`level is ${described(level)}`, "It is 'leak', 'suspect' or 'large'.");
    const wrong = kinds?.find((kind) => !SUSPECT_KINDS.includes(kind));
    if (wrong !== undefined)
      throw usageError(
        `${described(wrong)} is not a kind of suspect`,
        `There are ${SUSPECT_KINDS.join(', ')}.`,
      );
    const minSize = typeof size === 'number' ? size : parseBytes(size);
    if (minSize === undefined || !(minSize >= 0))
      throw usageError(`${described(size)} is not a size`, "Write bytes, or text such as '10mb' or '1 GiB'.");
    const states = statesIn(graph, options);
    const own = heapgraphNodes(graph);
    const known = knownIn(options);
    const grown =
      earlier.length > 0 ? leaks([...earlier, graph], { minSize: minSize * GROWTH_SHARE }) : undefined;
    const found = suspectSearch(graph, {
      states,
      earlier,
      grown,
      minSize,
      ...(own ? { isForeign: (node: number) => own[node] === 1 } : {}),
    }).entries.filter(
      (entry) =>
        (kinds === undefined || (kinds as readonly string[]).includes(entry.kind)) &&
        !known.has(entry.fingerprint) &&
        !(entry.leakBy.length > 0 && entry.leakBy.every((one) => known.has(one))),
    );
    const failing = found.filter((entry) => isAtLeast(entry, level));
    const many = `${formatCount(failing.length)} ${failing.length === 1 ? 'is' : 'are'}`;
    return {
      pass: failing.length === 0,
      message: () =>
        failing.length === 0
          ? `expected ${level === 'leak' ? 'a leak' : `a ${level} or surer`}, found none; ${formatCount(found.length)} of less`
          : told(
              `expected no ${level === 'leak' ? 'leak' : `entry with the verdict ${level} or a surer one`}, and ${many} there`,
              failing.map((entry) => [...renderSuspect(entry, PLAIN)].join('')),
            ),
    };
  },
};

function told(summary: string, findings: readonly string[]): string {
  const shown = findings.slice(0, SHOWN).map((text) => indented(text).trimEnd());
  const rest = findings.length - shown.length;
  return [summary, ...shown, ...(rest > 0 ? [`and ${formatCount(rest)} more`] : [])].join('\n\n');
}

/** Throws UsageError for what are no snapshots of one process, the earliest first. */
function historyOf(received: unknown, matcher: string): { graph: Graph; earlier: readonly Graph[] } {
  const pair = (received ?? {}) as { readonly before?: unknown; readonly after?: unknown };
  const list: readonly unknown[] = Array.isArray(received)
    ? received
    : isGraph(received)
      ? [received]
      : [pair.before, pair.after];
  if (list.length === 0 || !list.every(isGraph))
    throw usageError(
      `${matcher} takes a graph with edges, a list of them, or { before, after }`,
      'Take them of this process: await takeSnapshot(); or load files: await loadSnapshot(file).',
    );
  const graphs = list as readonly Graph[];
  for (const [i, graph] of graphs.slice(1).entries()) {
    const { sameProcess, inOrder } = lineage(graphs[i]!, graph);
    if (!sameProcess || !inOrder)
      throw usageError(
        `${matcher}: ${sameProcess ? 'the snapshots are not in their order' : 'the snapshots are not of one process'}`,
        'Take them in one process, and name the earliest first.',
      );
  }
  const graph = graphs.at(-1)!;
  if (!graph.locations)
    throw usageError(
      `${matcher} needs the places of functions`,
      'Load files with them: await loadSnapshot(file, { locations: true }).',
    );
  return { graph, earlier: graphs.slice(0, -1) };
}

function statesIn(graph: Graph, { rules = [], expected = [] }: StateOptions): ObjectStates {
  const inUse = new Set<number>();
  for (const target of expected) for (const node of foreignInstances(graph, target)) inUse.add(node);
  try {
    return ownStates(graph, rules, (node) => inUse.has(node));
  } catch (error) {
    // A test runner prints the message alone.
    if (error instanceof QueryError) throw usageError(error.message, error.hint ?? '', error);
    throw error;
  }
}

function knownIn({ known = [] }: StateOptions): ReadonlySet<string> {
  const wrong = known.find((one) => !/^[0-9a-f]{8}$/.test(one));
  if (wrong !== undefined)
    throw usageError(
      `${described(wrong)} is not a fingerprint`,
      'It has 8 hexadecimal digits, as the message of the matcher prints it.',
    );
  return new Set(known);
}

/** The ids of what is dead in an earlier snapshot. */
function deadIds(graph: Graph, { dead }: ObjectStates): ReadonlySet<number> {
  return new Set(Array.from(dead, (node) => graph.ids[node]!));
}
