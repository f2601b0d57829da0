/**
 * The profile of allocations that a program writes itself when it ends before it was asked for it.
 */
import fs from 'node:fs';
import { ProcessError } from '../base/errors.js';
import { openOwnSession } from './own-session.js';
import { type HeapProfile, heapProfile, SAMPLING_INTERVAL } from './profile.js';
import { isAmount, isObject, isRecord } from './shape.js';

export interface ExitProfile {
  /** In a folder for it alone. */
  readonly file: string;
}

interface Written {
  /** Milliseconds that it sampled. */
  readonly sampled: number;
  readonly profile: object;
}

const isWritten = isRecord<Written>({ sampled: isAmount, profile: isObject });

/** Begins to sample, before the program's own code. Runs in the program. */
export function sampleUntilExit({ file }: ExitProfile): void {
  const session = openOwnSession();
  session.post('HeapProfiler.enable');
  session.post('HeapProfiler.startSampling', { samplingInterval: SAMPLING_INTERVAL });
  const begun = performance.now();
  process.once('exit', () => {
    const sampled = Math.round(performance.now() - begun);
    let profile: object;
    try {
      ({ profile } = session.post<{ profile: object }>('HeapProfiler.stopSampling'));
    } catch {
      return; // heapgraph has it already
    }
    fs.writeFileSync(`${file}.part`, JSON.stringify({ sampled, profile }), { mode: 0o600, flag: 'wx' });
    fs.renameSync(`${file}.part`, file);
  });
}

/** No profile of V8 comes near. */
const MOST_BYTES = 256 << 20;

/**
 * What the program has written; undefined when it ended without. Throws ProcessError when it is
 * something else.
 */
export function readExitProfile(
  file: string,
  what: string,
): (HeapProfile & { readonly sampled: number }) | undefined {
  const size = fs.statSync(file, { throwIfNoEntry: false })?.size;
  if (size === undefined) return undefined;
  let written: unknown;
  try {
    if (size <= MOST_BYTES) written = JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    // told below
  }
  if (!isWritten(written)) throw new ProcessError(`${what} wrote something else than a heap profile`);
  return { ...heapProfile(written.profile, what), sampled: written.sampled };
}
