/** Memory outside of V8's heap, by what holds it. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { className } from '../../v8/class-names.js';
import { holderChains, UNHELD } from '../holders/holder-chains.js';
import { holderPaths } from '../holders/holder-paths.js';
import { essentialEdges } from '../sizes/essential-edges.js';
import { eachPair, referenceIndex } from '../waiting/reference-index.js';
import type { Finding } from './finding.js';
import { Groups } from './grouped.js';

/** One buffer is told as a large object. */
const LEAST_BUFFERS = 2;
/** Native parts are small in the file; what they stand for is not. */
const LEAST_NATIVE = 20;

/**
 * ArrayBuffers whose memory is outside of the heap, by what holds them, and objects with a native
 * part (contexts of TLS, keys, hashes), 20 and more of a class that are held alike. Of native parts
 * a snapshot has the size of the C++ object alone.
 *
 * - Cost: the edges of all ArrayBuffers and native parts; `holderPaths` of them.
 */
export function externalFindings(graph: Graph): Finding[] {
  const { nodeTypes, selfSizes } = graph;
  const { parents } = holderChains(graph);
  const paths = holderPaths(graph);
  const { backingStore, native } = referenceIndex(graph);
  const stores = new Groups(graph);
  const bytes = new Map<number, number>();
  const seen = new Set<number>();
  eachPair(backingStore, (buffer, store) => {
    if (nodeTypes[buffer] !== NODE.object || parents[buffer] === UNHELD || seen.has(store)) return;
    seen.add(store);
    const path = paths.pathOf(buffer);
    stores.add(path, buffer);
    bytes.set(buffer, selfSizes[store]!);
  });
  const wrappers = new Groups(graph);
  const owners = new Set<number>();
  eachPair(native, (wrapper) => {
    if (nodeTypes[wrapper] !== NODE.object || parents[wrapper] === UNHELD) return;
    const owner = ownerOfWrapper(graph, wrapper, parents);
    if (owners.has(owner)) return;
    owners.add(owner);
    wrappers.add(`${paths.pathOf(owner)} ${className(graph, owner)}`, owner);
  });
  return [
    ...stores
      .findings({ kind: 'external', verdict: 'large', word: '', least: LEAST_BUFFERS })
      .map((finding) => ({ ...finding, estimate: sumOf(finding.members, bytes) })),
    ...wrappers.findings({ kind: 'external', verdict: 'suspect', word: '', least: LEAST_NATIVE }),
  ];
}

function sumOf(nodes: readonly number[], bytes: ReadonlyMap<number, number>): number {
  return nodes.reduce((sum, node) => sum + bytes.get(node)!, 0);
}

/** `SecureContext` of node:tls has one in its property `context`: what holds only the wrapper. */
function ownerOfWrapper(graph: Graph, wrapper: number, parents: Uint32Array): number {
  const parent = parents[wrapper]!;
  if (parent === wrapper || parent === UNHELD || graph.nodeTypes[parent] !== NODE.object) return wrapper;
  const { types, targets } = edgesOf(graph);
  const essential = essentialEdges(graph);
  for (let edge = graph.firstEdge[parent]!, end = graph.firstEdge[parent + 1]!; edge < end; edge++)
    if (targets[edge] === wrapper && types[edge] === EDGE.property && essential[edge] === 1) return parent;
  return wrapper;
}
