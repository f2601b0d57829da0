/**
 * How many nodes of one kind each of several snapshots has: what turns over does not become more.
 */
import type { Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { NODE } from '../../graph/schema.js';

/** Types whose nodes are told apart by their names: classes of objects, names of functions. */
const NAMED = [NODE.object, NODE.closure, NODE.native];

/** By type, and for named types by string, how many nodes there are. 12 bytes a string. */
const tallies = memo((graph: Graph) => {
  const { nodeCount, nodeTypes, nodeNames, strings } = graph;
  const byType = new Float64Array(256);
  const byName = NAMED.map(() => new Uint32Array(strings.length));
  const place = new Int8Array(256).fill(-1);
  NAMED.forEach((type, i) => {
    place[type] = i;
  });
  for (let node = 0; node < nodeCount; node++) {
    const type = nodeTypes[node]!;
    byType[type]! += 1;
    const name = nodeNames[node]!;
    if (place[type]! >= 0 && name < strings.length) byName[place[type]!]![name]! += 1;
  }
  return { byType, byName };
}, 'totals by kind');

/**
 * How many nodes of the kind of a node each snapshot has: of objects those with its name, of
 * functions those with its name, of all others those of its type.
 *
 * - In: snapshots of one process, of which the nodes are enough, and a node of the last one.
 * - Out: a number for each snapshot.
 * - Cost: one pass over the nodes of each at the first call; then a search for the name in the
 *   strings of each.
 */
export function totalsOfKind(snapshots: readonly Graph[], node: number): number[] {
  const last = snapshots.at(-1)!;
  const type = last.nodeTypes[node]!;
  const name = last.strings.get(last.nodeNames[node]!);
  const named = NAMED.indexOf(type);
  return snapshots.map((graph) => {
    const { byType, byName } = tallies(graph);
    if (named < 0) return byType[type]!;
    let total = 0;
    for (const index of graph.strings.find(name)) total += byName[named]![index]!;
    return total;
  });
}
