/** Ids of files that `set("FILE")` names, read before a question is asked of a graph. */
import type { Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';

const given = memo((_: Graph) => new Map<string, readonly number[]>());

/**
 * Gives the ids of a file to all queries on a graph, which cannot wait for a file. The last ones
 * count.
 */
export function giveIds(graph: Graph, file: string, ids: readonly number[]): void {
  given(graph).set(file, ids);
}

/** What was given; undefined for another file. */
export function givenIds(graph: Graph, file: string): readonly number[] | undefined {
  return given.known(graph)?.get(file);
}
