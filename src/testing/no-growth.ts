/** Does a piece of code leave objects behind each time it runs? For any test runner. */
import { NodeView } from '../analysis/nodes.js';
import { type ProgramGrowth, type ProgramGrowthOptions, programGrowth } from '../analysis/program-growth.js';
import { UsageError } from '../errors.js';
import type { Graph } from '../graph/graph.js';
import { storeSnapshot } from '../live/snapshot.js';
import { printable } from '../printable.js';
import { formatCount } from '../units.js';
import { holderText, indented, madeAt } from './holders.js';

/** How often the code runs, and what is looked at. */
export interface NoGrowthOptions extends ProgramGrowthOptions {
  /** Runs between two snapshots, 1 or more. Default 5: more make the answer surer. */
  readonly runs?: number;
  /** Runs before the first snapshot, which fill caches and load what is loaded once. Default 2. */
  readonly warmup?: number;
  /** Objects that a class may grow by in `runs` runs without being a leak, beside one a run. Default 0. */
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
  /** Who holds one of the new objects: a line a reference, the holder in words, the chain as JavaScript. */
  readonly heldBy: string;
}

/** The code under test leaves objects behind. The message names classes, places and holders. */
export class GrowthError extends Error {
  /** The classes, the largest growth first. */
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
 * Runs the function `warmup` times, takes a snapshot, runs it `runs` times, takes another. A class that has at least `runs`
 * more objects (plus `tolerance`) is a suspect: there is at least one more for every run. When there are suspects, it
 * runs `runs` times again, and those that grow as much a second time are leaks: the promise is rejected with a
 * GrowthError. What is loaded or cached once, or fills a pool, is not one.
 *
 * Looks at the program's own objects and, by the place of their code, closures; not at strings, numbers and V8's
 * internals, unless `classes` names them (`'(string)'`, `'(compiled code)'`): see `programGrowth`. Garbage is collected
 * before each snapshot. The snapshots wait in temporary files, so they are not in the heap that is measured. What other
 * code of the process does meanwhile counts too: tests that run at the same time in one process disturb each other.
 * Throws what the function throws, and UsageError for options that make no sense. Cost: two snapshots, four when there
 * are suspects, and comparing them: about a second for 10 MB of heap.
 */
export async function expectNoGrowth(run: () => unknown, options: NoGrowthOptions = {}): Promise<void> {
  const { runs = 5, warmup = 2, tolerance = 0 } = options;
  check('runs', runs, 1);
  check('warmup', warmup, 0);
  check('tolerance', tolerance, 0);
  const suspicious = ({ countDelta }: ProgramGrowth): boolean => countDelta >= runs + tolerance;
  const repeat = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) await run();
  };
  await repeat(warmup);
  const suspects = await keysGrownIn(() => repeat(runs), options, suspicious);
  if (suspects.size === 0) return;
  // Measured against a new beginning: by now, what compared the first two snapshots has left its own traces.
  await inRound(
    () => repeat(runs),
    (before, after) => {
      const grown = programGrowth(before, after, { classes: options.classes });
      const leaks = grown.filter((one) => suspicious(one) && suspects.has(keyOf(one)));
      if (leaks.length > 0) throw growthError(after, leaks, runs);
    },
  );
}

/** Only names come out of it: nothing of its snapshots is alive in a later round. */
async function keysGrownIn(
  work: () => Promise<void>,
  { classes }: NoGrowthOptions,
  suspicious: (one: ProgramGrowth) => boolean,
): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  await inRound(work, (before, after) => {
    for (const one of programGrowth(before, after, { classes })) if (suspicious(one)) keys.add(keyOf(one));
  });
  return keys;
}

/** A snapshot, the work, a snapshot; then both are loaded and compared. */
async function inRound(
  work: () => Promise<void>,
  compare: (before: Graph, after: Graph) => void,
): Promise<void> {
  const before = await storeSnapshot();
  try {
    await work();
    const after = await storeSnapshot();
    try {
      compare(await before.load(), await after.load());
    } finally {
      after.remove();
    }
  } finally {
    before.remove();
  }
}

/** The same class, in each comparison of one process. */
function keyOf({ type, location }: ProgramGrowth): string {
  return type === 'Function' && location
    ? `${type}\n${location.scriptId}:${location.line}:${location.column}`
    : type;
}

function growthError(graph: Graph, grown: readonly ProgramGrowth[], runs: number): GrowthError {
  const growing = grown.map((one, i): GrowingClass => {
    const { type, location, countDelta, sizeDelta, newNodes } = one;
    const name = newNodes.length > 0 && type === 'Function' ? new NodeView(graph, newNodes[0]!).rawName : '';
    return {
      type: name === '' ? type : `${type} ${name}`,
      location: madeAt(location),
      countDelta,
      sizeDelta,
      perRun: countDelta / runs,
      heldBy: i < SHOWN ? holderText(graph, newNodes) : '',
    };
  });
  const parts = growing.slice(0, SHOWN).map(({ type, location, countDelta, sizeDelta, perRun, heldBy }) => {
    const head = `${printable(type)}${location ? ` (${location})` : ''}: ${formatRate(perRun)} a run`;
    const more = `${formatCount(countDelta)} more objects and ${formatCount(sizeDelta)} bytes after ${runs} runs`;
    return `${head}, ${more}; one of them:\n${indented(heldBy).trimEnd()}`;
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
  throw new UsageError(`${name} is ${String(value)}`, `It is a whole number from ${least} up.`);
}
