/** Which nodes a query accepts, with the files that it names. */
import type { Graph } from '../graph/graph.js';
import type { Query } from './query.js';
import { selectNodes } from './select-nodes.js';

/** Snapshots and ids that a query may ask for. */
export interface QuerySources {
  readonly graph: Graph;
  /** The snapshot that it compares with. */
  readonly other?: Graph | undefined;
  /** Reads the ids of a file. */
  readonly readIds: (file: string) => Promise<readonly number[]>;
}

/**
 * By node of the graph 1 where the query accepts it. For a query with `died` the graph is the
 * earlier snapshot.
 *
 * - Throws: as `selectNodes`; UsageError for a file that cannot be read.
 */
export async function maskOf(query: Query, { graph, other, readIds }: QuerySources): Promise<Uint8Array> {
  const sets = new Map<string, readonly number[]>();
  for (const file of query.files) sets.set(file, await readIds(file));
  return selectNodes(query.condition, {
    graph,
    before: query.compares === 'new' ? other : undefined,
    after: query.compares === 'died' ? other : undefined,
    idsOf: (file) => sets.get(file) ?? [],
  });
}
