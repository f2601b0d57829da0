/**
 * Which edges keep their target alive, for dominators and retained sizes.
 * DevTools: HeapSnapshot.ts, computeIsEssentialEdge and markPageOwnedNodes.
 */
import { edgesOf, type Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { EDGE } from '../graph/schema.js';
import { weakMapPairs } from './weak-map-pairs.js';

/**
 * Nodes that a page owns: what the root's shortcut edges, and its element edges to `(Document DOM trees)`, lead to over
 * edges that are not weak. One byte a node. Cost: linear in nodes and edges.
 */
export const pageOwnedNodes = memo((graph: Graph): Uint8Array => {
  const { nodeCount, firstEdge, nodeNames, root, strings } = graph;
  const { types, targets } = edgesOf(graph);
  const owned = new Uint8Array(nodeCount);
  if (nodeCount === 0) return owned;
  const work = new Uint32Array(nodeCount);
  let waiting = 0;
  const visit = (node: number): void => {
    if (owned[node] === 1) return;
    owned[node] = 1;
    work[waiting++] = node;
  };
  for (let edge = firstEdge[root]!, end = firstEdge[root + 1]!; edge < end; edge++) {
    const target = targets[edge]!;
    const type = types[edge];
    if (type === EDGE.shortcut) visit(target);
    else if (type === EDGE.element && strings.equals(nodeNames[target]!, '(Document DOM trees)'))
      visit(target);
  }
  while (waiting > 0) {
    const node = work[--waiting]!;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (owned[target] === 1 || types[edge] === EDGE.weak) continue;
      owned[target] = 1;
      work[waiting++] = target;
    }
  }
  return owned;
});

/**
 * One byte an edge, 1 where the edge is essential. Not essential are, in this order: the edge of a WeakMap's table to a
 * value (the key owns it); weak edges; edges to the node itself; and, except from the root, shortcuts and edges from a
 * node that no page owns to one that a page does.
 * Cost: linear in edges; a byte an edge.
 */
export const essentialEdges = memo((graph: Graph): Uint8Array => {
  const { nodeCount, firstEdge, ids, root } = graph;
  const { types, names, targets, count } = edgesOf(graph);
  const owned = pageOwnedNodes(graph);
  const { isPair, of: pairOf } = weakMapPairs(graph);
  const essential = new Uint8Array(count);
  const { internal, weak, shortcut } = EDGE;
  for (let node = 0; node < nodeCount; node++) {
    const id = ids[node];
    const isRoot = node === root;
    const isOwned = owned[node];
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const type = types[edge];
      if (type === weak) continue;
      const target = targets[edge]!;
      if (target === node) continue;
      if (!isRoot && (type === shortcut || (isOwned === 0 && owned[target] === 1))) continue;
      if (isPair !== undefined && type === internal && isPair[names[edge]!] === 1) {
        if (pairOf(names[edge]!)?.table === id) continue;
      }
      essential[edge] = 1;
    }
  }
  return essential;
});
