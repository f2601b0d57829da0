/** What is said to an inspector, whatever way leads to it. */
import type { Limits } from './limits.js';
import type { Is } from './shape.js';
import type { OnWait } from './waiting.js';

export interface SendOptions<T> {
  /** What the answer has to be. */
  readonly is?: Is<T>;
  /** Milliseconds until the answer; the session's limit for an answer otherwise. */
  readonly within?: number;
  /**
   * Milliseconds without any message of the target; for work that takes long. Then `within` has no
   * default.
   */
  readonly silence?: number;
}

/**
 * A conversation with one target: requests, events, and the end of it. Every answer has a time
 * limit, and is checked before it is given. A target that breaks the protocol is one that has gone.
 */
export interface Session {
  /** Whom messages speak of: `process 4711`. */
  readonly what: string;
  readonly limits: Limits;
  readonly onWait: OnWait | undefined;
  /**
   * Throws ProcessError: the other side refuses, says nothing in time, says something else, or has
   * gone.
   */
  send<T = unknown>(method: string, params?: object, options?: SendOptions<T>): Promise<T>;
  /**
   * Calls for each event that is as `is` says; another one of that name breaks the protocol. Gives
   * the way to stop it.
   */
  on<T>(event: string, is: Is<T>, listener: (params: T) => void): () => void;
  /**
   * Resolves when the other side has gone, or only waits for us in order to exit; never when
   * `close` ended it.
   */
  readonly gone: Promise<void>;
  /** Why nothing can be asked any more. */
  readonly over: Error | undefined;
  /**
   * Reads nothing more until `resume`, so that what cannot be stored yet does not pile up here.
   * That is not silence.
   */
  pause(): void;
  resume(): void;
  close(): Promise<void>;
  /**
   * A session whose messages go through this one, marked with an id (Target.attachToTarget, flat).
   */
  child(sessionId: string, what: string): Session;
}
