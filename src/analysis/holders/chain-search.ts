/**
 * The search behind `chains`: breadth first from the start, one chain after another, each different
 * from those before.
 *
 *   start @9 ← @7 ← @3 ← root     the first chain, found at level 3
 *            ← @5 ← @3 ← root     the second: @7 is in `used`, at `place` 1
 *
 * When no further chain differs in its first neighbour of the start, `place` is 2: what the chains
 * so far pass two references away (@3) is avoided there, and so on.
 */
import { edgesOf, type Graph, sourceOf } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { EDGE, NODE } from '../../graph/schema.js';
import type { StringIndexes } from '../../graph/strings.js';
import { isImport } from '../../v8/modules.js';
import { isModuleRecord } from '../../v8/names.js';
import type { Rules } from './chain-rules.js';
import type { Chain, ChainOptions, ChainSearch } from './chains.js';

const START = 0xffffffff;

/**
 * Tells `visit` the edges of a node; those to nodes that are found already, not 0 in `foundBy`, may
 * be left out.
 */
export type Neighbours = (
  node: number,
  visit: (edge: number, neighbour: number) => void,
  foundBy: Uint32Array,
) => void;

/**
 * Nodes that searches without a result look at before a call gives up the search for second, third
 * … chains: at least so many, and so many times all nodes of the graph.
 */
const MOST_LOOKS = 10_000_000;
const MOST_ROUNDS = 20;

/**
 * Chains from `start` to the nearest goals of the stages, in their order.
 *
 * - In: the stages' rules; `direction` says whether edges are followed against their direction.
 * - Order: the shortest chain first; ties: the first in the file.
 * - Empty: no goal is reached in any stage.
 * - Cost: 4 bytes a node; each chain takes a search of its own.
 */
export function search(
  graph: Graph,
  start: number,
  stages: readonly Rules[],
  options: ChainOptions,
  direction: 'back' | 'forward',
  neighbours: Neighbours,
): ChainSearch {
  const walk = new ChainWalk(graph, start, options, direction, neighbours);
  const complete = stages.every((stage) => walk.collect(stage));
  const { chains, tooDeep, seen } = walk;
  const startIsGoal = chains[0]?.edges.length === 0;
  return {
    chains,
    tooDeep: tooDeep && !startIsGoal,
    seen: chains.length === 0 ? seen : 0,
    complete: complete || startIsGoal,
  };
}

/** The chains found so far, and the state of the search for the next one. */
class ChainWalk {
  readonly chains: Chain[] = [];
  /** Whether a search has stopped at `maxDepth`. */
  tooDeep = false;
  /** Nodes that the last search has found. */
  seen = 0;
  /** References from the start at which the next chain has to differ. */
  private place = 1;
  /** Nodes that earlier chains pass there. */
  private used = new Set<number>();
  /** Looks of searches for second chains that found none. */
  private looks = 0;
  private searches = 0;
  /** By node the edge it was found by, plus one; 0 for others. A Set would end at 2^24 nodes. */
  private readonly foundBy: Uint32Array;

  constructor(
    private readonly graph: Graph,
    private readonly start: number,
    private readonly options: ChainOptions,
    private readonly direction: 'back' | 'forward',
    private readonly neighbours: Neighbours,
  ) {
    this.foundBy = new Uint32Array(graph.nodeCount);
  }

  /** Adds the chains of one stage. False where there is nothing more to search for in any stage. */
  collect(stage: Rules): boolean {
    const { chains, options, graph } = this;
    const { paths = 1 } = options;
    this.place = 1;
    this.used = this.usedAt(1);
    while (chains.length < paths) {
      const chain = this.searchOnce(stage);
      if (chain) {
        chains.push(chain);
        if (chain.edges.length === 0) return false;
        for (const node of this.passed(chain, this.place)) this.used.add(node);
        continue;
      }
      this.place++;
      if (!chains.some(({ edges }) => edges.length >= this.place)) break;
      this.looks += this.seen + graph.nodeCount / 64;
      if (this.looks > Math.max(MOST_LOOKS, MOST_ROUNDS * graph.nodeCount)) return false;
      this.used = this.usedAt(this.place);
    }
    return true;
  }

  /** One breadth-first search, level by level. */
  private searchOnce({ isEnd, keeps, passes }: Rules): Chain | undefined {
    const { graph, start, direction, neighbours, foundBy, used, place, chains } = this;
    const { maxDepth = Number.POSITIVE_INFINITY, ignoreNode, ignoreEdge } = this.options;
    const { targets } = edgesOf(graph);
    const { nodeTypes } = graph;
    const isModule = isModuleRecord(graph);
    if (this.searches++ > 0) foundBy.fill(0);
    foundBy[start] = START;
    this.seen = 1;
    let level = [start];
    let next: number[] = [];
    let node = start;
    // What an ES module imports is held by the one that exports it: `node` is the array of the
    // cells of either.
    let mayBeCells = false;
    const isOfImporter = (module: number): boolean =>
      isModule(module) && isImport(graph, module, targets[foundBy[node]! - 1]!);
    const visit = (edge: number, neighbour: number): void => {
      if (foundBy[neighbour] !== 0 || ignoreNode?.(neighbour) || ignoreEdge?.(edge)) return;
      if (keeps && !keeps(edge, direction === 'back' ? neighbour : node)) return;
      if ((place > 1 || node === start) && used.has(neighbour)) return;
      if (mayBeCells && isOfImporter(neighbour)) return;
      if (passes && !passes(neighbour)) return;
      foundBy[neighbour] = edge + 1;
      next.push(neighbour);
    };
    for (let depth = 0; ; depth++) {
      for (const found of level) {
        if (isEnd(found) && !(chains.length > 0 && found === start)) return this.unwind(found);
      }
      next = [];
      for (node of level) {
        mayBeCells = direction === 'back' && node !== start && nodeTypes[node] === NODE.array;
        neighbours(node, visit, foundBy);
      }
      if (next.length === 0) return undefined;
      if (depth >= maxDepth) {
        this.tooDeep = true;
        return undefined;
      }
      this.seen += next.length;
      level = next;
    }
  }

  /** The chain between the start and a goal that was found. */
  private unwind(goal: number): Chain {
    const { graph, start, direction, foundBy } = this;
    const { targets } = edgesOf(graph);
    const nodes = [goal];
    const edges: number[] = [];
    for (let node = goal; node !== start; ) {
      const edge = foundBy[node]! - 1;
      node = direction === 'back' ? targets[edge]! : sourceOf(graph, edge);
      edges.push(edge);
      nodes.push(node);
    }
    return direction === 'back' ? { nodes, edges } : { nodes: nodes.reverse(), edges: edges.reverse() };
  }

  /**
   * What a chain passes `far` references from the start. An array with its items is one holder, and
   * so is an object with its properties.
   */
  private passed({ nodes }: Chain, far: number): number[] {
    const { graph, direction } = this;
    const at = direction === 'back' ? nodes.length - 1 - far : far;
    const found = nodes[at];
    if (found === undefined) return [];
    if (far > 1 || direction === 'forward') return [found];
    const owner = graph.nodeTypes[found] === NODE.array ? nodes[at - 1] : found;
    return owner === undefined ? [found] : [found, owner, ...storesOf(graph, owner)];
  }

  /** What all chains so far pass there; one that is shorter is known by its end. */
  private usedAt(far: number): Set<number> {
    const all = new Set(
      this.chains.flatMap((found) => this.passed(found, Math.min(far, found.edges.length))),
    );
    all.delete(this.start);
    return all;
  }
}

/**
 * The arrays in which V8 keeps an object's items and properties: they refer to what the object
 * itself refers to.
 */
function storesOf(graph: Graph, owner: number): number[] {
  const { types, names, targets } = edgesOf(graph);
  const called = storeNames(graph);
  const found: number[] = [];
  for (let edge = graph.firstEdge[owner]!, end = graph.firstEdge[owner + 1]!; edge < end; edge++)
    if (types[edge] === EDGE.internal && called.has(names[edge]!)) found.push(targets[edge]!);
  return found;
}

const storeNames = memo((graph: Graph): StringIndexes => graph.strings.indexesOf('elements', 'properties'));
