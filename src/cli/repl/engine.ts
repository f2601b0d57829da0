/** What the thread of a prompt has of the command line. */
import type { Graph } from '../../graph/graph.js';
import type { SharedGraph } from '../../graph/shared-graph.js';
import type { Session } from '../../session/need.js';
import type { SessionOptions } from '../../session/open.js';
import type { Context } from '../context.js';

export interface Engine {
  readonly run: (words: readonly string[], context: Context) => Promise<void>;
  readonly session: (options: SessionOptions) => Session;
  readonly graphOf: (shared: SharedGraph) => Graph;
  readonly onTemporaryFile: (listener: (file: string) => void) => void;
}

/** A snapshot that the prompt has loaded. */
export interface LoadedSnapshot {
  readonly file: string;
  readonly time: number;
  readonly graph: SharedGraph;
}

/** What the thread is started with. */
export interface ThreadData {
  readonly loaded: readonly LoadedSnapshot[];
  readonly salvage: boolean;
  /** Of the terminal; undefined where standard output, or standard error, is none. */
  readonly columns: number | undefined;
  readonly isErrorTerminal: boolean;
}

/** From the thread. */
export type ThreadMessage =
  /** A file that is half written; undefined when there is none any more. */
  | { readonly kind: 'temporary'; readonly file: string }
  /** The end of a question, with the bytes that it has written to each stream. */
  | { readonly kind: 'done'; readonly code: number; readonly written: readonly [number, number] };
