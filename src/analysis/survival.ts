/** How long objects live: of those born between two snapshots, how many later snapshots still have. */
import type { Graph } from '../graph/graph.js';
import { idIndex } from '../graph/ids.js';
import { classIndex } from './class-names.js';
import { matcherOf, type TypeMatcher } from './classes.js';
import type { Partitioner } from './partition.js';
import { isProgramType } from './program-types.js';
import { isSizelessValue } from './sizeless-values.js';

/** What the numbers of a class look like; see `survival`. */
export type Verdict = 'leak' | 'cache/warm-up';

/** The generations of one class. Generation 0 is what the first snapshot has, generation i what came before snapshot i. */
export interface ClassSurvival {
  readonly type: string;
  /** By snapshot: how many objects there are. */
  readonly counts: readonly number[];
  /** By generation, then by snapshot: how many of the generation are there. 0 before it is born. */
  readonly alive: readonly (readonly number[])[];
  /** Born after the first and before the next to last snapshot, and there in the last. */
  readonly survivors: number;
  readonly verdict: Verdict | null;
}

/** What is counted. */
export interface SurvivalOptions {
  /** How nodes are divided into classes; each stays in the class that it was born with. Default: `classIndex`. */
  readonly partition?: Partitioner | undefined;
  /** Only classes whose name fits. */
  readonly filter?: RegExp | TypeMatcher | undefined;
  /** V8's own arrays, code, shapes, hidden and synthetic nodes, too. Default false. */
  readonly internals?: boolean;
}

/** A class leaks when at least this share of each generation is there at the end. */
const SURVIVING = 0.5;
/** Growth in the last step of at most this share of the largest step is none. */
const LEVEL = 0.1;

/**
 * Objects are known by their ids; each stays in the class that it was born with. Strings and numbers without a size are
 * not counted (see `isSizelessValue`). Classes in which nothing was born after
 * the first snapshot are there, too, with empty generations. The verdict, for n snapshots:
 *
 * - `leak`: of every generation from 1 to n - 2 (those that a later snapshot can tell about) something was born and at
 *   least half is there in the last snapshot; the class is larger in each snapshot than in the one before; and it has not
 *   levelled off.
 * - `cache/warm-up`: something was born, and either the number has levelled off (the last step is at most a tenth of the
 *   largest one) or of generations 1 to n - 2 together less than half is there in the last snapshot.
 * - null: neither.
 *
 * Order: leaks first, then by survivors, the most first, then by name. Fewer than three snapshots tell nothing of the
 * kind: no verdicts, no survivors. The snapshots have to be of one process, the earliest first.
 * Needs what `partition` needs. Cost: one pass over the nodes of each; 8 bytes a node of two of them, and a table of ids.
 */
export function survival(snapshots: readonly Graph[], options: SurvivalOptions = {}): ClassSurvival[] {
  const steps = snapshots.length;
  const numbers = new Map<string, number>();
  const alive: Float64Array[] = []; // by class: generation * steps + snapshot
  let earlier: { readonly graph: Graph; readonly born: Uint16Array; readonly types: Uint32Array } | undefined;
  for (const [now, graph] of snapshots.entries()) {
    const { nodeCount, nodeTypes, ids } = graph;
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
    const isLeftOut = isSizelessValue(graph);
    for (let node = 0; node < nodeCount; node++) {
      const before = known ? known.nodeOf(ids[node]!) : -1;
      types[node] = before < 0 ? own[of[node]!]! : earlier!.types[before]!;
      if (before >= 0) born[node] = earlier!.born[before]!;
      if ((options.internals || isProgramType[nodeTypes[node]!] === 1) && !isLeftOut(node))
        alive[types[node]!]![born[node]! * steps + now]! += 1;
    }
    earlier = { graph, born, types };
  }
  const fits = options.filter === undefined ? undefined : matcherOf(options.filter);
  const found: ClassSurvival[] = [];
  for (const [type, number] of numbers) {
    const flat = alive[number]!;
    if (fits?.(type) === false || flat.every((count) => count === 0)) continue;
    found.push(told(type, steps, flat));
  }
  const rank = ({ verdict }: ClassSurvival): number => (verdict === 'leak' ? 0 : 1);
  return found.sort((a, b) => rank(a) - rank(b) || b.survivors - a.survivors || (a.type < b.type ? -1 : 1));
}

function told(type: string, steps: number, flat: Float64Array): ClassSurvival {
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
  const growth = counts.slice(1).map((count, i) => count - counts[i]!);
  const level = growth.length > 0 && growth.at(-1)! <= Math.max(0, ...growth) * LEVEL;
  const lives = judged.every((one) => one.born > 0 && one.left >= one.born * SURVIVING);
  if (steps >= 3) {
    if (lives && !level && growth.every((more) => more > 0)) verdict = 'leak';
    else if (arrived > 0 && (level || survivors < born * SURVIVING)) verdict = 'cache/warm-up';
  }
  return { type, counts, alive, survivors, verdict };
}
