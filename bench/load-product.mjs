/** Loads everything through the library and says what that took. Argument: file. */
import { loadSnapshot } from '../dist/index.js';

const start = performance.now();
const graph = await loadSnapshot(process.argv[2]);
const milliseconds = performance.now() - start;

/** Bytes of the memory behind these arrays, all of it, and each only once. */
function bytesOf(arrays) {
  const buffers = new Set(arrays.filter(Boolean).map(({ buffer }) => buffer));
  return [...buffers].reduce((sum, buffer) => sum + buffer.byteLength, 0);
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
