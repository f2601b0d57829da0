/** Budgets for CI: how many objects, how many bytes, how much growth. */
import { noiseOf } from '../analysis/baseline.js';
import {
  type Budget,
  type BudgetClass,
  type BudgetResult,
  checkBudgets,
  isBytes,
  needsEdges,
} from '../analysis/budgets.js';
import { backrefChains } from '../analysis/chains.js';
import { classIndex } from '../analysis/class-names.js';
import { type Classes, type Countable, classesOf, typeStats } from '../analysis/classes.js';
import { newNodes } from '../analysis/diff.js';
import { duplicateStrings, isCopyOf } from '../analysis/duplicate-strings.js';
import { exampleOfEach } from '../analysis/examples.js';
import { holderChain } from '../analysis/holder-chains.js';
import { nodesOfClass } from '../analysis/nodes.js';
import { retainedSizes } from '../analysis/retained-sizes.js';
import { isRoot } from '../analysis/roots.js';
import { isMadeByCode } from '../analysis/scripts.js';
import { shallowSizes } from '../analysis/shallow-sizes.js';
import { UsageError } from '../errors.js';
import type { Graph } from '../graph/graph.js';
import { NODE } from '../graph/schema.js';
import { printable, shortened } from '../printable.js';
import { parseTypePattern } from '../query/types.js';
import type { ChainResult, Check } from '../result.js';
import { formatBytes, formatCount } from '../units.js';
import { budgetOptions, mergeBudgets, parseBudgets } from './budgets.js';
import { defineCommand, type Heap, type Need } from './command.js';
import { checkBudgetOrder } from './compare.js';
import { DEFAULT_SIGMA, sigmaOption, withinNoise } from './noise.js';
import { requireWhole, unknownType } from './shared.js';
import { chainResult, WHOLE_GRAPH } from './targets.js';

export const checkCommand = defineCommand({
  name: 'check',
  summary: 'budgets for CI: fails when there is too much of something, and says who holds it',
  description:
    'Classes are exact names, globs (* and ?) or /regex/; of several that fit, each has to keep the budget by itself. Growth may be the larger of the number and the share. Budgets also come from heapgraph.config.json, found in this folder or above it; for the same classes the command line wins. Exit code 1 when a budget failed.',
  snapshot: true,
  answers: 'checks',
  options: {
    ...budgetOptions,
    baseline: {
      kind: 'text',
      value: 'file',
      help: 'what growth is measured against: a baseline file, or an earlier snapshot',
    },
    ...sigmaOption,
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
      line: "heapgraph check after.heapsnapshot --baseline heap-baseline.json --max-growth '*=100,10%'",
      says: 'no class grows',
    },
    { line: 'heapgraph check --format github', says: 'budgets of heapgraph.config.json, newest snapshot' },
  ],
  configure(options, { budgets, baseline, sigma }) {
    const merged = mergeBudgets(options, budgets);
    return {
      ...merged,
      baseline: options.baseline ?? (merged['max-growth'].length > 0 ? baseline : undefined),
      sigma: options.sigma ?? sigma,
    };
  },
  needs(_, options) {
    const budgets = parseBudgets(options);
    if (budgets.some(({ kind }) => kind === 'max-growth') && options.baseline === undefined) {
      throw new UsageError(
        '--max-growth needs a baseline',
        'Name an earlier snapshot or a baseline file: --baseline heap-baseline.json.',
      );
    }
    if (budgets.some(needsEdges)) return WHOLE_GRAPH;
    return budgets.some(({ kind }) => kind === 'max-growth') ? WITH_IDS : countsOf(budgets);
  },
  others: (options) =>
    options.baseline !== undefined && options['max-growth'].length > 0
      ? [{ file: options.baseline, need: WITH_IDS, baselines: true }]
      : [],
  async run(heap, _, options, [, earlier]) {
    const budgets = parseBudgets(options);
    const sigma = options.sigma ?? DEFAULT_SIGMA;
    const before = earlier?.countable;
    requireWhole([heap.countable, ...(before ? [before] : [])], 'a budget');
    const noise = before && 'rows' in before ? noiseOf(before, sigma) : undefined;
    const found = checkBudgets(heap.countable, budgets, {
      before,
      noise: noise && ((type) => noise(type, 'count')),
    });
    const failed = found.filter(({ ok }) => !ok);
    const noisy = new Set(found.flatMap((result) => result.noisy.map(({ type }) => type)));
    const after = heap.countable;
    const order = before && 'ids' in before && 'ids' in after ? checkBudgetOrder(before, after) : undefined;
    const {
      results,
      chains,
      notes: more,
    } = await explained(found, heap, order?.sameProcess ? earlier?.graph : undefined);
    const notes = [
      ...(order?.notes ?? []),
      ...(await unknownClasses(results, heap.countable, before)),
      ...(before && areEqual(heap.countable, before)
        ? [`${printable(before.file)} has the same counts in every class: one snapshot twice?`]
        : []),
      ...(options.baseline !== undefined && !earlier
        ? ['no budget limits growth: --baseline is not read; --max-growth takes it']
        : []),
      ...withinNoise(noisy.size, sigma),
      ...more,
    ];
    const checks = results.map((result): Check => checkOf(result, chains.get(result) ?? null));
    return {
      result: { kind: 'checks', checks },
      fields: {
        baseline: earlier ? (before?.file ?? null) : null,
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

function checkOf(result: BudgetResult, chain: ChainResult | null): Check {
  const { budget, ok, value, limit, worst, failing, noisy } = result;
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
    failing: failing.map(({ type, value: found, limit: most }) => ({ type, value: found, limit: most })),
    noisy: noisy.length,
    chain,
  };
}

interface Explained {
  /** What failed in growth with the class first whose chain is shown. */
  readonly results: readonly BudgetResult[];
  readonly chains: ReadonlyMap<BudgetResult, ChainResult>;
  readonly notes: readonly string[];
}

/**
 * Who holds the first object of what failed; of what grew, a new one that is held as most of them are. The edges are loaded
 * now, if they were not needed before.
 */
async function explained(
  results: readonly BudgetResult[],
  heap: Heap,
  earlier: Graph | undefined,
): Promise<Explained> {
  const asked = results.filter(({ ok, budget }) => !ok && budget.kind !== 'max-total');
  if (asked.length === 0) return { results, chains: new Map(), notes: [] };
  const needsCode = asked.some(({ budget, failing }) => budget.kind === 'max-growth' && failing.length > 1);
  const graph = await wholeGraph(heap, needsCode);
  if (!graph) {
    return {
      results,
      chains: new Map(),
      notes: ['standard input cannot be read again: name a file to see who holds what is too much'],
    };
  }
  const grown = examplesOfGrowth(graph, asked, earlier);
  const ordered = results.map((result) => programFirst(graph, result, grown));
  const root = isRoot(graph);
  const chains = new Map<BudgetResult, ChainResult>();
  const notes: string[] = [];
  for (const result of ordered) {
    const { kind } = result.budget;
    const node = result.ok || kind === 'max-total' ? undefined : offender(graph, result, grown);
    if (node === undefined) continue;
    if (kind === 'max-dup-strings') notes.push(mostRepeated(graph, result));
    // What was chosen by who holds it is shown with the chain by which it was chosen.
    const held = kind === 'max-growth' || kind === 'max-dup-strings' ? holderChain(graph, node) : undefined;
    const chain = held && held.nodes.length > 1 ? held : backrefChains(graph, node, root)[0];
    chains.set(
      result,
      chainResult(graph, chain ?? { nodes: [node], edges: [] }, {
        found: chain !== undefined,
        rooted: chain !== undefined,
        sizes: false,
      }),
    );
  }
  return { results: ordered, chains, notes };
}

/** By class that grew too much an object of it, a new one where the earlier snapshot tells; see `exampleOfEach`. */
function examplesOfGrowth(
  graph: Graph,
  failed: readonly BudgetResult[],
  earlier: Graph | undefined,
): ReadonlyMap<string, number> {
  const grown = failed.filter(({ budget }) => budget.kind === 'max-growth');
  if (grown.length === 0) return new Map();
  const types = new Set(grown.flatMap(({ failing }) => failing.map(({ type }) => type)));
  const isNew = earlier && newNodes(earlier, graph);
  const { names, of } = classIndex(graph);
  const wanted = names.map((name) => types.has(name));
  const examples = exampleOfEach(graph, (node) =>
    wanted[of[node]!] && isNew?.[node] !== 0 ? of[node]! : -1,
  );
  return new Map(Array.from(examples, ([type, node]) => [names[type]!, node]));
}

/**
 * Of several classes that grew too much, those first whose objects the program's own code constructs, then those of which
 * the example is a function of it: what else grew (arrays, strings, objects of Node.js) most often hangs on them. Among
 * equals the one furthest beyond its limit is first.
 */
function programFirst(
  graph: Graph,
  result: BudgetResult,
  examples: ReadonlyMap<string, number>,
): BudgetResult {
  const { budget, failing } = result;
  if (budget.kind !== 'max-growth' || failing.length < 2) return result;
  const rank = ({ type }: BudgetClass): number => {
    const node = examples.get(type);
    if (node === undefined || type.startsWith('system / ') || !isMadeByCode(graph, node)) return 2;
    return graph.nodeTypes[node] === NODE.closure ? 1 : 0;
  };
  const ordered = [...failing].sort((a, b) => rank(a) - rank(b));
  const worst = ordered[0]!;
  return { ...result, worst, value: worst.value, limit: worst.limit, failing: ordered };
}

/** The graph with edges, and where code matters with the places of it, as far as the file has them. */
async function wholeGraph(heap: Heap, needsCode: boolean): Promise<Graph | undefined> {
  const { countable } = heap;
  const loaded = 'ids' in countable && countable.edges ? countable : undefined;
  if (loaded && (!needsCode || loaded.locations)) return loaded;
  return (await heap.more?.(WHOLE_GRAPH))?.graph ?? loaded;
}

function mostRepeated(graph: Graph, { budget }: BudgetResult): string {
  const { count, wastedSize, text } = duplicateStrings(graph).groups[0]!;
  const what = JSON.stringify(shortened(text, 60));
  return `${budget.text}: ${formatBytes(wastedSize)} of it are ${formatCount(count)} strings ${printable(what)}`;
}

/**
 * The object whose chain is shown. Of the class that is named first: the example of what grew, else the largest object or
 * the first one, as the budget has it. Of strings a copy of the most repeated one that is held as most of its copies are.
 */
function offender(
  graph: Graph,
  { budget, failing }: BudgetResult,
  grown: ReadonlyMap<string, number>,
): number | undefined {
  if (budget.kind === 'max-dup-strings') {
    const [most] = duplicateStrings(graph).groups;
    return most && exampleOfEach(graph, (node) => (isCopyOf(graph, most, node) ? 0 : -1)).get(0);
  }
  const [worst] = failing;
  if (!worst) return undefined;
  const example = budget.kind === 'max-growth' ? grown.get(worst.type) : undefined;
  if (example !== undefined) return example;
  const members = nodesOfClass(graph, worst.type);
  const sizes =
    budget.kind === 'max-size'
      ? shallowSizes(graph)
      : budget.kind === 'max-retained'
        ? retainedSizes(graph)
        : undefined;
  return sizes ? members.reduce((best, node) => (sizes[node]! > sizes[best]! ? node : best)) : members[0];
}

/** A budget for a class that is not there is kept, and is probably misspelt: that has to be said. */
async function unknownClasses(
  results: readonly BudgetResult[],
  now: Countable,
  before: Countable | undefined,
): Promise<readonly string[]> {
  const classes: Classes = classesOf(now, { raw: true });
  const notes: string[] = [];
  for (const { budget, classCount } of results) {
    if (budget.pattern === '' || budget.kind === 'forbid' || classCount > 0) continue;
    const { isName } = parseTypePattern(budget.pattern);
    const where = before ? ` and ${printable(before.file)}` : '';
    const said = isName
      ? await unknownType(classes, budget.pattern)
      : `no class fits ${printable(budget.pattern)} in ${printable(classes.file)}${where}`;
    notes.push(`${printable(budget.text)}: ${said}`);
  }
  return notes;
}

function areEqual(now: Countable, before: Countable): boolean {
  if ('rows' in before && before.reach) return false; // a baseline of this very snapshot is what one starts with
  const old = new Map(typeStats(before).map(({ type, count }) => [type, count]));
  const stats = typeStats(now);
  return stats.length === old.size && stats.every(({ type, count }) => old.get(type) === count);
}
