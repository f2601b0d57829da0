/** Which references a picture follows, and whose parts V8's helpers are by them. */

import { edgesOf, type Graph } from '../../graph/graph.js';
import { retainersOf } from '../../graph/retainers.js';

/**
 * Owners of a helper beyond this number make it an object of its own: it is shared, and nobody's
 * part.
 */
const MOST_OWNERS = 8;
const MOST_STEPS = 64;

/** What is what in the graph of a picture. */
export interface NodeTests {
  /** One of V8's helpers, which is folded into its owner. */
  readonly isHelper: (node: number) => boolean;
  /** Code and object shapes: nobody's owner. */
  readonly isNoise: (node: number) => boolean;
}

/** References that count by one rule, and the owners of helpers by them. */
export class LinkRule {
  private readonly owners = new Map<number, readonly number[]>();
  private readonly targets: Uint32Array;

  constructor(
    private readonly graph: Graph,
    private readonly tests: NodeTests,
    private readonly counts: (edge: number, source: number) => boolean,
  ) {
    this.targets = edgesOf(graph).targets;
  }

  /** Whether a reference counts. One of an object to itself never does. */
  follows(edge: number, source: number): boolean {
    return this.targets[edge] !== source && this.counts(edge, source);
  }

  /** The first reference of `source` to `target` that counts; undefined where none does. */
  edgeTo(source: number, target: number): number | undefined {
    const { firstEdge } = this.graph;
    for (let edge = firstEdge[source]!, end = firstEdge[source + 1]!; edge < end; edge++) {
      if (this.targets[edge] === target && this.follows(edge, source)) return edge;
    }
    return undefined;
  }

  /**
   * Objects that a helper is part of.
   *
   * - Empty: when many share it, or nobody has it.
   * - Cost: the references to it and to the helpers before it; once a helper.
   */
  ownersOf(helper: number): readonly number[] {
    const known = this.owners.get(helper);
    if (known) return known;
    const found = this.searchOwners(helper);
    this.owners.set(helper, found);
    return found;
  }

  private searchOwners(helper: number): readonly number[] {
    const owners = new Set<number>();
    const work = [helper];
    const seen = new Set(work);
    for (let node = work.pop(); node !== undefined; node = work.pop()) {
      for (const source of sourcesOf(this.graph, [node])) {
        if (seen.has(source) || this.edgeTo(source, node) === undefined) continue;
        seen.add(source);
        if (this.tests.isHelper(source)) work.push(source);
        else if (!this.tests.isNoise(source)) owners.add(source);
      }
      if (owners.size > MOST_OWNERS || seen.size > MOST_STEPS) return [];
    }
    return [...owners];
  }
}

/** Nodes with a reference, of any kind, to one of these. Order: that of the reverse edges. */
export function sourcesOf(graph: Graph, nodes: readonly number[]): ReadonlySet<number> {
  const { firstRetainer, sources } = retainersOf(graph);
  const found = new Set<number>();
  for (const node of nodes) {
    for (let at = firstRetainer[node]!, end = firstRetainer[node + 1]!; at < end; at++) {
      found.add(sources[at]!);
    }
  }
  return found;
}
