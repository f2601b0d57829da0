/** From where ways of a network lead to objects. */
import { type Accelerated, withKernel } from '../../graph/accelerated.js';
import { Scratch } from '../../graph/arena.js';
import { edgesOf, type Graph } from '../../graph/graph.js';

/**
 * By node 1 where a way leads from it to one of the objects, the objects among them.
 *
 * - In: by edge 1 where a way may go along it; by node 1 where one may begin but not pass; by node
 *   1 for the objects, which are none of those.
 * - Cost: linear in nodes and edges; while it runs 9 bytes a node and 4 for each such edge.
 */
export function leadingTo(
  graph: Graph,
  isArc: Uint8Array,
  begins: Uint8Array,
  objects: Uint8Array,
): Uint8Array {
  const quick = withKernel(graph, (accelerated) => byKernel(graph, accelerated, isArc, begins, objects));
  if (quick) return quick;
  const { nodeCount, firstEdge } = graph;
  const { targets } = edgesOf(graph);
  const firstSource = new Uint32Array(nodeCount + 1);
  for (let edge = 0; edge < isArc.length; edge++) if (isArc[edge] === 1) firstSource[targets[edge]!]!++;
  let end = 0;
  for (let node = 0; node <= nodeCount; node++) {
    end += firstSource[node]!;
    firstSource[node] = end;
  }
  const sources = new Uint32Array(end);
  for (let node = nodeCount - 1; node >= 0; node--)
    for (let edge = firstEdge[node]!, last = firstEdge[node + 1]!; edge < last; edge++)
      if (isArc[edge] === 1) sources[--firstSource[targets[edge]!]!] = node;
  const leading = new Uint8Array(nodeCount);
  const work = new Uint32Array(nodeCount);
  let waiting = 0;
  for (let node = 0; node < nodeCount; node++) {
    if (objects[node] !== 1 || begins[node] === 1) continue;
    leading[node] = 1;
    work[waiting++] = node;
  }
  while (waiting > 0) {
    const node = work[--waiting]!;
    for (let at = firstSource[node]!, last = firstSource[node + 1]!; at < last; at++) {
      const source = sources[at]!;
      if (leading[source] === 1) continue;
      leading[source] = 1;
      if (begins[source] === 0) work[waiting++] = source;
    }
  }
  return leading;
}

/** What a node is to the kernel. */
const LEADING = 1;
const BEGINS = 2;

function byKernel(
  { nodeCount }: Graph,
  { arena, run }: Accelerated,
  isArc: Uint8Array,
  begins: Uint8Array,
  objects: Uint8Array,
): Uint8Array {
  const scratch = new Scratch(arena);
  try {
    const first = scratch.take(Uint32Array, nodeCount + 1);
    const [arcs, firsts] = [scratch.at(isArc), scratch.at(first)];
    run([
      { each: 'countMarked', from: 0, to: isArc.length, args: [arcs, firsts] },
      { each: 'placeRetainers', from: 0, to: nodeCount, args: [firsts, 0] },
    ]);
    // As long as `retainersOf` needs, which may stand here later; what is not used costs nothing.
    const sources = scratch.take(Uint32Array, isArc.length, true);
    const ways = scratch.at(sources);
    run([{ each: 'fillMarked', from: nodeCount, to: 0, args: [arcs, firsts, ways] }]);
    const states = scratch.take(Uint8Array, nodeCount, true);
    const stack = scratch.take(Uint32Array, nodeCount, true);
    let waiting = 0;
    for (let node = 0; node < nodeCount; node++) {
      const isBeginning = begins[node] === 1;
      const isObject = objects[node] === 1 && !isBeginning;
      states[node] = isBeginning ? BEGINS : isObject ? LEADING : 0;
      if (isObject) stack[waiting++] = node;
    }
    run([
      { call: 'startLeading', args: [firsts, ways, scratch.at(states), scratch.at(stack), waiting] },
      { until: 'searchLeading' },
    ]);
    const leading = new Uint8Array(states);
    for (let node = 0; node < nodeCount; node++) leading[node]! &= LEADING;
    return leading;
  } finally {
    scratch.release();
  }
}
