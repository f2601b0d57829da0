/**
 * Sessions with the workers of a target, which speak through its own: worker threads of Node.js,
 * workers of a page.
 */
import { ProcessError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import { Dialogue } from './dialogue.js';
import { wish } from './facts.js';
import type { Session } from './session.js';
import { isRecord, isText } from './shape.js';
import { listOf } from './targets.js';
import { delay, quoted } from './waiting.js';

interface Worker {
  /** By which it is known to its users: a threadId, or the number that the inspector gives it. */
  readonly number: string;
  readonly title: string;
  readonly url: string;
  open(name: string): Session;
}

/** Workers that run already are told at once; this is for the messages to arrive. */
const ARRIVE_MS = 200;

/**
 * Throws ProcessError, with the list of workers, unless `wanted` (a number, or a part of a title or
 * URL) names one.
 */
export async function workerSession(parent: Session, wanted: string): Promise<Session> {
  const { what } = parent;
  // Node.js and Deno have the one domain, browsers the other.
  const workers = (await nodeWorkers(parent)) ?? (await webWorkers(parent));
  if (!workers)
    throw new ProcessError(`the inspector of ${what} does not show workers`, 'Leave --worker out.');
  const worker = choose(workers, wanted, what);
  return worker.open(`worker ${quoted(worker.number || worker.title || worker.url)} of ${what}`);
}

function choose(workers: readonly Worker[], wanted: string, what: string): Worker {
  const byNumber = workers.filter(({ number }) => number === wanted);
  const fits =
    byNumber.length > 0
      ? byNumber
      : workers.filter(({ title, url }) => title.includes(wanted) || url.includes(wanted));
  if (fits.length === 1) return fits[0]!;
  throw new ProcessError(
    fits.length > 1
      ? `${fits.length} workers of ${what} are called "${printable(wanted)}"`
      : `no worker of ${what} is called "${printable(wanted)}"`,
    workers.length === 0
      ? 'It has no workers.'
      : `It has: ${listOf(workers.map(({ title, url }) => `"${quoted(title)}" ${quoted(url)}`.trim()))}`,
  );
}

interface NodeAttached {
  readonly sessionId: string;
  readonly workerInfo: { readonly workerId: string; readonly title: string; readonly url: string };
}

const isNodeAttached = isRecord<NodeAttached>({
  sessionId: isText,
  workerInfo: isRecord<NodeAttached['workerInfo']>({ workerId: isText, title: isText, url: isText }),
});

/** Undefined when the target knows no worker threads. */
async function nodeWorkers(parent: Session): Promise<Worker[] | undefined> {
  const workers: Worker[] = [];
  const stop = parent.on('NodeWorker.attachedToWorker', isNodeAttached, ({ sessionId, workerInfo }) => {
    const { title, url, workerId } = workerInfo;
    // Its threadId stands in its title (`[worker 2] mail`); the inspector's own number is another
    // one.
    const number = /^\[?worker (\d+)/i.exec(title)?.[1] ?? workerId;
    workers.push({ number, title, url, open: (name) => nodeSession(parent, sessionId, name) });
  });
  const enabled = await wish(parent, parent.send('NodeWorker.enable', { waitForDebuggerOnStart: false }));
  if (!(enabled instanceof ProcessError)) await delay(ARRIVE_MS);
  stop();
  return enabled instanceof ProcessError ? undefined : workers;
}

/** Its messages are texts in messages of its parent. */
function nodeSession(parent: Session, sessionId: string, what: string): Session {
  const { limits, onWait } = parent;
  const session = new Dialogue(
    { what, limits, onWait },
    {
      send(message) {
        // Refused when the worker has just ended, which is told by an event as well.
        parent
          .send('NodeWorker.sendMessageToWorker', { sessionId, message: JSON.stringify(message) })
          .catch(() => {});
      },
      pause: () => parent.pause(),
      resume: () => parent.resume(),
      close: async () => {
        stop();
        if (!parent.over) await parent.send('NodeWorker.detach', { sessionId }).catch(() => {});
      },
      cut: () => stop(),
    },
  );
  const stops = [
    parent.on(
      'NodeWorker.receivedMessageFromWorker',
      isRecord<{ sessionId: string; message: string }>({ sessionId: isText, message: isText }),
      (event) => {
        if (event.sessionId === sessionId) session.receive(event.message);
      },
    ),
    parent.on('NodeWorker.detachedFromWorker', isRecord({ sessionId: isText }), (event) => {
      if (event.sessionId === sessionId) session.end();
    }),
  ];
  const stop = (): void => {
    for (const one of stops) one();
  };
  void parent.gone.then(() => session.end());
  return session;
}

interface WebAttached {
  readonly sessionId: string;
  readonly targetInfo: { readonly type: string; readonly title: string; readonly url: string };
}

const isWebAttached = isRecord<WebAttached>({
  sessionId: isText,
  targetInfo: isRecord<WebAttached['targetInfo']>({ type: isText, title: isText, url: isText }),
});

/**
 * Workers of a page, and its frames that have a heap of their own. Undefined when the target knows
 * no such thing.
 */
async function webWorkers(parent: Session): Promise<Worker[] | undefined> {
  const workers: Worker[] = [];
  const stop = parent.on('Target.attachedToTarget', isWebAttached, ({ sessionId, targetInfo }) => {
    const { title, url } = targetInfo;
    workers.push({ number: '', title, url, open: (name) => parent.child(sessionId, name) });
  });
  const asked = parent.send('Target.setAutoAttach', {
    autoAttach: true,
    waitForDebuggerOnStart: false,
    flatten: true,
  });
  const attached = await wish(parent, asked);
  if (!(attached instanceof ProcessError)) await delay(ARRIVE_MS);
  stop();
  return attached instanceof ProcessError ? undefined : workers;
}
