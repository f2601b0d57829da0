/** Which object shows that a budget is broken, and who holds it. */

import { duplicateStrings, isCopyOf } from '../../analysis/classes/duplicate-strings.js';
import { nodesOfClass } from '../../analysis/classes/nodes.js';
import type { BudgetClass, BudgetResult } from '../../analysis/growth/budgets.js';
import { backrefChains } from '../../analysis/holders/chains.js';
import { exampleOfEach } from '../../analysis/holders/examples.js';
import { holderChain } from '../../analysis/holders/holder-chains.js';
import { retainedSizes } from '../../analysis/sizes/retained-sizes.js';
import { shallowSizes } from '../../analysis/sizes/shallow-sizes.js';
import { printable, shortened } from '../../base/printable.js';
import type { ChainResult } from '../../base/result.js';
import { formatBytes, formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { NODE } from '../../graph/schema.js';
import type { OpenedSnapshot, Session } from '../../session/need.js';
import { isRoot, isStack } from '../../v8/roots.js';
import { isMadeByCode } from '../../v8/runtime.js';
import { chainResult, WHOLE_GRAPH } from '../shared/targets.js';
import { type GrownClasses, grownClasses } from './grown-classes.js';

/** What is said of the budgets that failed. */
export interface Explained {
  /** What failed in growth with the class first whose chain is shown. */
  readonly results: readonly BudgetResult[];
  readonly chains: ReadonlyMap<BudgetResult, ChainResult>;
  /** What is said of classes beyond a limit of growth. */
  readonly grown: GrownClasses;
  readonly notes: readonly string[];
}

/**
 * Who holds the first object of what failed; of what grew, a new one in the container that got most of them. The edges are
 * loaded now, if they were not needed before.
 */
export async function explained(
  results: readonly BudgetResult[],
  heap: OpenedSnapshot,
  earlier: Graph | undefined,
  session: Session,
): Promise<Explained> {
  const asked = results.filter(({ ok, budget }) => !ok && budget.kind !== 'max-total');
  if (asked.length === 0) return { results, chains: new Map(), grown: () => undefined, notes: [] };
  const ofGrowth = asked.filter(({ budget }) => budget.kind === 'max-growth');
  const graph = await wholeGraph(heap, ofGrowth.length > 0, session);
  if (!graph) {
    return {
      results,
      chains: new Map(),
      grown: () => undefined,
      notes: ['standard input cannot be read again: name a file to see who holds what is too much'],
    };
  }
  const grown = grownClasses(
    graph,
    new Set(ofGrowth.flatMap(({ failing }) => failing.map(({ type }) => type))),
    earlier,
  );
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
    const isChosen = kind === 'max-growth' || kind === 'max-dup-strings';
    const through = kind === 'max-growth' ? grown(result.worst!)?.chain : undefined;
    const held = isChosen ? (through ?? holderChain(graph, node)) : undefined;
    const chain =
      held && held.nodes.length > 1
        ? held
        : backrefChains(graph, node, root, { isLastResort: isStack(graph) })[0];
    chains.set(
      result,
      chainResult(graph, chain ?? { nodes: [node], edges: [] }, {
        found: chain !== undefined,
        rooted: chain !== undefined,
        sizes: false,
      }),
    );
  }
  return { results: ordered, chains, grown, notes };
}

/**
 * Of several classes that grew too much, those first whose objects the program's own code constructs, then those of which
 * the example is a function of it: what else grew (arrays, strings, objects of Node.js) most often hangs on them. Those last
 * whose new objects only the runtime holds for itself. Among equals the one furthest beyond its limit is first.
 */
function programFirst(graph: Graph, result: BudgetResult, grown: GrownClasses): BudgetResult {
  const { budget, failing } = result;
  if (budget.kind !== 'max-growth' || failing.length < 2) return result;
  const rank = (row: BudgetClass): number => {
    const { node, isForeign } = grown(row) ?? {};
    if (isForeign) return 3;
    if (node === undefined || row.type.startsWith('system / ') || !isMadeByCode(graph, node)) return 2;
    return graph.nodeTypes[node] === NODE.closure ? 1 : 0;
  };
  const ordered = [...failing].sort((a, b) => rank(a) - rank(b));
  const worst = ordered[0]!;
  return { ...result, worst, value: worst.value, limit: worst.limit, failing: ordered };
}

/** The graph with edges, and where code matters with the places of it, as far as the file has them. */
async function wholeGraph(
  { countable, isReadable, name }: OpenedSnapshot,
  needsCode: boolean,
  session: Session,
): Promise<Graph | undefined> {
  const loaded = 'ids' in countable && countable.edges ? countable : undefined;
  if (loaded && (!needsCode || loaded.locations)) return loaded;
  return isReadable ? (await session.open(name, WHOLE_GRAPH)).graph : loaded;
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
function offender(graph: Graph, { budget, failing }: BudgetResult, grown: GrownClasses): number | undefined {
  if (budget.kind === 'max-dup-strings') {
    const [most] = duplicateStrings(graph).groups;
    return most && exampleOfEach(graph, (node) => (isCopyOf(graph, most, node) ? 0 : -1)).get(0);
  }
  const [worst] = failing;
  if (!worst) return undefined;
  const example = budget.kind === 'max-growth' ? grown(worst)?.node : undefined;
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
