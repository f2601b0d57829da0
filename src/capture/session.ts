/** A conversation with one inspector: requests, events, and the end of it. */
import CDP from 'chrome-remote-interface';
import { ProcessError } from '../errors.js';
import { printable } from '../printable.js';

export interface Session {
  /** Throws ProcessError when the other side refuses, or when the connection ends meanwhile. */
  send<T = unknown>(method: string, params?: object): Promise<T>;
  on(event: string, listener: (params: never) => void): void;
  off(event: string, listener: (params: never) => void): void;
  /** Resolves when the other side has gone, or only waits for us in order to exit; never when `close` ended it. */
  readonly gone: Promise<void>;
  /** Reads nothing more until `resume`, so that what cannot be stored yet does not pile up here. */
  pause(): void;
  resume(): void;
  close(): Promise<void>;
}

/** An empty protocol: methods are sent by name, and a list of a megabyte need not be fetched from the target. */
const NO_PROTOCOL = { version: { major: '1', minor: '3' }, domains: [] };

/** The package's client has no way to slow the other side down, so its socket is held directly where it has one. */
interface Held {
  readonly _ws?: { readonly _socket?: { pause(): void; resume(): void } };
}

/** Connects to an inspector's WebSocket. Throws ProcessError. */
export async function connect(url: string, what: string): Promise<Session> {
  let client: CDP.Client;
  try {
    client = await withTimeout(CDP({ target: url, protocol: NO_PROTOCOL as never }), ANSWER_MS, () =>
      notAnswering(what),
    );
  } catch (error) {
    if (error instanceof ProcessError) throw error;
    throw new ProcessError(
      `cannot connect to ${what}: ${reasonOf(error)}`,
      'It may have ended, or its inspector is not for heapgraph: see --help.',
    );
  }
  let over = false;
  const gone = new Promise<void>((resolve) => {
    const end = (): void => {
      over = true;
      resolve();
    };
    client.on('disconnect', end);
    client.on('NodeRuntime.waitingForDisconnect' as 'disconnect', end);
  });
  const socket = (client as unknown as Held)._ws?._socket;
  const raw = client as unknown as {
    send(method: string, params: object): Promise<unknown>;
    on(event: string, listener: (params: never) => void): void;
    off(event: string, listener: (params: never) => void): void;
  };
  return {
    gone,
    async send<T>(method: string, params: object = {}): Promise<T> {
      // A Node.js that is about to exit can crash on a question.
      if (over) throw ended(what);
      try {
        return (await Promise.race([raw.send(method, params), gone.then(() => fail(ended(what)))])) as T;
      } catch (error) {
        if (error instanceof ProcessError) throw error;
        const refused = (error as { response?: { message?: string } }).response?.message;
        throw refused === undefined
          ? ended(what)
          : new ProcessError(`${what} refuses ${method}: ${printable(refused)}`);
      }
    },
    on: (event, listener) => raw.on(event, listener),
    off: (event, listener) => raw.off(event, listener),
    pause: () => socket?.pause(),
    resume: () => socket?.resume(),
    async close() {
      socket?.resume(); // the closing handshake has to be read
      await Promise.race([client.close().catch(() => {}), delay(CLOSE_MS)]);
    },
  };
}

/** How long a target may take to answer a question that costs it nothing. */
export const ANSWER_MS = 10_000;
const CLOSE_MS = 1000;

function ended(what: string): ProcessError {
  return new ProcessError(
    `${what} ended, or closed the connection, before the work was done`,
    'Nothing was kept of the unfinished snapshot. If the process ran out of memory: node --heapsnapshot-near-heap-limit=1 writes one before that.',
  );
}

export function notAnswering(what: string): ProcessError {
  return new ProcessError(
    `${what} does not answer within ${ANSWER_MS / 1000} seconds`,
    'It may be stopped (SIGSTOP, a container that is paused), or another debugger may hold it.',
  );
}

function fail(error: Error): never {
  throw error;
}

export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return printable(code ?? message ?? String(error));
}

/** Does not keep the process alive. */
export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

/** The value, or the error when it does not come in time. */
export async function withTimeout<T>(value: Promise<T>, ms: number, error: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(error()), ms);
  });
  try {
    return await Promise.race([value, late]);
  } finally {
    clearTimeout(timer);
  }
}

interface Evaluated<T> {
  readonly result: { readonly value?: T; readonly description?: string };
  readonly exceptionDetails?: { readonly text: string };
}

/** The value of an expression, as JSON has it; `require` is there in Node.js. Throws ProcessError. */
export async function evaluate<T>(session: Session, expression: string, what: string): Promise<T> {
  const asked = session.send<Evaluated<T>>('Runtime.evaluate', {
    expression,
    returnByValue: true,
    includeCommandLineAPI: true,
    silent: true,
  });
  const { result, exceptionDetails } = await withTimeout(asked, ANSWER_MS, () => notAnswering(what));
  if (exceptionDetails)
    throw new ProcessError(
      `${what} cannot evaluate: ${printable(result.description ?? exceptionDetails.text)}`,
    );
  return result.value as T;
}

/** What is known of the other side. */
export interface TargetFacts {
  /** Null when it is not Node.js. */
  readonly pid: number | null;
  /** `v20.11.0`; null when it is not Node.js. */
  readonly nodeVersion: string | null;
  /** Bytes in use on the heap that a snapshot would show. */
  readonly heapUsed: number;
}

export async function targetFacts(session: Session, what: string): Promise<TargetFacts> {
  const node = await evaluate<{ pid: number; version: string } | null>(
    session,
    "typeof process === 'object' && process?.versions?.node ? { pid: process.pid, version: process.version } : null",
    what,
  );
  // Else Node.js would wait for us at its end, and we for it. Not known everywhere; then that cannot be helped.
  if (node)
    await session.send('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: true }).catch(() => {});
  const { usedSize } = await session.send<{ usedSize: number }>('Runtime.getHeapUsage');
  return { pid: node?.pid ?? null, nodeVersion: node?.version ?? null, heapUsed: usedSize };
}

// Later, because close() waits for this very connection. `require` is only there while the expression runs.
const CLOSE_INSPECTOR = `(() => {
  const load = process.getBuiltinModule ?? require;
  const inspector = load('inspector');
  setTimeout(() => inspector.close(), 0);
})()`;

/**
 * Asks the target to close its inspector, which ends this connection too. It may be busy with a snapshot that nobody
 * wants any more: the request waits in its queue and is done then, so its answer is waited for only a little.
 */
export async function closeInspector(session: Session): Promise<void> {
  session.resume();
  const asked = session
    .send('Runtime.evaluate', {
      expression: CLOSE_INSPECTOR,
      returnByValue: true,
      includeCommandLineAPI: true,
      silent: true,
    })
    .catch(() => {});
  await Promise.race([asked, delay(CLOSE_MS)]);
  await Promise.race([session.gone, delay(CLOSE_MS)]);
}
