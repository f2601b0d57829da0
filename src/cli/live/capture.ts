/** `capture`: finds or starts the process, takes the snapshots, says where they are. */

import { ProcessError } from '../../base/errors.js';
import { printable } from '../../base/printable.js';
import type { Row } from '../../base/result.js';
import { formatBytes } from '../../base/units.js';
import type { CaptureOptions } from '../../commands/live/capture.js';
import { trackAllocations } from '../../inspector/allocations.js';
import { type Attached, attachToAddress } from '../../inspector/attach.js';
import { attachToPid } from '../../inspector/attach-pid.js';
import { formatRuntime, heapUsed, type TargetFacts } from '../../inspector/facts.js';
import { limitsOf } from '../../inspector/limits.js';
import { type Started, startProgram } from '../../inspector/program.js';
import type { Session } from '../../inspector/session.js';
import { takeSnapshot } from '../../inspector/snapshot.js';
import { workerSession } from '../../inspector/worker.js';
import { renderJson } from '../../render/json.js';
import { captureProgramProfile } from '../capture-program-profile.js';
import { longerStrings } from '../capture-strings.js';
import { EXIT } from '../exit.js';
import { attachToStarted } from '../started-program.js';
import { type Call, isInterrupted, type Run, runLiveWork, sleep } from './call.js';
import { captureExit } from './capture-exit.js';
import { checkCapture, pidOf } from './capture-options.js';
import { captureProfile } from './capture-profile.js';
import { checkRoom } from './capture-room.js';
import { openSnapshotFile, snapshotName } from './snapshot-file.js';

/** Files that run as programs of their own. */
export interface Programs {
  readonly preload: string;
  readonly closer: string;
}

/**
 * Takes the snapshots of a running process.
 *
 * - Out: the exit code; 1 when it ended before the first snapshot.
 * - Throws: UsageError, ProcessError.
 */
export function capture(options: CaptureOptions, call: Call, programs: Programs): Promise<number> {
  checkCapture(options, call);
  const isTimed = options.after !== undefined || options.every !== undefined || options.profile !== undefined;
  const onExit = options.on === 'exit' || (call.program && options.on === 'now' && !isTimed);
  return runLiveWork(call, async (run) => {
    const captures = new Captures(options, call, run);
    try {
      if (onExit) await captureExit(captures, call, run, programs);
      else if (call.program && options.profile !== undefined)
        await captureProgramProfile(
          { ...options, profile: options.profile },
          call.program,
          call,
          run,
          programs,
        );
      else await captureLive(captures, options, call, run, programs);
    } catch (error) {
      captures.tell(false);
      throw error;
    }
    if (options.profile !== undefined) return EXIT.ok;
    captures.tell(true);
    if (captures.rows.length > 0) return EXIT.ok;
    run.warn('no snapshot was taken');
    return EXIT.no;
  });
}

/** A snapshot that is whole. */
export interface Taken {
  readonly file: string;
  readonly facts: Pick<TargetFacts, 'pid' | 'nodeVersion' | 'runtime'>;
  readonly bytes: number;
  /** When it was begun, as `performance.now()` has it. */
  readonly begun: number;
}

/** The snapshots that are whole, and what is said of them. */
export class Captures {
  readonly rows: Row[] = [];
  readonly gzip: boolean;

  constructor(
    readonly options: CaptureOptions,
    private readonly call: Call,
    private readonly run: Run,
  ) {
    this.gzip = options.gzip || options.output?.endsWith('.gz') === true;
  }

  /** The name of the next one. */
  name(pid: number | null, several: boolean): string {
    return snapshotName(this.options.output, pid, several ? this.rows.length + 1 : undefined, this.gzip);
  }

  add({ file, facts, bytes, begun }: Taken): void {
    const { pid, nodeVersion } = facts;
    const runtime = formatRuntime(facts) ?? null;
    const duration = Math.round(performance.now() - begun);
    this.rows.push({ file, pid, worker: this.options.worker ?? null, nodeVersion, runtime, bytes, duration });
    if (this.call.json) return;
    this.run.progress.clear();
    this.run.stdout.write(`${printable(file)}\n`);
    this.run.stdout.finish();
  }

  /** `complete` says whether all that were asked for are there. */
  tell(complete: boolean): void {
    const files = this.rows.map(({ file }) => String(file));
    if (this.call.json && (complete || files.length > 0)) {
      const result = {
        kind: 'table',
        columns: [],
        rows: this.rows,
        total: files.length,
        omitted: 0,
        layout: 'grid',
      } as const;
      for (const piece of renderJson({ result }, { command: 'capture', snapshots: files, complete }))
        this.run.stdout.write(piece);
      this.run.stdout.finish();
    }
    if (files.length === 0) return;
    const isBun = this.rows.some(({ runtime }) => /^Bun /.test(String(runtime)));
    const several = isBun ? 'show-growth' : files.length > 2 ? 'leaks' : 'diff --holders';
    // A snapshot alone is asked where a leak may be; Bun's has little of what tells that.
    const one = isBun ? ['show-most-common-types'] : [];
    const words = [...(files.length > 1 ? [several] : one), commandLine(files)];
    this.run.note(`next: heapgraph ${words.join(' ')}`);
    if (isBun) {
      this.run.note(
        'Bun gives objects other ids in each snapshot: compare them by class (show-growth, diff)',
      );
    } else if (files.length === 1 && !this.call.program) {
      this.run.note(
        `to compare, take all snapshots in one run, as the ids of objects end with it: heapgraph capture ${this.named()} --every 60s --count 3 (or --on signal)`,
      );
    }
  }

  /** How the process was named. */
  private named(): string {
    const { inspect, target, worker } = this.options;
    const options = Object.entries({ inspect, target, worker }).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}`, value],
    );
    return commandLine([...this.call.args, ...options]);
  }
}

/** Words as a shell takes them. */
function commandLine(words: readonly string[]): string {
  return words
    .map((word) => (/[^\w.:/-]/.test(word) ? `'${word.replaceAll("'", "'\\''")}'` : word))
    .join(' ');
}

async function captureLive(
  captures: Captures,
  options: CaptureOptions,
  call: Call,
  run: Run,
  programs: Programs,
): Promise<void> {
  const { profile, strings, worker } = options;
  const track = options.trackAllocations;
  const ofProgram = call.program && { preload: programs.preload, track: track && worker === undefined };
  const started = ofProgram && startProgram(call.program!, ofProgram);
  if (started) run.atEnd(() => started.stop());
  const attaching = attach(options, call, run, programs, started);
  // Also when a signal comes before it is attached: by then the inspector may have been opened.
  run.atEnd(async () => (await attaching.catch(() => undefined))?.detach());
  const attached = await run.unlessInterrupted(attaching);
  // A program has its workers some time after its start.
  const { after } = options;
  const waitsFirst = started && worker !== undefined && after !== undefined && !track;
  if (waitsFirst) await pause(after, attached.session, attached.name, run);
  const session = options.worker
    ? await run.unlessInterrupted(workerSession(attached.session, options.worker))
    : attached.session;
  if (session !== attached.session) run.atEnd(() => session.close());
  if (profile !== undefined) return captureProfile({ ...options, profile }, session, attached, call, run);
  if (track && !ofProgram?.track) await run.unlessInterrupted(trackAllocations(session));
  if (strings !== undefined) await longerStrings(attached, strings, run);
  if (after !== undefined && !waitsFirst) await pause(after, session, attached.name, run);
  if (options.on === 'signal') return captureOnSignals(captures, session, attached, run);
  const { count = 1, every = 0 } = options;
  for (let i = 0; i < count; i++) {
    if (i > 0) await pause(every, session, attached.name, run);
    await captureOne(captures, session, attached, run, count > 1);
  }
}

async function attach(
  { inspect, target, timeout, force }: CaptureOptions,
  call: Call,
  { signal, onWait }: Run,
  { closer }: Programs,
  started: Started | undefined,
): Promise<Attached> {
  const options = { limits: limitsOf(timeout), signal, onWait };
  if (inspect !== undefined) return attachToAddress(inspect, target, options);
  if (!started) return attachToPid(pidOf(call.args[0]!), { ...options, force, closer });
  return attachToStarted(started, options);
}

/** Throws ProcessError when the target ends meanwhile. */
async function pause(ms: number, session: Session, name: string, run: Run): Promise<void> {
  const gone = await run.unlessInterrupted(
    Promise.race([sleep(ms).then(() => false), session.gone.then(() => true)]),
  );
  if (gone)
    throw new ProcessError(
      `${name} ended before its snapshot was due`,
      'Take it earlier, or on exit: -- node app.js',
    );
}

async function captureOnSignals(
  captures: Captures,
  session: Session,
  attached: Attached,
  run: Run,
): Promise<void> {
  const { count } = captures.options;
  let waiting = 0;
  let wake = (): void => {};
  const onSignal = (): void => {
    waiting++;
    wake();
  };
  process.on('SIGUSR2', onSignal);
  run.atEnd(() => process.off('SIGUSR2', onSignal));
  run.note(`kill -USR2 ${process.pid} takes a snapshot${count === undefined ? '; Ctrl-C ends' : ''}`);
  while (count === undefined || captures.rows.length < count) {
    const next = new Promise<boolean>((resolve) => {
      wake = () => resolve(true);
      if (waiting > 0) wake();
    });
    try {
      if (!(await run.unlessInterrupted(Promise.race([next, session.gone.then(() => false)])))) {
        if (count === undefined && captures.rows.length > 0) return;
        throw new ProcessError(`${attached.name} ended before its snapshot was due`, 'Take it earlier.');
      }
    } catch (error) {
      if (isInterrupted(error) && count === undefined) return;
      throw error;
    }
    waiting--;
    await captureOne(captures, session, attached, run, count !== 1);
  }
}

/** Where a snapshot of Node.js 20 and older begins to take long. */
const LARGE = 300e6;
async function captureOne(
  captures: Captures,
  session: Session,
  attached: Attached,
  run: Run,
  several: boolean,
): Promise<void> {
  const { facts, name } = attached;
  const file = captures.name(facts.pid, several);
  const runtimeName = facts.runtime?.name;
  const used = await run.unlessInterrupted(heapUsed(session, runtimeName));
  const { gzip } = captures;
  const { force, inspect } = captures.options;
  if (!force) {
    const isHere = inspect === undefined;
    const question = {
      attached,
      session,
      heapUsed: used,
      file,
      form: gzip ? ('gzip' as const) : ('plain' as const),
      isHere,
    };
    const warning = await run.unlessInterrupted(checkRoom(question));
    if (warning !== undefined) run.note(warning);
  }
  const output = openSnapshotFile(file, gzip);
  const begun = performance.now();
  try {
    const runtime = formatRuntime(facts);
    const who = session === attached.session ? name : session.what;
    const what = runtime === undefined ? who : `${who} (${runtime})`;
    run.note(
      `${what} does nothing else while its snapshot is taken${used === null ? '' : `: ${formatBytes(used)} of heap`}`,
    );
    if (Number(/^v(\d+)/.exec(facts.nodeVersion ?? '')?.[1] ?? Infinity) <= 20 && (used ?? 0) > LARGE)
      run.note(
        'Node.js 20 and older can need many minutes for a heap of this size; 22 and newer are much faster',
      );
    const { onProgress } = run.progress;
    const write = (text: string) => output.write(text);
    const numbers = !captures.options.noNumbers;
    const taken = await run.unlessInterrupted(
      takeSnapshot(session, { write, onProgress, runtime: runtimeName, heapUsed: used, numbers }),
    );
    if (numbers && !taken.numbers && captures.rows.length === 0)
      run.note(`${who} cannot write numbers: the snapshot is without them`);
    const bytes = await output.finish();
    captures.add({ file, facts, bytes, begun });
  } catch (error) {
    output.discard();
    throw error;
  }
}
