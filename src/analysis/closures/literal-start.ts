/** Where V8 says that a function begins. */
import type { AnyNode } from 'acorn';

/** White space, comments, and the words before a function's parameters. */
const BEFORE_PARAMETERS = /(?:\s|\/\*[\s\S]*?\*\/|\/\/[^\n\r\u2028\u2029]*|async|function|\*)*/y;

/**
 * The offset that V8 gives for a function: that of the bracket before its parameters, for an arrow
 * function that of its beginning.
 */
export function literalStart(
  text: string,
  node: Extract<AnyNode, { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }>,
): number {
  if (node.type === 'ArrowFunctionExpression') return node.start;
  BEFORE_PARAMETERS.lastIndex = node.id?.end ?? node.start;
  BEFORE_PARAMETERS.test(text);
  return BEFORE_PARAMETERS.lastIndex;
}
