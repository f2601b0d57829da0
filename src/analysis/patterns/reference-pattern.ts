/** Who refers to objects, and who refers to those: Heapy's reference pattern. */
import { byDescending, byText, byType, inOrder } from '../../base/order.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { retainersOf } from '../../graph/retainers.js';
import { EDGE } from '../../graph/schema.js';
import { classIndex } from '../../v8/class-names.js';
import { referenceText } from '../../v8/reference-text.js';
import { isRoot } from '../../v8/roots.js';
import { nodeRoles, WAY } from '../classes/node-roles.js';
import { Ahead } from '../sizes/ahead.js';
import { keepsAlive } from '../sizes/essential-edges.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import type { PatternNode } from './pattern-node.js';

/** How much of the tree is made. */
export interface ReferencePatternOptions {
  /** Levels above the objects. Default 6. */
  readonly depth?: number;
  /**
   * Branches at each level, those with the most references to the objects below; the others are one
   * branch. Default 10.
   */
  readonly limit?: number;
}

/** A branch while it is built. */
interface Group {
  readonly type: string;
  readonly via: string | undefined;
  readonly nodes: Uint32Array;
  /** How many objects of the level below it refers to. */
  readonly held: number;
}

/**
 * The tree of who refers to objects, merged by class and reference. References are those that keep
 * alive; what V8 puts in between (arrays of elements, tables) is a part of the reference.
 *
 * - In: a graph with edges; the objects.
 * - Out: a branch for each class of the objects; above each the classes that refer to them, and so
 *   on. An object that stands further down already ends its branch (`isCycle`); roots have nothing
 *   above them.
 * - Order: by how many objects of the level below refer to, descending. Ties: most objects, then by
 *   class.
 * - Cost: `depth` times the references to the objects of a level.
 */
export function referencePattern(
  graph: Graph,
  nodes: ArrayLike<number>,
  { depth = 6, limit = 10 }: ReferencePatternOptions = {},
): readonly PatternNode[] {
  retainersOf(graph); // by both threads, before the second one has something else to do
  const ahead = new Ahead(graph);
  try {
    ahead.sizes();
    return patternOf(graph, nodes, depth, limit);
  } finally {
    ahead.end();
  }
}

function patternOf(
  graph: Graph,
  nodes: ArrayLike<number>,
  depth: number,
  limit: number,
): readonly PatternNode[] {
  const { labels, of } = classIndex(graph);
  const root = isRoot(graph);
  /**
   * By node how deep it stands on the way down from the branch that is described; 0 where it does
   * not.
   */
  const level = new Uint32Array(graph.nodeCount);

  const describe = (group: Group, at: number): PatternNode => {
    const fresh = freshOf(group.nodes, level, at);
    const isCycle = fresh.length === 0;
    const above =
      isCycle || at > depth ? [] : groupsAbove(at === 1 ? fresh : fresh.filter((node) => !root(node)));
    const children = above.map((next) => describe(next, at + 1));
    for (let i = 0; i < fresh.length; i++) level[fresh[i]!] = 0;
    return {
      type: group.type,
      via: group.via,
      count: group.nodes.length,
      size: sumOf(shallowSizes(graph), group.nodes),
      isCycle,
      children,
    };
  };

  const { texts, collect } = referrers(graph, of);
  const distinct = new DistinctNodes(graph.nodeCount);

  /** Who refers to nodes, the branches with the most of them. */
  const groupsAbove = (held: Uint32Array): Group[] => {
    const found = new References();
    for (let i = 0; i < held.length; i++) collect(held[i]!, found);
    return found
      .groups()
      .map(({ type, via, sources, targets }) => ({
        type: labels[type]!,
        via: texts[via]!,
        sources,
        count: distinct.count(sources),
        held: distinct.count(targets),
      }))
      .sort(
        inOrder<{ type: string; via: string; count: number; held: number }>(
          byDescending((group) => group.held),
          byDescending((group) => group.count),
          byText((group) => `${group.type} ${group.via}`),
        ),
      )
      .slice(0, limit)
      .map(({ type, via, sources, count, held }) => ({
        type,
        via,
        nodes: distinct.list(sources, count),
        held,
      }));
  };

  const byClass = new Map<number, number[]>();
  for (let i = 0; i < nodes.length; i++) {
    const list = byClass.get(of[nodes[i]!]!) ?? [];
    byClass.set(of[nodes[i]!]!, list);
    list.push(nodes[i]!);
  }
  return [...byClass]
    .map(
      ([type, list]): Group => ({
        type: labels[type]!,
        via: undefined,
        nodes: Uint32Array.from(list),
        held: list.length,
      }),
    )
    .sort(
      inOrder<Group>(
        byDescending((group) => group.nodes.length),
        byType,
      ),
    )
    .slice(0, limit)
    .map((group) => describe(group, 1));
}

/** The nodes that stand nowhere yet. They stand at this level now. */
function freshOf(nodes: Uint32Array, level: Uint32Array, at: number): Uint32Array {
  const fresh = new Uint32Array(nodes.length);
  let count = 0;
  for (let i = 0; i < nodes.length; i++) if (level[nodes[i]!] === 0) fresh[count++] = nodes[i]!;
  for (let i = 0; i < count; i++) level[fresh[i]!] = at;
  return fresh.subarray(0, count);
}

function sumOf(sizes: Float64Array, nodes: Uint32Array): number {
  let sum = 0;
  for (let i = 0; i < nodes.length; i++) sum += sizes[nodes[i]!]!;
  return sum;
}

/** The different nodes of lists. Takes 4 bytes a node, once. */
class DistinctNodes {
  private readonly seen: Uint32Array;
  private call = 0;

  constructor(nodeCount: number) {
    this.seen = new Uint32Array(nodeCount);
  }

  /** How many there are. */
  count(nodes: Uint32Array): number {
    const { seen } = this;
    const call = ++this.call;
    let count = 0;
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[i]!;
      if (seen[node] === call) continue;
      seen[node] = call;
      count++;
    }
    return count;
  }

  /** In: how many there are. Out: those, in the order of the list. */
  list(nodes: Uint32Array, count: number): Uint32Array {
    const { seen } = this;
    const call = ++this.call;
    const found = new Uint32Array(count);
    for (let i = 0, at = 0; at < count; i++) {
      const node = nodes[i]!;
      if (seen[node] === call) continue;
      seen[node] = call;
      found[at++] = node;
    }
    return found;
  }
}

/** References to the nodes of a level in groups by class and reference: 12 bytes each. */
class References {
  private readonly numbers = new Map<number, number>();
  private readonly kinds: { readonly type: number; readonly via: number; count: number }[] = [];
  /** Group, source and target of each. */
  private triples = new Uint32Array(3 << 10);
  private length = 0;
  private lastType = -1;
  private lastVia = -1;
  private last = -1;

  add(type: number, via: number, source: number, target: number): void {
    if (type !== this.lastType || via !== this.lastVia) this.last = this.groupOf(type, via);
    const group = this.last;
    this.kinds[group]!.count++;
    if (this.length === this.triples.length) {
      const larger = new Uint32Array(this.length * 2);
      larger.set(this.triples);
      this.triples = larger;
    }
    this.triples[this.length] = group;
    this.triples[this.length + 1] = source;
    this.triples[this.length + 2] = target;
    this.length += 3;
  }

  private groupOf(type: number, via: number): number {
    this.lastType = type;
    this.lastVia = via;
    const key = type * 2 ** 26 + via;
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    this.numbers.set(key, this.kinds.length);
    return this.kinds.push({ type, via, count: 0 }) - 1;
  }

  /** Order: as they were first met; references of a group, too. */
  groups(): readonly ReferenceGroup[] {
    const groups = this.kinds.map(({ type, via, count }) => ({
      type,
      via,
      sources: new Uint32Array(count),
      targets: new Uint32Array(count),
      filled: 0,
    }));
    for (let at = 0; at < this.length; at += 3) {
      const group = groups[this.triples[at]!]!;
      group.sources[group.filled] = this.triples[at + 1]!;
      group.targets[group.filled] = this.triples[at + 2]!;
      group.filled++;
    }
    return groups;
  }
}

interface ReferenceGroup {
  /** A class. */
  readonly type: number;
  /** A text of `Referrers`. */
  readonly via: number;
  readonly sources: Uint32Array;
  readonly targets: Uint32Array;
}

interface Referrers {
  /** References in words; it grows. */
  readonly texts: readonly string[];
  /** Adds each object that refers to a node, its class and the number of the reference's text. */
  readonly collect: (node: number, into: References) => void;
}

/** Texts whose numbers are remembered by retainer. */
const MOST_TEXTS = 2 ** 16 - 2;

/** Edges of a node from which on they are put into an index. */
const MANY = 64;

function referrers(graph: Graph, of: Uint32Array): Referrers {
  const { firstEdge, nodeCount } = graph;
  const { types, names, targets } = edgesOf(graph);
  const { firstRetainer, sources } = retainersOf(graph);
  const roles = nodeRoles(graph);
  const keeps = keepsAlive(graph);
  const texts: string[] = [];
  const byText = new Map<string, number>();
  const byName = new Map<number, number>();
  const textOf = (edge: number): number => {
    const type = types[edge]!;
    // The name of an element is its index.
    const key = type === EDGE.element ? -1 : names[edge]! * 16 + type;
    let number = byName.get(key);
    if (number !== undefined) return number;
    const text = referenceText(graph, type, names[edge]!);
    number = byText.get(text) ?? texts.push(text) - 1;
    byText.set(text, number);
    byName.set(key, number);
    return number;
  };
  /** A large source is looked at once for all that it refers to. */
  const found = new Map<number, Map<number, number>>();
  const edgeTo = (source: number, target: number): number => {
    const begin = firstEdge[source]!;
    const end = firstEdge[source + 1]!;
    if (end - begin > MANY) {
      let index = found.get(source);
      if (!index) {
        index = new Map();
        for (let edge = begin; edge < end; edge++)
          if (keeps(edge, source) && !index.has(targets[edge]!)) index.set(targets[edge]!, edge);
        found.set(source, index);
      }
      return index.get(target) ?? -1;
    }
    for (let edge = begin; edge < end; edge++)
      if (targets[edge] === target && keeps(edge, source)) return edge;
    return -1;
  };
  /**
   * By retainer what was found out of it: that it says nothing, or the number of its text plus two.
   * Branches lead through the same objects over and over.
   */
  const known = new Uint16Array(sources.length);
  /** The text of the reference of a retainer; -1 where it keeps nothing or stands there twice. */
  const lookUp = (node: number, at: number): number => {
    const source = sources[at]!;
    if (source === node || (at > firstRetainer[node]! && source === sources[at - 1])) return -1;
    const edge = edgeTo(source, node);
    return edge < 0 ? -1 : textOf(edge);
  };
  const textAt = (node: number, at: number): number => {
    const code = known[at]!;
    if (code !== 0) return code - 2;
    const text = lookUp(node, at);
    if (text < MOST_TEXTS) known[at] = text + 2;
    return text;
  };
  /** By node the call that went through it, where it is a part of an object. */
  const passed = new Uint32Array(nodeCount);
  let call = 0;
  // The way up through parts of objects, which may be long: nodes, and how far each was looked at.
  const way: number[] = [];
  const next: number[] = [];
  const enter = (node: number): void => {
    way.push(node);
    next.push(firstRetainer[node]!);
  };
  /** Adds what refers to a part of an object, for what the part is of. */
  const climb = (part: number, via: number, held: number, into: References): void => {
    enter(part);
    while (way.length > 0) {
      const top = way.length - 1;
      const node = way[top]!;
      const at = next[top]!++;
      if (at >= firstRetainer[node + 1]!) {
        way.pop();
        next.pop();
        continue;
      }
      if (textAt(node, at) < 0) continue;
      const source = sources[at]!;
      if (roles[source] !== WAY) into.add(of[source]!, via, source, held);
      else if (passed[source] !== call) {
        passed[source] = call;
        enter(source);
      }
    }
  };
  return {
    texts,
    collect(node, into) {
      call++;
      for (let at = firstRetainer[node]!, end = firstRetainer[node + 1]!; at < end; at++) {
        // The reference to an item says more than that to the array that has it.
        const via = textAt(node, at);
        if (via < 0) continue;
        const source = sources[at]!;
        if (roles[source] !== WAY) into.add(of[source]!, via, source, node);
        else if (passed[source] !== call) {
          passed[source] = call;
          climb(source, via, node, into);
        }
      }
    },
  };
}
