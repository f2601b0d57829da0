/**
 * References as a picture shows them: between objects of the program, with V8's helper objects
 * folded away.
 *
 * V8 writes an array's items twice, as `element` edges of the array and as edges of its `(object
 * elements)`, and a Map's entries only as numbered edges of its table. Here a helper (`array`,
 * `hidden` and some `native` nodes) is no object of its own: what it holds is held by its owner,
 * and is left out where the owner has an edge of its own to the same object.
 */

import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE, isIndexed, NODE } from '../../graph/schema.js';
import { isMachinery, isHelper as isPartOfObject } from '../../v8/helpers.js';
import { isInternalObject } from '../../v8/names.js';
import { isPairName } from '../../v8/weak-map-pairs.js';
import { hasPage, holds, keepsAlive } from '../sizes/essential-edges.js';
import { EntryNames, WEAK_VALUE } from './entry-names.js';
import { LinkRule, sourcesOf } from './link-rule.js';

/** One reference. Ordinals. */
export interface Link {
  readonly source: number;
  readonly target: number;
  /** V8's edge type, or `entry` for what stands in a folded table. */
  readonly type: string;
  readonly name: string | number;
  /**
   * The same for references that mean the same: all items of arrays, all values of Maps, a
   * property's name.
   */
  readonly kind: string;
}

export interface LinkOptions {
  /** References that keep nothing alive, too. Default false. */
  readonly weak?: boolean;
  /** V8's helpers, code and object shapes are objects like any other. Default false. */
  readonly internals?: boolean;
  /** Roots are never helpers. */
  readonly isRoot: (node: number) => boolean;
  readonly ignoreEdge?: (edge: number) => boolean;
}

export interface Links {
  /**
   * References to any of these nodes, by source in the order of the file; each source's edges are
   * read once.
   */
  referrers(nodes: readonly number[]): Link[];
  /** References from these nodes, in the order of the file. */
  references(nodes: readonly number[]): Link[];
  /** Whether a node is a helper. */
  isHelper(node: number): boolean;
  /**
   * The reference that one edge of `source` is; given an owner, the owner's, whose helper `source`
   * is.
   */
  link(source: number, edge: number, owner?: number): Link;
}

/** Edges from an object to helpers that are parts of it. */
const FOLDED = ['elements', 'properties', 'table'];

/**
 * Whether a node is a helper, which a picture folds into its owner.
 *
 * - In: which nodes are roots; these are never helpers.
 */
export function helperTest(
  graph: Graph,
  { internals = false, isRoot }: Pick<LinkOptions, 'internals' | 'isRoot'>,
): (node: number) => boolean {
  const isPart = isPartOfObject(graph);
  return (node) => !internals && !isRoot(node) && isPart(node);
}

/** Needs edges. Cost: the reverse edges, once a graph; then what is asked for. */
export function linksOf(graph: Graph, options: LinkOptions): Links {
  return new GraphLinks(graph, options);
}

class GraphLinks implements Links {
  private readonly weak: boolean;
  private readonly internals: boolean;
  /** Essential edges; for what none of them leads to, the others that keep it alive. */
  private readonly rules: readonly LinkRule[];
  private readonly names: EntryNames;
  readonly isNoise: (node: number) => boolean;
  private readonly isHidden: (node: number) => boolean;
  readonly isHelper: (node: number) => boolean;

  constructor(
    private readonly graph: Graph,
    private readonly options: LinkOptions,
  ) {
    const { weak = false, internals = false, ignoreEdge } = options;
    const { nodeTypes } = graph;
    const isObject = isInternalObject(graph);
    this.weak = weak;
    this.internals = internals;
    this.names = new EntryNames(graph);
    this.isNoise = isMachinery(graph);
    this.isHelper = helperTest(graph, options);
    this.isHidden = (node) => this.isHelper(node) || (nodeTypes[node] === NODE.hidden && !isObject(node));
    const alive = hasPage(graph) ? [holds(graph), keepsAlive(graph)] : [keepsAlive(graph)];
    this.rules = alive.map(
      (keeps) =>
        new LinkRule(graph, this, (edge, source) => (weak || keeps(edge, source)) && !ignoreEdge?.(edge)),
    );
  }

  link(source: number, edge: number, owner?: number): Link {
    return this.linkBy(this.rules[0]!, source, edge, owner);
  }

  referrers(nodes: readonly number[]): Link[] {
    const [first, second] = this.rules;
    const found = this.referrersBy(first!, nodes);
    if (this.weak || !second) return found;
    const held = new Set(found.map(({ target }) => target));
    const others = nodes.filter((node) => !held.has(node));
    return others.length === 0 ? found : [...found, ...this.referrersBy(second, others)];
  }

  references(nodes: readonly number[]): Link[] {
    return nodes.flatMap((node) => this.referencesOf(node));
  }

  private linkBy(rule: LinkRule, source: number, edge: number, owner?: number): Link {
    const { types, names, targets } = edgesOf(this.graph);
    const { edgeTypeNames, strings } = this.graph;
    const target = targets[edge]!;
    if (owner !== undefined) {
      const direct = rule.edgeTo(owner, target);
      if (direct !== undefined) return this.linkBy(rule, owner, direct);
      const { name, kind } = this.names.nameOf(owner, source, edge);
      return { source: owner, target, type: 'entry', name, kind: `entry ${kind}` };
    }
    const type = edgeTypeNames[types[edge]!]!;
    if (isIndexed(types[edge]!)) return { source, target, type, name: names[edge]!, kind: type };
    const raw = strings.get(names[edge]!);
    const name = types[edge] === EDGE.internal && isPairName(raw) ? WEAK_VALUE : raw;
    return { source, target, type, name, kind: `${type} ${name}` };
  }

  /** References by objects first, then those by helpers, as references by the helpers' owners. */
  private referrersBy(rule: LinkRule, nodes: readonly number[]): Link[] {
    const { firstEdge } = this.graph;
    const { targets } = edgesOf(this.graph);
    const wanted = new Set(nodes);
    const found: Link[] = [];
    const byHelpers: { helper: number; edge: number }[] = [];
    const direct = new Map<number, Set<number>>();
    for (const source of sourcesOf(this.graph, nodes)) {
      const helper = this.isHelper(source);
      for (let edge = firstEdge[source]!, end = firstEdge[source + 1]!; edge < end; edge++) {
        const target = targets[edge]!;
        if (!wanted.has(target) || !rule.follows(edge, source)) continue;
        if (helper) byHelpers.push({ helper: source, edge });
        else {
          found.push(this.linkBy(rule, source, edge));
          note(direct, source, target);
        }
      }
    }
    for (const { helper, edge } of byHelpers) {
      const owners = rule.ownersOf(helper);
      if (owners.length === 0) found.push(this.linkBy(rule, helper, edge));
      if (owners.some((owner) => direct.get(owner)?.has(targets[edge]!))) continue;
      for (const owner of owners) found.push(this.linkBy(rule, helper, edge, owner));
    }
    return this.internals ? found : this.withoutNoise(found);
  }

  /** Code and shapes count as holders only of what nobody else holds. */
  private withoutNoise(found: readonly Link[]): Link[] {
    const held = new Set<number>();
    for (const { source, target } of found) if (!this.isNoise(source)) held.add(target);
    return found.filter(({ source, target }) => !this.isNoise(source) || !held.has(target));
  }

  private referencesOf(node: number): readonly Link[] {
    const { nodeTypes, firstEdge } = this.graph;
    const { types, targets } = edgesOf(this.graph);
    if (!this.internals && nodeTypes[node] === NODE.number) return []; // its text stands in its own box
    const found: Link[] = [];
    const direct = new Set<number>();
    const helpers: number[] = [];
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (target === node || (types[edge] === EDGE.weak && !this.weak)) continue;
      if (this.options.ignoreEdge?.(edge)) continue;
      if (!this.internals && this.isHidden(target)) {
        if (this.isFolded(edge)) helpers.push(target);
      } else if (this.internals || !(this.isNoise(target) || this.isPrototype(edge))) {
        direct.add(target);
        found.push(this.link(node, edge));
      }
    }
    for (const helper of helpers) found.push(...this.entriesOf(node, helper, direct));
    return found;
  }

  /** Whether a helper that the edge leads to is part of the edge's source. */
  private isFolded(edge: number): boolean {
    const { types, names } = edgesOf(this.graph);
    return types[edge] === EDGE.internal && FOLDED.includes(this.graph.strings.get(names[edge]!));
  }

  private isPrototype(edge: number): boolean {
    const { types, names } = edgesOf(this.graph);
    return types[edge] === EDGE.property && this.graph.strings.equals(names[edge]!, '__proto__');
  }

  /** What a helper of `node` holds, without what the node has an edge of its own to. */
  private *entriesOf(node: number, helper: number, direct: ReadonlySet<number>): Generator<Link> {
    const { nodeTypes, firstEdge } = this.graph;
    const { types, targets } = edgesOf(this.graph);
    for (let edge = firstEdge[helper]!, end = firstEdge[helper + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (types[edge] === EDGE.weak && !this.weak) continue;
      if (target === node || direct.has(target) || this.isHelper(target) || this.isNoise(target)) continue;
      const entry = this.link(helper, edge, node);
      if (entry.kind === 'entry key' && nodeTypes[target] === NODE.string) continue; // `.get("key")` says it
      yield entry;
    }
  }
}

function note(pairs: Map<number, Set<number>>, key: number, value: number): void {
  const values = pairs.get(key);
  if (values) values.add(value);
  else pairs.set(key, new Set([value]));
}
