/** Objects with an async id: instances of AsyncResource, and the like of the runtime. */
import type { Graph } from '../../graph/graph.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeTarget } from '../../graph/walk.js';
import { classIndex } from '../../v8/class-names.js';
import { isPromise } from './reactions.js';
import { eachPair, referenceIndex } from './reference-index.js';

/**
 * Ordinals of AsyncResource objects and of all others that the runtime has given an async id.
 * Promises are left out, which have one while hooks or stores of Node.js up to 22 are in use. In a
 * file without numbers ids do not show: there it is AsyncResource and its subclasses, by the
 * prototype of the first object of each class.
 *
 * - Order: ascending.
 * - Cost: a pass over the nodes; the edges of one object of each class.
 */
export function asyncResources(graph: Graph): number[] {
  const { asyncId, reactions } = referenceIndex(graph);
  const isPromiseLike = new Set<number>();
  eachPair(reactions, (node) => isPromiseLike.add(node));
  const found = new Set<number>();
  eachPair(asyncId, (node) => {
    if (graph.nodeTypes[node] !== NODE.object || isPromise(graph, node) || isPromiseLike.has(node)) return;
    found.add(node);
  });
  const { labels, of } = classIndex(graph);
  const states = new Uint8Array(labels.length);
  for (let node = 0; node < graph.nodeCount; node++) {
    const type = of[node]!;
    if (states[type] === OTHER || graph.nodeTypes[node] !== NODE.object || isPrototype(graph, node)) continue;
    if (states[type] === UNKNOWN) states[type] = isResource(graph, node) ? RESOURCE : OTHER;
    if (states[type] === RESOURCE) found.add(node);
  }
  return [...found].sort((a, b) => a - b);
}

const UNKNOWN = 0;
const RESOURCE = 1;
const OTHER = 2;

function isPrototype(graph: Graph, node: number): boolean {
  return edgeTarget(graph, node, EDGE.property, ['constructor']) !== undefined;
}

/** Subclasses of subclasses that are looked at. */
const MOST_PROTOTYPES = 8;

function isResource(graph: Graph, node: number): boolean {
  for (let at = node, steps = 0; steps < MOST_PROTOTYPES; steps++) {
    const prototype = edgeTarget(graph, at, EDGE.property, ['__proto__']);
    if (prototype === undefined) return false;
    const made = edgeTarget(graph, prototype, EDGE.property, ['constructor']);
    if (made === undefined) return false;
    if (
      graph.nodeTypes[made] === NODE.closure &&
      graph.strings.equals(graph.nodeNames[made]!, 'AsyncResource')
    )
      return true;
    at = prototype;
  }
  return false;
}
