/** Does a piece of code leave objects behind each time it runs? For any test runner. */

import { NodeView } from '../analysis/classes/nodes.js';
import {
  type ProgramGrowth,
  type ProgramGrowthOptions,
  programGrowth,
} from '../analysis/growth/program-growth.js';
import { type ContainerGroup, type Frontier, frontierOf } from '../analysis/leaks/frontier.js';
import { type GrowthPlace, growthPlace } from '../analysis/leaks/growth-place.js';
import { usageError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import { formatCount } from '../base/units.js';
import type { Graph } from '../graph/graph.js';
import { NODE } from '../graph/schema.js';
import { didYouMean } from '../query/types.js';
import { checkOptions, described } from '../self/arguments.js';
import { storeSnapshot } from '../self/snapshot.js';
import { classIndex } from '../v8/class-names.js';
import { indented, madeAt, newHolders } from './holders.js';

/** How often the code runs, and what is looked at. */
export interface NoGrowthOptions extends ProgramGrowthOptions {
  /** Runs between two snapshots, 1 or more. Default 5: more make the answer surer. */
  readonly runs?: number;
  /** Runs before the first snapshot, which fill caches and load what is loaded once. Default 2. */
  readonly warmup?: number;
  /**
   * Extra objects that a class may gain in `runs` runs, in addition to one per run, without being a
   * leak. Default 0.
   */
  readonly tolerance?: number;
}

/** One class that grows with every run. */
export interface GrowingClass {
  readonly type: string;
  /** Path or URL, line and column of the constructor or the closure; undefined when not known. */
  readonly location: string | undefined;
  /** More objects after the last round of `runs` runs. */
  readonly countDelta: number;
  /** The same in bytes of shallow size. */
  readonly sizeDelta: number;
  /** Objects a run, on average. */
  readonly perRun: number;
  /** How many there were before the first round of runs, after it, and after the second one. */
  readonly counts: readonly number[];
  /**
   * The container that was there before and got most of the new objects: `all 5 new ones are in
   * sessions (a variable of …)`. Undefined where none is known, and for classes that the message
   * only names.
   */
  readonly container: string | undefined;
  /**
   * Who holds one of the new objects: a line a reference, the holder in words, the chain as
   * JavaScript.
   */
  readonly heldBy: string;
}

/** The code under test leaves objects behind. The message names classes, places and holders. */
export class GrowthError extends Error {
  /**
   * The classes, the largest growth first; those whose objects hang on others of them come after
   * those.
   */
  readonly growing: readonly GrowingClass[];

  constructor(message: string, growing: readonly GrowingClass[]) {
    super(message);
    this.name = 'GrowthError';
    this.growing = growing;
  }
}

/** Classes that the message shows in full. */
const SHOWN = 5;

/**
 * Runs the function `warmup` times, takes a snapshot, runs it `runs` times, takes another. A class
 * that has at least `runs` more objects (plus `tolerance`) is a suspect: there is at least one more
 * for every run. When there are suspects, it runs `runs` times again, and those that grow as much a
 * second time are leaks: the promise is rejected with a GrowthError. What is loaded or cached once,
 * or fills a pool, is not one, nor what fills a container of the runtime that has a limit (the
 * resource timings of `fetch`).
 *
 * Looks at the program's own objects and, by the place of their code, closures; not at strings,
 * numbers and V8's internals, unless `classes` names them (`'(string)'`, `'(compiled code)'`): see
 * `programGrowth`. Garbage is collected before each snapshot. The snapshots wait in temporary
 * files, so they are not in the heap that is measured. What other code of the process does
 * meanwhile counts too: tests that run at the same time in one process disturb each other. Throws
 * what the function throws, and UsageError for options that make no sense or that it does not know,
 * and for a name in `classes` that no class has. Cost: two snapshots, four when there are suspects,
 * and comparing them: about a second for 10 MB of heap.
 */
export async function expectNoGrowth(run: () => unknown, options: NoGrowthOptions = {}): Promise<void> {
  if (typeof run !== 'function')
    throw usageError(
      `expectNoGrowth takes a function, not ${described(run)}`,
      'Write expectNoGrowth(() => work()).',
    );
  checkOptions('expectNoGrowth', options, ['runs', 'warmup', 'tolerance', 'classes']);
  const { runs = 5, warmup = 2, tolerance = 0 } = options;
  check('runs', runs, 1);
  check('warmup', warmup, 0);
  check('tolerance', tolerance, 0);
  const names = namedClasses(options.classes);
  const suspicious = ({ countDelta }: ProgramGrowth): boolean => countDelta >= runs + tolerance;
  const repeat = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) await run();
  };
  await repeat(warmup);
  const suspects = await grownIn(() => repeat(runs), options, names, suspicious);
  if (suspects.size === 0) return;
  // Measured against a new beginning: by now, what compared the first two snapshots has left its
  // own traces.
  await inRound(
    () => repeat(runs),
    (before, after) => {
      const grown = programGrowth(before, after, { classes: options.classes });
      const twice = grown.filter((one) => suspicious(one) && suspects.has(keyOf(one)));
      if (twice.length === 0) return;
      const frontier = frontierOf([before, after]);
      const leaks = twice
        .map((one): Found => ({ one, place: growthPlace(frontier, one.newNodes) }))
        .filter(({ one, place }) => suspicious({ ...one, countDelta: one.countDelta - place.boundedCount }));
      if (leaks.length === 0) return;
      throw growthError(frontier, holdersFirst(leaks), runs, suspects);
    },
  );
}

/** A class that grew in both rounds, and where. */
interface Found {
  readonly one: ProgramGrowth;
  readonly place: GrowthPlace;
}

/** Counts before and after, by the key of a class. */
type Counts = ReadonlyMap<string, readonly [before: number, after: number]>;

/** Only names and numbers come out of it: nothing of its snapshots is alive in a later round. */
async function grownIn(
  work: () => Promise<void>,
  { classes }: NoGrowthOptions,
  names: readonly string[],
  suspicious: (one: ProgramGrowth) => boolean,
): Promise<Counts> {
  const found = new Map<string, readonly [number, number]>();
  await inRound(work, async (before, after) => {
    await checkNames(names, before, after);
    for (const one of programGrowth(before, after, { classes }))
      if (suspicious(one)) found.set(keyOf(one), [one.countBefore, one.count]);
  });
  return found;
}

/** A snapshot, the work, a snapshot; then both are loaded and compared. */
async function inRound(
  work: () => Promise<void>,
  compare: (before: Graph, after: Graph) => void | Promise<void>,
): Promise<void> {
  const before = await storeSnapshot();
  try {
    await work();
    const after = await storeSnapshot();
    try {
      await compare(await before.load(), await after.load());
    } finally {
      after.remove();
    }
  } finally {
    before.remove();
  }
}

/**
 * The exact names in `classes`. Throws UsageError when there is none, and for what is neither name
 * nor pattern.
 */
function namedClasses(classes: NoGrowthOptions['classes']): readonly string[] {
  if (classes === undefined) return [];
  const list: readonly unknown[] = Array.isArray(classes) ? classes : [classes];
  const wrong = list.filter(
    (one) =>
      !(typeof one === 'string' && one !== '') &&
      !(one instanceof RegExp) &&
      !(typeof one === 'function' && one === classes),
  );
  if (list.length === 0 || wrong.length > 0)
    throw usageError(
      list.length === 0 ? 'classes is empty' : `${described(wrong[0])} is not a class name`,
      "Write classes: ['Session', /^Cart/], or leave it out for all classes.",
    );
  return list.filter((one) => typeof one === 'string');
}

/**
 * Throws UsageError when neither snapshot has anything of the name: it is misspelt. A class that is
 * loaded is there without objects, too, as its constructor.
 */
async function checkNames(names: readonly string[], before: Graph, after: Graph): Promise<void> {
  for (const name of names) {
    if ([before, after].some((graph) => hasClass(graph, name))) continue;
    const near = await didYouMean(classIndex(after).labels, name);
    throw usageError(
      `no class "${printable(name)}" in this process${near.replace(/\?$/, '')}`,
      'Its code has to be loaded when the runs are over; for classes that may be missing write a RegExp.',
    );
  }
}

function hasClass(graph: Graph, name: string): boolean {
  if (classIndex(graph).labels.includes(name)) return true;
  const called = graph.strings.indexesOf(name);
  return graph.nodeTypes.some((type, node) => type === NODE.closure && called.has(graph.nodeNames[node]!));
}

/**
 * Of classes in the same containers those first that are nearest to them: what hangs on their
 * objects is their company.
 */
function holdersFirst(found: readonly Found[]): readonly Found[] {
  const ranks = new Map<ContainerGroup | Found, number>();
  const rankOf = (one: Found): number => {
    const key = one.place.group ?? one;
    const rank = ranks.get(key) ?? ranks.size;
    ranks.set(key, rank);
    return rank;
  };
  return found
    .map((one) => ({ one, rank: rankOf(one) }))
    .sort((a, b) => a.rank - b.rank || a.one.place.depth - b.one.place.depth)
    .map(({ one }) => one);
}

/** The same class, in each comparison of one process. */
function keyOf({ type, location }: ProgramGrowth): string {
  return type === 'Function' && location
    ? `${type}\n${location.scriptId}:${location.line}:${location.column}`
    : type;
}

function growthError(
  frontier: Frontier,
  found: readonly Found[],
  runs: number,
  suspects: Counts,
): GrowthError {
  const { graph } = frontier;
  const growing = found.map(({ one, place }, i): GrowingClass => {
    const { type, location, countBefore, count, countDelta, sizeDelta, newNodes } = one;
    const [first, between] = suspects.get(keyOf(one))!;
    const holders = i < SHOWN ? newHolders(frontier, newNodes, place) : undefined;
    const name = newNodes.length > 0 && type === 'Function' ? new NodeView(graph, newNodes[0]!).rawName : '';
    return {
      type: name === '' ? type : `${type} ${name}`,
      location: madeAt(location),
      countDelta,
      sizeDelta,
      perRun: countDelta / runs,
      // What else the process does between the rounds is not to be told.
      counts: [first, between, between === countBefore ? count : between + countDelta],
      container: holders?.where,
      heldBy: holders?.chain ?? '',
    };
  });
  const parts = growing.slice(0, SHOWN).map((one) => {
    const { type, location, countDelta, sizeDelta, perRun, counts, container, heldBy } = one;
    const head = `${printable(type)}${location ? ` (${location})` : ''}: ${formatRate(perRun)} a run`;
    const more = `${formatCount(countDelta)} more objects and ${formatCount(sizeDelta)} bytes after ${runs} runs`;
    const steps = counts.map(formatCount).join(' → ');
    const where = container === undefined ? '' : `  ${container}\n`;
    return `${head}, ${more}: ${steps}\n${where}  one of them:\n${indented(heldBy).trimEnd()}`;
  });
  const rest = growing.length - parts.length;
  const count = growing.length;
  return new GrowthError(
    [
      `${count} ${count === 1 ? 'class grows' : 'classes grow'} with every run`,
      ...parts,
      ...(rest > 0
        ? [
            `and ${rest} more: ${growing
              .slice(SHOWN, 4 * SHOWN)
              .map(({ type }) => printable(type))
              .join(', ')}`,
          ]
        : []),
    ].join('\n\n'),
    growing,
  );
}

/** `1`, `2.4`. */
function formatRate(perRun: number): string {
  return formatCount(Number(perRun.toFixed(1)));
}

function check(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw usageError(`${name} is ${String(value)}`, `It is a whole number from ${least} up.`);
}
