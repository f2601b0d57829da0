/** `capture --profile`: a sampling heap profile in place of a snapshot, of a process that runs. */

import { ProcessError } from '../../base/errors.js';
import type { CaptureOptions } from '../../commands/live/capture.js';
import type { Attached } from '../../inspector/attach.js';
import { type HeapProfile, profileSoFar, startProfile, stopProfile } from '../../inspector/profile.js';
import type { Session } from '../../inspector/session.js';
import { type Sampled, tellProfile } from '../profile-answer.js';
import { type Call, isInterrupted, type Run, sleep } from './call.js';
import { openSnapshotFile } from './snapshot-file.js';

export type ProfileOptions = CaptureOptions & { readonly profile: number };

/** Samples until the time, Ctrl-C or the target's end. Writes the file, prints the functions. */
export async function captureProfile(
  options: ProfileOptions,
  session: Session,
  attached: Attached,
  call: Call,
  run: Run,
): Promise<void> {
  const sample = async (): Promise<Sampled> => {
    await run.unlessInterrupted(startProfile(session));
    const times = { ms: options.profile, begun: performance.now(), gone: session.gone };
    const sampled = await sampleFor(times, session, run);
    if (sampled) return sampled;
    throw new ProcessError(
      `${session.what} ended, or closed the connection, before there was a profile`,
      'Sample for less time, or start the program by heapgraph: heapgraph capture --profile 30s -- node app.js.',
    );
  };
  await writeProfile(options, attached.facts.pid, sample, call, run);
}

/**
 * Writes the profile that `sample` gives, and prints the functions that made most.
 *
 * - Order: the file is opened first, so that a wrong place is known before the sampling.
 * - Throws: UsageError, and what `sample` throws. Then there is no file.
 */
export async function writeProfile(
  { output, profile: asked }: ProfileOptions,
  pid: number | null,
  sample: () => Promise<Sampled>,
  call: Call,
  run: Run,
): Promise<void> {
  const file = output ?? `heapgraph-${pid ?? 'profile'}-${Date.now()}.heapprofile`;
  const target = openSnapshotFile(file, file.endsWith('.gz'));
  try {
    const sampled = await sample();
    await target.write(sampled.found.text);
    await target.finish();
    tellProfile({ ...sampled, file, asked }, call, run);
  } catch (error) {
    target.discard();
    throw error;
  }
}

/** Time until the first copy of the profile, and the least time between two copies. */
const COPY_MS = 3000;
const COPY_SHARE = 100;

export interface SamplingTimes {
  /** How long it is to sample. */
  readonly ms: number;
  /** When that began, as `performance.now()` has it. */
  readonly begun: number;
  /** The target cannot be asked any more. */
  readonly gone: Promise<unknown>;
}

/**
 * Waits for the time, Ctrl-C, or the end of the target, and gives the profile.
 *
 * A killed target no longer answers. A copy of its profile is therefore fetched every three
 * seconds, or less often when a copy takes long.
 *
 * - Empty: undefined when the target has gone without a copy.
 * - Throws: ProcessError when the target is there but does not answer, and there is no copy.
 * - Cost: copies take at most a hundredth of the time.
 */
export async function sampleFor(
  { ms, begun, gone }: SamplingTimes,
  session: Session,
  run: Run,
): Promise<Sampled | undefined> {
  run.note(`sampling the allocations of ${session.what}; Ctrl-C ends it early`);
  const since = (): number => Math.round(performance.now() - begun);
  let copy: { found: HeapProfile; sampled: number } | undefined;
  let why: Sampled['why'];
  try {
    const isGone = gone.then(() => true);
    for (let wait = COPY_MS; ; ) {
      const left = ms - since();
      const over = sleep(Math.min(wait, left)).then(() => false);
      if (await run.unlessInterrupted(Promise.race([isGone, over]))) return copy && { ...copy, why: 'gone' };
      if (left <= wait) break;
      const asked = performance.now();
      const sampled = since();
      const found = await run.unlessInterrupted(quietly(profileSoFar(session)));
      if (found) copy = { found, sampled };
      wait = Math.max(COPY_MS, (performance.now() - asked) * COPY_SHARE);
    }
  } catch (error) {
    if (!isInterrupted(error)) throw error;
    why = 'asked';
  }
  const sampled = since();
  const found: HeapProfile | undefined = await stopProfile(session).catch((error: unknown) => {
    if (!session.over && !copy) throw error;
    why = session.over ? 'gone' : 'silent';
    return undefined;
  });
  if (found) return { found, sampled, why };
  return copy && { ...copy, why };
}

/** Undefined where there is no answer: it is asked for again, or the target has gone. */
async function quietly(found: Promise<HeapProfile>): Promise<HeapProfile | undefined> {
  try {
    return await found;
  } catch (error) {
    if (!(error instanceof ProcessError)) throw error;
    return undefined;
  }
}
