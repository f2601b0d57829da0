/** Conditions as tests of single nodes, for questions about few of them. */

import type { Graph } from '../graph/graph.js';
import { className } from '../v8/class-names.js';
import { patternTest } from './pattern-test.js';
import { propertyTest } from './properties.js';
import { selectNodes } from './select-nodes.js';
import type { Condition } from './syntax.js';

/**
 * Whether a node fits a condition.
 *
 * - Out: the same as `selectNodes` says of the node.
 * - Throws: QueryError as `selectNodes`; at the first call for a condition that needs all nodes.
 * - Cost: a look for the names among the strings; of a call the node's edges. A condition that is
 *   about more than a node, its class and its edges (`retained`, `heldby`, `new`, …) is answered
 *   for all nodes at the first call.
 */
export function nodeTest(graph: Graph, condition: Condition): (node: number) => boolean {
  switch (condition.kind) {
    case 'and': {
      const parts = condition.parts.map((part) => nodeTest(graph, part));
      return (node) => parts.every((test) => test(node));
    }
    case 'or': {
      const parts = condition.parts.map((part) => nodeTest(graph, part));
      return (node) => parts.some((test) => test(node));
    }
    case 'not': {
      const test = nodeTest(graph, condition.part);
      return (node) => !test(node);
    }
    case 'has':
    case 'edge':
    case 'property':
    case 'bit':
      return propertyTest(graph, condition);
    case 'classPattern': {
      const test = patternTest(condition.pattern);
      return (node) => test(className(graph, node));
    }
    case 'object':
      return (node) => graph.ids[node] === condition.id;
    default: {
      let mask: Uint8Array | undefined;
      return (node) => {
        mask ??= selectNodes(condition, { graph });
        return mask[node] === 1;
      };
    }
  }
}
