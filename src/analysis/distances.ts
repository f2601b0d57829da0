/**
 * How many edges a node is from the program's own globals.
 * DevTools: HeapSnapshot.ts, calculateDistances.
 */
import { edgesOf, type Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { EDGE, isIndexed, NODE } from '../graph/schema.js';
import { userRoots } from './shallow-sizes.js';
import { weakMapPairs } from './weak-map-pairs.js';

/** Distances from here on are counted from the root: only the system reaches the node. */
export const SYSTEM_DISTANCE = 100_000_000;

/** Of nodes that nothing reaches. */
export const NO_DISTANCE = -5;

/**
 * Distance by node. User roots are 1; breadth first over edges that are not weak. Then the root is SYSTEM_DISTANCE (0
 * if there are no user roots) and the search goes on for what is left. Not followed: `sloppy_function_map` from the
 * hidden `system / NativeContext`; from an array `(map descriptors)` edges whose number is 2 or more and leaves 1 when
 * divided by 3; and of the two edges of a WeakMap pair the one that is met first.
 * Cost: linear in nodes and edges; 8 bytes a node.
 */
export const distances = memo((graph: Graph): Int32Array => {
  const { nodeCount, nodeTypes, nodeNames, firstEdge, root, strings } = graph;
  const { types, names, targets } = edgesOf(graph);
  const found = new Int32Array(nodeCount).fill(NO_DISTANCE);
  if (nodeCount === 0) return found;
  const { isPair, of: pairOf } = weakMapPairs(graph);
  const pending = new Set<string>();
  const descriptors = new Set(strings.find('(map descriptors)'));
  const contexts = new Set(strings.find('system / NativeContext'));
  const sloppyMaps = new Set(strings.find('sloppy_function_map'));

  /** Whether an edge out of a node with rules of its own is followed. */
  const follows = (node: number, edge: number): boolean => {
    const name = names[edge]!;
    const indexed = isIndexed(types[edge]!);
    if (nodeTypes[node] === NODE.hidden) return indexed || !sloppyMaps.has(name);
    const index = indexed ? name : Number.parseInt(strings.get(name), 10);
    return index < 2 || index % 3 !== 1;
  };

  const { internal, weak } = EDGE;
  const { array, hidden } = NODE;
  const queue = new Uint32Array(nodeCount + userRoots(graph).length + 1);
  const search = (first: number, last: number): void => {
    let tail = last;
    for (let head = first; head < tail; head++) {
      const node = queue[head]!;
      const distance = found[node]! + 1;
      const type = nodeTypes[node];
      const isDescriptors = type === array && descriptors.has(nodeNames[node]!);
      const special = isDescriptors || (type === hidden && contexts.has(nodeNames[node]!));
      for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
        const edgeType = types[edge]!;
        const target = targets[edge]!;
        if (edgeType === weak || found[target] !== NO_DISTANCE) continue;
        if (special && !follows(node, edge)) continue;
        if (isPair !== undefined && edgeType === internal && isPair[names[edge]!] === 1 && !isDescriptors) {
          const pair = pairOf(names[edge]!);
          if (pair && !pending.delete(pair.pair)) {
            pending.add(pair.pair);
            continue;
          }
        }
        found[target] = distance;
        queue[tail++] = target;
      }
    }
  };

  let last = 0;
  for (const node of userRoots(graph)) {
    found[node] = 1;
    queue[last++] = node;
  }
  search(0, last);
  found[root] = last > 0 ? SYSTEM_DISTANCE : 0;
  queue[0] = root;
  search(0, 1);
  return found;
});
