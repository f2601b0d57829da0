/** The dominator tree, merged by class: what a flame graph of a heap shows. */
import { inOrder } from '../../base/order.js';
import type { Graph } from '../../graph/graph.js';
import { classIndex } from '../../v8/class-names.js';
import { childIndex } from '../sizes/dominated-nodes.js';
import { retainedSizes } from '../sizes/retained-sizes.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import { SMALLER, type StackNode, type StackOptions } from './stack-tree.js';

/** Nodes of one class whose dominators are merged, too. */
interface Group {
  readonly nodes: ArrayLike<number>;
  readonly type: number;
  readonly size: number;
}

/**
 * Objects of one class that the same merged objects dominate are one frame: its size is what all of
 * them retain.
 *
 * - In: a graph with edges; the nodes of the first level, none of which dominates another.
 * - Out: preorder. The sizes of the first level add up to the retained sizes of its nodes, and the
 *   own sizes of a tree to its size.
 * - Order: the largest first. Ties: the class that appears first in the file.
 * - Empty: no nodes, nothing.
 * - Cost: dominators and retained sizes; then each node once, with 12 bytes a node of a branch that
 *   is looked into.
 */
export function* mergedDominators(
  graph: Graph,
  tops: ArrayLike<number>,
  { depth: deepest, least }: StackOptions,
): Generator<StackNode> {
  const { labels, of } = classIndex(graph);
  const retained = retainedSizes(graph);
  const shallow = shallowSizes(graph);
  const { firstChild, children } = childIndex(graph);

  /** Nodes by class, the largest group first. */
  const groupsOf = (nodes: ArrayLike<number>): Group[] => {
    const counts = new Map<number, number>();
    for (let i = 0; i < nodes.length; i++) counts.set(of[nodes[i]!]!, (counts.get(of[nodes[i]!]!) ?? 0) + 1);
    if (counts.size === 1) return [{ nodes, type: of[nodes[0]!]!, size: sum(nodes, retained) }];
    const members = new Map<number, { nodes: Uint32Array; next: number; size: number }>();
    for (const [type, count] of counts)
      members.set(type, { nodes: new Uint32Array(count), next: 0, size: 0 });
    for (let i = 0; i < nodes.length; i++) {
      const group = members.get(of[nodes[i]!]!)!;
      group.nodes[group.next++] = nodes[i]!;
      group.size += retained[nodes[i]!]!;
    }
    return Array.from(members, ([type, group]) => ({ nodes: group.nodes, type, size: group.size })).sort(
      inOrder<Group>(
        (a, b) => b.size - a.size,
        (a, b) => a.type - b.type,
      ),
    );
  };
  const dominatedBy = (nodes: ArrayLike<number>): Uint32Array => {
    let total = 0;
    for (let i = 0; i < nodes.length; i++) total += firstChild[nodes[i]! + 1]! - firstChild[nodes[i]!]!;
    const found = new Uint32Array(total);
    let at = 0;
    for (let i = 0; i < nodes.length; i++)
      for (let j = firstChild[nodes[i]!]!; j < firstChild[nodes[i]! + 1]!; j++) found[at++] = children[j]!;
    return found;
  };

  // Groups that wait, the next one last; a rest of small groups is one of them.
  const waiting: ({ readonly depth: number } & (Group | { readonly rest: readonly Group[] }))[] = [];
  const enter = (groups: readonly Group[], depth: number): void => {
    const rest = groups.filter(({ size }) => size < least);
    if (rest.length > 0) waiting.push({ depth, rest });
    for (let i = groups.length - rest.length - 1; i >= 0; i--) waiting.push({ depth, ...groups[i]! });
  };
  if (tops.length > 0) enter(groupsOf(tops), 0);
  for (let group = waiting.pop(); group; group = waiting.pop()) {
    const { depth } = group;
    if ('rest' in group) {
      const size = group.rest.reduce((total, one) => total + one.size, 0);
      const count = group.rest.reduce((total, one) => total + one.nodes.length, 0);
      yield { name: SMALLER, count, size, ownSize: size, ownCount: count, depth };
      continue;
    }
    const { nodes, size, type } = group;
    const count = nodes.length;
    const below = depth < deepest ? dominatedBy(nodes) : new Uint32Array(0);
    const isLeaf = below.length === 0;
    const ownSize = isLeaf ? size : sum(nodes, shallow);
    yield { name: labels[type]!, count, size, ownSize, ownCount: count, depth };
    if (!isLeaf) enter(groupsOf(below), depth + 1);
  }
}

function sum(nodes: ArrayLike<number>, sizes: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < nodes.length; i++) total += sizes[nodes[i]!]!;
  return total;
}
