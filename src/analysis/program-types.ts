/** Which nodes a program knows of, as opposed to what V8 needs to run it. */
import { NODE } from '../graph/schema.js';

const PROGRAM_TYPES = [
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
] as const;

/**
 * By node type, 1 for what a program makes or can reach: objects, functions, regular expressions, strings, numbers, big
 * integers, symbols, native objects. 0 for V8's own arrays, code, shapes, hidden and synthetic nodes, and for types that
 * are not known.
 */
export const isProgramType: Readonly<Uint8Array> = (() => {
  const known = new Uint8Array(256);
  for (const type of PROGRAM_TYPES) known[NODE[type]] = 1;
  return known;
})();
