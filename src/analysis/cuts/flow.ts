/**
 * Minimum cuts between a source and a sink over arcs of capacity one and arcs without a bound.
 *
 * Dinic's algorithm (Y. Dinitz: Algorithm for Solution of a Problem of Maximum Flow in a Network
 * with Power Estimation, Soviet Math. Doklady 11, 1970): the flow goes along shortest ways only,
 * found by levels. The network is the graph itself: nodes that are fixed are the source, the
 * objects are the sink, and an arc that has no room is none for a while. Flows are small (no larger
 * than the number of references that are dropped), so that only arcs with flow are written down.
 */
import { edgesOf, type Graph, sourceOf } from '../../graph/graph.js';
import type { Arcs } from './arcs.js';
import { leadingSearch } from './leading.js';
import { GOAL, type LevelSearch, levelSearch, STOP } from './levels.js';
import { ENTRY, edgesOfReference, FIXED, referencesOf } from './references.js';

/** Which of several smallest cuts. */
export type Nearest = 'sink' | 'source';

/** What is cut from what. */
export interface Ends {
  /** By node 1 for what is the source. No arc leads there. */
  readonly fixed: Uint8Array;
  /** By node 1 for what is the sink. No arc comes from there. */
  readonly objects: Uint8Array;
}

/** A smallest cut. */
export interface MinimumCut {
  /**
   * The value of the flow: how many references have to go; one more than `limit` where it is
   * larger.
   */
  readonly value: number;
  /** An edge of each of them; undefined where there are more than `limit`. */
  readonly edges: readonly number[] | undefined;
}

/**
 * The fewest references of capacity one without which no way leads from the source to the sink.
 *
 * - In: arcs, of which no way leads from the source to the sink over fixed references alone. They
 *   are changed.
 * - An entry of a Map or Set is one reference, also where its key and its value both lead on.
 * - Ties: of the smallest cuts the nearest to the sink, or to the source; it is unique.
 * - Empty: no way at all is a cut of no references.
 * - Cost: a round is linear in nodes and arcs; rounds are few, at most `limit` + 2. 13 bytes a
 *   node.
 */
export function minimumCut(
  graph: Graph,
  arcs: Arcs,
  ends: Ends,
  limit: number,
  nearest: Nearest = 'sink',
): MinimumCut {
  const search = levelSearch(graph, arcs.isArc);
  try {
    const flow = new Flow(graph, arcs, ends, search);
    let value = 0;
    while (value <= limit && flow.level()) {
      const pushed = flow.push(limit + 1 - value);
      if (pushed === 0) throw new Error('levels that lead to the sink have no way to it');
      value += pushed;
    }
    if (value > limit) return { value, edges: undefined };
    return { value, edges: nearest === 'sink' ? flow.cutAtSink() : flow.cutAtSource() };
  } finally {
    search.release();
  }
}

/** How a way goes from one node to the next. */
interface Step {
  readonly kind: 'forward' | 'undo' | 'swap';
  /** The edge that gets flow; of `undo` the one that loses it. */
  readonly edge: number;
}

class Flow {
  readonly #graph: Graph;
  readonly #arcs: Arcs;
  readonly #ends: Ends;
  readonly #search: LevelSearch;
  /** By node how many of its sources this round has tried. */
  readonly #tried: Uint32Array;
  /** What is the source, but leaves. */
  readonly #starts: Uint32Array;
  /** Edges with flow, and how much. */
  readonly #amounts = new Map<number, number>();
  /** Those by where they come from, and by where they lead to. */
  readonly #from = new Lists();
  readonly #into = new Lists();
  /** Edges of entries whose other edge has the flow, by where they lead to; and that other edge. */
  readonly #closedInto = new Lists();
  readonly #carriers = new Map<number, number>();
  /** By edge of an entry all edges of the entry that are arcs. */
  readonly #entries = new Map<number, readonly number[]>();

  constructor(graph: Graph, arcs: Arcs, ends: Ends, search: LevelSearch) {
    this.#graph = graph;
    this.#arcs = arcs;
    this.#ends = ends;
    this.#search = search;
    this.#tried = new Uint32Array(graph.nodeCount);
    const { flags } = search;
    const { firstEdge } = graph;
    this.#starts = nodesWhere(ends.fixed, (node) => firstEdge[node] !== firstEdge[node + 1]);
    for (let node = 0; node < graph.nodeCount; node++) if (ends.objects[node] === 1) flags[node] = GOAL;
  }

  /** Numbers the nodes by their distance from the source. False where the sink is not met. */
  level(): boolean {
    const { levels, flags, queue, goOn } = this.#search;
    levels.fill(0);
    queue.set(this.#starts);
    for (const node of this.#starts) levels[node] = 1;
    let [head, tail, goal] = [0, this.#starts.length, 0];
    for (;;) {
      ({ head, tail, goal } = goOn({ head, tail, goal }));
      if (head === tail || levels[queue[head]!] === goal) break;
      // Flow leads to this node: it can be sent another way.
      const node = queue[head]!;
      for (const next of this.#ways(node)) {
        if (levels[next] !== 0) continue;
        levels[next] = levels[node]! + 1;
        queue[tail++] = next;
        if ((flags[next]! & GOAL) !== 0) goal = levels[next]!;
      }
    }
    this.#met = { head, tail };
    return goal > 0;
  }

  /** The part of the queue with the goals that were met. */
  #met = { head: 0, tail: 0 };

  /** Sends as much as goes along the levels, at most `most`; how much that was. */
  push(most: number): number {
    const { flags, queue } = this.#search;
    this.#tried.fill(0);
    let pushed = 0;
    const { head, tail } = this.#met;
    for (let at = head; at < tail; at++) {
      const object = queue[at]!;
      if ((flags[object]! & GOAL) === 0) continue;
      for (; pushed < most; pushed++) {
        const way = this.#wayTo(object);
        if (way === undefined) break;
        for (const step of way) this.#go(step);
      }
    }
    return pushed;
  }

  /** A way from the source along the levels, from its end; undefined where there is none. */
  #wayTo(object: number): Step[] | undefined {
    const { levels } = this.#search;
    const nodes = [object];
    const steps: Step[] = [];
    for (;;) {
      const node = nodes.at(-1)!;
      if (levels[node] === 1) return steps;
      const found = this.#before(node);
      if (found !== undefined) {
        nodes.push(found.node);
        steps.push(found.step);
        continue;
      }
      // No way leads here in this round.
      levels[node] = 0;
      nodes.pop();
      if (nodes.length === 0) return undefined;
      steps.pop();
    }
  }

  /** What is a level nearer to the source, and the step from there. */
  #before(node: number): { readonly node: number; readonly step: Step } | undefined {
    const { firstSource, sources } = this.#arcs;
    const { levels } = this.#search;
    const { targets } = edgesOf(this.#graph);
    const wanted = levels[node]! - 1;
    if (wanted < 1) return undefined;
    const first = firstSource[node]!;
    const all = firstSource[node + 1]! - first;
    for (let i = this.#tried[node]!; i < all; i++) {
      this.#tried[node] = i;
      const source = sources[first + i]!;
      if (levels[source] !== wanted) continue;
      const edge = this.#openEdge(source, node);
      if (edge >= 0) return { node: source, step: { kind: 'forward', edge } };
    }
    this.#tried[node] = all;
    for (const edge of this.#from.of(node)) {
      const source = targets[edge]!;
      if (levels[source] === wanted) return { node: source, step: { kind: 'undo', edge } };
    }
    for (const edge of this.#closedInto.of(node)) {
      const source = targets[this.#carriers.get(edge)!]!;
      if (levels[source] === wanted) return { node: source, step: { kind: 'swap', edge } };
    }
    return undefined;
  }

  /** An arc with room from one node to another, or -1. */
  #openEdge(source: number, target: number): number {
    const { firstEdge } = this.#graph;
    const { targets } = edgesOf(this.#graph);
    const { isArc } = this.#arcs;
    for (let edge = firstEdge[source]!, end = firstEdge[source + 1]!; edge < end; edge++)
      if (targets[edge] === target && isArc[edge] === 1) return edge;
    return -1;
  }

  /** Where flow that leads to a node can go instead: back, or along the other edge of an entry. */
  *#ways(node: number): Iterable<number> {
    const { targets } = edgesOf(this.#graph);
    for (const edge of this.#into.of(node)) {
      yield sourceOf(this.#graph, edge);
      for (const other of this.#entries.get(edge) ?? []) if (other !== edge) yield targets[other]!;
    }
  }

  #go({ kind, edge }: Step): void {
    if (kind === 'swap') this.#change(this.#carriers.get(edge)!, -1);
    this.#change(edge, kind === 'undo' ? -1 : 1);
  }

  /** Adds one to the flow of an edge, or takes one away. */
  #change(edge: number, by: 1 | -1): void {
    const { targets } = edgesOf(this.#graph);
    const { flags } = this.#search;
    const before = this.#amounts.get(edge) ?? 0;
    this.#amounts.set(edge, before + by);
    if (before > 0 && before + by > 0) return;
    const target = targets[edge]!;
    const source = sourceOf(this.#graph, edge);
    if (by === 1) {
      this.#from.add(source, edge);
      this.#into.add(target, edge);
      flags[target]! |= STOP;
    } else {
      this.#amounts.delete(edge);
      this.#from.remove(source, edge);
      if (this.#into.remove(target, edge) === 0) flags[target]! &= ~STOP;
    }
    this.#close(source, edge, by === 1);
  }

  /** An edge has no room now, or has it again; with it the others of its entry. */
  #close(source: number, edge: number, isClosed: boolean): void {
    const kind = referencesOf(this.#graph).kinds[edge]!;
    if (kind === FIXED) return;
    const { isArc } = this.#arcs;
    if (kind !== ENTRY) {
      isArc[edge] = isClosed ? 0 : 1;
      return;
    }
    const { targets } = edgesOf(this.#graph);
    for (const each of this.#entry(source, edge)) {
      isArc[each] = isClosed ? 0 : 1;
      if (each === edge) continue;
      if (isClosed) {
        this.#carriers.set(each, edge);
        this.#closedInto.add(targets[each]!, each);
      } else {
        this.#carriers.delete(each);
        this.#closedInto.remove(targets[each]!, each);
      }
    }
  }

  /** The edges of an entry that are arcs. The first call comes while all of them have room. */
  #entry(table: number, edge: number): readonly number[] {
    const known = this.#entries.get(edge);
    if (known !== undefined) return known;
    const found = edgesOfReference(this.#graph, table, edge).filter((each) => this.#arcs.isArc[each] === 1);
    for (const each of found) this.#entries.set(each, found);
    return found;
  }

  /** Of the smallest cuts the nearest to the source. To be called when no level meets the sink. */
  cutAtSource(): number[] {
    const { targets } = edgesOf(this.#graph);
    const { levels } = this.#search;
    return this.#full().filter(
      (edge) => levels[sourceOf(this.#graph, edge)] !== 0 && levels[targets[edge]!] === 0,
    );
  }

  /** The nearest to the sink. */
  cutAtSink(): number[] {
    const { nodeCount } = this.#graph;
    const { targets } = edgesOf(this.#graph);
    const { objects } = this.#ends;
    this.#dropClosed();
    const search = leadingSearch(this.#graph, this.#arcs);
    try {
      const { leading, stack, goOn } = search;
      let waiting = 0;
      for (let node = 0; node < nodeCount; node++) {
        if (objects[node] === 0) continue;
        leading[node] = 1;
        stack[waiting++] = node;
      }
      const enter = (node: number): void => {
        if (leading[node] === 1) return;
        leading[node] = 1;
        stack[waiting++] = node;
      };
      while (waiting > 0) {
        goOn(waiting);
        waiting = 0;
        // Flow that leads to a node can be sent another way: what that leads to, the node leads to.
        for (const edge of this.#amounts.keys())
          if (leading[sourceOf(this.#graph, edge)] === 1) enter(targets[edge]!);
        for (const [edge, carrier] of this.#carriers)
          if (leading[targets[edge]!] === 1) enter(targets[carrier]!);
      }
      // The edge of an entry that has the flow leads to the sink where any of them does.
      return this.#full().filter(
        (edge) => leading[sourceOf(this.#graph, edge)] === 0 && leading[targets[edge]!] === 1,
      );
    } finally {
      search.release();
    }
  }

  /** Edges without room, one of each entry. */
  #full(): number[] {
    const { kinds } = referencesOf(this.#graph);
    return [...this.#amounts.keys()].filter((edge) => kinds[edge] !== FIXED).sort((a, b) => a - b);
  }

  /** Takes arcs without room out of the lists of sources: the node stands there itself. */
  #dropClosed(): void {
    const { targets } = edgesOf(this.#graph);
    const { firstSource, sources } = this.#arcs;
    for (const edge of [...this.#full(), ...this.#carriers.keys()]) {
      const source = sourceOf(this.#graph, edge);
      const target = targets[edge]!;
      if (this.#openEdge(source, target) >= 0) continue;
      for (let at = firstSource[target]!, end = firstSource[target + 1]!; at < end; at++)
        if (sources[at] === source) sources[at] = target;
    }
  }
}

function nodesWhere(mask: Uint8Array, test: (node: number) => boolean): Uint32Array {
  const list = new Uint32Array(mask.length);
  let count = 0;
  for (let node = 0; node < mask.length; node++) if (mask[node] === 1 && test(node)) list[count++] = node;
  return list.slice(0, count);
}

/** A set of edges for each of a few nodes. */
class Lists {
  readonly #lists = new Map<number, Set<number>>();

  of(node: number): Iterable<number> {
    return this.#lists.get(node) ?? [];
  }

  add(node: number, edge: number): void {
    const list = this.#lists.get(node);
    if (list === undefined) this.#lists.set(node, new Set([edge]));
    else list.add(edge);
  }

  /** Out: how many are left. */
  remove(node: number, edge: number): number {
    const list = this.#lists.get(node);
    list?.delete(edge);
    if (list === undefined || list.size > 0) return list?.size ?? 0;
    this.#lists.delete(node);
    return 0;
  }
}
