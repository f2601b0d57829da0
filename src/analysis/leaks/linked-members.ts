/** Members that are not held by their container but by each other. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE } from '../../graph/schema.js';
import { classIndex } from '../../v8/class-names.js';
import type { Chain } from '../holders/chains.js';
import { holderChain, holderChains } from '../holders/holder-chains.js';
import type { Frontier } from './frontier.js';
import type { ContentRow } from './group-contents.js';
import { shapeText } from './object-shapes.js';

/** So many members for one that the container has itself. */
const MANY_LINKED = 10;

/**
 * The reference by which members lead to each other: `parent`.
 *
 * - In: the members, and how many there are.
 * - Empty: undefined where the container holds many of them itself, or none leads to another.
 * - Cost: the edges of one member.
 */
export function linkOf(graph: Graph, { example, heads }: ContentRow, count: number): string | undefined {
  const own = heads.reduce((sum, more) => sum + more, 0);
  if (own * MANY_LINKED > count) return undefined;
  const { types, names, targets } = edgesOf(graph);
  const { labels, of } = classIndex(graph);
  const isPlain = labels[of[example]!] === 'Object';
  for (let edge = graph.firstEdge[example]!, end = graph.firstEdge[example + 1]!; edge < end; edge++) {
    const target = targets[edge]!;
    if (types[edge] !== EDGE.property || target === example || of[target] !== of[example]) continue;
    const name = graph.strings.get(names[edge]!);
    // Plain objects are of one kind where they have the same properties.
    if (isPlain ? shapeText(graph, target) === shapeText(graph, example) : name !== '__proto__') return name;
  }
  return undefined;
}

/**
 * The chain to one of the things that came behind members: of their class the nearest that is
 * farther away than they are.
 *
 * - Cost: one pass over the nodes.
 */
export function chainBehind(
  { graph, groupOf, ages }: Pick<Frontier, 'graph' | 'groupOf' | 'ages'>,
  groups: readonly number[],
  { example }: ContentRow,
): Chain | undefined {
  const { of } = classIndex(graph);
  const { depths } = holderChains(graph);
  const claimed = new Set(groups);
  const found: number[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (let node = 0; node < graph.nodeCount; node++) {
    if (of[node] !== of[example] || ages[node] === 0 || !claimed.has(groupOf[node]!)) continue;
    found.push(node);
    least = Math.min(least, depths[node]!);
  }
  const behind = found.filter((node) => depths[node]! > least);
  const nearest = behind.reduce<number | undefined>(
    (best, node) => (best !== undefined && depths[best]! <= depths[node]! ? best : node),
    undefined,
  );
  return nearest === undefined ? undefined : holderChain(graph, nearest);
}
