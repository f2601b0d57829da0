/**
 * Leaks, from two or more snapshots of one process: the containers that were there in the first one
 * and to which things are added at every step since (see `frontierOf`), and old things that get
 * larger at every step by themselves.
 *
 * The room `leaks`:
 *
 *   frontier-heads → frontier-groups    what is new behind what was there before
 *   frontier → group-contents           containers that were there before, and what is new in them
 *   leaks leak leak-of-group            which containers grow at every step
 *   leak-evidence                       the verdict
 *   rebuilt-parts growth-in-place       what grows without a container that gets more members
 *   members-in-place counted-leaks      members of a container in each snapshot
 *   leak-search                         the same, with edges read only where they are needed
 *   container-place -words -text -chain where a container is, in words
 *   new-holders grown-holders survival  who holds what is new, class by class
 */
import { byDescending, byType, inOrder } from '../../base/order.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { classIndex } from '../../v8/class-names.js';
import { nodeRoles, THING } from '../classes/node-roles.js';
import { containerWords } from '../expressions/container-words.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import { type BoundedBuffer, boundedBuffers } from './bounded-buffers.js';
import { type Frontier, frontierOf } from './frontier.js';
import { type ContentRow, joinedContents } from './group-contents.js';
import { type Slot, sizesInPlace } from './growth-in-place.js';
import { explains, type Leak } from './leak.js';
import { bytesVerdict, isOfLoader, type LeakVerdict } from './leak-evidence.js';
import { inPlace, leakOf, sum } from './leak-of-group.js';
import { type RebuiltPart, rebuiltParts } from './rebuilt-parts.js';
import { namedBound, visibleBound } from './visible-bound.js';

/** The answer of `leaks`. */
export interface Leaks {
  /** Containers that grow, one for each cause. */
  readonly leaks: readonly Leak[];
  /**
   * Things of the last snapshot that were made since the first one; of three and more without those
   * of the last step.
   */
  readonly survivors: number;
  /** How many of these no container reaches. */
  readonly unheld: number;
  /** Their bytes, and those of the parts of what a container reaches. */
  readonly survivorSize: number;
  /** Of these, the bytes that the leaks explain. */
  readonly explainedSize: number;
  /** Classes of the survivors that no leak explains, most bytes first, ties by number. */
  readonly unexplained: readonly { readonly type: string; readonly count: number; readonly size: number }[];
  /** Containers that grew within a limit of the runtime's, or one that they show: no leaks. */
  readonly bounded: readonly BoundedBuffer[];
  /**
   * Containers with things of every step of a class that did not become more in the whole snapshot:
   * leaks, if the earlier snapshots show that they got more members.
   */
  readonly masked: readonly Leak[];
  /** Containers whose members come and go, by the earlier snapshots: they are as full in each. */
  readonly replaced: readonly Leak[];
  /**
   * Containers that are no leaks, whose parts were made anew since: what may have grown in place.
   * The largest first.
   */
  readonly rebuilt: readonly RebuiltPart[];
  readonly frontier: Frontier;
}

/** What counts as a leak. */
export interface LeaksOptions {
  /** Bytes that a leak has to have grown by since the first snapshot. Default 10,000. */
  readonly minSize?: number;
}

/**
 * The containers that grow.
 *
 * - In: two or more snapshots of one process, the earliest first (`lineage`). Of the last one edges
 *   and, to tell whose things are, locations; of the others the nodes, and to see growth in place
 *   edges as well.
 * - Out: one entry for each cause. Of two snapshots, which have one step only, every container that
 *   grew.
 * - Order: `leak`, `uneven`, `sometimes`, `once`; the program's containers, and those that lead to
 *   its code, first; then the most bytes.
 * - Empty: nothing grows by `minSize` bytes.
 * - Cost: that of `frontierOf`; for each leak the nodes and edges behind it.
 */
export function leaks(snapshots: readonly Graph[], options: LeaksOptions = {}): Leaks {
  const { minSize = 10_000 } = options;
  const frontier = frontierOf(snapshots);
  const { graph, groups, ages, newest, headEdges } = frontier;
  const roles = nodeRoles(graph);
  const isSurvivor = (age: number): boolean => age > 0 && (age < newest || newest === 1);
  const nodeSizes = shallowSizes(graph);
  let survivors = 0;
  let unheld = 0;
  let survivorSize = 0;
  for (let node = 0; node < graph.nodeCount; node++) {
    if (!isSurvivor(ages[node]!) || roles[node] !== THING) continue;
    survivors++;
    if (frontier.groupOf[node]! >= 0) continue;
    unheld++;
    survivorSize += nodeSizes[node]!;
  }
  const found: Leak[] = [];
  const masked: Leak[] = [];
  const limited = boundedBuffers(graph);
  const bounded = new Set<BoundedBuffer>();
  for (const group of groups) {
    group.bytes.forEach((bytes, age) => {
      if (isSurvivor(age)) survivorSize += bytes;
    });
    if (sum(group.bytes) < minSize) continue;
    const buffer = limited.of(group.container, headEdges[group.firstHead]);
    if (buffer) {
      bounded.add(buffer);
      continue;
    }
    const leak = leakOf(frontier, group, snapshots);
    const bound = leak?.verdict === 'leak' ? visibleBound(graph, group.container, ages) : undefined;
    if (leak && bound) {
      bounded.add({ words: containerWords(graph, leak.chain).text, ...bound });
      continue;
    }
    if (leak) (leak.isMasked ? masked : found).push(withNamedBound(graph, leak));
  }
  const merged = sorted(oneCauseEach(graph, found));
  const explained = merged.filter(explains);
  const rebuilt = rebuiltParts(
    frontier,
    snapshots[0]!,
    new Set(explained.flatMap((leak) => containersOf(frontier, leak))),
    minSize,
  );
  const result: Leaks = {
    leaks: merged,
    survivors,
    unheld,
    survivorSize,
    explainedSize: explained.reduce((total, { size }) => total + size, 0),
    unexplained: unexplainedOf(frontier, explained, isSurvivor),
    bounded: [...bounded],
    masked: oneCauseEach(graph, masked),
    replaced: [],
    rebuilt,
    frontier,
  };
  const earlier = snapshots.slice(0, -1);
  if (rebuilt.length === 0 || earlier.some(({ edges }) => edges === undefined)) return result;
  const slots = slotsOf(result);
  return withGrowthInPlace(
    result,
    earlier.map((one) => sizesInPlace(one, slots)),
    options,
  );
}

/**
 * What is to be measured in the earlier snapshots, for `withGrowthInPlace`: the things of one
 * `rebuilt` after another.
 */
export function slotsOf({ rebuilt, frontier: { graph } }: Leaks): Slot[] {
  const { names } = edgesOf(graph);
  return rebuilt.flatMap(({ nodes, edge }) =>
    nodes.map((node) => ({
      id: graph.ids[node]!,
      name: edge === undefined ? undefined : graph.strings.get(names[edge]!),
    })),
  );
}

/**
 * Adds what grew in place.
 *
 * - In: an answer of `leaks`, and for each of the earlier snapshots `sizesInPlace` of its
 *   `rebuilt`.
 * - Out: the answer with the containers that got larger at every step.
 */
export function withGrowthInPlace(
  answer: Leaks,
  earlier: readonly (readonly number[])[],
  { minSize = 10_000 }: LeaksOptions = {},
): Leaks {
  const { frontier, rebuilt } = answer;
  const { graph } = frontier;
  const last = sizesInPlace(graph, slotsOf(answer));
  const found: Leak[] = [];
  let from = 0;
  for (const one of rebuilt) {
    const to = from + one.nodes.length;
    const sizes = [...earlier, last].map((all) => sum(all.slice(from, to)));
    from = to;
    const size = sizes.at(-1)! - sizes[0]!;
    if (size < minSize) continue;
    const verdict = bytesVerdict(sizes);
    if (verdict === undefined || (one.edge === undefined && visibleBound(graph, one.node, frontier.ages)))
      continue;
    const grown = inPlace(frontier, one, sizes, verdict);
    const leak = one.edge === undefined ? withNamedBound(graph, grown) : grown;
    if ((verdict === 'leak' || leak.owner === 'program') && !isOfLoader(graph, leak.container, leak.path))
      found.push(leak);
  }
  const all = sorted([...answer.leaks, ...found]);
  const explained =
    answer.explainedSize + found.filter(explains).reduce((total, { size }) => total + size, 0);
  return { ...answer, leaks: all, explainedSize: explained };
}

/**
 * Places in `Frontier.groups` of those that a leak is about, and of those that hold most of the
 * same things.
 */
export function groupsOfLeak({ groups }: Frontier, leak: Leak): ReadonlySet<number> {
  return new Set(leak.groups.flatMap((number) => [number, ...groups[number]!.sharers]));
}

/** Survivors in no group of a leak, by class. */
function unexplainedOf(
  frontier: Frontier,
  explained: readonly Leak[],
  isSurvivor: (age: number) => boolean,
): Leaks['unexplained'] {
  const { graph, groups, groupOf, ages } = frontier;
  const roles = nodeRoles(graph);
  const sizes = shallowSizes(graph);
  const { labels, of } = classIndex(graph);
  const isKnown = new Uint8Array(groups.length);
  for (const leak of explained) for (const number of groupsOfLeak(frontier, leak)) isKnown[number] = 1;
  const counts = new Float64Array(labels.length);
  const bytes = new Float64Array(labels.length);
  for (let node = 0; node < graph.nodeCount; node++) {
    if (!isSurvivor(ages[node]!) || roles[node] !== THING || isKnown[groupOf[node]!] === 1) continue;
    counts[of[node]!]! += 1;
    bytes[of[node]!]! += sizes[node]!;
  }
  return labels
    .map((type, i) => ({ type, count: counts[i]!, size: bytes[i]! }))
    .filter(({ count }) => count > 0)
    .sort(
      inOrder<Leaks['unexplained'][number]>(
        byDescending((row) => row.size),
        byDescending((row) => row.count),
        byType,
      ),
    );
}

/**
 * The leak, with a lower verdict where all places that it is in have a limit by their names: a
 * cache that is not full yet grows in the same way.
 */
function withNamedBound(graph: Graph, leak: Leak): Leak {
  if (leak.verdict !== 'leak') return leak;
  const bound = namedBound(graph, leak.container);
  if (bound === undefined) return leak;
  // Items that lead to each other are in their own order, which the same object holds.
  const isBound = ({ container, chain }: Leak['alsoIn'][number]): boolean =>
    chain.nodes.includes(bound.owner) || namedBound(graph, container) !== undefined;
  return leak.alsoIn.every(isBound) ? { ...leak, verdict: 'limited', bound } : leak;
}

const VERDICTS: readonly LeakVerdict[] = ['leak', 'limited', 'uneven', 'sometimes', 'once'];

/** `leak` first; see `leaks`. */
export function sorted(leaks: readonly Leak[]): Leak[] {
  const rank = ({ verdict, owner, principal }: Leak): number =>
    VERDICTS.indexOf(verdict) * 2 + (owner === 'program' || principal.origin === 'program' ? 0 : 1);
  return [...leaks].sort((a, b) => rank(a) - rank(b) || b.size - a.size);
}

/** The containers of a leak and of all groups that hold the same things. */
function containersOf({ groups }: Frontier, leak: Leak): readonly number[] {
  const held = new Set([leak.container, ...leak.alsoIn.map(({ container }) => container)]);
  const claims = new Set(leak.groups);
  const own = groups.filter(({ container, number }) => held.has(container) || claims.has(number));
  return own.flatMap(({ containers, sharers }) => [
    ...containers,
    ...sharers.flatMap((number) => groups[number]!.containers),
  ]);
}

/**
 * Leaks with the same verdict whose members come from one place of the program's code are one
 * cause. Those in containers of one object (a list for each user) are told as held alike.
 */
function oneCauseEach(graph: Graph, found: readonly Leak[]): Leak[] {
  const byCause = new Map<string, Leak>();
  for (const leak of [...found].sort((a, b) => b.size - a.size)) {
    const { principal, verdict } = leak;
    const { location, type, name, origin } = principal;
    const key =
      location && origin === 'program'
        ? `${verdict} ${type} ${name} ${location.scriptId}:${location.line}:${location.column}`
        : `${leak.path} ${leak.container}`;
    const known = byCause.get(key);
    byCause.set(key, known ? together(graph, known, leak) : leak);
  }
  return [...byCause.values()];
}

/** Two leaks of one cause. */
function together(graph: Graph, known: Leak, leak: Leak): Leak {
  const { container, path, chain } = leak;
  const both: Leak = {
    ...known,
    size: known.size + leak.size,
    aloneSize: known.aloneSize + leak.aloneSize,
    things: known.things.map((count, age) => count + leak.things[age]!),
    groups: [...known.groups, ...leak.groups],
  };
  const isBeside =
    known.member.type === leak.member.type &&
    chain.nodes.length > 1 &&
    chain.nodes.length === known.chain.nodes.length &&
    chain.nodes.at(-2) === known.chain.nodes.at(-2);
  if (!isBeside) return { ...both, alsoIn: [...known.alsoIn, { container, path, chain }, ...leak.alsoIn] };
  const contents = joinedContents(graph, known.contents, leak.contents);
  const joined = (row: ContentRow): ContentRow =>
    contents.find(({ example }) => example === row.example) ?? row;
  return {
    ...both,
    member: joined(known.member),
    principal: joined(known.principal),
    contents,
    containers: known.containers + leak.containers,
    memberCounts: known.memberCounts.map((count, age) => count + leak.memberCounts[age]!),
    alsoIn: [...known.alsoIn, ...leak.alsoIn],
  };
}
