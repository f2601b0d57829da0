/** Which nodes are a program's own, as opposed to what V8 needs to run it. */
import type { Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { nodeTypeMarks } from '../graph/schema.js';
import { isInternal } from './names.js';

/**
 * By node type, 1 for what a program makes or can reach: objects, functions, regular expressions,
 * strings, numbers, big integers, symbols, native objects. 0 for V8's own arrays, code, shapes,
 * hidden and synthetic nodes, and for types that are not known.
 */
export const isProgramType = nodeTypeMarks(
  'object',
  'closure',
  'regexp',
  'string',
  'concatenated string',
  'sliced string',
  'number',
  'bigint',
  'symbol',
  'native',
);

/**
 * Whether a node is of such a type and no node of V8's own, which is `native` where internals are
 * exposed.
 *
 * - Cost: three reads a call.
 */
export const isProgramNode = memo((graph: Graph): ((node: number) => boolean) => {
  const { nodeTypes } = graph;
  const internal = isInternal(graph);
  return (node) => isProgramType[nodeTypes[node]!] === 1 && !internal(node);
});

/**
 * By node type, 1 for what only the program itself makes: of the above, without strings, numbers
 * and native objects.
 */
export const isMadeByProgram = nodeTypeMarks('object', 'closure', 'regexp', 'bigint', 'symbol');
