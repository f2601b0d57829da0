/** What a command line runs in: a process of its own, or a prompt that has loaded snapshots. */
import type { IndexStore } from '../session/index-file/store.js';
import type { Session } from '../session/need.js';
import type { SessionOptions } from '../session/open.js';

export interface Context {
  /** Indexes of snapshots. Default none. */
  readonly indexes?: () => IndexStore;
  /** Opens files. Default: a new session. */
  readonly session?: (options: SessionOptions) => Session;
  /**
   * Snapshots that are asked where none is named: the last one, or as many as the command compares.
   * Default: the newest of the folder.
   */
  readonly snapshots?: readonly string[];
}
