/**
 * A sampling heap profile: which functions made what is alive, where a snapshot would cost too
 * much.
 */
import { ProcessError } from '../base/errors.js';
import type { Session } from './session.js';
import { isAmount, isListOf, isObject, isRecord, isText } from './shape.js';

/** A function, and the bytes of what it made and is alive, as the samples tell. */
export interface ProfiledFunction {
  /** `(anonymous)` where it has no name. */
  readonly name: string;
  /** Path or URL; empty for V8's own. */
  readonly script: string;
  /** From 1; 0 where there is none. */
  readonly line: number;
  readonly column: number;
  readonly selfSize: number;
}

export interface HeapProfile {
  /** The profile as V8 gave it: the content of a `.heapprofile`. */
  readonly text: string;
  /** The most bytes first, ties by name. */
  readonly functions: readonly ProfiledFunction[];
  readonly totalSize: number;
}

/** More nodes than any profile of V8 has: a stack has 128 functions at most. */
const MOST_NODES = 2_000_000;

const isFrame = isRecord({ functionName: isText, url: isText });
const isNode = isRecord({ callFrame: isFrame, selfSize: isAmount });
const isProfile = isRecord({ head: isObject });
const isAnswer = isRecord({ profile: isProfile });

/** Bytes of allocation from one sample to the next, on average. */
export const SAMPLING_INTERVAL = 32_768;

/**
 * Begins to sample allocations. Throws ProcessError when the target does not do that. Cost: about a
 * sample each 32 KiB.
 */
export async function startProfile(session: Session): Promise<void> {
  await session.send('HeapProfiler.enable', {});
  await session.send('HeapProfiler.startSampling', { samplingInterval: SAMPLING_INTERVAL });
}

/**
 * Ends it; also what another session with the same target began.
 *
 * - Throws: ProcessError when the answer is no profile.
 * - Cost: a garbage collection in the target; linear in the profile.
 */
export async function stopProfile(session: Session): Promise<HeapProfile> {
  const { profile } = await session.send('HeapProfiler.stopSampling', {}, { is: isAnswer });
  return heapProfile(profile, session.what);
}

/** The profile up to now; it goes on. Throws, costs: as stopProfile. */
export async function profileSoFar(session: Session): Promise<HeapProfile> {
  const { profile } = await session.send('HeapProfiler.getSamplingProfile', {}, { is: isAnswer });
  return heapProfile(profile, session.what);
}

/**
 * A profile as V8 gives it, with its functions summed over all stacks. `what` gave it.
 *
 * - Throws: ProcessError when it is none.
 * - Cost: linear in the profile.
 */
export function heapProfile(profile: object, what: string): HeapProfile {
  if (!isProfile(profile)) throw noProfile(what);
  return { text: `${JSON.stringify(profile)}\n`, ...functionsOf(profile.head, what) };
}

function noProfile(what: string): ProcessError {
  return new ProcessError(`${what} sent something else than a heap profile`, 'Try again.');
}

function functionsOf(head: unknown, what: string): Pick<HeapProfile, 'functions' | 'totalSize'> {
  const byPlace = new Map<string, ProfiledFunction>();
  const stack: unknown[] = [head];
  let totalSize = 0;
  for (let seen = 0; stack.length > 0; seen++) {
    const node = stack.pop();
    if (!isNode(node) || seen > MOST_NODES) throw noProfile(what);
    const { functionName, url } = node.callFrame;
    const { lineNumber, columnNumber } = node.callFrame as { lineNumber?: unknown; columnNumber?: unknown };
    const [line, column] = [place(lineNumber), place(columnNumber)];
    const key = `${functionName}\n${url}:${line}:${column}`;
    const known = byPlace.get(key);
    totalSize += node.selfSize;
    byPlace.set(key, {
      name: functionName === '' ? '(anonymous)' : functionName,
      script: url,
      line,
      column,
      selfSize: (known?.selfSize ?? 0) + node.selfSize,
    });
    const { children } = node as { children?: unknown };
    if (isListOf(isObject)(children)) for (const child of children) stack.push(child);
  }
  const functions = [...byPlace.values()]
    .filter(({ selfSize }) => selfSize > 0)
    .sort((a, b) => b.selfSize - a.selfSize || (a.name < b.name ? -1 : 1));
  return { functions, totalSize };
}

/** V8 counts lines and columns from 0, and says -1 where there is none. */
function place(value: unknown): number {
  return isAmount(value) ? value + 1 : 0;
}
