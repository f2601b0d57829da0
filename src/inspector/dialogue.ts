/**
 * A session over anything that carries JSON texts both ways: a WebSocket, or another session that
 * passes messages on. What comes in is another program's word: it is checked before it is used, and
 * what is no message ends the session.
 */
import { ProcessError } from '../base/errors.js';
import type { Limits } from './limits.js';
import type { SendOptions, Session } from './session.js';
import { type Is, isAnything, isCount, isMissingOr, isObject, isRecord, isText } from './shape.js';
import { formatDuration, NoAnswer, type OnWait, quoted, Refusal } from './waiting.js';

/** The way to the target. */
export interface Carrier {
  send(message: { readonly id: number; readonly method: string; readonly params: object }): void;
  pause(): void;
  resume(): void;
  /** Ends it in order, as long as that takes little time. */
  close(): Promise<void>;
  /** Ends it at once. */
  cut(): void;
}

export interface DialogueOptions {
  readonly what: string;
  readonly limits: Limits;
  readonly onWait?: OnWait | undefined;
}

interface Asked {
  readonly method: string;
  readonly is: Is<unknown>;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

interface Listening {
  readonly is: Is<unknown>;
  readonly listener: (params: never) => void;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: object;
  readonly result?: object;
  readonly error?: { readonly message: string };
  readonly sessionId?: string;
}

const isMessage: Is<Message> = isRecord<Message>({
  id: isMissingOr(isCount),
  method: isMissingOr(isText),
  params: isMissingOr(isObject),
  result: isMissingOr(isObject),
  error: isMissingOr(isRecord({ message: isText })),
  sessionId: isMissingOr(isText),
});

export class Dialogue implements Session {
  readonly what: string;
  readonly limits: Limits;
  readonly gone: Promise<void>;
  readonly onWait: OnWait | undefined;
  private readonly waiting = new Map<number, Asked>();
  private readonly listening = new Map<string, Set<Listening>>();
  private readonly children = new Map<string, Dialogue>();
  private lastId = 0;
  over: Error | undefined;
  private leave = (): void => {};
  private heard = 0;
  private paused = false;

  constructor(
    { what, limits, onWait }: DialogueOptions,
    private readonly carrier: Carrier,
  ) {
    this.what = what;
    this.limits = limits;
    this.onWait = onWait;
    this.gone = new Promise((resolve) => {
      this.leave = resolve;
    });
    // A Node.js that is about to exit can crash on a question.
    this.on('NodeRuntime.waitingForDisconnect', isAnything, () => this.end());
  }

  async send<T = unknown>(
    method: string,
    params: object = {},
    { is = isAnything as Is<T>, within, silence }: SendOptions<T> = {},
  ): Promise<T> {
    if (this.over) throw this.over;
    const id = ++this.lastId;
    const limit = within ?? (silence === undefined ? this.limits.answer : undefined);
    const answer = new Promise<unknown>((resolve, reject) => {
      this.waiting.set(id, { method, is, resolve, reject });
      this.carrier.send({ id, method, params });
    });
    const reject = (error: Error): void => this.waiting.get(id)?.reject(error);
    const timers: NodeJS.Timeout[] = [];
    if (limit !== undefined)
      timers.push(
        setTimeout(() => reject(new NoAnswer(this.what, limit, method)), Math.min(limit, 2 ** 31 - 1)),
      );
    if (silence !== undefined) timers.push(this.watchSilence(method, silence, reject));
    const answered = this.onWait?.(`${this.what} to answer ${method}`);
    try {
      return (await answer) as T;
    } finally {
      answered?.();
      for (const timer of timers) clearTimeout(timer);
      this.waiting.delete(id);
    }
  }

  private watchSilence(method: string, silence: number, reject: (error: Error) => void): NodeJS.Timeout {
    this.heard = performance.now();
    return setInterval(
      () => {
        if (this.paused || performance.now() - this.heard < silence) return;
        reject(
          new ProcessError(
            `${this.what} has said nothing for ${formatDuration(silence)} (${method})`,
            'It may be stopped, or short of memory; --timeout waits longer.',
          ),
        );
      },
      Math.max(10, Math.min(1000, silence / 4)),
    );
  }

  on<T>(event: string, is: Is<T>, listener: (params: T) => void): () => void {
    const listeners = this.listening.get(event) ?? new Set<Listening>();
    this.listening.set(event, listeners);
    const one: Listening = { is, listener };
    listeners.add(one);
    return () => void listeners.delete(one);
  }

  /** A message of the target, as it came. */
  receive(text: string): void {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      this.fail(`text that is not JSON: "${quoted(text)}"`);
      return;
    }
    if (!isMessage(message)) {
      this.fail(`what is no message: ${quoted(text)}`);
      return;
    }
    const to = message.sessionId === undefined ? this : this.children.get(message.sessionId);
    to?.take(message);
  }

  private take({ id, method, params = {}, result = {}, error }: Message): void {
    this.heard = performance.now();
    if (id === undefined) {
      for (const { is, listener } of this.listening.get(method ?? '') ?? []) {
        if (!is(params)) {
          this.fail(`the event ${method} with other contents than it has`);
          return;
        }
        try {
          listener(params as never);
        } catch (error) {
          this.end(error as Error);
        }
      }
      return;
    }
    const asked = this.waiting.get(id);
    if (!asked) return;
    if (error) asked.reject(refusal(this.what, asked.method, error.message));
    else if (asked.is(result)) asked.resolve(result);
    else this.fail(`an answer to ${asked.method} with other contents than it has`);
  }

  child(sessionId: string, what: string): Dialogue {
    const child: Dialogue = new Dialogue(
      { what, limits: this.limits, onWait: this.onWait },
      {
        send: (message) => this.carrier.send({ ...message, sessionId } as never),
        pause: () => this.pause(),
        resume: () => this.resume(),
        close: async () => {
          this.children.delete(sessionId);
          if (!this.over) await this.send('Target.detachFromTarget', { sessionId }).catch(() => {});
        },
        cut: () => this.children.delete(sessionId),
      },
    );
    this.children.set(sessionId, child);
    this.on('Target.detachedFromTarget', isRecord({ sessionId: isText }), (event) => {
      if (event.sessionId === sessionId) child.end();
    });
    void this.gone.then(() => child.end());
    return child;
  }

  /** The other side breaks the protocol. */
  fail(sent: string): void {
    this.end(
      new ProcessError(
        `${this.what} does not speak as an inspector does: it sent ${sent}`,
        'The port may belong to another program: look at the address that node --inspect printed.',
      ),
    );
    this.carrier.cut();
  }

  /** Nothing more will come. */
  end(reason: Error = ended(this.what)): void {
    if (this.over) return;
    this.over = reason;
    for (const { reject } of this.waiting.values()) reject(reason);
    this.leave();
  }

  pause(): void {
    this.paused = true;
    this.carrier.pause();
  }

  resume(): void {
    this.paused = false;
    this.heard = performance.now();
    this.carrier.resume();
  }

  async close(): Promise<void> {
    this.over ??= ended(this.what);
    this.carrier.resume(); // the closing handshake has to be read
    for (const { reject } of this.waiting.values()) reject(this.over);
    await this.carrier.close();
  }
}

function refusal(what: string, method: string, message: string): ProcessError {
  return new Refusal(`${what} refuses ${method}: ${quoted(message)}`);
}

function ended(what: string): ProcessError {
  return new ProcessError(
    `${what} ended, or closed the connection, before the work was done`,
    'Nothing was kept of the unfinished snapshot. If the process ran out of memory: node --heapsnapshot-near-heap-limit=1 writes one before that.',
  );
}
