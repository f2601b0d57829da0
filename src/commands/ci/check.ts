/** Budgets for CI: how many objects, how many bytes, how much growth. */

import {
  type Budget,
  type BudgetResult,
  checkBudgets,
  isBytes,
  needsEdges,
} from '../../analysis/budgets/budgets.js';
import type { GrownClasses } from '../../analysis/budgets/grown-classes.js';
import { type Classes, type Countable, classesOf, typeStats } from '../../analysis/classes/classes.js';
import { duplicateStrings } from '../../analysis/classes/duplicate-strings.js';
import { noiseOf } from '../../analysis/growth/baseline.js';
import { containerCell } from '../../analysis/leaks/container-text.js';
import type { Check } from '../../base/checks.js';
import { UsageError } from '../../base/errors.js';
import { type NoteLike, type NotePart, note, option, parts } from '../../base/notes.js';
import { printable } from '../../base/printable.js';
import { formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { NODE } from '../../graph/schema.js';
import type { Query } from '../../query/query.js';
import type { Need, OpenedSnapshot, Session } from '../../session/need.js';
import { checkDataset } from '../../tables/dataset.js';
import { defineCommand } from '../command.js';
import { checkBudgetOrder } from '../shared/compare.js';
import { knownOptions } from '../shared/known-leaks.js';
import { unknownClass } from '../shared/named-types.js';
import { stateOptions } from '../shared/state-rules.js';
import { absentTypeNotes } from '../shared/target-notes.js';
import { WHOLE_GRAPH } from '../shared/targets.js';
import { requireNoPart, requireWhole } from '../shared/whole-snapshots.js';
import { type BudgetTexts, budgetOptions, budgetsIn, mergeBudgets } from './budgets.js';
import { explained, type HolderOfOffender } from './explained.js';
import { DEFAULT_SIGMA, sigmaOption, withinNoise } from './noise.js';
import { comparedRelease, growthBudgets, releaseChecks, releaseOptions } from './release-checks.js';
import { hasStateBudget, levelOf, mergeStateBudgets, stateBudgetOptions } from './state-budgets.js';
import { stateChecks } from './state-checks.js';

export const checkCommand = defineCommand({
  name: 'check',
  summary: 'budgets for CI: fails when there is too much of something, and says who holds it',
  description:
    'Classes are exact names, globs (* and ?) or /regex/, and each that fits keeps the budget by itself; the objects of a query keep it together. Budgets also come from the nearest heapgraph.config.json; the command line wins. Exit code 1 when a budget failed. More: docs/ci.md, docs/queries.md.',
  snapshot: true,
  answers: 'checks',
  options: {
    ...budgetOptions,
    ...stateBudgetOptions,
    baseline: {
      kind: 'text',
      value: 'file',
      help: 'what growth is measured against: a baseline file, or an earlier snapshot',
    },
    ...sigmaOption,
    ...releaseOptions,
    ...stateOptions,
    fingerprint: {
      ...knownOptions.fingerprint,
      help: 'of suspects and dead objects: only what has this fingerprint',
    },
    known: { ...knownOptions.known, help: 'a fingerprint that is known: it breaks no budget' },
    format: {
      kind: 'choice',
      choices: ['text', 'github', 'junit', 'json', 'markdown'],
      default: 'text',
      help: 'github: annotations, and a table in $GITHUB_STEP_SUMMARY; junit: XML',
    },
  },
  examples: [
    {
      line: "heapgraph check app.heapsnapshot --max 'Session=100' --max-total 200mb",
      says: 'numbers and bytes',
    },
    {
      line: "heapgraph check app.heapsnapshot --forbid 'Session and closed = true'",
      says: 'what a query accepts',
    },
    {
      line: "heapgraph check app.heapsnapshot --no-suspects --max-dead 'ServerResponse=10'",
      says: 'what a snapshot says of itself',
    },
    { line: 'heapgraph check app.heapsnapshot --dataset heaps', says: 'nothing grew since the last release' },
    {
      line: "heapgraph check after.heapsnapshot --baseline heap-baseline.json --max-growth '*=100,10%'",
      says: 'no class grows',
    },
    { line: 'heapgraph check --format github', says: 'budgets of heapgraph.config.json, newest snapshot' },
  ],
  configure(options, config) {
    const { file, budgets, baseline, sigma, dead = [], expected = [], known = [] } = config;
    // Texts are read when all of them are known.
    const texts = options as unknown as Omit<typeof options, keyof BudgetTexts> & BudgetTexts;
    const merged = mergeBudgets(texts, budgets) as unknown as typeof options;
    const onlyInFile = options.maxGrowth.length === 0 && merged.maxGrowth.length > 0;
    if (onlyInFile && (options.baseline ?? options.dataset ?? baseline) === undefined) {
      throw new UsageError(
        `${printable(file)}: budgets.maxGrowth needs a baseline, and none is named`,
        parts`Name one: ${option('baseline')} before.heapsnapshot, or "baseline" in the file; ${option('noConfig')} leaves the file out.`,
      );
    }
    const states = mergeStateBudgets(options, config.states);
    return {
      ...merged,
      ...states,
      known: [...known, ...options.known],
      rule: [...options.rule, ...dead],
      expect: [...options.expect, ...(expected as readonly unknown[] as readonly Query[])],
      baseline:
        options.dataset === undefined
          ? (options.baseline ?? (merged.maxGrowth.length > 0 ? baseline : undefined))
          : undefined,
      sigma: options.sigma ?? sigma,
    };
  },
  needs(_, options) {
    for (const name of ['release', 'service'] as const)
      if (options[name] !== undefined && options.dataset === undefined)
        throw new UsageError(
          parts`${option(name)} is one of a dataset, and none is named`,
          parts`Name it: ${option('dataset')} heaps.`,
        );
    if (options.dataset !== undefined) {
      checkDataset(options.dataset);
      return WHOLE_GRAPH;
    }
    const ofStates = hasStateBudget(options);
    const budgets = budgetsIn(options, ofStates);
    if (budgets.some(({ kind }) => kind === 'max-growth') && options.baseline === undefined) {
      throw new UsageError(
        parts`${option('maxGrowth')} needs a baseline`,
        parts`Name an earlier snapshot or a baseline file: ${option('baseline')} heap-baseline.json.`,
      );
    }
    if (ofStates || budgets.some(needsEdges)) return WHOLE_GRAPH;
    return budgets.some(({ kind }) => kind === 'max-growth') ? WITH_IDS : countsOf(budgets);
  },
  others(options) {
    const { baseline, maxGrowth } = options;
    if (baseline === undefined || (maxGrowth.length === 0 && levelOf(options) === undefined)) return [];
    const need = maxGrowth.some(({ select }) => select) ? WHOLE_GRAPH : WITH_IDS;
    return [{ file: baseline, need, baselines: true }];
  },
  async run({ snapshot: heap, options, snapshots: [, earlier], session, machine }) {
    const ofStates = hasStateBudget(options);
    const release =
      options.dataset === undefined ? undefined : await comparedRelease(options.dataset, options);
    const given = budgetsIn(options, ofStates || release !== undefined);
    const budgets = release ? growthBudgets(given) : given;
    const sigma = options.sigma ?? DEFAULT_SIGMA;
    const before = earlier?.countable ?? release?.classes;
    requireWhole([heap.countable, ...(before ? [before] : [])], 'a budget');
    if (release) requireNoPart(heap.graph, 'a comparison with a release');
    const noise = before && 'rows' in before ? noiseOf(before, sigma) : undefined;
    const found = checkBudgets(heap.countable, budgets, {
      before,
      noise: noise && ((type) => noise(type, 'count')),
    });
    const noisy = new Set(found.flatMap((result) => result.noisy.map(({ type }) => type)));
    const after = heap.countable;
    const order = before && 'ids' in before && 'ids' in after ? checkBudgetOrder(before, after) : undefined;
    const {
      results,
      chains,
      grown,
      graph,
      notes: more,
    } = await explained(found, heap, order?.sameProcess ? earlier?.graph : undefined, session);
    const states = ofStates
      ? await stateChecks(earlier && order?.sameProcess ? [earlier, heap] : [heap], options, machine, session)
      : { checks: [], notes: [] };
    const acrossReleases = release
      ? await releaseChecks(heap, release, options, sigma, machine, session)
      : { checks: [], notes: [] };
    const notes = [
      ...acrossReleases.notes,
      ...(order?.notes ?? []),
      ...(await unknownClasses(results, heap, before, session)),
      ...(before && areEqual(heap.countable, before)
        ? [`${printable(before.file)} has the same counts in every class: one snapshot twice?`]
        : []),
      ...(options.baseline !== undefined && !earlier
        ? [
            note(
              'answer',
            )`no budget limits growth: ${option('baseline')} is not read; ${option('maxGrowth')} takes it, and ${option('noSuspects')}`,
          ]
        : []),
      ...withinNoise(noisy.size, sigma),
      ...more,
      ...(budgets.some(({ kind }) => kind === 'max-dup-strings') ? cutStrings(heap.graph) : []),
      ...states.notes,
    ];
    const checks = [
      ...results.map((result) => checkOf(result, chains.get(result), grown, graph)),
      ...states.checks,
      ...acrossReleases.checks,
    ];
    const failed = checks.filter(({ ok }) => !ok);
    return {
      result: { kind: 'checks', checks },
      fields: {
        baseline: earlier || release ? (before?.file ?? null) : null,
        ok: failed.length === 0,
        failed: failed.length,
      },
      notes,
      found: failed.length === 0,
    };
  },
});

/** Ids tell whether the two are of one process, and which is the earlier one. */
const WITH_IDS: Need = { kind: 'graph', edges: 'for-names', locations: false };

function countsOf(budgets: readonly Budget[]): Need {
  return { kind: 'classes', types: (type) => budgets.some(({ matches }) => matches(type)) };
}

function checkOf(
  result: BudgetResult,
  chain: HolderOfOffender | undefined,
  grown: GrownClasses,
  graph: Graph | undefined,
): Check {
  const { budget, ok, value, limit, worst, failing, noisy } = result;
  const isGrowth = budget.kind === 'max-growth';
  const ofWorst = isGrowth && !ok && worst ? grown(worst) : undefined;
  const container = ofWorst?.container;
  return {
    budget: budget.text,
    kind: budget.kind,
    pattern: budget.pattern === '' ? null : budget.pattern,
    ok,
    unit: isBytes(budget.kind) ? 'bytes' : 'count',
    value,
    limit,
    type: worst?.type ?? null,
    before: worst?.before ?? null,
    failing: failing.map((row) => ({
      type: row.type,
      value: row.value,
      limit: row.limit,
      where: (isGrowth && grown(row)?.where) || null,
    })),
    container: graph && container ? { ...containerCell(graph, container), members: ofWorst.members } : null,
    where: ofWorst?.sentence ?? null,
    noisy: noisy.length,
    chain: chain?.chain ?? null,
    fingerprint: chain?.fingerprint ?? null,
    findings: [],
  };
}

/** What is not certain about equal strings, of which a snapshot has the beginnings alone. */
function cutStrings(graph: Graph): readonly string[] {
  const { assumed, unknown } = duplicateStrings(graph);
  const cut = 'longer than what the snapshot has of them (V8 cuts at 1,024 characters unless told otherwise)';
  return [
    ...(assumed > 0
      ? [
          `${formatCount(assumed)} equal strings are ${cut}: they count as equal because they begin alike and have one size`,
        ]
      : []),
    ...(unknown > 0
      ? [
          `${formatCount(unknown)} strings are ${cut} and begin like another one; whether they are equal is not known, and they are not counted`,
        ]
      : []),
  ];
}

/**
 * Notes on classes of budgets that the snapshot does not have: such a budget always holds, and its
 * class is probably misspelt. A loaded class without objects counts as there, by its constructor.
 */
async function unknownClasses(
  results: readonly BudgetResult[],
  heap: OpenedSnapshot,
  before: Countable | undefined,
  session: Session,
): Promise<readonly NoteLike[]> {
  const classes: Classes = classesOf(heap.countable, { raw: true });
  const notes: NoteLike[] = [];
  let functions: Promise<ReadonlySet<string> | undefined> | undefined;
  const isLoaded = async (name: string): Promise<boolean> => {
    functions ??= functionNames(heap, session);
    return (await functions)?.has(name) === true;
  };
  const where = before ? ` and ${printable(before.file)}` : '';
  for (const { budget, classCount } of results) {
    const { pattern, classNames = [], kind, select } = budget;
    if (pattern === '') continue;
    const said: (string | readonly NotePart[])[] = [];
    if (select) {
      for (const one of await absentTypeNotes([heap.graph], classNames)) said.push(one.parts);
    } else if (classCount === 0) {
      const [name] = classNames;
      if (name === undefined) {
        // That nothing fits is what a pattern which forbids is there for.
        if (kind !== 'forbid')
          said.push(`no class fits ${printable(pattern)} in ${printable(classes.file)}${where}`);
      } else {
        const { note: unknown, isNear } = await unknownClass(classes, name);
        // The file is not read again for a class that is rightly not there.
        const isKnown = kind !== 'forbid' || isNear || 'ids' in heap.countable;
        if (!(isKnown && (await isLoaded(name)))) said.push(unknown.parts);
      }
    }
    for (const text of said) notes.push(note('unknown')`${printable(budget.text)}: ${text}`);
  }
  return notes;
}

const NODES: Need = { kind: 'graph', edges: false, locations: false };

/** Names of all functions, classes among them; undefined where the file cannot be read again. */
async function functionNames(
  { countable, isReadable, name }: OpenedSnapshot,
  session: Session,
): Promise<ReadonlySet<string> | undefined> {
  if (!('ids' in countable) && !isReadable) return undefined;
  const graph = 'ids' in countable ? countable : (await session.open(name, NODES)).graph;
  const indexes = new Set<number>();
  for (let node = 0; node < graph.nodeCount; node++)
    if (graph.nodeTypes[node] === NODE.closure) indexes.add(graph.nodeNames[node]!);
  return new Set(Array.from(indexes, (index) => graph.strings.get(index)));
}

function areEqual(now: Countable, before: Countable): boolean {
  if ('rows' in before && before.reach) return false; // a baseline of this very snapshot is what one starts with
  const old = new Map(typeStats(before).map(({ type, count }) => [type, count]));
  const stats = typeStats(now);
  return stats.length === old.size && stats.every(({ type, count }) => old.get(type) === count);
}
