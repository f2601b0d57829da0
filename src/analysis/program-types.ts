/** Which nodes are a program's own, as opposed to what V8 needs to run it. */
import { nodeTypeMarks } from '../graph/schema.js';

/**
 * By node type, 1 for what a program makes or can reach: objects, functions, regular expressions, strings, numbers, big
 * integers, symbols, native objects. 0 for V8's own arrays, code, shapes, hidden and synthetic nodes, and for types that
 * are not known.
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

/** By node type, 1 for what only the program itself makes: of the above, without strings, numbers and native objects. */
export const isMadeByProgram = nodeTypeMarks('object', 'closure', 'regexp', 'bigint', 'symbol');
