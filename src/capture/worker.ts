/** A session with a worker thread of Node.js, which speaks through its parent's (NodeWorker domain). */
import { EventEmitter } from 'node:events';
import { ProcessError } from '../errors.js';
import { printable } from '../printable.js';
import type { Session } from './session.js';

interface WorkerInfo {
  readonly workerId: string;
  readonly title: string;
  readonly url: string;
}

interface Known {
  readonly sessionId: string;
  readonly info: WorkerInfo;
}

/** Workers that run already are told at once; this is for the messages to arrive. */
const ARRIVE_MS = 200;

/** Throws ProcessError, with the list of workers, unless `wanted` (a number, or a part of a title or URL) names one. */
export async function workerSession(parent: Session, wanted: string, what: string): Promise<Session> {
  const workers: Known[] = [];
  const attached = (event: { sessionId: string; workerInfo: WorkerInfo }): void => {
    workers.push({ sessionId: event.sessionId, info: event.workerInfo });
  };
  parent.on('NodeWorker.attachedToWorker', attached);
  await parent.send('NodeWorker.enable', { waitForDebuggerOnStart: false });
  await new Promise((resolve) => setTimeout(resolve, ARRIVE_MS));
  parent.off('NodeWorker.attachedToWorker', attached);
  const { sessionId, info } = choose(workers, wanted, what);
  return sessionOf(parent, sessionId, `worker ${threadOf(info)} of ${what}`);
}

function choose(workers: readonly Known[], wanted: string, what: string): Known {
  const byNumber = workers.filter(({ info }) => threadOf(info) === wanted);
  const fits =
    byNumber.length > 0
      ? byNumber
      : workers.filter(({ info }) => info.title.includes(wanted) || info.url.includes(wanted));
  if (fits.length === 1) return fits[0]!;
  const list = workers.map(({ info }) => `"${info.title}" ${info.url}`.trim()).join('; ');
  throw new ProcessError(
    fits.length > 1
      ? `${fits.length} workers of ${what} are called "${printable(wanted)}"`
      : `no worker of ${what} is called "${printable(wanted)}"`,
    workers.length === 0 ? 'It has no worker threads.' : `It has: ${printable(list)}`,
  );
}

/** Its threadId, which stands in its title (`[worker 2] mail`); the inspector's own number is another one. */
function threadOf({ title, workerId }: WorkerInfo): string {
  return /^\[?worker (\d+)/i.exec(title)?.[1] ?? workerId;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

function sessionOf(parent: Session, sessionId: string, what: string): Session {
  const events = new EventEmitter();
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let last = 0;
  let end = (): void => {};
  const gone = new Promise<void>((resolve) => {
    end = resolve;
  });
  void parent.gone.then(end);
  void gone.then(() => {
    for (const { reject } of waiting.values())
      reject(new ProcessError(`${what} ended before the work was done`));
    waiting.clear();
  });
  const received = (event: { sessionId: string; message: string }): void => {
    if (event.sessionId !== sessionId) return;
    const { id, method, params, result, error } = JSON.parse(event.message) as Message;
    if (id === undefined) {
      if (method !== undefined) events.emit(method, params);
      return;
    }
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error) asked?.reject(new ProcessError(`${what}: ${printable(error.message)}`));
    else asked?.resolve(result);
  };
  const detached = (event: { sessionId: string }): void => {
    if (event.sessionId === sessionId) end();
  };
  parent.on('NodeWorker.receivedMessageFromWorker', received);
  parent.on('NodeWorker.detachedFromWorker', detached);
  return {
    gone,
    send<T>(method: string, params: object = {}): Promise<T> {
      const id = ++last;
      return new Promise<T>((resolve, reject) => {
        waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
        parent
          .send('NodeWorker.sendMessageToWorker', {
            sessionId,
            message: JSON.stringify({ id, method, params }),
          })
          .catch(reject);
      });
    },
    on: (event, listener) => void events.on(event, listener as never),
    off: (event, listener) => void events.off(event, listener as never),
    pause: () => parent.pause(),
    resume: () => parent.resume(),
    async close() {
      await parent.send('NodeWorker.detach', { sessionId }).catch(() => {});
    },
  };
}
