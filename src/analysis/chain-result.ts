/** Chains as answers have them. */
import { edgesOf, type Graph } from '../graph/graph.js';
import type { ChainResult, ChainStep } from '../result.js';
import type { Chain } from './chains.js';
import { expressionOf } from './expressions.js';
import { EdgeView, NodeView } from './nodes.js';
import { chainEnding } from './roots.js';

/** A chain as an answer has it. */
export function chainResult(
  graph: Graph,
  chain: Chain,
  { found, rooted, sizes }: { found: boolean; rooted: boolean; sizes: boolean },
): ChainResult {
  const edges = edgesOf(graph);
  const steps = chain.nodes.map((node, i): ChainStep => {
    const view = new NodeView(graph, node);
    const edge = i === 0 ? undefined : new EdgeView(graph, edges, chain.edges[i - 1]!);
    return {
      id: view.id,
      type: view.type,
      name: view.name,
      ...(sizes ? { shallowSize: view.shallowSize } : {}),
      edge: edge ? { type: edge.type, name: edge.name } : null,
    };
  });
  if (!found) return { found, steps, expression: null, evaluable: false, ending: null };
  const { text, evaluable } = expressionOf(graph, chain);
  return {
    found,
    steps,
    expression: text,
    evaluable,
    ending: rooted ? chainEnding(graph, chain).words : null,
  };
}
