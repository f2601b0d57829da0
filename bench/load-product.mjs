/** Loads everything through the library on one thread and says what that took. Argument: file. */
import { loadSnapshot } from '../dist/index.js';

const start = performance.now();
const graph = await loadSnapshot(process.argv[2], { threads: 1 });
const milliseconds = performance.now() - start;

/** Bytes of the memory behind these arrays, all of it, and each only once; of shared memory what is theirs. */
function bytesOf(arrays) {
  const there = arrays.filter(Boolean);
  const own = new Set(there.map(({ buffer }) => buffer).filter((buffer) => buffer instanceof ArrayBuffer));
  const shared = there.filter(({ buffer }) => !own.has(buffer));
  return [...own, ...shared].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

const { nodeTypes, nodeNames, ids, selfSizes, firstEdge, detachedness, traceNodeIds, edges, strings } = graph;
const result = {
  milliseconds,
  nodeCount: graph.nodeCount,
  edgeCount: edges.count,
  stringCount: strings.length,
  nodeBytes: bytesOf([nodeTypes, nodeNames, ids, selfSizes, firstEdge, detachedness, traceNodeIds]),
  edgeBytes: bytesOf([edges.types, edges.names, edges.targets]),
  // Pages are private to the library and there is no other way to learn what its strings weigh.
  stringBytes: bytesOf(strings.pages.flatMap(({ segment, starts }) => [segment, starts])),
};
process.stdout.write(`${JSON.stringify(result)}\n`);
