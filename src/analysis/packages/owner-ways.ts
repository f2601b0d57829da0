/**
 * By which owners' nodes each node is held: over all ways from the roots.
 *
 * A way is a chain of essential references from a root. Nodes that the root does not reach count as
 * `retainedSet` has them: what no essential reference leads to is a root itself, and nodes of
 * cycles that nobody holds are there by themselves.
 */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { OWNER } from '../../v8/made-by.js';
import { essentialEdges } from '../sizes/essential-edges.js';
import { NO_SET, OwnerSets } from './owner-sets.js';

/** Where a node is met first: without nodes of owners on the way, or through which. */
export const STAYS = { program: 0, engine: 1, runtime: 2, loose: 3 } as const;

/** What the ways to each node have in common. */
export interface OwnerWays {
  /**
   * By node: `engine`, it stays when everything that has an owner goes; `runtime`, it stays when
   * the program goes with its packages; `program`, it goes with them; `loose`, it belongs to a
   * cycle that nobody holds.
   */
  readonly stays: Uint8Array;
  /** By node of the program the number of the set of those owners that are on every way to it. */
  readonly onEvery: Uint32Array;
  readonly sets: OwnerSets;
  /** By node of the program the owner that is the last on every way to it; `SEVERAL`. */
  readonly last: Uint16Array;
}

/** Not the same owner is the last on every way. */
export const SEVERAL = 1;

/**
 * Looks at all ways at once: sets that only become smaller, until nothing changes.
 *
 * - In: by node its owner, as `madeBy` has it, with less than 0xffff owners.
 * - Throws: `TooManySets`.
 * - Cost: a search over the essential edges for the runtime and V8; for the program one more for
 *   each time that the sets of its nodes become smaller: two or three, most often. 17 bytes a node
 *   while it runs, and a byte an edge.
 */
export function ownerWays(graph: Graph, of: Uint16Array): OwnerWays {
  const { nodeCount } = graph;
  const essential = essentialEdges(graph);
  const work: Work = {
    graph,
    of,
    essential,
    targets: edgesOf(graph).targets,
    stays: new Uint8Array(nodeCount),
    queue: new Uint32Array(nodeCount),
  };
  const entries = stayingNodes(work);
  const last = lastOwners(work, entries);
  const sets = new OwnerSets();
  const onEvery = ownersOnEvery(work, entries, sets);
  return { stays: work.stays, onEvery, sets, last };
}

interface Work {
  readonly graph: Graph;
  readonly of: Uint16Array;
  readonly essential: Uint8Array;
  readonly targets: Uint32Array;
  readonly stays: Uint8Array;
  /** Room for every node once. */
  readonly queue: Uint32Array;
}

/**
 * Marks what stays without the program. Out: nodes of the program that are a root or that something
 * which stays leads to.
 */
function stayingNodes({ graph, of, essential, targets, stays, queue }: Work): readonly number[] {
  const { nodeCount, firstEdge, root } = graph;
  /** 1 for what is in `later`, 2 for what is in `entries`. */
  const met = new Uint8Array(nodeCount);
  const held = new Uint8Array(nodeCount);
  for (let edge = 0; edge < essential.length; edge++) if (essential[edge] === 1) held[targets[edge]!] = 1;
  /** Nodes of the runtime, and of the program, that the search has come to. */
  const later: number[] = [];
  const entries: number[] = [];
  let waiting = 0;
  let stage: number = STAYS.engine;
  const meet = (node: number): void => {
    if (stays[node] !== 0 || met[node] === 2) return;
    const owner = of[node]!;
    if (owner === OWNER.engine || (owner === OWNER.runtime && stage === STAYS.runtime)) {
      stays[node] = stage;
      queue[waiting++] = node;
      return;
    }
    if (owner === OWNER.runtime) {
      if (met[node] === 0) later.push(node);
      met[node] = 1;
      return;
    }
    met[node] = 2;
    entries.push(node);
  };
  const search = (): void => {
    while (waiting > 0) {
      const node = queue[--waiting]!;
      for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++)
        if (essential[edge] === 1) meet(targets[edge]!);
    }
  };
  if (nodeCount === 0) return entries;
  meet(root);
  search();
  for (let node = 0; node < nodeCount; node++) {
    if (held[node] === 1 || node === root) continue;
    meet(node);
    search();
  }
  stage = STAYS.runtime;
  for (const node of later) {
    meet(node);
    search();
  }
  return entries;
}

/** The owner that is the last on every way, for nodes of the program; and which nodes are loose. */
function lastOwners(work: Work, entries: readonly number[]): Uint16Array {
  const { graph, of, essential, targets, stays, queue } = work;
  const { nodeCount, firstEdge } = graph;
  const last = new Uint16Array(nodeCount);
  let waiting = 0;
  for (const node of entries) {
    last[node] = of[node]!;
    queue[waiting++] = node;
  }
  // A node waits at most once: it is marked while it does.
  const isWaiting = new Uint8Array(nodeCount);
  while (waiting > 0) {
    const node = queue[--waiting]!;
    isWaiting[node] = 0;
    const owner = last[node]!;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      if (essential[edge] === 0) continue;
      const target = targets[edge]!;
      const known = last[target]!;
      if (known === owner || known === SEVERAL || stays[target] !== 0) continue;
      const own = of[target]!;
      if (own >= OWNER.app) {
        if (known !== 0) continue;
        last[target] = own;
      } else last[target] = known === 0 ? owner : SEVERAL;
      if (isWaiting[target] === 1) continue;
      isWaiting[target] = 1;
      queue[waiting++] = target;
    }
  }
  for (let node = 0; node < nodeCount; node++) {
    if (stays[node] !== 0 || last[node] !== 0) continue;
    stays[node] = STAYS.loose;
  }
  return last;
}

/** The owners that are on every way. */
function ownersOnEvery(work: Work, entries: readonly number[], sets: OwnerSets): Uint32Array {
  const { graph, of, essential, targets, stays, queue } = work;
  const { nodeCount, firstEdge } = graph;
  const onEvery = new Uint32Array(nodeCount); // NO_SET: not met yet
  const isWaiting = new Uint8Array(nodeCount);
  // First in, first out: what is near to the roots is settled before what is far.
  let first = 0;
  let waiting = 0;
  const wait = (node: number): void => {
    isWaiting[node] = 1;
    const end = first + waiting++;
    queue[end < nodeCount ? end : end - nodeCount] = node;
  };
  for (const node of entries) {
    onEvery[node] = sets.single(of[node]!);
    wait(node);
  }
  while (waiting > 0) {
    const node = queue[first]!;
    if (++first === nodeCount) first = 0;
    waiting--;
    isWaiting[node] = 0;
    const set = onEvery[node]!;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      if (essential[edge] === 0) continue;
      const target = targets[edge]!;
      const known = onEvery[target]!;
      if (known === set || stays[target] !== 0) continue;
      const own = of[target]!;
      let next = known === NO_SET ? set : sets.both(known, set);
      if (own >= OWNER.app) next = sets.with(next, own);
      if (next === known) continue;
      onEvery[target] = next;
      if (isWaiting[target] === 0) wait(target);
    }
  }
  return onEvery;
}
