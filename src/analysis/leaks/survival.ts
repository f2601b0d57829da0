/**
 * How long objects live: of those born between two snapshots, how many later snapshots still have.
 */
import { byAscending, byDescending, byType, inOrder } from '../../base/order.js';
import type { Graph } from '../../graph/graph.js';
import { idIndex } from '../../graph/ids.js';
import type { Partitioner } from '../../graph/partition.js';
import { classIndex } from '../../v8/class-names.js';
import { isProgramNode } from '../../v8/program-types.js';
import { isSizelessValue } from '../../v8/sizeless-values.js';
import { matcherOf, type TypeMatcher } from '../classes/type-matcher.js';
import { boundedBuffers } from './bounded-buffers.js';
import { groupBehind } from './group-behind.js';
import { isLeak, type Leak } from './leak.js';
import { growsEvenly } from './leak-evidence.js';
import { groupsOfLeak, type Leaks, leaks } from './leaks.js';

/** What the numbers of a class look like; see `survival`. */
export type Verdict = 'leak' | 'cache/warm-up' | 'bounded';

/**
 * The generations of one class. Generation 0 is what the first snapshot has, generation i what came
 * before snapshot i.
 */
export interface ClassSurvival {
  readonly type: string;
  /** By snapshot: how many objects there are. */
  readonly counts: readonly number[];
  /** By generation, then by snapshot: how many of the generation are there. 0 before it is born. */
  readonly alive: readonly (readonly number[])[];
  /** Born after the first and before the next to last snapshot, and there in the last. */
  readonly survivors: number;
  readonly verdict: Verdict | null;
  /**
   * Of a leak: the containers to which objects of the class are added at every step, that with most
   * of them first.
   */
  readonly leaksIn: readonly ClassLeak[];
}

/** What one leak keeps of a class. */
export interface ClassLeak {
  readonly leak: Leak;
  /**
   * By generation: how many objects of the class the last snapshot has behind the leak's
   * containers.
   */
  readonly alive: readonly number[];
}

/** What is counted. */
export interface SurvivalOptions {
  /**
   * How nodes are divided into classes; each stays in the class that it was born with. Default:
   * `classIndex`.
   */
  readonly partition?: Partitioner | undefined;
  /** Only classes whose name fits. */
  readonly filter?: RegExp | TypeMatcher | undefined;
  /** V8's own arrays, code, shapes, hidden and synthetic nodes, too. Default false. */
  readonly internals?: boolean;
  /**
   * What `leaks` says of the same snapshots. Default: it is asked, where there are three snapshots
   * or more.
   */
  readonly leaks?: Leaks | undefined;
}

/** When less than this share of what was born is still there, a class is a cache. */
const SURVIVING = 0.5;
/** Growth in the last step of at most this share of the largest step is none. */
const LEVEL = 0.1;
/**
 * A class of which at least this share of the new objects is in limited containers of the runtime
 * is bounded.
 */
const BOUNDED = 0.9;

/**
 * Objects are known by their ids; each stays in the class that it was born with. Strings and
 * numbers without a size are not counted (see `isSizelessValue`). Classes in which nothing was born
 * after the first snapshot are there, too, with empty generations. The verdict, for n snapshots:
 *
 * - `leak`: objects of the class are added at every step to a container that leaks (see `leaks`),
 *   about as many each time and at least three; and every class of which `leaks` says that it is
 *   added, or that it is behind what is added.
 * - `cache/warm-up`: something was born, and either the number has levelled off (the last step is
 *   at most a tenth of the largest one) or of generations 1 to n - 2 together less than half is
 *   there in the last snapshot.
 * - `bounded`: no leak, and nine of ten objects that came after the first snapshot and are there in
 *   the last are behind containers of the runtime that have a limit (see `boundedBuffers`).
 * - null: none of these.
 *
 * - In: three or more snapshots of one process, the earliest first. Of the last one edges and, to
 *   tell whose things are, locations; of all of them what `partition` needs. Fewer than three tell
 *   nothing of the kind: no verdicts, no survivors.
 * - Order: leaks first, then what grew in every step, then by survivors, the most first, then by
 *   name.
 * - Cost: that of `leaks`, and one pass over the nodes of each; 8 bytes a node of two of them, and
 *   a table of ids.
 */
export function survival(snapshots: readonly Graph[], options: SurvivalOptions = {}): ClassSurvival[] {
  const steps = snapshots.length;
  const numbers = new Map<string, number>();
  const alive: Float64Array[] = []; // by class: generation * steps + snapshot
  let earlier: Born | undefined;
  const countedIn = (graph: Graph): ((node: number) => boolean) => {
    const isProgram = isProgramNode(graph);
    const isLeftOut = isSizelessValue(graph);
    return (node) => (options.internals === true || isProgram(node)) && !isLeftOut(node);
  };
  for (const [now, graph] of snapshots.entries()) {
    const { nodeCount, ids } = graph;
    const { labels: names, of } = (options.partition ?? classIndex)(graph, snapshots);
    const own = names.map((name) => {
      let number = numbers.get(name);
      if (number === undefined) {
        number = alive.push(new Float64Array(steps * steps)) - 1;
        numbers.set(name, number);
      }
      return number;
    });
    const known = earlier && idIndex(earlier.graph);
    const born = new Uint16Array(nodeCount).fill(now);
    const types = new Uint32Array(nodeCount);
    const counts = countedIn(graph);
    for (let node = 0; node < nodeCount; node++) {
      const before = known ? known.nodeOf(ids[node]!) : -1;
      types[node] = before < 0 ? own[of[node]!]! : earlier!.types[before]!;
      if (before >= 0) born[node] = earlier!.born[before]!;
      if (counts(node)) alive[types[node]!]![born[node]! * steps + now]! += 1;
    }
    earlier = { graph, born, types };
  }
  const answer = steps < 3 ? undefined : (options.leaks ?? leaks(snapshots));
  const leaking = answer ? leakingClasses(answer, earlier!, countedIn(earlier!.graph)) : undefined;
  const bounded = answer ? boundedClasses(answer, earlier!, countedIn(earlier!.graph)) : undefined;
  const fits = options.filter === undefined ? undefined : matcherOf(options.filter);
  const found: ClassSurvival[] = [];
  for (const [type, number] of numbers) {
    const flat = alive[number]!;
    if (fits?.(type) === false || flat.every((count) => count === 0)) continue;
    found.push(told(type, steps, flat, leaking?.get(number) ?? [], bounded?.has(number) === true));
  }
  const rank = ({ verdict, counts }: ClassSurvival): number =>
    verdict === 'leak' ? 0 : verdict !== 'bounded' && growth(counts).every((more) => more > 0) ? 1 : 2;
  return found.sort(
    inOrder<(typeof found)[number]>(
      byAscending(rank),
      byDescending((row) => row.survivors),
      byType,
    ),
  );
}

/** The nodes of one snapshot: when each was born, and in which class. */
interface Born {
  readonly graph: Graph;
  readonly born: Uint16Array;
  readonly types: Uint32Array;
}

/** By number of the class, the leaks in which it grows. */
function leakingClasses(
  { leaks: all, frontier }: Leaks,
  { graph, born, types }: Born,
  counts: (node: number) => boolean,
): ReadonlyMap<number, readonly ClassLeak[]> {
  const found = all.filter((leak) => isLeak(leak) && leak.growth !== 'in place');
  const { groups, newest } = frontier;
  const leakOf = new Int32Array(groups.length).fill(-1);
  for (const [i, leak] of found.entries())
    for (const group of groupsOfLeak(frontier, leak)) if (leakOf[group] === -1) leakOf[group] = i;
  const tallies = found.map(() => new Map<number, number[]>()); // by leak, then by class: by generation
  for (let node = 0; node < graph.nodeCount; node++) {
    if (born[node] === 0 || !counts(node)) continue;
    const group = groupBehind(frontier, node);
    const leak = group < 0 ? -1 : leakOf[group]!;
    if (leak < 0) continue;
    let row = tallies[leak]!.get(types[node]!);
    if (!row) {
      row = new Array<number>(newest + 1).fill(0);
      tallies[leak]!.set(types[node]!, row);
    }
    row[born[node]!]! += 1;
  }
  const leaking = new Map<number, ClassLeak[]>();
  for (const [i, leak] of found.entries()) {
    const named = new Set([leak.member, leak.principal].map(({ example }) => types[example]!));
    for (const [type, alive] of tallies[i]!) {
      if (!named.has(type) && !growsEvenly(alive)) continue;
      const list = leaking.get(type) ?? [];
      leaking.set(type, list);
      list.push({ leak, alive });
    }
  }
  const sum = ({ alive }: ClassLeak): number => alive.reduce((total, count) => total + count, 0);
  for (const list of leaking.values()) list.sort((a, b) => sum(b) - sum(a));
  return leaking;
}

/** Numbers of the classes of which what is new is in limited containers of the runtime. */
function boundedClasses(
  { bounded, frontier }: Leaks,
  { graph, born, types }: Born,
  counts: (node: number) => boolean,
): ReadonlySet<number> {
  const found = new Set<number>();
  if (bounded.length === 0) return found;
  const limited = boundedBuffers(graph);
  const { groups, headEdges } = frontier;
  const isLimited = groups.map(
    ({ container, firstHead }) => limited.of(container, headEdges[firstHead]) !== undefined,
  );
  const totals = new Map<number, { all: number; behind: number }>();
  for (let node = 0; node < graph.nodeCount; node++) {
    if (born[node] === 0 || !counts(node)) continue;
    const total = totals.get(types[node]!) ?? { all: 0, behind: 0 };
    totals.set(types[node]!, total);
    total.all++;
    const group = groupBehind(frontier, node);
    if (group >= 0 && isLimited[group]) total.behind++;
  }
  for (const [type, { all, behind }] of totals) if (behind > 0 && behind >= BOUNDED * all) found.add(type);
  return found;
}

function growth(counts: readonly number[]): number[] {
  return counts.slice(1).map((count, i) => count - counts[i]!);
}

function told(
  type: string,
  steps: number,
  flat: Float64Array,
  leaksIn: readonly ClassLeak[],
  isBounded: boolean,
): ClassSurvival {
  const alive = Array.from({ length: steps }, (_, generation) => [
    ...flat.subarray(generation * steps, (generation + 1) * steps),
  ]);
  const counts = Array.from({ length: steps }, (_, now) => alive.reduce((sum, row) => sum + row[now]!, 0));
  const last = steps - 1;
  const judged = alive.slice(1, last).map((row, i) => ({ born: row[i + 1]!, left: row[last]! }));
  const survivors = judged.reduce((sum, { left }) => sum + left, 0);
  const born = judged.reduce((sum, generation) => sum + generation.born, 0);
  const arrived = born + (steps > 1 ? alive[last]![last]! : 0);
  let verdict: Verdict | null = null;
  const more = growth(counts);
  const level = more.length > 0 && more.at(-1)! <= Math.max(0, ...more) * LEVEL;
  if (leaksIn.length > 0) verdict = 'leak';
  else if (isBounded) verdict = 'bounded';
  else if (steps >= 3 && arrived > 0 && (level || survivors < born * SURVIVING)) verdict = 'cache/warm-up';
  return { type, counts, alive, survivors, verdict, leaksIn };
}
