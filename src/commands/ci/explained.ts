/** Who holds what is beyond a budget, for the answer of `check`. */
import type { BudgetResult } from '../../analysis/budgets/budgets.js';
import type { GrownClasses } from '../../analysis/budgets/grown-classes.js';
import { hasOffender, type Offender, offenders } from '../../analysis/budgets/offenders.js';
import { chainFingerprint } from '../../analysis/dead/dead-chain.js';
import { chainToContainer } from '../../analysis/holders/chain-to-container.js';
import type { ChainResult } from '../../base/chain-result.js';
import { printable, shortened } from '../../base/printable.js';
import { formatBytes, formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import type { OpenedSnapshot, Session } from '../../session/need.js';
import { chainResult, WHOLE_GRAPH } from '../shared/targets.js';

/** Who holds what is too much. */
export interface HolderOfOffender {
  readonly chain: ChainResult;
  /** Of what holds the object, as leaks has it; null where nothing does. */
  readonly fingerprint: string | null;
}

/** What is said of the budgets that failed. */
export interface Explained {
  readonly results: readonly BudgetResult[];
  readonly chains: ReadonlyMap<BudgetResult, HolderOfOffender>;
  readonly grown: GrownClasses;
  /** The graph that it was found in; undefined where nothing was looked for. */
  readonly graph: Graph | undefined;
  readonly notes: readonly string[];
}

/** See `offenders`. The edges are loaded now, if they were not needed before. */
export async function explained(
  results: readonly BudgetResult[],
  heap: OpenedSnapshot,
  earlier: Graph | undefined,
  session: Session,
): Promise<Explained> {
  const nothing = { results, chains: new Map(), grown: () => undefined, graph: undefined };
  const failed = results.filter(hasOffender);
  if (failed.length === 0) return { ...nothing, notes: [] };
  const needsCode = failed.some(({ budget }) => budget.kind === 'max-growth');
  const graph = await wholeGraph(heap, needsCode, session);
  if (!graph) {
    return {
      ...nothing,
      notes: ['standard input cannot be read again: name a file to see who holds what is too much'],
    };
  }
  const found = offenders(graph, results, earlier);
  const chains = Array.from(found.of, ([result, { node, chain }]): [BudgetResult, HolderOfOffender] => {
    const isGrowth = result.budget.kind === 'max-growth';
    const container = isGrowth && result.worst ? found.grown(result.worst)?.container : undefined;
    const printed = container?.chain ?? (chain && chainToContainer(graph, chain));
    return [
      result,
      {
        chain: chainResult(graph, chain ?? { nodes: [node], edges: [] }, {
          found: chain !== undefined,
          rooted: chain !== undefined,
          sizes: false,
        }),
        fingerprint: printed ? chainFingerprint(graph, printed, node) : null,
      },
    ];
  });
  return {
    results: found.results,
    chains: new Map(chains),
    grown: found.grown,
    graph,
    notes: Array.from(found.of, ([result, offender]) => mostRepeated(result, offender)).flat(),
  };
}

/** The graph with edges, and with locations where the question is about code. */
async function wholeGraph(
  { countable, isReadable, name }: OpenedSnapshot,
  needsCode: boolean,
  session: Session,
): Promise<Graph | undefined> {
  const loaded = 'ids' in countable && countable.edges ? countable : undefined;
  if (loaded && (!needsCode || loaded.locations)) return loaded;
  return isReadable ? (await session.open(name, WHOLE_GRAPH)).graph : loaded;
}

function mostRepeated({ budget }: BudgetResult, { repeated }: Offender): readonly string[] {
  if (!repeated) return [];
  const { count, wastedSize, text } = repeated;
  const what = printable(JSON.stringify(shortened(text, 60)));
  return [`${budget.text}: ${formatBytes(wastedSize)} of it are ${formatCount(count)} strings ${what}`];
}
