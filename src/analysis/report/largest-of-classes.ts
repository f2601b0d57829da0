/** The largest objects of each class. */
import type { Graph } from '../../graph/graph.js';
import { classIndex } from '../../v8/class-names.js';
import { retainedSizes } from '../sizes/retained-sizes.js';

/**
 * By class: ordinals of the objects that keep most.
 *
 * - Order: the largest first, ties in the order of the file. Objects without a size are left out.
 * - Cost: retained sizes; one pass over the nodes.
 */
export function largestOfClasses(graph: Graph, most: number): ReadonlyMap<string, readonly number[]> {
  const { labels, of } = classIndex(graph);
  const retained = retainedSizes(graph);
  const lists = labels.map((): number[] => []);
  // What the last of a full list keeps; less does not matter.
  const least = new Float64Array(labels.length);
  for (let node = 0; node < graph.nodeCount; node++) {
    const type = of[node]!;
    const size = retained[node]!;
    if (size <= least[type]!) continue;
    const list = lists[type]!;
    let place = list.length;
    while (place > 0 && retained[list[place - 1]!]! < size) place--;
    list.splice(place, 0, node);
    if (list.length > most) list.pop();
    if (list.length === most) least[type] = retained[list[most - 1]!]!;
  }
  return new Map(labels.map((label, type) => [label, lists[type]!]));
}
