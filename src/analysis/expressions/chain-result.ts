/** Chains as answers have them. */

import type { ChainResult, ChainStep } from '../../base/chain-result.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { recoveredName } from '../../v8/recovered-names.js';
import { systemName } from '../../v8/system-names.js';
import { EdgeView, NodeView } from '../classes/nodes.js';
import type { Chain } from '../holders/chains.js';
import { chainEnding } from '../holders/endings.js';
import { expressionOf } from './expression.js';
import { repeatsOf } from './repeats.js';

/**
 * A chain as an answer has it.
 *
 * - Cost: linear in its steps, and the sizes, where they are asked for.
 */
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
      edge: edge ? stepEdge(graph, chain.nodes[i - 1]!, edge) : null,
    };
  });
  if (!found) return { found, steps, expression: null, evaluable: false, heldBy: null };
  const { text, evaluable } = expressionOf(graph, chain);
  const repeats = repeatedSteps(steps);
  return {
    found,
    steps,
    ...(repeats.length > 0 ? { repeats } : {}),
    expression: text,
    evaluable,
    heldBy: rooted ? chainEnding(graph, chain).words : null,
  };
}

function stepEdge(graph: Graph, source: number, { ordinal, type, name }: EdgeView): ChainStep['edge'] {
  const called = recoveredName(graph, source, ordinal);
  return called === undefined ? { type, name } : { type, name, called };
}

/** Steps that a repeat covers at least. */
const LEAST = 12;

function repeatedSteps(steps: readonly ChainStep[]): NonNullable<ChainResult['repeats']> {
  const reference = (at: number): string => {
    const edge = steps[at]!.edge;
    if (!edge) return '';
    // Hidden nodes are of one class, `(system)`: V8's name for them says more.
    const { type, name } = steps[at - 1]!;
    const source = type === '(system)' ? name : type;
    return `${systemName(source) ?? source}${referenceName(edge)}`;
  };
  const items = steps.map(({ type }, at) => `${reference(at)} ${type}`);
  return repeatsOf(items, LEAST).map(({ from, length, count }) => ({
    from,
    length,
    count,
    name: Array.from({ length }, (_, i) => reference(from + i)).join(', '),
  }));
}

/** Indexes differ from item to item: they are left out. */
function referenceName({ type, name, called }: NonNullable<ChainStep['edge']>): string {
  if (called !== undefined) return `.${called}`;
  if (type === 'element' || (typeof name === 'string' && /^\d+$/.test(name))) return '[…]';
  return `.${name}`;
}
