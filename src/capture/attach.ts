/** Attaches to a process: by pid, by the address of its inspector, or by an inspector's URL. */
import { ProcessError } from '../errors.js';
import { printable } from '../printable.js';
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

/**
 * Attaches to a process by its pid: to its inspector when it is open; else SIGUSR1 opens it, and `detach` closes it.
 * That it is this process that answers is asked of itself (process.pid), because the port may be another one's.
 * Throws ProcessError.
 */
export async function attachToPid(pid: number): Promise<Attached> {
  checkProcess(pid);
  checkOpensInspector(pid);
  const before = listeningPorts(pid);
  const usual = inspectorPort(pid);
  const open = usual === 0 ? undefined : await tryPort(pid, usual, before);
  if (open?.attached) return open.attached;
  process.platform === 'win32' ? debugProcess(pid) : process.kill(pid, 'SIGUSR1');
  for (const deadline = performance.now() + OPENS_WITHIN_MS; performance.now() < deadline; ) {
    await delayed(ASK_AGAIN_MS);
    checkProcess(pid);
    const now = listeningPorts(pid);
    const news = now?.filter((port) => !before?.includes(port)) ?? [usual];
    for (const port of news.length > 0 || now !== undefined ? news : [usual]) {
      const { attached } = await tryPort(pid, port, now);
      if (attached) {
        const { session } = attached;
        let left: Promise<void> | undefined;
        const leave = async (): Promise<void> => {
          await closeInspector(session);
          await session.close();
        };
        return {
          ...attached,
          detach() {
            left ??= leave();
            return left;
          },
        };
      }
    }
  }
  throw neverOpened(pid, usual, open?.other);
}

/** Windows has no signals; Node.js has its own way there, which its types do not name. */
function debugProcess(pid: number): void {
  (process as unknown as { _debugProcess(pid: number): void })._debugProcess(pid);
}

function neverOpened(pid: number, port: number, other: string | undefined): ProcessError {
  if (other !== undefined) {
    return new ProcessError(
      `port ${port}, where process ${pid} would open its inspector, is taken by ${other}`,
      `Close that inspector, or start the program with node --inspect-port=0, which takes a free port.`,
    );
  }
  return new ProcessError(
    `process ${pid} opened no inspector within ${OPENS_WITHIN_MS / 1000} seconds of SIGUSR1`,
    'It may be stopped, in a container, or handle SIGUSR1 itself; start it with node --inspect and use --inspect.',
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
      if (claimed !== null && mine && isKnownAs(pid, claimed)) return { attached };
      await attached.detach();
      return { other: claimed === null ? 'a browser' : `process ${claimed}` };
    }
    return { other: 'another inspector' };
  } catch (error) {
    if (!(error instanceof ProcessError)) throw error;
    if (/refuses the connection/.test(error.message)) return {};
    return mine && listening !== undefined && /does not answer/.test(error.message)
      ? Promise.reject(error)
      : { other: `another program (${printable(error.message)})` };
  }
}

/** Unlike `delay`, keeps heapgraph alive. */
function delayed(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
