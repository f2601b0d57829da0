/**
 * Parts by who refers to a node: Heapy's `byrcs` and `byvia`. Nodes are together that the same set
 * of kinds refers to.
 */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { PairNumbers } from '../../graph/pair-numbers.js';
import { EDGE } from '../../graph/schema.js';
import { classIndex } from '../../v8/class-names.js';
import { referenceText } from '../../v8/reference-text.js';
import { nodeRoles, WAY } from '../classes/node-roles.js';
import { LabelNumbers, type Parts } from './parts.js';

/** Kinds of a label that are named. */
const MOST_NAMED = 4;
/** Kinds that one node can have; more are left out. */
const MOST_KINDS = 64;

/**
 * By the classes of the objects that refer to it: `Map, Session`. What V8 puts between an object
 * and what it holds (an array of elements, a table of entries) is looked through.
 *
 * - In: a graph with edges; weak references, and those to itself, count for nothing.
 * - Cost: one pass over the edges, and one more for each array within an array, eight at most.
 */
export function byReferrers(graph: Graph): Parts {
  const { labels, of } = classIndex(graph);
  const roles = nodeRoles(graph);
  return bySets(
    graph,
    (source) => of[source]!,
    (kind) => labels[kind]!,
    (node) => roles[node] === WAY,
  );
}

/**
 * By the references that hold it: `.cache`, `[…]` for items and entries, `variable sessions`,
 * `(name)` for V8's own.
 *
 * - In, Cost: as `byReferrers`.
 */
export function byVia(graph: Graph): Parts {
  const { types, names } = edgesOf(graph);
  const numbers = new LabelNumbers();
  const known = new PairNumbers();
  const labelOf: number[] = [];
  const kindOf = (_: number, edge: number): number => {
    const type = types[edge]!;
    // Items of an array have an index for a name: all of them are one kind.
    const pair = known.numberOf(type, type === EDGE.element || type === EDGE.hidden ? 0 : names[edge]!);
    labelOf[pair] ??= numbers.numberOf(referenceText(graph, type, names[edge]!));
    return labelOf[pair]!;
  };
  return bySets(
    graph,
    kindOf,
    (kind) => numbers.labels[kind]!,
    () => false,
  );
}

/**
 * Sets of kinds, each with a number: the empty set is 0, all others are another set and one greater
 * kind.
 */
class Sets {
  private readonly pairs = new PairNumbers();
  private readonly merged = new PairNumbers();
  private readonly unions: number[] = [];

  /**
   * A set and a kind that is greater than all of its. Numbers of `pairs` are those of sets less
   * one.
   */
  with(set: number, kind: number): number {
    return this.pairs.numberOf(set, kind) + 1;
  }

  get count(): number {
    return this.pairs.count + 1;
  }

  /** Each union is computed once. Of more kinds than `MOST_KINDS` the least are kept. */
  union(a: number, b: number): number {
    if (a === b || b === 0) return a;
    if (a === 0) return b;
    const pair = this.merged.numberOf(Math.min(a, b), Math.max(a, b));
    this.unions[pair] ??= this.unionOf(a, b);
    return this.unions[pair]!;
  }

  private unionOf(a: number, b: number): number {
    const kinds = [...new Set([...this.kindsOf(a), ...this.kindsOf(b)])].sort((x, y) => x - y);
    return kinds.slice(0, MOST_KINDS).reduce((set, kind) => this.with(set, kind), 0);
  }

  /** Ascending. */
  kindsOf(set: number): number[] {
    const kinds: number[] = [];
    for (let at = set; at > 0; at = this.pairs.first(at - 1)) kinds.push(this.pairs.second(at - 1));
    return kinds.reverse();
  }
}

/** Rounds in which sets go on through arrays within arrays. */
const MOST_ROUNDS = 8;

/**
 * `isPassed` nodes are no referrers themselves: what they hold is held by those who refer to them.
 */
function bySets(
  graph: Graph,
  kindOf: (source: number, edge: number) => number,
  label: (kind: number) => string,
  isPassed: (node: number) => boolean,
): Parts {
  const { nodeCount, firstEdge } = graph;
  const { types, targets } = edgesOf(graph);
  const sets = new Sets();
  const of = new Uint32Array(nodeCount);
  for (let source = 0; source < nodeCount; source++) {
    if (isPassed(source)) continue;
    for (let edge = firstEdge[source]!, end = firstEdge[source + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (types[edge] === EDGE.weak || target === source) continue;
      of[target] = sets.union(of[target]!, sets.with(0, kindOf(source, edge)));
    }
  }
  passOn(graph, of, sets, isPassed);
  return {
    count: sets.count,
    of,
    label(part) {
      if (part === 0) return '(nothing)';
      const names = sets.kindsOf(part).map(label).sort();
      const more = names.length - MOST_NAMED;
      return more <= 0 ? names.join(', ') : `${names.slice(0, MOST_NAMED).join(', ')}, … ${more} more`;
    },
  };
}

/** What an array or table holds is held by those who hold it. */
function passOn(graph: Graph, of: Uint32Array, sets: Sets, isPassed: (node: number) => boolean): void {
  const { nodeCount, firstEdge } = graph;
  const { types, targets } = edgesOf(graph);
  for (let round = 0, changed = true; changed && round < MOST_ROUNDS; round++) {
    changed = false;
    for (let way = 0; way < nodeCount; way++) {
      if (!isPassed(way) || of[way] === 0) continue;
      for (let edge = firstEdge[way]!, end = firstEdge[way + 1]!; edge < end; edge++) {
        const target = targets[edge]!;
        if (types[edge] === EDGE.weak || target === way) continue;
        const next = sets.union(of[target]!, of[way]!);
        if (next === of[target]) continue;
        of[target] = next;
        if (isPassed(target)) changed = true;
      }
    }
  }
}
