/** Which object shows that a budget is broken, and who holds it. */

import type { Graph } from '../../graph/graph.js';
import { NODE } from '../../graph/schema.js';
import { isMadeByCode } from '../../v8/origin.js';
import { isRoot, isStack } from '../../v8/roots.js';
import { isSystemName } from '../../v8/system-names.js';
import { type DuplicateString, duplicateStrings, isCopyOf } from '../classes/duplicate-strings.js';
import { nodesOfClass } from '../classes/nodes.js';
import { backrefChains, type Chain } from '../holders/chains.js';
import { exampleOfEach } from '../holders/examples.js';
import { holderChain } from '../holders/holder-chains.js';
import { retainedSizes } from '../sizes/retained-sizes.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import type { BudgetClass, BudgetResult } from './budgets.js';
import { type GrownClasses, grownClasses } from './grown-classes.js';

/** The object that shows that a budget is broken. */
export interface Offender {
  /** Ordinal. */
  readonly node: number;
  /** From a root to the object; undefined when no root reaches it. */
  readonly chain: Chain | undefined;
  /** Of a budget for duplicate strings: the string that wastes the most. */
  readonly repeated: DuplicateString | undefined;
}

/** What is known of the budgets that failed. */
export interface Offenders {
  /**
   * All results; of what failed in growth the class whose chain is shown is the first of `failing`,
   * and `worst`.
   */
  readonly results: readonly BudgetResult[];
  /** By result. Budgets that are kept, and those of the whole heap, have none. */
  readonly of: ReadonlyMap<BudgetResult, Offender>;
  /** Classes beyond a limit of growth. */
  readonly grown: GrownClasses;
}

/**
 * Whether a budget failed for which there is an object to show. A budget for the whole heap has no
 * such object.
 */
export function hasOffender({ ok, budget }: BudgetResult): boolean {
  return !ok && budget.kind !== 'max-total';
}

/**
 * An object for each budget that failed, with the chain that holds it.
 *
 * - In: a graph with edges, and locations to tell the program's classes from others; the answers of
 *   `checkBudgets`; of growth an earlier snapshot of the same process, to tell new objects from old
 *   ones.
 * - Out: of growth a new object in the container that got most of them; of sizes the largest
 *   object; of numbers the first one; of duplicate strings a copy of the most repeated one that is
 *   held as most of its copies are.
 * - Order: that of `results`. Classes that grew are ordered by whose they are; see `programFirst`.
 * - Empty: no budget failed.
 * - Cost: for growth that of `frontierOf`; for each other budget a chain.
 */
export function offenders(
  graph: Graph,
  results: readonly BudgetResult[],
  earlier: Graph | undefined,
): Offenders {
  const types = results
    .filter((result) => hasOffender(result) && result.budget.kind === 'max-growth')
    .flatMap(({ failing }) => failing.map(({ type }) => type));
  const grown = grownClasses(graph, new Set(types), earlier);
  const ordered = results.map((result) => programFirst(graph, result, grown));
  const found = new Map<BudgetResult, Offender>();
  for (const result of ordered) {
    const node = hasOffender(result) ? exampleOf(graph, result, grown) : undefined;
    if (node === undefined) continue;
    const isOfStrings = result.budget.kind === 'max-dup-strings';
    found.set(result, {
      node,
      chain: chainTo(graph, node, result, grown),
      repeated: isOfStrings ? duplicateStrings(graph).groups[0] : undefined,
    });
  }
  return { results: ordered, of: found, grown };
}

/**
 * The chain by which an object was chosen, where it was chosen by who holds it; else the shortest
 * from a root.
 */
function chainTo(
  graph: Graph,
  node: number,
  { budget, worst }: BudgetResult,
  grown: GrownClasses,
): Chain | undefined {
  const isGrowth = budget.kind === 'max-growth';
  const isChosen = isGrowth || budget.kind === 'max-dup-strings';
  const through = isGrowth && worst ? grown(worst)?.chain : undefined;
  const held = isChosen ? (through ?? holderChain(graph, node)) : undefined;
  return held && held.nodes.length > 1
    ? held
    : backrefChains(graph, node, isRoot(graph), { isLastResort: isStack(graph) })[0];
}

/**
 * Of several classes that grew too much, those first whose objects the program's own code
 * constructs, then those of which the example is a function of the program: what else grew (arrays,
 * strings, objects of Node.js) most often hangs on them. Those last whose new objects only the
 * runtime holds for itself. Among equals the one furthest beyond its limit is first.
 */
function programFirst(graph: Graph, result: BudgetResult, grown: GrownClasses): BudgetResult {
  const { budget, failing } = result;
  if (budget.kind !== 'max-growth' || failing.length < 2) return result;
  const rank = (row: BudgetClass): number => {
    const { node, isForeign } = grown(row) ?? {};
    if (isForeign) return 3;
    if (node === undefined || isSystemName(row.type) || !isMadeByCode(graph, node)) return 2;
    return graph.nodeTypes[node] === NODE.closure ? 1 : 0;
  };
  const ordered = [...failing].sort((a, b) => rank(a) - rank(b));
  const worst = ordered[0]!;
  return { ...result, worst, value: worst.value, limit: worst.limit, failing: ordered };
}

function exampleOf(graph: Graph, { budget, failing }: BudgetResult, grown: GrownClasses): number | undefined {
  if (budget.kind === 'max-dup-strings') {
    const [most] = duplicateStrings(graph).groups;
    return most && exampleOfEach(graph, (node) => (isCopyOf(graph, most, node) ? 0 : -1)).get(0);
  }
  const [worst] = failing;
  if (!worst && !budget.select) return undefined;
  const example = worst && budget.kind === 'max-growth' ? grown(worst)?.node : undefined;
  if (example !== undefined) return example;
  const members = worst ? nodesOfClass(graph, worst.type) : selected(budget.select!(graph));
  if (members.length === 0) return undefined;
  // Ids ascend with time: the newest of a set that grew.
  if (!worst && budget.kind === 'max-growth')
    return members.reduce((best, node) => (graph.ids[node]! > graph.ids[best]! ? node : best));
  const sizes =
    budget.kind === 'max-size'
      ? shallowSizes(graph)
      : budget.kind === 'max-retained'
        ? retainedSizes(graph)
        : undefined;
  return sizes ? members.reduce((best, node) => (sizes[node]! > sizes[best]! ? node : best)) : members[0];
}

function selected(mask: Uint8Array): Uint32Array {
  return Uint32Array.from(mask.keys()).filter((node) => mask[node] === 1);
}
