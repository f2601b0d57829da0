/**
 * To which realm (V8's native context) each node belongs, as Chrome DevTools attributes it.
 * DevTools: HeapSnapshot.ts, calculateNativeContextAttribution, calculateNativeContextSizes.
 */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { EDGE } from '../../graph/schema.js';
import { isRealmName } from '../../v8/system-names.js';

/** Nodes that no realm reaches, and those that several do; realms come after them. */
export const NO_REALM = 0;
export const SEVERAL_REALMS = 1;
export const FIRST_REALM = 2;

/** Which realm has which node. */
export interface RealmAttribution {
  /** Ordinals of the native contexts; realm `FIRST_REALM + i` is that of `contexts[i]`. */
  readonly contexts: readonly number[];
  /** By node the number of its realm. */
  readonly of: Uint32Array;
}

/**
 * A native context belongs to itself; an object to the context that its map's map names
 * (`native_context`). From these, which stay as they are, realms flow over all edges that are
 * neither weak nor shortcuts; what several reach is shared.
 *
 * - In: a graph with edges.
 * - Order: contexts in the order of the file.
 * - Cost: linear in nodes and edges, each node's edges at most twice; 21 bytes a node while it
 *   runs.
 */
export const realmAttribution = memo((graph: Graph): RealmAttribution => {
  const { nodeCount, nodeNames, firstEdge, strings } = graph;
  const { types, targets } = edgesOf(graph);
  const isName = new Map<number, boolean>();
  const contexts: number[] = [];
  const of = new Uint32Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    const name = nodeNames[node]!;
    let is = isName.get(name);
    if (is === undefined) {
      is = isRealmName(strings.get(name));
      isName.set(name, is);
    }
    if (!is) continue;
    of[node] = FIRST_REALM + contexts.length;
    contexts.push(node);
  }
  const isFixed = markFixed(graph, of);
  const { weak, shortcut } = EDGE;
  // A node waits twice at most: with its realm, and as shared.
  const queue = new Uint32Array(2 * nodeCount);
  let end = 0;
  for (let node = 0; node < nodeCount; node++) if (isFixed[node] === 1) queue[end++] = node;
  for (let first = 0; first < end; first++) {
    const node = queue[first]!;
    const realm = of[node]!;
    for (let edge = firstEdge[node]!, last = firstEdge[node + 1]!; edge < last; edge++) {
      const target = targets[edge]!;
      const known = of[target]!;
      if (known === realm || known === SEVERAL_REALMS || isFixed[target] === 1) continue;
      const type = types[edge];
      if (type === weak || type === shortcut) continue;
      of[target] = known === NO_REALM ? realm : SEVERAL_REALMS;
      queue[end++] = target;
    }
  }
  return { contexts, of };
}, 'realms');

/**
 * Marks contexts and what says by its map which context it is of. Of several edges of a name the
 * first counts; an edge `native_context` must lead to a context.
 */
function markFixed(graph: Graph, of: Uint32Array): Uint8Array {
  const { nodeCount, firstEdge, strings } = graph;
  const { types, names, targets } = edgesOf(graph);
  const [toMap = -1] = strings.indexesOf('map').indexes;
  const [toContext = -1] = strings.indexesOf('native_context').indexes;
  const isFixed = new Uint8Array(nodeCount);
  const maps = new Int32Array(nodeCount).fill(-1);
  const contextOf = new Map<number, number>();
  for (let node = 0; node < nodeCount; node++) {
    if (of[node] !== NO_REALM) isFixed[node] = 1;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      if (types[edge] !== EDGE.internal) continue;
      const name = names[edge]!;
      const target = targets[edge]!;
      if (name === toMap) {
        if (maps[node] === -1) maps[node] = target;
      } else if (name === toContext && of[target] !== NO_REALM && !contextOf.has(node))
        contextOf.set(node, of[target]!);
    }
  }
  for (let node = 0; node < nodeCount; node++) {
    if (isFixed[node] === 1) continue;
    const map = maps[node]!;
    const meta = map < 0 ? -1 : maps[map]!;
    const realm = meta < 0 ? undefined : contextOf.get(meta);
    if (realm === undefined) continue;
    of[node] = realm;
    isFixed[node] = 1;
  }
  return isFixed;
}
