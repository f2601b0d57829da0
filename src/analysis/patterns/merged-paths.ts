/**
 * Shortest paths from the roots to many nodes, merged: MAT's "merge shortest paths", and Heapy's
 * `sp`.
 */
import { byDescending, byType, inOrder } from '../../base/order.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { PairNumbers } from '../../graph/pair-numbers.js';
import { EDGE } from '../../graph/schema.js';
import { classIndex } from '../../v8/class-names.js';
import { isWeakMapEntry, referenceText } from '../../v8/reference-text.js';
import { nodeRoles, WAY } from '../classes/node-roles.js';
import { holderChains, UNHELD } from '../holders/holder-chains.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import type { PatternNode } from './pattern-node.js';

/**
 * The shortest chain of each node (`holderChains`), merged from the roots down: references of one
 * kind from one branch to nodes of one class are one branch. What V8 puts in between (arrays of
 * elements, tables) is a part of the reference.
 *
 * - In: a graph with edges; the nodes.
 * - Out: the branches from the roots, with how many of the nodes hang on each and their bytes.
 * - Order: most nodes first. Ties: most bytes, then the class.
 * - Cost: that of `holderChains`; then linear in the chains' distinct nodes.
 */
export function mergedPaths(graph: Graph, nodes: ArrayLike<number>): readonly PatternNode[] {
  const { parents, edges } = holderChains(graph);
  const { nodeCount } = graph;
  const { types, names } = edgesOf(graph);
  const { labels, of } = classIndex(graph);
  const roles = nodeRoles(graph);
  const sizes = shallowSizes(graph);
  // A branch is its parent's number, and a kind: a reference and a class.
  const branches = new PairNumbers();
  const kinds = new PairNumbers();
  const references = new PairNumbers();
  const TOP = 0;
  /**
   * By node the number of its branch plus one; 0 where it is not known. Branches are counted from
   * 1, TOP is 0.
   */
  const branchOf = new Uint32Array(nodeCount);
  const path: number[] = [];
  /** By name where all of its kind are one reference: the type and the name that stand for them. */
  const alike = new Map<number, readonly [type: number, name: number] | undefined>();
  let weakMapEntry: readonly [number, number] | undefined;
  /** Items are one reference, whatever their numbers are; so are entries of tables. */
  const likeness = (type: number, name: number): readonly [number, number] | undefined => {
    if (type !== EDGE.property && type !== EDGE.internal) return undefined;
    if (alike.has(name)) return alike.get(name);
    const text = graph.strings.get(name);
    let found: readonly [number, number] | undefined;
    if (/^\d+$/.test(text)) found = ITEM;
    else if (isWeakMapEntry(text)) {
      weakMapEntry ??= [EDGE.internal, name];
      found = weakMapEntry;
    }
    alike.set(name, found);
    return found;
  };
  const referenceOf = (edge: number): number => {
    const type = types[edge]!;
    const isItem = type === EDGE.element || type === EDGE.hidden;
    const [kind, name] = likeness(type, names[edge]!) ?? [type, isItem ? 0 : names[edge]!];
    return 1 + references.numberOf(kind, name);
  };
  const branch = (parent: number, edge: number | undefined, node: number): number => {
    const reference = edge === undefined ? 0 : referenceOf(edge);
    return 1 + branches.numberOf(parent, kinds.numberOf(reference, of[node]!));
  };
  const isTop = (node: number): boolean => parents[node] === UNHELD || parents[node] === node;
  const find = (start: number): number => {
    let node = start;
    while (branchOf[node] === 0) {
      path.push(node);
      if (isTop(node)) break;
      node = parents[node]!;
    }
    let known = branchOf[node] === 0 ? TOP : branchOf[node]! - 1;
    while (path.length > 0) {
      const at = path.pop()!;
      // An array of elements is a part of its owner.
      if (isTop(at) || roles[at] !== WAY) known = branch(known, isTop(at) ? undefined : edges[at], at);
      branchOf[at] = known + 1;
    }
    return known;
  };
  /** An array that is looked for has a branch of its own, beside those of what it holds. */
  const branchFor = (node: number): number =>
    roles[node] === WAY && !isTop(node) ? branch(find(node), edges[node], node) : find(node);
  const counts: number[] = [0];
  const bytes: number[] = [0];
  for (let i = 0; i < nodes.length; i++) {
    const found = branchFor(nodes[i]!);
    counts[found] = (counts[found] ?? 0) + 1;
    bytes[found] = (bytes[found] ?? 0) + sizes[nodes[i]!]!;
  }
  // A branch has a greater number than its parent.
  const below: number[][] = Array.from({ length: branches.count + 1 }, () => []);
  for (let number = branches.count; number >= 1; number--) {
    const parent = branches.first(number - 1);
    if (counts[number] === undefined) continue;
    counts[parent] = (counts[parent] ?? 0) + counts[number]!;
    bytes[parent] = (bytes[parent] ?? 0) + bytes[number]!;
    below[parent]!.push(number);
  }
  const describe = (number: number): PatternNode => {
    const kind = branches.second(number - 1);
    const reference = kinds.first(kind);
    return {
      type: labels[kinds.second(kind)]!,
      via:
        reference === 0
          ? undefined
          : referenceText(graph, references.first(reference - 1), references.second(reference - 1)),
      count: counts[number]!,
      size: bytes[number]!,
      isCycle: false,
      children: ordered(below[number]!.map(describe)),
    };
  };
  return ordered(below[TOP]!.map(describe));
}

/** What items of arrays and entries of tables are, whatever their numbers. */
const ITEM = [EDGE.element, 0] as const;

function ordered(nodes: PatternNode[]): PatternNode[] {
  return nodes.sort(
    inOrder<PatternNode>(
      byDescending((row) => row.count),
      byDescending((row) => row.size),
      byType,
    ),
  );
}
