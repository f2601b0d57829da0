/**
 * What is known of the other side. All of it is wishes: some targets refuse every question but that
 * for the snapshot.
 */
import { ProcessError } from '../base/errors.js';
import { evaluate } from './evaluate.js';
import type { Session } from './session.js';
import { isAmount, isCount, isNullOr, isRecord, isText } from './shape.js';
import type { Runtime } from './targets.js';
import { NoAnswer } from './waiting.js';

export interface TargetFacts {
  /** As the target knows it; null where it has none. */
  readonly pid: number | null;
  readonly runtime: Runtime | null;
  /** `v20.11.0`; null when it is not Node.js. */
  readonly nodeVersion: string | null;
  /** Bytes in use on the heap that a snapshot would show; null when they are not told. */
  readonly heapUsed: number | null;
}

interface Said {
  readonly name: string | null;
  readonly version: string | null;
  readonly pid: number | null;
  readonly node: string | null;
  /** Where the inspector does not say it. */
  readonly heapUsed: number | null;
}

/** Its inspector does not say it. */
const BUN_HEAP_USED = 'process.memoryUsage().heapUsed';

const ASK = `(() => {
  const { process, Deno, Bun } = globalThis;
  const versions = process?.versions ?? {};
  const [name, version] =
    Bun?.version ? ['Bun', Bun.version]
    : Deno?.version?.deno ? ['Deno', Deno.version.deno]
    : versions.electron ? ['Electron', versions.electron]
    : versions.node ? ['Node.js', process.version]
    : [null, null];
  return {
    name, version,
    pid: name === null ? null : process?.pid ?? Deno?.pid ?? null,
    node: name === 'Node.js' || name === 'Electron' ? process.version : null,
    heapUsed: name === 'Bun' ? ${BUN_HEAP_USED} : null,
  };
})()`;

const isSaid = isRecord<Said>({
  name: isNullOr(isText),
  version: isNullOr(isText),
  pid: isNullOr(isCount),
  node: isNullOr(isText),
  heapUsed: isNullOr(isAmount),
});

const UNKNOWN: Said = { name: null, version: null, pid: null, node: null, heapUsed: null };

/** A version as all of them are written. It gets into messages and JSON, never into a path. */
const VERSION = /^v?\d[\w.+-]{0,60}$/;
const NAMES = ['Node.js', 'Deno', 'Bun', 'Electron'];
/** No system has larger ones. */
const LARGEST_PID = 2 ** 31 - 1;

/**
 * Throws ProcessError only when the target answers none of the questions in time, breaks the
 * protocol or has gone.
 */
export async function targetFacts(session: Session): Promise<TargetFacts> {
  const [said, used] = await Promise.all([
    wish(session, evaluate(session, ASK, isSaid)),
    wish(session, askHeapUsed(session)),
  ]);
  if (said instanceof NoAnswer && used instanceof NoAnswer) throw said;
  const { name, version, pid, node, heapUsed } = said instanceof ProcessError ? UNKNOWN : said;
  const nodeVersion = node !== null && VERSION.test(node) ? node : null;
  // Else Node.js would wait for us at its end, and we for it. Not known everywhere; then that
  // cannot be helped.
  if (nodeVersion !== null)
    await wish(session, session.send('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: true }));
  return {
    pid: pid !== null && pid > 0 && pid <= LARGEST_PID ? pid : null,
    runtime:
      name !== null && NAMES.includes(name)
        ? { name, version: version !== null && VERSION.test(version) ? version : null }
        : null,
    nodeVersion,
    heapUsed: used instanceof ProcessError ? heapUsed : used,
  };
}

/**
 * Bytes in use on the target's heap; null when it does not tell. Throws ProcessError as targetFacts
 * does.
 */
export async function heapUsed(session: Session, runtime: string | undefined): Promise<number | null> {
  const ask = runtime === 'Bun' ? evaluate(session, BUN_HEAP_USED, isAmount) : askHeapUsed(session);
  const used = await wish(session, ask);
  return used instanceof ProcessError ? null : used;
}

async function askHeapUsed(session: Session): Promise<number> {
  const is = isRecord({ usedSize: isAmount });
  return (await session.send('Runtime.getHeapUsage', {}, { is })).usedSize;
}

/**
 * The answer to a question without which the work goes on, or why there is none: the target
 * refuses, or is late. Throws ProcessError when it has gone, or breaks the protocol.
 */
export async function wish<T>(session: Session, answer: Promise<T>): Promise<T | ProcessError> {
  try {
    return await answer;
  } catch (error) {
    if (session.over) throw session.over;
    if (!(error instanceof ProcessError)) throw error;
    return error;
  }
}

/** `Node.js v20.11.0`; undefined when it is not known. */
export function formatRuntime({ runtime }: Pick<TargetFacts, 'runtime'>): string | undefined {
  return runtime === null ? undefined : [runtime.name, runtime.version ?? ''].join(' ').trim();
}
