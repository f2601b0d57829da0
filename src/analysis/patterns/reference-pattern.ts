/** Who refers to objects, and who refers to those: Heapy's reference pattern. */
import { byDescending, byText, byType, inOrder } from '../../base/order.js';
import type { Graph } from '../../graph/graph.js';
import { retainersOf } from '../../graph/retainers.js';
import { classIndex } from '../../v8/class-names.js';
import { isRoot } from '../../v8/roots.js';
import { nodeRoles } from '../classes/node-roles.js';
import { Ahead } from '../sizes/ahead.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import type { PatternNode } from './pattern-node.js';
import { DistinctNodes, References } from './reference-groups.js';
import { referrers } from './referrers.js';

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
    ahead.retainingEdges();
    nodeRoles(graph); // meanwhile
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
