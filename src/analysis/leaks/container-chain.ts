/** The way from a root to a container, and what the container holds of one kind. */

import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE, isIndexed, NODE } from '../../graph/schema.js';
import { classIndex } from '../../v8/class-names.js';
import { isSystemName } from '../../v8/system-names.js';
import { nodeRoles, THING, WALL } from '../classes/node-roles.js';
import type { Chain } from '../holders/chains.js';
import { holderChain } from '../holders/holder-chains.js';
import { contentKeys } from './content-keys.js';
import type { ContainerGroup, Frontier } from './frontier.js';
import { type ContentRow, FEWEST } from './group-contents.js';
import { isSimilarShape, shapeKeys, shapeText } from './object-shapes.js';

/**
 * The chain to a group's container. Of a list's item the chain to what holds the list; where all
 * heads hang on one variable or property, the chain to that.
 *
 * - Cost: linear in the chain and the group's heads.
 */
export function containerChain(frontier: Frontier, group: ContainerGroup): { chain: Chain; isList: boolean } {
  const { graph } = frontier;
  const { of } = classIndex(graph);
  const { targets, names } = edgesOf(graph);
  const roles = nodeRoles(graph);
  const chain = holderChain(graph, group.container);
  const things = chain.nodes.map((_, i) => i).filter((i) => i === 0 || roles[chain.nodes[i]!] === THING);
  const last = things.length - 1;
  const kindAt = (place: number): number => of[chain.nodes[things[place]!]!]!;
  const referenceAt = (place: number): number => names[chain.edges[things[place]! - 1]!]!;
  // Items of a list have one class, and the same reference leads from each to the next.
  let first = last;
  while (first > 1 && kindAt(first - 1) === kindAt(last)) first--;
  const run = last - first;
  const isList =
    last > 0 && (headsAlike(frontier, group) || (run > 1 && referenceAt(last) === referenceAt(last - 1)));
  if (isList) {
    const end = things[first]!;
    return { chain: { nodes: chain.nodes.slice(0, end), edges: chain.edges.slice(0, end - 1) }, isList };
  }
  const edge = commonEdge(frontier, group);
  if (edge === undefined) return { chain, isList };
  return { chain: { nodes: [...chain.nodes, targets[edge]!], edges: [...chain.edges, edge] }, isList };
}

/** Whether the heads are of the container's own class: items of a list, nodes of a tree. */
function headsAlike({ graph, headNodes }: Frontier, group: ContainerGroup): boolean {
  const { labels, of } = classIndex(graph);
  const kind = of[group.container]!;
  if (graph.nodeTypes[group.container] !== NODE.object || isGeneral(labels[kind]!)) return false;
  let alike = 0;
  for (let i = group.firstHead; i < group.lastHead; i++) if (of[headNodes[i]!] === kind) alike++;
  return alike * 2 > group.lastHead - group.firstHead;
}

function isGeneral(type: string): boolean {
  return /^(Object|Array|Map|Set)$/.test(type) || isSystemName(type);
}

/** The container's edge that leads to all heads, where it is one with a name. */
function commonEdge(frontier: Frontier, group: ContainerGroup): number | undefined {
  if (group.edgeName === undefined) return undefined;
  const { headEdges, headContainers } = frontier;
  for (let i = group.firstHead; i < group.lastHead; i++)
    if (headContainers[i] === group.container) return headEdges[i]!;
  return undefined;
}

/**
 * Whether a thing is of a member's class; a function of its place, a plain object with similar
 * properties.
 */
function likeMember(graph: Graph, member: number): (node: number) => boolean {
  const { labels, of } = classIndex(graph);
  const kind = of[member]!;
  if (graph.nodeTypes[member] === NODE.closure) {
    const keyOf = contentKeys(graph);
    const key = keyOf(member);
    return (node) => of[node] === kind && keyOf(node) === key;
  }
  if (labels[kind] !== 'Object') return (node) => of[node] === kind;
  const shapeOf = shapeKeys(graph);
  const shape = shapeText(graph, member);
  const known = new Map<number | string, boolean>();
  return (node) => {
    if (of[node] !== kind) return false;
    const key = shapeOf(node);
    let is = known.get(key);
    if (is === undefined) {
      is = isSimilarShape(shape, shapeText(graph, node));
      known.set(key, is);
    }
    return is;
  };
}

/** What is counted. */
interface Counted {
  readonly contents: readonly ContentRow[];
  readonly member: ContentRow;
  readonly listOwner: number | undefined;
}

/**
 * How many members the containers have of those that the last snapshot has, by snapshot: old and
 * new things like the member that the containers lead to, along the items of lists. Plain objects
 * lead on to others with the same properties only. Of a list whose owner is known, its items from
 * there on. Where the containers hold members of every step themselves, what members lead to is not
 * counted.
 *
 * - In: the rows of the group; what lies between the containers and the members is told by them.
 * - Cost: the members, and the edges of them and of the parts of the containers.
 */
export function memberCounts(
  frontier: Frontier,
  group: ContainerGroup,
  { contents, member, listOwner }: Counted,
): number[] {
  const { graph, ages, newest } = frontier;
  const { firstEdge, nodeTypes, strings } = graph;
  const { types, targets, names } = edgesOf(graph);
  const roles = nodeRoles(graph);
  const classes = classIndex(graph);
  const { example } = member;
  const kind = classes.of[example]!;
  const isPlain = classes.labels[kind] === 'Object';
  const isDirectly = listOwner === undefined && member.heads.slice(1).every((count) => count >= FEWEST);
  const isLinked = !isDirectly && (isPlain || !isGeneral(classes.labels[kind]!));
  const shape = isPlain ? shapeText(graph, example) : '';
  const prototype = strings.indexesOf('__proto__');
  const shapeOf = shapeKeys(graph);
  /** What new members are behind. */
  const between = new Set(
    contents.filter(({ depth }) => depth < member.depth).map((row) => shapeOf(row.example)),
  );
  const fits = likeMember(graph, example);
  const counts = new Array<number>(newest + 1).fill(0);
  const { edgeName } = group;
  const containers = new Set(group.containers);
  const seen = new Set<number>();
  const stack: number[] = [];
  /** The engine's parts of members. */
  const within = new Set<number>();
  const isWithin = (node: number): boolean => within.has(node) || (roles[node] === THING && fits(node));
  const start = (node: number): void => {
    if (seen.has(node)) return;
    seen.add(node);
    stack.push(node);
    const isItem = nodeTypes[node] !== NODE.synthetic && fits(node) && !isGeneral(classes.labels[kind]!);
    if (isItem) counts[ages[node]!]! += 1;
  };
  for (const node of group.containers) start(node);
  if (listOwner !== undefined) start(listOwner);
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (types[edge] === EDGE.weak || roles[target] === WALL || seen.has(target)) continue;
      // Of a class it is no member; plain objects may be laid over each other.
      const isPrototype = types[edge] === EDGE.property && prototype.has(names[edge]!);
      if (isPrototype && !(isPlain && isLinked && fits(target))) continue;
      const isOwn = edgeName === undefined || !containers.has(node) || node === listOwner;
      if (!isOwn && (names[edge] !== edgeName || isIndexed(types[edge]!))) continue;
      if (roles[target] === THING) {
        if (!fits(target)) {
          // Members behind things that are made anew each time, and old ones behind such things.
          if (member.depth === 0) continue;
          if (
            frontier.groupOf[target] !== group.number &&
            (ages[target] !== 0 || !between.has(shapeOf(target)))
          )
            continue;
          seen.add(target);
          stack.push(target);
          continue;
        }
        const isDirect = !isPlain || group.containers.length === 0 || !isWithin(node);
        if (!isDirect && (isDirectly || shapeText(graph, target) !== shape)) continue;
        counts[ages[target]!]! += 1;
        seen.add(target);
        // The items of a list lead on to one another.
        if (isLinked) stack.push(target);
        continue;
      }
      seen.add(target);
      stack.push(target);
      if (isWithin(node)) within.add(target);
    }
  }
  let total = 0;
  return counts.map((count) => {
    total += count;
    return total;
  });
}
