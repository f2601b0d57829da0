/**
 * What a search for chains follows, and where it ends, step by step: the next rules are tried where
 * the last found nothing.
 */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { retainersOf } from '../../graph/retainers.js';
import { isProgramScope } from '../../v8/roots.js';
import {
  type EdgeTest,
  hasPage,
  holds,
  isPageOwned,
  keepsAlive,
  pageOwnedNodes,
} from '../sizes/essential-edges.js';

/**
 * Where a search ends, and which edges it follows: all of them, or those that keep their target
 * alive.
 */
export interface Rules {
  readonly isEnd: (node: number) => boolean;
  readonly keeps: EdgeTest | undefined;
  /** Nodes that it may look at; all of them without it. */
  readonly passes?: (node: number) => boolean;
}

/** What the rules follow from, of the options of a search. */
interface Wishes {
  readonly weak?: boolean;
  readonly isLastResort?: ((node: number) => boolean) | undefined;
}

/**
 * The rules of a search from `start` to what holds it, in the order in which they are tried:
 * essential edges, all edges that keep something alive, and with these the goals of last resort.
 *
 * `pageOwnedNodes` is a search through the whole graph, and mostly not needed:
 *
 * 1. What a page's node leads to is the page's. So from a node that is not the page's, the rule of
 *    pages leaves out nothing; from one that is, it leaves out all nodes that are not, except the
 *    root.
 * 2. Nodes that are not the page's are never led to by nodes that are: to meet them as well does
 *    not change the order in which the others are met, as long as they are no end and do not lead
 *    to the root.
 * 3. The scope of a module is an end wherever it is: what the page's is may be in its variables.
 * 4. The exception is a snapshot whose root is held, which V8 does not write: it is searched by the
 *    rule itself.
 */
export function backwardRules(
  graph: Graph,
  start: number,
  isGoal: (node: number) => boolean,
  { weak = false, isLastResort }: Wishes,
): Rules[] {
  const keeps = keepsAlive(graph);
  const anywhere: Rules = { isEnd: isGoal, keeps: weak ? undefined : keeps };
  const rules = !weak && hasPage(graph) ? [pageRules(graph, start, isGoal, keeps), anywhere] : [anywhere];
  const found = rules.filter((rule) => rule !== undefined);
  if (!isLastResort) return found;
  const passes = (node: number): boolean => !isLastResort(node);
  const others = found.map(
    (rule): Rules => ({ ...rule, passes, isEnd: (node) => rule.isEnd(node) && passes(node) }),
  );
  return [...others, anywhere];
}

function pageRules(
  graph: Graph,
  start: number,
  isGoal: (node: number) => boolean,
  keeps: EdgeTest,
): Rules | undefined {
  const isOfPage = isPageOwned(graph);
  const isScope = isProgramScope(graph);
  if (pageOwnedNodes.known(graph) && !isOfPage(start)) return undefined;
  const { root } = graph;
  const { targets } = edgesOf(graph);
  const { firstRetainer } = retainersOf(graph);
  if (firstRetainer[root] !== firstRetainer[root + 1]) return { isEnd: isGoal, keeps: holds(graph) };
  return {
    isEnd: (node) => isGoal(node) && (node === start || node === root || isOfPage(node) || isScope(node)),
    keeps: (edge, source) =>
      keeps(edge, source) &&
      ((source !== root && !isScope(source)) || isOfPage(targets[edge]!) || isOfPage(source)),
  };
}

/** The rules of a search from `start` to what it holds. */
export function forwardRules(
  graph: Graph,
  isGoal: (node: number) => boolean,
  { weak = false }: Wishes,
): Rules[] {
  if (weak) return [{ isEnd: isGoal, keeps: undefined }];
  const essential: Rules = { isEnd: isGoal, keeps: holds(graph) };
  return hasPage(graph) ? [essential, { isEnd: isGoal, keeps: keepsAlive(graph) }] : [essential];
}
