/** Who refers to objects, and who refers to those: Heapy's reference pattern. */
import { byDescending, byText, byType, inOrder } from '../../base/order.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { retainersOf } from '../../graph/retainers.js';
import { EDGE } from '../../graph/schema.js';
import { classIndex } from '../../v8/class-names.js';
import { referenceText } from '../../v8/reference-text.js';
import { isRoot } from '../../v8/roots.js';
import { nodeRoles, WAY } from '../classes/node-roles.js';
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

/** Nodes of one class that refer to some of the nodes below in one way. */
interface ReferrerGroup {
  readonly type: number;
  readonly via: string;
  readonly nodes: Set<number>;
  readonly held: Set<number>;
}

/** A branch while it is built. */
interface Group {
  readonly type: string;
  readonly via: string | undefined;
  readonly nodes: readonly number[];
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
  const { labels, of } = classIndex(graph);
  const sizes = shallowSizes(graph);
  const root = isRoot(graph);
  const referrersOf = referrers(graph);
  /**
   * By node how deep it stands on the way down from the branch that is described; 0 where it does
   * not.
   */
  const level = new Uint32Array(graph.nodeCount);

  const describe = (group: Group, at: number): PatternNode => {
    const fresh = group.nodes.filter((node) => level[node] === 0);
    const isCycle = fresh.length === 0;
    for (const node of fresh) level[node] = at;
    const above = isCycle || at > depth ? [] : groupsAbove(fresh.filter((node) => at === 1 || !root(node)));
    const children = above.map((next) => describe(next, at + 1));
    for (const node of fresh) level[node] = 0;
    return {
      type: group.type,
      via: group.via,
      count: group.nodes.length,
      size: group.nodes.reduce((sum, node) => sum + sizes[node]!, 0),
      isCycle,
      children,
    };
  };

  /** Who refers to nodes, the branches with the most of them. */
  const groupsAbove = (held: readonly number[]): Group[] => {
    const groups = new Map<string, ReferrerGroup>();
    for (const node of held)
      referrersOf(node, (source, via) => {
        const key = `${of[source]} ${via}`;
        const group = groups.get(key) ?? { type: of[source]!, via, nodes: new Set(), held: new Set() };
        groups.set(key, group);
        group.nodes.add(source);
        group.held.add(node);
      });
    const sorted = [...groups.values()].sort(
      inOrder<ReferrerGroup>(
        byDescending((group) => group.held.size),
        byDescending((group) => group.nodes.size),
        byText((group) => `${labels[group.type]} ${group.via}`),
      ),
    );
    return sorted.slice(0, limit).map((group) => ({
      type: labels[group.type]!,
      via: group.via,
      nodes: [...group.nodes],
      held: group.held.size,
    }));
  };

  const byClass = new Map<number, number[]>();
  for (let i = 0; i < nodes.length; i++) {
    const list = byClass.get(of[nodes[i]!]!) ?? [];
    byClass.set(of[nodes[i]!]!, list);
    list.push(nodes[i]!);
  }
  return [...byClass]
    .map(([type, list]): Group => ({ type: labels[type]!, via: undefined, nodes: list, held: list.length }))
    .sort(
      inOrder<Group>(
        byDescending((group) => group.nodes.length),
        byType,
      ),
    )
    .slice(0, limit)
    .map((group) => describe(group, 1));
}

type Referrers = (node: number, each: (source: number, via: string) => void) => void;

/** Calls back for each object that refers to a node, with the reference in words. */
function referrers(graph: Graph): Referrers {
  const { firstEdge } = graph;
  const { types, names, targets } = edgesOf(graph);
  const { firstRetainer, sources } = retainersOf(graph);
  const roles = nodeRoles(graph);
  const keeps = keepsAlive(graph);
  const texts = new Map<number, string>();
  const textOf = (edge: number): string => {
    const type = types[edge]!;
    if (type === EDGE.element) return '[…]';
    const key = names[edge]! * 16 + type;
    let text = texts.get(key);
    if (text === undefined) {
      text = referenceText(graph, type, names[edge]!);
      texts.set(key, text);
    }
    return text;
  };
  /** A large source is looked at once for all that it refers to. */
  const found = new Map<number, Map<number, number>>();
  const edgeTo = (source: number, target: number): number | undefined => {
    const degree = firstEdge[source + 1]! - firstEdge[source]!;
    if (degree > MANY) {
      let index = found.get(source);
      if (!index) {
        index = new Map();
        for (let edge = firstEdge[source]!, end = firstEdge[source + 1]!; edge < end; edge++)
          if (keeps(edge, source) && !index.has(targets[edge]!)) index.set(targets[edge]!, edge);
        found.set(source, index);
      }
      return index.get(target);
    }
    for (let edge = firstEdge[source]!, end = firstEdge[source + 1]!; edge < end; edge++)
      if (targets[edge] === target && keeps(edge, source)) return edge;
    return undefined;
  };
  const visit = (
    node: number,
    via: string | undefined,
    ways: Set<number>,
    each: (source: number, via: string) => void,
  ): void => {
    let last = -1;
    for (let at = firstRetainer[node]!, end = firstRetainer[node + 1]!; at < end; at++) {
      const source = sources[at]!;
      if (source === last || source === node) continue;
      last = source;
      const edge = edgeTo(source, node);
      if (edge === undefined) continue;
      // The reference to an item says more than that to the array that has it.
      const text = via ?? textOf(edge);
      if (roles[source] !== WAY) each(source, text);
      else if (!ways.has(source)) {
        ways.add(source);
        visit(source, text, ways, each);
      }
    }
  };
  return (node, each) => visit(node, undefined, new Set(), each);
}

/** Edges of a node from which on they are put into an index. */
const MANY = 64;
