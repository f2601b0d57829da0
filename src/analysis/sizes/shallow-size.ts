/** The shallow size of one node, or of few, without those of all. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { retainersOf } from '../../graph/retainers.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { StrongEdges } from '../../graph/strong-edges.js';
import { userRoots } from '../../v8/user-roots.js';
import { isOwnable, shallowSizes } from './shallow-sizes.js';

/** Edges that are read for all nodes together before the sizes of all are computed. */
const QUICK = 1 << 20;

/** More edges would have to be read. */
class TooFar extends Error {}

const NOBODY = -1;
const SEVERAL = -2;

/**
 * The shallow size of a node, in bytes: what `shallowSizes` says of it.
 *
 * - In: a graph with edges; an ordinal.
 * - Cost: none where the sizes of all are known. Where retainers are, the helpers of the node and
 *   what leads to them are looked at, until much was read for all nodes together. Else that of
 *   `shallowSizes`.
 */
export function shallowSize(graph: Graph, node: number): number {
  const all = shallowSizes.known(graph);
  if (all !== undefined) return all[node]!;
  return fewSizes(graph)(node);
}

const fewSizes = memo((graph: Graph): ((node: number) => number) => {
  if (!retainersOf.has(graph)) return (node) => shallowSizes(graph)[node]!;
  const few = new FewSizes(graph);
  return (node) => {
    try {
      return few.sizeOf(node);
    } catch (error) {
      if (!(error instanceof TooFar)) throw error;
      return shallowSizes(graph)[node]!;
    }
  };
});

class FewSizes {
  private readonly edges: StrongEdges;
  private readonly owners = new Map<number, number>();
  private readonly isOwnable: (node: number) => boolean;
  private readonly isTransferred: boolean;

  constructor(private readonly graph: Graph) {
    this.edges = new StrongEdges(graph);
    this.isOwnable = isOwnable(graph);
    this.isTransferred = userRoots(graph).length > 0;
  }

  /** Throws TooFar. */
  sizeOf(node: number): number {
    const { selfSizes } = this.graph;
    const own = selfSizes[node]!;
    if (!this.isTransferred) return own;
    if (this.isOwnable(node)) return this.takesOver(this.ownerOf(node)) ? 0 : own;
    if (!this.takesOver(node)) return own;
    let size = own;
    for (const helper of this.helpersOf(node)) size += selfSizes[helper]!;
    return size;
  }

  /** Whether the helpers of a node count for it. */
  private takesOver(node: number): boolean {
    return node >= 0 && node !== this.graph.root && this.graph.nodeTypes[node] !== NODE.synthetic;
  }

  /** The only node that leads to a helper, over helpers, and is none; or NOBODY, or SEVERAL. */
  private ownerOf(helper: number): number {
    let owner = this.owners.get(helper);
    if (owner !== undefined) return owner;
    owner = NOBODY;
    const seen = new Set([helper]);
    search: for (const target of seen)
      for (const source of this.sourcesOf(target)) {
        if (this.isOwnable(source)) seen.add(source);
        else if (owner === NOBODY) owner = source;
        else if (owner !== source) {
          owner = SEVERAL;
          break search;
        }
      }
    this.owners.set(helper, owner);
    return owner;
  }

  /** The helpers that this node alone leads to. */
  private helpersOf(node: number): ReadonlySet<number> {
    /** What leads to each, but the node itself. All of it is ownable. */
    const sources = new Map<number, readonly number[]>();
    const shared = new Set<number>();
    for (const source of this.ownableFrom(node)) this.enter(source, node, sources, shared);
    for (const [helper] of sources)
      for (const next of this.ownableFrom(helper)) this.enter(next, node, sources, shared);
    // What another one leads to, and what that leads to.
    for (let changed = true; changed; ) {
      changed = false;
      this.count(sources.size);
      for (const [helper, from] of sources) {
        const isAlone = from.every(
          (source) => sources.has(source) || (!shared.has(source) && this.ownerOf(source) === NOBODY),
        );
        if (isAlone) continue;
        sources.delete(helper);
        shared.add(helper);
        changed = true;
      }
    }
    return new Set(sources.keys());
  }

  /** Adds a helper where nothing that owns itself leads to it but the node. */
  private enter(
    helper: number,
    node: number,
    sources: Map<number, readonly number[]>,
    shared: Set<number>,
  ): void {
    if (sources.has(helper) || shared.has(helper)) return;
    const from: number[] = [];
    for (const source of this.sourcesOf(helper, node)) {
      if (!this.isOwnable(source)) {
        shared.add(helper);
        return;
      }
      from.push(source);
    }
    sources.set(helper, from);
  }

  /** Nodes but one from which an edge leads to this one that is not weak. */
  private *sourcesOf(target: number, but = NOBODY): Iterable<number> {
    const { firstRetainer, sources } = retainersOf(this.graph);
    for (let at = firstRetainer[target]!, last = firstRetainer[target + 1]!; at < last; at++) {
      const source = sources[at]!;
      // Several edges of one source stand together.
      if (source === but || (at > firstRetainer[target]! && source === sources[at - 1])) continue;
      const leads = this.edges.lead(source, target);
      this.check();
      if (leads) yield source;
    }
  }

  /** Helpers to which an edge of this node leads that is not weak. */
  private *ownableFrom(node: number): Iterable<number> {
    const { firstEdge } = this.graph;
    const { types, targets } = edgesOf(this.graph);
    const end = firstEdge[node + 1]!;
    this.count(end - firstEdge[node]!);
    for (let edge = firstEdge[node]!; edge < end; edge++)
      if (types[edge] !== EDGE.weak && this.isOwnable(targets[edge]!)) yield targets[edge]!;
  }

  private count(edges: number): void {
    this.edges.read += edges;
    this.check();
  }

  private check(): void {
    if (this.edges.read > QUICK) throw new TooFar();
  }
}
