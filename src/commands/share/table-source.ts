/** Where the tables of a snapshot come from. */
import type { OpenedSnapshot } from '../../session/need.js';
import type { TableName } from '../../tables/schema.js';
import type { TableSource } from '../../tables/snapshot-tables.js';
import type { Asked } from '../command.js';
import { leakGroups } from '../shared/leak-groups.js';
import { WHOLE_GRAPH } from '../shared/targets.js';
import { requireWhole } from '../shared/whole-snapshots.js';

/**
 * The source of one snapshot, which is opened when it is asked for.
 *
 * - In: `question` is what cannot be answered of the rest of a snapshot.
 */
export function tableSource(
  file: string,
  question: string,
  { machine, session }: Pick<Asked, 'machine' | 'session'>,
): TableSource {
  // Kept here while its tables are made: what no variable holds may be read a second time.
  let heap: OpenedSnapshot | undefined;
  return {
    file,
    async graph(tables: readonly TableName[]) {
      const work = tables.includes('groups') ? 'all' : 'retained';
      heap = await session.open(file, { ...WHOLE_GRAPH, work });
      requireWhole([heap.graph], question);
      return heap.graph;
    },
    groups: () => leakGroups(heap!, { machine, session }),
    async release() {
      heap = undefined;
      // The session holds it by a WeakRef, which lets go at the end of a job.
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
