/** Sets of nodes of one graph, and their algebra. */
import { UsageError } from '../base/errors.js';
import type { Graph } from '../graph/graph.js';
import { idIndex } from '../graph/ids.js';
import { readQuery } from './query.js';
import { type QueryWorld, selectNodes } from './select-nodes.js';

/**
 * A set of nodes of a graph, which never changes: one bit a node of the graph, whatever its size.
 *
 * - Order: of ordinals, ascending.
 * - Throws: RangeError where two sets of different graphs meet: ordinals of one mean nothing in
 *   another; carry `ids()` over.
 */
export class NodeSet implements Iterable<number> {
  readonly graph: Graph;
  /** How many nodes. */
  readonly size: number;
  /** Bit `node % 32` of word `node / 32`; bits beyond the last node are 0. */
  private readonly words: Uint32Array;

  private constructor(graph: Graph, words: Uint32Array) {
    this.graph = graph;
    this.words = words;
    let size = 0;
    for (let i = 0; i < words.length; i++) size += bitsIn(words[i]!);
    this.size = size;
  }

  /** Of ordinals in any order. Throws: RangeError for what is no ordinal of the graph. */
  static of(graph: Graph, nodes: Iterable<number>): NodeSet {
    const words = emptyWords(graph);
    for (const node of nodes) {
      if (!(Number.isInteger(node) && node >= 0 && node < graph.nodeCount))
        throw new RangeError(`${node} is no ordinal of a graph with ${graph.nodeCount} nodes`);
      words[node >>> 5]! |= 1 << (node & 31);
    }
    return new NodeSet(graph, words);
  }

  /** Of object ids, also those of another snapshot. Ids that are not there are left out. */
  static fromIds(graph: Graph, ids: Iterable<number>): NodeSet {
    const { nodeOf } = idIndex(graph);
    const words = emptyWords(graph);
    for (const id of ids) {
      const node = nodeOf(id);
      if (node >= 0) words[node >>> 5]! |= 1 << (node & 31);
    }
    return new NodeSet(graph, words);
  }

  /** Of a mask: by node 1 for those in it. Throws: RangeError for another length. */
  static fromMask(graph: Graph, mask: Uint8Array): NodeSet {
    if (mask.length !== graph.nodeCount)
      throw new RangeError(`a mask of ${mask.length} nodes for a graph with ${graph.nodeCount}`);
    const words = emptyWords(graph);
    for (let node = 0; node < mask.length; node++)
      if (mask[node] !== 0) words[node >>> 5]! |= 1 << (node & 31);
    return new NodeSet(graph, words);
  }

  /**
   * What a query accepts (docs/queries.md).
   *
   * - In: `before` for queries with `new`, `after` for `died`, `idsOf` for `set("FILE")`.
   * - Throws: QueryError; UsageError for `set("FILE")` without `idsOf`; as `selectNodes`.
   * - Cost: that of `selectNodes`.
   */
  static fromQuery(graph: Graph, query: string, world: Omit<QueryWorld, 'graph'> = {}): NodeSet {
    const { condition, files } = readQuery(query);
    if (files.length > 0 && !world.idsOf)
      throw new UsageError(
        'set("FILE") needs somebody who reads the file',
        'Give idsOf: (file) => ids, or use NodeSet.fromIds and intersection.',
      );
    return NodeSet.fromMask(graph, selectNodes(condition, { ...world, graph }));
  }

  has(node: number): boolean {
    if (!(Number.isInteger(node) && node >= 0 && node < this.graph.nodeCount)) return false;
    return ((this.words[node >>> 5]! >>> (node & 31)) & 1) === 1;
  }

  /** Nodes of either. */
  union(other: NodeSet): NodeSet {
    return this.combined(other, (a, b) => a | b);
  }

  /** Nodes of both. */
  intersection(other: NodeSet): NodeSet {
    return this.combined(other, (a, b) => a & b);
  }

  /** Nodes of this one that the other one has not. */
  difference(other: NodeSet): NodeSet {
    return this.combined(other, (a, b) => a & ~b);
  }

  /** All other nodes of the graph. */
  complement(): NodeSet {
    const words = this.words.map((word) => ~word);
    const rest = this.graph.nodeCount & 31;
    if (rest !== 0) words[words.length - 1]! &= (1 << rest) - 1;
    return new NodeSet(this.graph, words);
  }

  *[Symbol.iterator](): Generator<number, undefined> {
    for (let i = 0; i < this.words.length; i++) {
      for (let word = this.words[i]!; word !== 0; word = (word & (word - 1)) >>> 0)
        yield i * 32 + (31 - Math.clz32(word & -word));
    }
  }

  /** Ordinals, ascending: what `retainedSet` and others take. */
  nodes(): Uint32Array {
    const nodes = new Uint32Array(this.size);
    let at = 0;
    for (const node of this) nodes[at++] = node;
    return nodes;
  }

  /** Object ids, in the order of the nodes: as `fromIds` and a file of `set("FILE")` take them. */
  ids(): number[] {
    return Array.from(this, (node) => this.graph.ids[node]!);
  }

  private combined(other: NodeSet, of: (a: number, b: number) => number): NodeSet {
    if (other.graph !== this.graph)
      throw new RangeError(
        'two sets of different graphs: NodeSet.fromIds(graph, set.ids()) carries one over',
      );
    return new NodeSet(
      this.graph,
      this.words.map((word, i) => of(word, other.words[i]!)),
    );
  }
}

function emptyWords({ nodeCount }: Graph): Uint32Array {
  return new Uint32Array(Math.ceil(nodeCount / 32));
}

/** Source: Hacker's Delight, figure 5-2. */
function bitsIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
