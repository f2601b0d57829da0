/**
 * Which nodes are V8's parts of other objects. What an answer makes of them is the answer's matter:
 *
 *   node                                 picture                 path of holders
 *   array, `system / X`                  a part of its owner     no step
 *   `system / JSProxy` and the like      an object               a step
 *   scope                                a box of its own        no step: `variable x` says it
 *   code, object shape, `system / Map`   only as a last holder   where the path begins
 */
import type { Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { NODE } from '../graph/schema.js';
import { isInternal, isInternalObject, shapeNames } from './names.js';

/** Whether a node is compiled code or the shape of objects. Cost: two reads a call. */
export const isMachinery = memo((graph: Graph): ((node: number) => boolean) => {
  const { nodeTypes, nodeNames } = graph;
  const { code, hidden, native } = NODE;
  const shape = NODE['object shape'];
  const shapes = shapeNames(graph);
  return (node) => {
    const type = nodeTypes[node];
    if (type === code || type === shape) return true;
    return (type === hidden || type === native) && shapes.has(nodeNames[node]!);
  };
});

/**
 * Whether a node is a part of the object that holds it: the array of its items, its hash table, a
 * cell. Objects of the language that V8 writes as nodes of its own are none, nor are scopes,
 * compiled code and shapes.
 *
 * - Cost: a few reads a call.
 */
export const isHelper = memo((graph: Graph): ((node: number) => boolean) => {
  const { nodeTypes } = graph;
  const internal = isInternal(graph);
  const isObject = isInternalObject(graph);
  const machinery = isMachinery(graph);
  return (node) => nodeTypes[node] === NODE.array || (internal(node) && !isObject(node) && !machinery(node));
});
