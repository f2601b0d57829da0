/** Indexes that a question uses, and those that it leaves behind. */
import { isHeapgraphError } from '../base/errors.js';
import { isRegularFile } from '../io/file-facts.js';
import { IndexDamaged } from '../session/index-file/column-file.js';
import type { IndexStore } from '../session/index-file/store.js';
import { type Session, WHOLE_SNAPSHOT } from '../session/need.js';
import type { Context } from './context.js';
import type { CommonOptions } from './options.js';

/** Indexes, and those that are to be made when the answer is there. */
export interface KeptIndexes extends IndexStore {
  /**
   * Makes those of the files, when that was asked for, or of those that were loaded. What cannot be
   * indexed is told.
   */
  makeMissing(files: readonly string[], session: Session, note: (text: string) => void): Promise<void>;
}

/** Undefined where none are used: HEAPGRAPH_INDEX=0. */
export function keptIndexes(
  { indexes }: Context,
  { index, salvage }: CommonOptions,
): KeptIndexes | undefined {
  const setting = process.env.HEAPGRAPH_INDEX;
  if (indexes === undefined || setting === '0') return undefined;
  const store = indexes();
  const makes = (index === true || setting === '1') && salvage !== true;
  const missing = new Set<string>();
  return {
    ...store,
    open(file, need) {
      const found = store.open(file, need);
      if (found === undefined && makes) missing.add(file);
      return found;
    },
    async makeMissing(files, session, note) {
      for (const file of index === true ? new Set(files) : missing) {
        if (!isRegularFile(file)) {
          note(`no index of ${file}: it is no file that can be read again`);
          continue;
        }
        try {
          if (isIndexed(store, file)) continue;
          const { graph } = await session.open(file, WHOLE_SNAPSHOT);
          store.write(file, graph);
        } catch (error) {
          if (!isHeapgraphError(error)) throw error;
          note(`no index of ${file}: ${error.message}`);
        }
      }
    },
  };
}

/** A damaged index is taken away: another one is made. */
function isIndexed(store: IndexStore, file: string): boolean {
  try {
    return store.open(file, WHOLE_SNAPSHOT) !== undefined;
  } catch (error) {
    if (!(error instanceof IndexDamaged)) throw error;
    store.removeAt(error.file);
    return false;
  }
}
