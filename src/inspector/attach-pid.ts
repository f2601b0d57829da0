/** Attaches to a Node.js process by its pid: opens its inspector, and closes it again. */
import { ProcessError } from '../base/errors.js';
import { type Address, formatAddress } from './address.js';
import { type Attached, type AttachOptions, attachTo } from './attach.js';
import type { CloserRequest } from './close-inspector.js';
import { closeInspector } from './evaluate.js';
import { armGuard, type Guard } from './guard.js';
import { type Program, programOf } from './node-program.js';
import {
  catchesSigusr1,
  checkNetwork,
  findProcess,
  isKnownAs,
  isStillThere,
  nameOf,
  type ProcessIdentity,
} from './process.js';
import { inspectorAddress, isAt, listeningAddresses, ownerOf } from './sockets.js';
import { listTargets } from './targets.js';
import { delay, formatDuration } from './waiting.js';

export interface AttachToPidOptions extends AttachOptions {
  /** SIGUSR1 is sent also to a process that is not seen to be Node.js, as long as it handles it. */
  readonly force?: boolean;
  /** The program that closes an inspector which we could not close: close-inspector.js. */
  readonly closer: string;
}

const ASK_AGAIN_MS = 100;
/** After this no new port will come. */
const OPENED_BEFORE_MS = 2000;

/**
 * Attaches to a process: to its inspector when it is open; else SIGUSR1 opens it, and `detach`
 * closes it. Only addresses that the system shows to be the process's own are asked for anything.
 * Those that were open before are most likely its service's: they are asked for an inspector only
 * where there is no other. An inspector that was opened for us is closed whatever happens to
 * heapgraph. Throws ProcessError.
 */
export async function attachToPid(pid: number, options: AttachToPidOptions): Promise<Attached> {
  const identity = findProcess(pid);
  checkNetwork(pid);
  const before = listeningAddresses(pid);
  if (before === undefined) throw portsUnknown(pid);
  const own = inspectorAddress(pid);
  const usual = before.filter(({ port }) => port === own.port);
  const open = await inspectorOf(pid, usual, options);
  if (open) return open;
  const program = programOf(pid);
  const owner = usual.length > 0 ? pid : own.port === 0 ? undefined : ownerOf(own, pid);
  // Opened meanwhile, by another debugger.
  if (owner === pid && usual.length === 0) return attachToPid(pid, options);
  const refusal =
    refusesSignal(pid, program, options.force === true) ??
    (owner === undefined ? undefined : portTaken(pid, own, owner));
  if (refusal) {
    // Kept from its own, it may have been opened at another one. Ports of a database are not asked.
    const other = program !== 'another' && (await inspectorOf(pid, without(before, usual), options));
    if (other) return other;
    throw refusal;
  }
  const request: CloserRequest = { ...identity, before };
  const guard = armGuard([process.execPath, options.closer, JSON.stringify(request)]);
  try {
    if (!isStillThere(identity)) throw hasEnded(pid);
    openInspector(pid);
    const opened = await openedInspector(identity, before, options);
    if (!opened.isNew) {
      guard.disarm();
      return opened;
    }
    guard.tell('opened');
    return { ...opened, detach: once(() => leave(opened, pid, before, guard, options.signal)) };
  } catch (error) {
    if (!isStillThere(identity)) guard.disarm();
    throw error;
  }
}

/** Waits for the inspector to open. Throws ProcessError. */
async function openedInspector(
  identity: ProcessIdentity,
  before: readonly Address[],
  options: AttachToPidOptions,
): Promise<Attached & { isNew: boolean }> {
  const { pid } = identity;
  const { limits, signal, onWait } = options;
  const opened = onWait?.(`process ${pid} to open its inspector`);
  const begun = performance.now();
  let askedAll = false;
  try {
    while (performance.now() - begun < limits.answer) {
      await delay(ASK_AGAIN_MS);
      signal?.throwIfAborted();
      if (!isStillThere(identity)) throw hasEnded(pid);
      const now = listeningAddresses(pid) ?? [];
      const found = await inspectorOf(pid, without(now, before), options);
      if (found) return { ...found, isNew: true };
      if (askedAll || performance.now() - begun < OPENED_BEFORE_MS) continue;
      // No new port: the program had opened its inspector itself. Its other ports get the question,
      // too, so only once.
      askedAll = true;
      const other = await inspectorOf(pid, now, options);
      if (other) return { ...other, isNew: false };
    }
  } finally {
    opened?.();
  }
  throw new ProcessError(
    `process ${pid}${nameOf(pid)} opened no inspector within ${formatDuration(limits.answer)} of SIGUSR1`,
    `It may be busy in native code (--timeout waits longer), or handle SIGUSR1 itself: start it with node --inspect then, and use --inspect.${
      process.platform === 'win32'
        ? ''
        : ' Should it open its inspector within the hour, a process that heapgraph leaves behind closes it.'
    }`,
  );
}

/**
 * The process's inspector at one of its own addresses. Throws ProcessError when it is there and
 * cannot be used.
 */
export async function inspectorOf(
  pid: number,
  addresses: readonly Address[],
  options: AttachOptions,
): Promise<Attached | undefined> {
  for (const address of addresses) {
    const targets = await listTargets(address, options).catch((error: unknown) => {
      if (options.signal?.aborted || !(error instanceof ProcessError)) throw error;
      return []; // its service, most likely
    });
    const [target] = targets;
    if (!target) continue;
    const attached = await attachTo(address, target.path, `process ${pid}`, options);
    const { pid: claimed } = attached.facts;
    // In a container it knows itself by another pid than the one that we were given.
    if (claimed !== null && isKnownAs(pid, claimed))
      return { ...attached, facts: { ...attached.facts, pid }, name: `process ${pid}` };
    await attached.detach();
    throw new ProcessError(
      `what answers at ${formatAddress(address)}, a port of process ${pid}, says that it is ${claimed === null ? 'no process' : `process ${claimed}`}`,
      'It may be a browser, or pass on the inspector of another process: use --inspect with its address.',
    );
  }
  return undefined;
}

function without(addresses: readonly Address[], others: readonly Address[]): Address[] {
  return addresses.filter((one) => !isAt(others, one));
}

/**
 * Why SIGUSR1 is not sent: it would end the process, or do something else than open an inspector.
 */
function refusesSignal(pid: number, program: Program | undefined, force: boolean): ProcessError | undefined {
  if (catchesSigusr1(pid) === false) return notNode(pid, program, 'SIGUSR1 would end it');
  if (force || program === 'Node.js') return undefined;
  if (program !== undefined) return notNode(pid, program, 'What it does at SIGUSR1 is not known');
  if (process.platform === 'linux') {
    return new ProcessError(
      `the executable of process ${pid}${nameOf(pid)} cannot be read, so it is not known to be Node.js`,
      'SIGUSR1 was not sent. Run heapgraph as root (sudo); --force sends it to a process that handles it.',
    );
  }
  const isNode = /node|electron|^$/i.test(nameOf(pid));
  return isNode ? undefined : notNode(pid, undefined, 'SIGUSR1 could end it');
}

const OTHER_WAYS: Readonly<Record<string, string>> = {
  Deno: 'Start it with deno run --inspect=127.0.0.1:9229 and use --inspect 127.0.0.1:9229.',
  Bun: 'Start it with bun --inspect and use --inspect with the ws:// URL that it prints.',
  'Node.js': 'If it was started with --disable-sigusr1, start it with --inspect.',
};

function notNode(pid: number, program: Program | undefined, why: string): ProcessError {
  const is = program === 'Bun' || program === 'Deno' ? ` but ${program}` : '';
  return new ProcessError(
    `process ${pid}${nameOf(pid)} is not a Node.js process that opens its inspector on a signal${is}`,
    `${why}, so it was not sent. ${OTHER_WAYS[program ?? ''] ?? 'A program started by npm, npx or a shell has a pid of its own.'}${
      why.includes('not known') ? ' --force sends it.' : ''
    }`,
  );
}

function openInspector(pid: number): void {
  // Windows has no signals; Node.js has its own way there, which its types do not name.
  if (process.platform === 'win32')
    (process as unknown as { _debugProcess(pid: number): void })._debugProcess(pid);
  else process.kill(pid, 'SIGUSR1');
}

/** How long the closing is waited for: after a Ctrl-C hardly, as the guard waits for it as well. */
const CLOSE_MS = 2000;
const CLOSE_AT_ONCE_MS = 300;

async function leave(
  { session }: Attached,
  pid: number,
  before: readonly Address[],
  guard: Guard,
  signal: AbortSignal | undefined,
): Promise<void> {
  const begun = performance.now();
  const limit = signal?.aborted ? CLOSE_AT_ONCE_MS : CLOSE_MS;
  await closeInspector(session, limit);
  await session.close();
  const isClosed = (): boolean => {
    const now = listeningAddresses(pid);
    return now === undefined || without(now, before).length === 0;
  };
  while (!isClosed() && performance.now() - begun < limit) await delay(20);
  if (isClosed()) guard.disarm();
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}

function hasEnded(pid: number): ProcessError {
  return new ProcessError(`process ${pid} has ended`, 'Name a process that runs.');
}

function portsUnknown(pid: number): ProcessError {
  return new ProcessError(
    `it cannot be seen at which ports process ${pid}${nameOf(pid)} listens`,
    'Nothing was sent to it, as another program could answer in its place. Run heapgraph as root (sudo), or start the program with node --inspect and use --inspect.',
  );
}

function portTaken(pid: number, { port }: Address, owner: number | null): ProcessError {
  const taken = `port ${port}, where process ${pid} would open its inspector, is taken by`;
  const way = 'start the program with node --inspect-port=0, which takes a free port.';
  if (owner === pid)
    return new ProcessError(
      `${taken} a service of its own, which is no inspector`,
      `To go around it, ${way}`,
    );
  return new ProcessError(
    `${taken} ${owner === null ? 'another program' : `process ${owner}${nameOf(owner)}`}`,
    `Nothing was asked there. Close that one, or ${way}`,
  );
}
