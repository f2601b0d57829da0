/**
 * Objects that are finished for good and still reachable, grouped by who holds them.
 *
 * As LeakCanary finds leaks from a single dump: the search from the roots ends at objects that are
 * dead by their own state, so that each chain is one that keeps its object alive whatever else is
 * mended. Source: LeakCanary, PrioritizingShortestPathFinder.kt.
 *
 * The room `dead`:
 *
 *   dead-rule node-rules package-rules   what objects say of their state, as data
 *   object-states                        the rules asked of a graph
 *   dead-objects                         the search, the groups, what they retain
 *   settled                              what is held in good order
 *   gone-windows                         realms of windows that are gone
 *   self-held                            what its own entry of a FinalizationRegistry keeps
 *   dead-chain                           a verdict for each step, the references under suspicion
 */
import { byDescending, byText, byType, inOrder } from '../../base/order.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE } from '../../graph/schema.js';
import { classIndex } from '../../v8/class-names.js';
import { globalProxies } from '../../v8/realms.js';
import type { Root } from '../../v8/roots.js';
import { weakMapPairs } from '../../v8/weak-map-pairs.js';
import { type Ownership, ownerOf } from '../holders/container-owner.js';
import { isDictionary } from '../holders/dictionaries.js';
import { type HolderChains, type HolderSearch, searchHolders, UNHELD } from '../holders/holder-chains.js';
import { pathsOver } from '../holders/holder-paths.js';
import { Ahead } from '../sizes/ahead.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import type { ExpectedHolder } from './dead-rule.js';
import { goneRoots } from './gone-windows.js';
import { DEAD, type ObjectStates } from './object-states.js';
import { SELF_HELD } from './self-held.js';
import { isRegistered, isSettled } from './settled.js';

/** Dead objects of one class that are held in the same way. */
export interface DeadGroup {
  /** DevTools' class name. */
  readonly type: string;
  /** Who holds them; see `holderPaths`. */
  readonly path: string;
  readonly root: Root | undefined;
  readonly owner: Ownership;
  /** Ordinals, ascending: dead ones that no dead one stands above on their chain. */
  readonly members: readonly number[];
  /** The member that is nearest to its root. */
  readonly example: number;
  /**
   * The nearest node that stands on the chains of all members; the member's holder, of a single
   * one.
   */
  readonly holder: number;
  /** Bytes that would be freed if all members went. */
  readonly retainedSize: number;
  /** Whether the members are dead because their own registry entries keep them; see `selfHeld`. */
  readonly selfHeld: boolean;
  /** Dead objects among what would be freed, by class: the most first. */
  readonly below: readonly BelowRow[];
}

interface BelowRow {
  readonly type: string;
  readonly count: number;
}

export interface DeadObjects {
  readonly groups: readonly DeadGroup[];
  /** The chains of the search. */
  readonly chains: HolderChains;
  /** Dead ones that only other dead ones, or nothing, hold; windows behind dead proxies. */
  readonly inner: number;
  /**
   * Dead ones that are in no group, as they are held in good order: only by the values that a
   * FinalizationRegistry hands to its callback, or, of kinds that are worth showing where the
   * program holds them, by the runtime.
   */
  readonly settled: number;
}

/**
 * The groups of dead objects that a search from the roots reaches first.
 *
 * - In: a graph with edges, what its objects say, and references that dead ones are held by in good
 *   order.
 * - Order: what the program holds before what the runtime holds; then by retained size, then by
 *   count.
 * - Empty: no object is dead; then nothing is searched.
 * - Cost: that of `holderChains`, and the edges of what the dead ones retain; 16 bytes a node, 4 of
 *   them while it runs.
 */
export function deadObjects(
  graph: Graph,
  states: ObjectStates,
  expected: readonly ExpectedHolder[] = [],
): DeadObjects {
  const ahead = new Ahead(graph);
  try {
    if (states.dead.length > 0) {
      ahead.retainers();
      ahead.sizes();
    }
    return foundGroups(graph, states, expected);
  } finally {
    ahead.end();
  }
}

function foundGroups(
  graph: Graph,
  { verdicts, dead, ruleOf }: ObjectStates,
  expected: readonly ExpectedHolder[],
): DeadObjects {
  const isLeaf = (node: number): boolean => verdicts[node] === DEAD;
  const chains: HolderChains =
    dead.length === 0
      ? { parents: new Uint32Array(0), edges: new Uint32Array(0), depths: new Uint32Array(0) }
      : searchHolders(graph, {
          isLeaf,
          ...expectedEdges(graph, isLeaf, expected),
          isLast: isRegistered(graph),
          isNoRoot: goneRoots(graph, dead),
        });
  if (dead.length === 0) return { groups: [], chains, inner: 0, settled: 0 };
  const { parents, depths } = chains;
  const paths = pathsOver(graph, chains, isDictionary(graph));
  const { labels, of } = classIndex(graph);
  const groups: { type: string; path: number; members: number[] }[] = [];
  const numbers = new Map<string, number>();
  let inner = 0;
  for (const node of dead) {
    if (parents[node] === UNHELD) {
      inner++;
      continue;
    }
    const path = paths.pathOf(node);
    const key = `${of[node]!} ${path}`;
    let number = numbers.get(key);
    if (number === undefined) {
      number = groups.push({ type: labels[of[node]!]!, path, members: [] }) - 1;
      numbers.set(key, number);
    }
    groups[number]!.members.push(node);
  }
  const { sizes, below } = retainedByGroup(
    graph,
    groups.map(({ members }) => members),
    { chains, isLeaf },
  );
  const found = groups.map(({ type, path, members }, i): DeadGroup => {
    const example = members.reduce(
      (best, node) => (depths[node]! < depths[best]! ? node : best),
      members[0]!,
    );
    const root = paths.rootOf(path);
    return {
      type,
      path: paths.text(path),
      root,
      owner: ownerOf(graph, parents[example]!, root, chains),
      members,
      example,
      holder: commonHolder(chains, members) ?? parents[example]!,
      retainedSize: sizes[i]!,
      selfHeld: ruleOf(example)?.rule === SELF_HELD,
      below: Array.from(below[i]!, ([number, count]): BelowRow => ({ type: labels[number]!, count })).sort(
        inOrder<BelowRow>(
          byDescending((row) => row.count),
          byType,
        ),
      ),
    };
  });
  const settles = isSettled(graph, chains, ruleOf);
  const isBehind = behindDead(graph, isLeaf);
  const outer = found.filter((group) => !isBehind(group));
  for (const group of found) if (isBehind(group)) inner += group.members.length;
  const shown = outer.filter((group) => !settles(group));
  const settled =
    outer.reduce((sum, { members }) => sum + members.length, 0) -
    shown.reduce((sum, { members }) => sum + members.length, 0);
  shown.sort(
    inOrder<DeadGroup>(
      byDescending(({ owner }) => Number(owner === 'program')),
      byDescending(({ retainedSize }) => retainedSize),
      byDescending(({ members }) => members.length),
      byText(({ path }) => path),
    ),
  );
  return { groups: shown, chains, inner, settled };
}

/**
 * Whether a group is of windows that are told by what the program has of them, their proxies:
 * besides these only the runtime leads to them.
 */
function behindDead(graph: Graph, isDead: (node: number) => boolean): (group: DeadGroup) => boolean {
  const behind = new Set(Array.from(globalProxies(graph), ([proxy, node]) => (isDead(proxy) ? node : -1)));
  return ({ owner, members }) => owner !== 'program' && members.every((node) => behind.has(node));
}

/**
 * The nearest node on the chains of all; undefined where they begin at different roots. Cost: the
 * chains.
 */
function commonHolder({ parents, depths }: HolderChains, members: readonly number[]): number | undefined {
  let common = parents[members[0]!]!;
  for (const member of members) {
    let other = parents[member]!;
    while (common !== other) {
      if (depths[common]! >= depths[other]!) {
        if (parents[common] === common) return undefined;
        common = parents[common]!;
      } else other = parents[other]!;
    }
  }
  return common;
}

/** Edges of the expected holders that lead to a dead object. */
function expectedEdges(
  graph: Graph,
  isDead: (node: number) => boolean,
  expected: readonly ExpectedHolder[],
): Pick<HolderSearch, 'skips' | 'maySkip'> {
  const { labels, of } = classIndex(graph);
  const { names, targets } = edgesOf(graph);
  const edgesByClass = new Map<number, Set<number>>();
  for (const { class: name, edge } of expected) {
    const number = labels.indexOf(name);
    if (number < 0) continue;
    const known = edgesByClass.get(number) ?? new Set();
    for (const index of graph.strings.find(edge)) known.add(index);
    edgesByClass.set(number, known);
  }
  if (edgesByClass.size === 0) return {};
  return {
    skips: (edge, source) =>
      isDead(targets[edge]!) && edgesByClass.get(of[source]!)?.has(names[edge]!) === true,
    maySkip: (node) => edgesByClass.has(of[node]!),
  };
}

const NOBODY = 0;
const SEVERAL = 0xffffffff;

const LEAST_WORK = 1 << 12;

/**
 * What would be freed if all members of a group went: the same as `retainedSet` of each, for all
 * groups in one search. What the search around the dead ones has not reached hangs on them alone; a
 * mark says which group leads to it, and another one where several do. A node is marked twice at
 * most.
 */
function retainedByGroup(
  graph: Graph,
  groups: readonly (readonly number[])[],
  { chains: { parents }, isLeaf }: { chains: HolderChains; isLeaf: (node: number) => boolean },
): { readonly sizes: Float64Array; readonly below: readonly Map<number, number>[] } {
  const { nodeCount, firstEdge, ids, root } = graph;
  const { targets, types, names } = edgesOf(graph);
  const { of } = classIndex(graph);
  const shallow = shallowSizes(graph);
  const pairs = weakMapPairs(graph);
  const { isPair } = pairs;
  const { weak, shortcut, internal } = EDGE;
  const owners = new Uint32Array(nodeCount);
  let work = new Uint32Array(LEAST_WORK);
  let waiting = 0;
  const sizes = new Float64Array(groups.length);
  const below = groups.map(() => new Map<number, number>());
  const visit = (node: number): void => {
    if (waiting === work.length) {
      const larger = new Uint32Array(2 * waiting);
      larger.set(work);
      work = larger;
    }
    work[waiting++] = node;
  };
  groups.forEach((members, i) => {
    for (const node of members) {
      owners[node] = i + 1;
      sizes[i]! += shallow[node]!;
      visit(node);
    }
  });
  while (waiting > 0) {
    const node = work[--waiting]!;
    const owner = owners[node]!;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (parents[target] !== UNHELD) continue;
      const known = owners[target]!;
      if (known === owner || known === SEVERAL) continue;
      // `keepsAlive`, written out.
      const type = types[edge]!;
      if (type === weak || target === node || (type === shortcut && node !== root)) continue;
      if (
        isPair !== undefined &&
        type === internal &&
        isPair[names[edge]!] === 1 &&
        pairs.of(names[edge]!)?.table === ids[node]
      )
        continue;
      owners[target] = known === NOBODY ? owner : SEVERAL;
      visit(target);
    }
  }
  for (let node = 0; node < nodeCount; node++) {
    const owner = owners[node]!;
    if (owner === NOBODY || owner === SEVERAL || parents[node] !== UNHELD) continue;
    sizes[owner - 1]! += shallow[node]!;
    if (!isLeaf(node)) continue;
    const counts = below[owner - 1]!;
    counts.set(of[node]!, (counts.get(of[node]!) ?? 0) + 1);
  }
  return { sizes, below };
}
