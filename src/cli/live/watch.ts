/** `watch`: samples of a process's memory, and what grew. */

import { UsageError } from '../../base/errors.js';
import { printableJson } from '../../base/printable.js';
import { readClassNames, type WatchOptions } from '../../commands/live/watch.js';
import type { Attached } from '../../inspector/attach.js';
import { evaluate } from '../../inspector/evaluate.js';
import { countLive } from '../../inspector/live-counts.js';
import { MEMORY_PARTS, processMemory } from '../../inspector/memory-parts.js';
import type { Session } from '../../inspector/session.js';
import { isAmount, isRecord } from '../../inspector/shape.js';
import { JSON_SCHEMA } from '../../render/json.js';
import { GrowthMarks } from '../growth-marks.js';
import type { Output } from '../output.js';
import { attach, checkProcess } from './attach.js';
import { type Call, isInterrupted, type Run, runLiveWork, sleep } from './call.js';
import type { Programs } from './capture.js';
import { type Screen, watchScreen } from './watch-screen.js';
import { growthLines, type Sample, type View } from './watch-view.js';

const MARK_EVERY_MS = 60_000;

/**
 * Samples the memory of a running process.
 *
 * - Out: the exit code; 1 when the process ended before `--count` samples.
 * - Throws: UsageError, ProcessError.
 */
export function watch(options: WatchOptions, call: Call, programs: Programs): Promise<number> {
  const [asked = ''] = call.args;
  if (call.args.length !== 1) {
    throw new UsageError(
      call.args.length === 0 ? 'no process was named' : 'too many arguments',
      'heapgraph watch <pid>, or heapgraph watch 127.0.0.1:9229',
    );
  }
  if (!options.growth && options.everySnapshot !== undefined)
    throw new UsageError('--every-snapshot needs --growth', 'Add --growth.');
  if (options.classes !== undefined) readClassNames(options.classes);
  const isAddress = asked.includes(':');
  checkProcess(asked, 'heapgraph watch');
  if (!isAddress && options.target !== undefined)
    throw new UsageError('--target needs an address', 'heapgraph watch 127.0.0.1:9229 --target page');
  return runLiveWork(call, async (run) => {
    try {
      const attached = await attach(asked, options, run, programs);
      return await watchAttached(attached, options, call, run);
    } catch (error) {
      if (isInterrupted(error)) return 0;
      throw error;
    }
  });
}

async function watchAttached(
  attached: Attached,
  options: WatchOptions,
  call: Call,
  run: Run,
): Promise<number> {
  const { session, name, facts } = attached;
  const { stdout } = run;
  const here = call.args[0]!.includes(':') ? undefined : Number(call.args[0]);
  const classes = options.classes === undefined ? [] : readClassNames(options.classes);
  const screen =
    stdout.isTerminal && !call.json ? watchScreen(process.stdout, name, options.growth) : undefined;
  if (screen) {
    run.atEnd(() => screen.close());
    listenToKeys(screen, run);
  } else if (!call.json)
    run.note(
      `${name}: ${['seconds, rss, heapUsed, external, arrayBuffers', ...(options.parts ? MEMORY_PARTS : []), ...classes].join(', ')}`,
    );
  const view = screen ?? lines(stdout, call, facts.pid, options.limit);
  const growing = options.growth
    ? new GrowthMarks(attached, run, { isHere: !call.args[0]!.includes(':'), force: options.force })
    : undefined;
  const ended = session.gone.then(() => true);
  const begun = performance.now();
  const seconds = (): number => (performance.now() - begun) / 1000;
  let nextMark = 0;
  for (let taken = 0; options.count === undefined || taken < options.count; taken++) {
    if (taken > 0) {
      // Sample times are multiples of the interval, however long a sample takes. Samples whose
      // time passed during a snapshot are skipped.
      const missed = Math.floor((performance.now() - begun) / options.every) + 1;
      const wait = sleep(missed * options.every - (performance.now() - begun)).then(() => false);
      if (await run.unlessInterrupted(Promise.race([wait, ended]))) return endedEarly(name, options, run);
    }
    try {
      const sample = await run.unlessInterrupted(sampleOf(session, facts.pid !== null));
      const at = seconds();
      const counted = classes.length > 0 ? await run.unlessInterrupted(classCounts(session, classes)) : {};
      const parts = options.parts ? await run.unlessInterrupted(partsOf(session, here)) : {};
      view.sample(at, { ...sample, ...parts, ...counted });
      if (growing && (performance.now() - begun >= nextMark || screen?.takeMark())) {
        view.busy(`${name} does nothing else while its snapshot is taken`);
        const grown = await growing.mark();
        if (typeof grown !== 'string') await view.grown(seconds(), grown.slice(0, options.limit));
        else if (screen) screen.busy(grown);
        else run.warn(grown);
        nextMark = performance.now() - begun + (options.everySnapshot ?? MARK_EVERY_MS);
      }
    } catch (error) {
      if (isInterrupted(error)) throw error;
      if (await Promise.race([ended, sleep(50).then(() => false)])) return endedEarly(name, options, run);
      throw error;
    }
    if (!view.wanted) return 0;
  }
  return 0;
}

function endedEarly(name: string, { count }: WatchOptions, run: Run): number {
  run.note(`${name} has ended`);
  return count === undefined ? 0 : 1;
}

function listenToKeys(screen: Screen, run: Run): void {
  const { stdin } = process;
  if (!stdin.isTTY) return;
  stdin.setRawMode(true);
  stdin.resume();
  const onKeys = (keys: Buffer): void => {
    for (const key of keys.toString('latin1')) {
      if (key === '\x03' || key === 'q') run.interrupt();
      else if (key === 's') screen.askMark();
    }
  };
  stdin.on('data', onKeys);
  run.atEnd(() => {
    stdin.off('data', onKeys);
    stdin.setRawMode(false);
    stdin.pause();
  });
}

type Numbers<K extends string> = Readonly<Record<K, number>>;

const isMemoryUsage = isRecord<Numbers<'rss' | 'heapUsed' | 'heapTotal' | 'external' | 'arrayBuffers'>>({
  rss: isAmount,
  heapUsed: isAmount,
  heapTotal: isAmount,
  external: isAmount,
  arrayBuffers: isAmount,
});

const isHeapUsage = isRecord<Numbers<'usedSize' | 'totalSize'>>({ usedSize: isAmount, totalSize: isAmount });

/** A process (Node.js, Deno, Bun) says more of its memory than a page. */
async function sampleOf(session: Session, isProcess: boolean): Promise<Sample> {
  if (isProcess) {
    const usage = await evaluate(session, 'process.memoryUsage()', isMemoryUsage);
    const { rss, heapUsed, heapTotal, external, arrayBuffers } = usage;
    return { rss, heapUsed, heapTotal, external, arrayBuffers };
  }
  const usage = await session.send('Runtime.getHeapUsage', {}, { is: isHeapUsage });
  return {
    rss: null,
    heapUsed: usage.usedSize,
    heapTotal: usage.totalSize,
    external: null,
    arrayBuffers: null,
  };
}

/** With the RSS that the parts add up to. */
async function partsOf(session: Session, pid: number | undefined): Promise<Pick<Sample, 'rss' | 'parts'>> {
  const { rss, parts } = await processMemory(session, pid);
  return { rss, parts: Object.fromEntries(parts.map(({ part, size }) => [part, size])) };
}

async function classCounts(
  session: Session,
  names: readonly string[],
): Promise<Pick<Sample, 'classes' | 'pause'>> {
  const { counts, pause } = await countLive(session, names);
  return {
    classes: Object.fromEntries(counts.map(({ type, count }) => [type, count])),
    pause: Math.round(pause),
  };
}

/** Lines for another program: numbers, or JSON objects. */
function lines(stdout: Output, call: Call, pid: number | null, limit: number): View {
  const number = (value: number | null): string => (value === null ? '-' : String(value));
  const json = (kind: string, seconds: number, facts: object): string =>
    `${printableJson(JSON.stringify({ schema: JSON_SCHEMA, command: 'watch', kind, pid, time: new Date().toISOString(), seconds: round(seconds), ...facts }))}\n`;
  const write = (text: string): void => {
    stdout.write(text);
    stdout.finish();
  };
  return {
    sample(seconds, sample) {
      const { rss, heapUsed, external, arrayBuffers, parts = {}, classes = {} } = sample;
      write(
        call.json
          ? json('sample', seconds, sample)
          : `${round(seconds).toFixed(1)} ${[rss, heapUsed, external, arrayBuffers, ...Object.values(parts), ...Object.values(classes)].map(number).join(' ')}\n`,
      );
    },
    async grown(seconds, grown) {
      const rows = grown.map(({ type, count, countDelta }) => ({ type, count, countDelta }));
      if (call.json) write(json('growth', seconds, { limit, rows }));
      else for await (const line of growthLines(grown, false)) write(`# ${line}`);
    },
    busy() {},
    get wanted() {
      return stdout.wanted;
    },
  };
}

function round(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
