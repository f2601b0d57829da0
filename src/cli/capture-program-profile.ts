/** `capture --profile 30s -- program`: samples from its start until the time, Ctrl-C or its end. */
import fs from 'node:fs';
import path from 'node:path';
import { ProcessError } from '../base/errors.js';
import { type ExitProfile, readExitProfile } from '../inspector/exit-profile.js';
import { limitsOf } from '../inspector/limits.js';
import { type Exit, type Started, startProgram } from '../inspector/program.js';
import { type Call, type Run, sleep } from './live/call.js';
import type { Programs } from './live/capture.js';
import { type ProfileOptions, sampleFor, writeProfile } from './live/capture-profile.js';
import type { Sampled } from './profile-answer.js';
import { attachToStarted, formatExit, privateFolder } from './started-program.js';

/**
 * Starts the program and gives its profile. The program samples itself, from before its own code.
 * While it runs, its inspector gives the profile, also while it computes. At its exit the program
 * writes the profile itself, because its inspector no longer answers.
 *
 * - Throws: UsageError; ProcessError when the program ended without either.
 */
export async function captureProgramProfile(
  options: ProfileOptions,
  program: readonly string[],
  call: Call,
  run: Run,
  { preload }: Programs,
): Promise<void> {
  const profile: ExitProfile = { file: path.join(privateFolder(options.output, run), 'exit.heapprofile') };
  const begun = performance.now();
  const started = startProgram(program, { preload, profile });
  run.atEnd(() => started.stop());
  await writeProfile(options, started.pid, () => sample(options, started, profile, begun, run), call, run);
}

async function sample(
  { profile: ms, timeout }: ProfileOptions,
  started: Started,
  { file }: ExitProfile,
  begun: number,
  run: Run,
): Promise<Sampled> {
  const { signal, onWait } = run;
  const what = `process ${started.pid}`;
  const limits = limitsOf(timeout);
  const { answer } = limits;
  const attaching = attachToStarted(started, { limits, signal, onWait });
  run.atEnd(async () => (await attaching.catch(() => undefined))?.detach());
  const attached = await run.unlessInterrupted(attaching).catch((error: unknown) => {
    if (!(error instanceof ProcessError)) throw error;
    return error; // it may have been quicker than we are
  });
  let sampled: Sampled | ProcessError | undefined = attached instanceof ProcessError ? attached : undefined;
  if (!(attached instanceof ProcessError)) {
    const { session } = attached;
    const gone = Promise.race([session.gone, started.ended, isThere(file)]);
    sampled = await sampleFor({ ms, begun, gone }, session, run).catch((error: unknown) => {
      if (!(error instanceof ProcessError)) throw error;
      return error; // it may have come to its end just then
    });
    if (sampled && !(sampled instanceof ProcessError) && sampled.why !== 'gone') return sampled;
    await attached.detach(); // its end waits for that
  }
  const exit = await Promise.race([started.ended, sleep(sampled instanceof ProcessError ? LAST_MS : answer)]);
  if (exit && exit.code !== 0) run.warn(`the program ended: ${formatExit(exit)}`);
  const written = readExitProfile(file, what);
  if (written) return { found: written, sampled: written.sampled, why: 'gone' };
  if (sampled instanceof ProcessError && !exit) throw sampled;
  if (sampled && !(sampled instanceof ProcessError)) return sampled;
  throw noProfile(exit ?? undefined);
}

/** For a program that is at its end to come to it. */
const LAST_MS = 1000;
const LOOK_MS = 100;

/** Resolves when the file is there. A program at its end may wait for us without saying so. */
function isThere(file: string): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (!fs.existsSync(file)) return;
      clearInterval(timer);
      resolve();
    }, LOOK_MS);
    timer.unref();
  });
}

function noProfile(exit: Exit | undefined): ProcessError {
  return new ProcessError(
    `the program ended${exit ? ` (${formatExit(exit)})` : ''} before there was a profile`,
    'A signal, process.abort() or a crash skips what a program does on exit: sample for less time, and it is ended afterwards.',
  );
}
