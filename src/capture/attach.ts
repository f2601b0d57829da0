/** Attaches to a process: by pid, by the address of its inspector, or by an inspector's URL. */
import { ProcessError } from '../errors.js';
import { checkOpensInspector, checkProcess, inspectorPort, isKnownAs, listeningPorts } from './proc.js';
import { closeInspector, connect, type Session, type TargetFacts, targetFacts } from './session.js';
import {
  type Address,
  chooseTarget,
  formatAddress,
  listTargets,
  parseAddress,
  targetUrl,
} from './targets.js';

export interface Attached {
  readonly session: Session;
  readonly facts: TargetFacts;
  /** Whom messages speak of: `process 4711`. */
  readonly name: string;
  /** Leaves it as it was found: an inspector that was opened for us is closed. May be called more than once. */
  detach(): Promise<void>;
}

/** Attaches to the target at an address. Throws UsageError, ProcessError. */
export async function attachToAddress(text: string, target: string | undefined): Promise<Attached> {
  const address = parseAddress(text);
  const name = formatAddress(address);
  const path = address.path ?? chooseTarget(await listTargets(address), target, name).path;
  return attachToUrl(await targetUrl(address, path), name);
}

/** Attaches to the target of a WebSocket URL. Throws ProcessError. */
export async function attachToUrl(url: string, where: string): Promise<Attached> {
  const session = await connect(url, where);
  try {
    const facts = await targetFacts(session, where);
    const name = facts.pid === null ? where : `process ${facts.pid}`;
    return { session, facts, name, detach: () => session.close() };
  } catch (error) {
    await session.close();
    throw error;
  }
}

const OPENS_WITHIN_MS = 10_000;
const ASK_AGAIN_MS = 100;
/** After this no new port will come. */
const OPENED_BEFORE_MS = 2000;

/**
 * Attaches to a process by its pid: to its inspector when it is open; else SIGUSR1 opens it, and `detach` closes it.
 * That it is this process that answers is asked of itself (process.pid), because the port may be another one's; then
 * no signal is sent, which would be in vain. Ports that were open before are those of its service, most likely: they
 * are asked for an inspector only where there is no other. Throws ProcessError.
 */
export async function attachToPid(pid: number): Promise<Attached> {
  checkProcess(pid);
  checkOpensInspector(pid);
  const before = listeningPorts(pid);
  const port = inspectorPort(pid);
  const usual = port === 0 ? undefined : await tryPort(pid, port, before);
  if (usual?.attached) return usual.attached;
  if (usual?.other) {
    // Kept from its own, it may have been opened at another one.
    const own = before && (await firstOf(pid, before, before));
    if (own) return own;
    throw portTaken(pid, port, usual.other);
  }
  if (process.platform === 'win32') debugProcess(pid);
  else process.kill(pid, 'SIGUSR1');
  const begun = performance.now();
  let askedAll = false;
  while (performance.now() - begun < OPENS_WITHIN_MS) {
    await pause(ASK_AGAIN_MS);
    checkProcess(pid);
    const now = listeningPorts(pid);
    const opened = await firstOf(pid, now ? now.filter((one) => !before?.includes(one)) : [port], now);
    if (opened) return { ...opened, detach: once(() => leave(opened.session)) };
    if (!now || askedAll || performance.now() - begun < OPENED_BEFORE_MS) continue;
    // No new port: the program had opened its inspector itself. Its other ports get the question, too, so only once.
    askedAll = true;
    const own = await firstOf(pid, now, now);
    if (own) return own;
  }
  throw new ProcessError(
    `process ${pid} opened no inspector within ${OPENS_WITHIN_MS / 1000} seconds of SIGUSR1`,
    'It may be stopped, in a container, or handle SIGUSR1 itself; start it with node --inspect and use --inspect.',
  );
}

async function leave(session: Session): Promise<void> {
  await closeInspector(session);
  await session.close();
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}

async function firstOf(
  pid: number,
  ports: readonly number[],
  listening: readonly number[] | undefined,
): Promise<Attached | undefined> {
  for (const port of ports) {
    const { attached } = await tryPort(pid, port, listening);
    if (attached) return attached;
  }
  return undefined;
}

/** Windows has no signals; Node.js has its own way there, which its types do not name. */
function debugProcess(pid: number): void {
  (process as unknown as { _debugProcess(pid: number): void })._debugProcess(pid);
}

function portTaken(pid: number, port: number, other: string): ProcessError {
  return new ProcessError(
    `port ${port}, where process ${pid} would open its inspector, is taken by ${other}`,
    'Close that inspector, or start the program with node --inspect-port=0, which takes a free port.',
  );
}

interface Tried {
  readonly attached?: Attached;
  /** Who else is there. */
  readonly other?: string;
}

/** Whether the process's inspector is at a port. `listening` are the ports that the process is known to have. */
async function tryPort(pid: number, port: number, listening: readonly number[] | undefined): Promise<Tried> {
  const address: Address = { host: '127.0.0.1', port };
  const mine = listening?.includes(port) ?? true;
  try {
    for (const { path } of await listTargets(address)) {
      const attached = await attachToUrl(await targetUrl(address, path), `process ${pid}`);
      const claimed = attached.facts.pid;
      if (claimed !== null && mine && isKnownAs(pid, claimed)) {
        // In a container it knows itself by another pid than the one that we were given.
        return { attached: { ...attached, facts: { ...attached.facts, pid }, name: `process ${pid}` } };
      }
      await attached.detach();
      return { other: claimed === null ? 'a browser' : `process ${claimed}` };
    }
    return { other: 'another inspector' };
  } catch (error) {
    if (!(error instanceof ProcessError)) throw error;
    if (/refuses the connection|cannot be reached/.test(error.message)) return {};
    return { other: `another program (${error.message})` };
  }
}

/** Unlike `delay`, keeps heapgraph alive. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
