/**
 * Leaks, from two or more snapshots of one process: the containers that were there in the first one and to which things
 * are added at every step since (see `frontierOf`).
 */
import { edgesOf, type Graph } from '../graph/graph.js';
import { EDGE, isIndexed, NODE } from '../graph/schema.js';
import type { Chain } from './chains.js';
import { classIndex } from './class-names.js';
import { Ownership } from './container-owner.js';
import { type ContainerGroup, type Frontier, frontierOf } from './frontier.js';
import { type ContentRow, contentsOf, describe } from './group-contents.js';
import { holderChain } from './holder-chains.js';
import { holderPaths } from './holder-paths.js';
import { nodeRoles, THING, WALL } from './node-roles.js';
import { type RootKind, rootOf } from './roots.js';

/** How the bytes or the members of a container developed. */
export type LeakVerdict = 'leak' | 'uneven';

/** One cause: a container, or several that hold the same things or are held alike, and what was added to it. */
export interface Leak {
  /**
   * `leak`: things of every step since the first snapshot are there. `uneven`: so are they, but of one step next to none:
   * what is loaded late looks so as well.
   */
  readonly verdict: LeakVerdict;
  /** Ordinal of the container with the most new members, in the last snapshot. */
  readonly container: number;
  /** How many containers are held in the same way. */
  readonly containers: number;
  /** Whose the container is. */
  readonly owner: keyof typeof Ownership;
  /** What the container's chain begins at; null where no root reaches it. */
  readonly root: RootKind | null;
  /** Who holds it; see `holderPaths`. */
  readonly path: string;
  /** The references from a root to the container, and to what grows in it where that has one name (a variable). */
  readonly chain: Chain;
  /** Whether the container is a list, of which `chain` leads to the owner. */
  readonly isList: boolean;
  /** Other containers that hold the same things. */
  readonly alsoIn: readonly { readonly container: number; readonly path: string; readonly chain: Chain }[];
  /** What is added: the class, function or scope of the heads, or of the list's items. */
  readonly member: ContentRow;
  /** By snapshot: how many members the container has that are there in the last snapshot. */
  readonly memberCounts: readonly number[];
  /** What says most about the members: the nearest of the program's own classes and functions, or the members. */
  readonly principal: ContentRow;
  /** What was made since, behind the members and including them; see `contentsOf`. */
  readonly contents: readonly ContentRow[];
  /** By age: things made since. */
  readonly things: readonly number[];
  /** Bytes made since (transferred shallow sizes). */
  readonly size: number;
  /** Bytes of those that no other container reaches. */
  readonly aloneSize: number;
}

/** What was not explained. */
export interface Leaks {
  /** Things of the last snapshot that were made after the first one and before the last. */
  readonly survivors: number;
  /** Bytes of all nodes that were made then. */
  readonly survivorSize: number;
  /** Of these, bytes that the leaks explain. */
  readonly explainedSize: number;
  /** The program's leaks first (verdict, bytes). */
  readonly leaks: readonly Leak[];
  readonly frontier: Frontier;
}

export interface LeaksOptions {
  /** Bytes that a leak has to have grown by since the first snapshot. Default 10,000. */
  readonly minSize?: number;
}

/** Fewer members at a step are taken for chance, unless they are large. */
const FEWEST = 3;
/** A step with less than this share of the largest one is uneven. */
const ALIKE = 0.25;
/** Fewer members than these at an uneven step are no leak. */
const UNEVEN_FEWEST = 10;
/** Bytes at every step from which on one or two members are enough. */
const LARGE = 256 * 1024;

/**
 * The containers that grow at every step.
 *
 * - In: two or more snapshots of one process, the earliest first (`lineage`). Of the last one edges and, to tell whose
 *   things are, locations; of the others the nodes.
 * - Out: one entry for each cause. Of two snapshots, which have one step only: every container that grew.
 * - Order: leaks before uneven growth, then the most bytes.
 * - Empty: nothing grows at every step.
 * - Cost: that of `frontierOf`; for each leak the nodes and edges behind it.
 */
export function leaks(snapshots: readonly Graph[], options: LeaksOptions = {}): Leaks {
  const { minSize = 10_000 } = options;
  const frontier = frontierOf(snapshots);
  const { graph, groups, ages, newest } = frontier;
  const roles = nodeRoles(graph);
  let survivors = 0;
  for (let node = 0; node < graph.nodeCount; node++)
    if (ages[node]! > 0 && (ages[node]! < newest || newest === 1) && roles[node] === THING) survivors++;
  let survivorSize = 0;
  const found: Leak[] = [];
  for (const group of groups) {
    survivorSize += grown(group.bytes, newest);
    const size = sum(group.bytes);
    if (size < minSize || !group.things.subarray(1).every((count) => count > 0)) continue;
    const leak = leakOf(frontier, group);
    if (leak) found.push(leak);
  }
  const merged = oneCauseEach(found);
  merged.sort(
    (a, b) =>
      Number(a.verdict !== 'leak') - Number(b.verdict !== 'leak') ||
      Number(a.owner !== 'program') - Number(b.owner !== 'program') ||
      b.size - a.size,
  );
  return {
    survivors,
    survivorSize,
    explainedSize: merged.reduce((total, { size }) => total + size, 0),
    leaks: merged,
    frontier,
  };
}

function sum(numbers: Float64Array): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Of the ages that a later snapshot has confirmed. */
function grown(byAge: Float64Array, newest: number): number {
  return sum(byAge.subarray(1, Math.max(2, newest)));
}

function leakOf(frontier: Frontier, group: ContainerGroup): Leak | undefined {
  const { graph } = frontier;
  const contents = contentsOf(frontier, group);
  const verdict = verdictOf(contents, group);
  if (verdict === undefined) return undefined;
  const paths = holderPaths(graph);
  const rows = contents.filter((row) => isSteady(row.counts) !== undefined);
  const member = memberOf(frontier, group, rows) ?? rows[0]!;
  const principal = principalOf(rows, member);
  const { chain, isList } = containerChain(frontier, group);
  const root = paths.rootOf(group.path)?.kind ?? null;
  return {
    verdict,
    container: group.container,
    containers: group.containers.length,
    owner: ownerName(group.owner),
    root,
    path: paths.text(group.path),
    chain,
    isList,
    alsoIn: [],
    member,
    memberCounts: memberCounts(frontier, group, member),
    principal,
    contents,
    things: [...group.things],
    size: sum(group.bytes),
    aloneSize: group.aloneSize,
  };
}

function ownerName(owner: Ownership): keyof typeof Ownership {
  return (Object.keys(Ownership) as (keyof typeof Ownership)[]).find((key) => Ownership[key] === owner)!;
}

/** Whether the counts of the ages after the first speak of a leak. */
function isSteady(counts: readonly number[]): LeakVerdict | undefined {
  const steps = counts.slice(1);
  const least = Math.min(...steps);
  const most = Math.max(...steps);
  if (least >= FEWEST && least >= most * ALIKE) return 'leak';
  return least >= UNEVEN_FEWEST ? 'uneven' : undefined;
}

function verdictOf(contents: readonly ContentRow[], group: ContainerGroup): LeakVerdict | undefined {
  let verdict: LeakVerdict | undefined;
  for (const { counts, kind, origin } of contents) {
    const found = isSteady(counts);
    if (found === 'leak') return 'leak';
    // Late loading makes more of what is common: only what has a place of its own counts when it is uneven.
    if (found === 'uneven' && (origin !== 'unknown' || kind === 'function')) verdict = 'uneven';
  }
  const steps = group.bytes.subarray(1);
  if (steps.every((bytes) => bytes >= LARGE)) return 'leak';
  return verdict;
}

/** The row of most heads. */
function memberOf(frontier: Frontier, group: ContainerGroup, rows: readonly ContentRow[]): ContentRow | undefined {
  return rows
    .filter(({ depth }) => depth === 0)
    .sort((a, b) => Math.min(...b.counts.slice(1)) - Math.min(...a.counts.slice(1)))[0];
}

const RANKS: readonly ((row: ContentRow) => boolean)[] = [
  ({ origin, kind }) => origin === 'program' && (kind === 'function' || kind === 'suspended' || kind === 'object'),
  ({ origin, kind, type }) => kind === 'object' && (origin === 'runtime' || !GENERAL.test(type)),
  ({ kind, variables }) => kind === 'scope' && variables.length > 0,
];
const GENERAL = /^(Object|Array|Map|Set|Promise|Date|Uint8Array|ArrayBuffer|Error|RegExp|WeakRef|WeakMap)$/;

function principalOf(rows: readonly ContentRow[], member: ContentRow): ContentRow {
  for (const fits of RANKS) {
    const [first] = rows.filter(fits);
    if (first) return first;
  }
  return member;
}

/** How many members there are, by snapshot: old and new things of the member's class that the containers lead to. */
function memberCounts(frontier: Frontier, group: ContainerGroup, member: ContentRow): number[] {
  const { graph, ages, newest } = frontier;
  const { firstEdge, nodeTypes } = graph;
  const { types, targets } = edgesOf(graph);
  const roles = nodeRoles(graph);
  const { of } = classIndex(graph);
  const kind = of[member.example]!;
  const place = graph.locations?.placeOf;
  const isClosure = nodeTypes[member.example] === NODE.closure;
  const fits = (node: number): boolean =>
    of[node] === kind && (!isClosure || place?.[node] === place?.[member.example]);
  const counts = new Array<number>(newest + 1).fill(0);
  const seen = new Set<number>(group.containers);
  const stack = [...group.containers];
  if (nodeTypes[group.container] !== NODE.synthetic)
    for (const node of group.containers) if (fits(node)) counts[ages[node]!]! += 1;
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (types[edge] === EDGE.weak || roles[target] === WALL || seen.has(target)) continue;
      if (roles[target] === THING) {
        if (!fits(target)) continue;
        counts[ages[target]!]! += 1;
      }
      seen.add(target);
      // The items of a list lead on to one another.
      stack.push(target);
    }
  }
  let total = 0;
  return counts.map((count) => (total += count));
}

/**
 * The chain to the container; of a list's item to what holds the list; to what grows, where all heads hang on one name.
 */
function containerChain(frontier: Frontier, group: ContainerGroup): { chain: Chain; isList: boolean } {
  const { graph } = frontier;
  const { of } = classIndex(graph);
  const roles = nodeRoles(graph);
  const chain = holderChain(graph, group.container);
  const things = chain.nodes.map((_, i) => i).filter((i) => i === 0 || roles[chain.nodes[i]!] === THING);
  // Items of a list have one class, and the same reference leads from each to the next.
  const last = things.length - 1;
  const kind = of[chain.nodes[things[last]!]!];
  const { names } = edgesOf(graph);
  let first = last;
  while (first > 1 && of[chain.nodes[things[first - 1]!]!] === kind) first--;
  const repeats = last - first;
  const sameEdge =
    repeats > 0 &&
    names[chain.edges[things[last]! - 1]!] === names[chain.edges[things[last - 1]! - 1]!];
  if (repeats > 1 || (repeats === 1 && (sameEdge || headsAlike(frontier, group)))) {
    const end = things[first]!;
    return { chain: { nodes: chain.nodes.slice(0, end), edges: chain.edges.slice(0, end - 1) }, isList: true };
  }
  if (headsAlike(frontier, group) && last > 0 && nodeTypesAreObjects(graph, group.container)) {
    const end = things[last]!;
    return { chain: { nodes: chain.nodes.slice(0, end), edges: chain.edges.slice(0, end - 1) }, isList: true };
  }
  const edge = commonEdge(frontier, group);
  if (edge === undefined) return { chain, isList: false };
  const { targets } = edgesOf(graph);
  return { chain: { nodes: [...chain.nodes, targets[edge]!], edges: [...chain.edges, edge] }, isList: false };
}

function nodeTypesAreObjects(graph: Graph, node: number): boolean {
  return graph.nodeTypes[node] === NODE.object;
}

/** Whether the heads are of the container's own class: items of a list, nodes of a tree. */
function headsAlike({ graph, headNodes }: Frontier, group: ContainerGroup): boolean {
  const { names, of } = classIndex(graph);
  const kind = of[group.container]!;
  if (/^(Object|Array|Map|Set)$/.test(names[kind]!)) return false;
  let alike = 0;
  for (let i = group.firstHead; i < group.lastHead; i++) if (of[headNodes[i]!] === kind) alike++;
  return alike * 2 > group.lastHead - group.firstHead;
}

/** The container's edge that leads to all heads, where it is one with a name. */
function commonEdge(frontier: Frontier, group: ContainerGroup): number | undefined {
  const { graph, headEdges } = frontier;
  const { types, names } = edgesOf(graph);
  const first = headEdges[group.firstHead]!;
  if (isIndexed(types[first]!) || (types[first] !== EDGE.context && types[first] !== EDGE.property)) return undefined;
  for (let i = group.firstHead; i < group.lastHead; i++)
    if (names[headEdges[i]!] !== names[first] || types[headEdges[i]!] !== types[first]) return undefined;
  for (let i = group.firstHead; i < group.lastHead; i++)
    if (frontier.headContainers[i] === group.container) return headEdges[i]!;
  return first;
}

/** Leaks whose members are of one place are one cause. */
function oneCauseEach(found: readonly Leak[]): Leak[] {
  const byCause = new Map<string, Leak>();
  for (const leak of [...found].sort((a, b) => b.size - a.size)) {
    const { principal, verdict } = leak;
    const { location, type, name } = principal;
    const key = location && principal.origin === 'program'
      ? `${verdict} ${type} ${name} ${location.scriptId}:${location.line}:${location.column}`
      : `${leak.path} ${leak.container}`;
    const known = byCause.get(key);
    if (!known) {
      byCause.set(key, leak);
      continue;
    }
    byCause.set(key, {
      ...known,
      size: known.size + leak.size,
      aloneSize: known.aloneSize + leak.aloneSize,
      things: known.things.map((count, age) => count + leak.things[age]!),
      alsoIn: [...known.alsoIn, { container: leak.container, path: leak.path, chain: leak.chain }],
    });
  }
  return [...byCause.values()];
}

export { describe as describeContent };
