/**
 * Steps of an expression through scopes: from functions, suspended functions and modules to their
 * variables.
 */

import { shortened } from '../../base/printable.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeName } from '../../graph/walk.js';
import { isCell, isContext } from '../../v8/names.js';
import { absolute, type Fold, isIdentifier, script, words } from '../../v8/properties.js';
import { isMainScript } from '../../v8/realms.js';
import { recoveredName } from '../../v8/recovered-names.js';
import { rootScopeOf } from '../../v8/scopes.js';
import { placeOf } from '../../v8/scripts.js';
import { suspendedFunction } from '../../v8/suspended-calls.js';
import type { Chain } from '../holders/chains.js';

/**
 * From a function through its scopes to a variable: `context`, any number of `previous`, a
 * variable, a cell.
 */
export function closureStep(graph: Graph, chain: Chain, at: number): Fold | undefined {
  const { nodes, edges } = chain;
  if (!isScopeAt(graph, nodes[at + 1]) || isScopeAt(graph, nodes[at])) return undefined;
  // JavaScriptCore does not name what leads to scopes.
  if (!/^(context)?$/.test(edgeName(graph, edges[at]!))) return undefined;
  const isFunction = graph.nodeTypes[nodes[at]!] === NODE.closure;
  const who = isFunction
    ? (base: string): string => `the closure ${base}${placeOf(graph, nodes[at]!)}`
    : (base: string): string => suspendedWords(graph, chain, at, base);
  let last = at + 1;
  while (isScopeAt(graph, nodes[last + 1]) && /^(previous)?$/.test(edgeName(graph, edges[last]!))) last++;
  const variable =
    nodes[last + 1] === undefined ? undefined : variableName(graph, nodes[last]!, edges[last]!);
  if (variable === undefined) {
    const extension = suspended(graph, chain, last);
    if (extension === undefined) return { step: words((base) => `scope of ${who(base)}`), taken: last - at };
    const called = functionWords(graph, nodes[extension]!);
    return { step: words((base) => `async function${called} that ${base} resumes`), taken: extension - at };
  }
  return {
    step: words((base) => `variable ${variable} of ${who(base)}`),
    taken: last + 1 - at + cells(graph, nodes, last + 1),
  };
}

/**
 * The name of the variable that an edge of a scope stands for; undefined for other edges, and where
 * nothing tells it.
 */
function variableName(graph: Graph, scope: number, edge: number): string | undefined {
  return edgesOf(graph).types[edge] === EDGE.context
    ? edgeName(graph, edge)
    : recoveredName(graph, scope, edge);
}

/** ` placeOrder in FILE:LINE` for a suspended function. */
function functionWords(graph: Graph, node: number): string {
  const closure = suspendedFunction(graph, node);
  if (closure === undefined) return '';
  const name = graph.strings.get(graph.nodeNames[closure]!);
  return `${name === '' ? '' : ` ${shortened(name, 40)}`}${placeOf(graph, closure)}`;
}

/**
 * What is said of a suspended function behind "of"; what the step before has said of it is not said
 * again.
 */
export function suspendedWords(graph: Graph, { nodes, edges }: Chain, at: number, base: string): string {
  if (at > 0 && edgeName(graph, edges[at - 1]!) === 'extension') return base;
  const called = functionWords(graph, nodes[at]!);
  return `the suspended function ${base}${called === '' ? '' : `,${called}`}`;
}

/**
 * An async function waits in the `extension` of the scope of what will resume it. The place of it
 * in the chain.
 */
function suspended(graph: Graph, { nodes, edges }: Chain, context: number): number | undefined {
  const next = nodes[context + 1];
  if (next === undefined || graph.nodeTypes[next] !== NODE.object) return undefined;
  if (edgeName(graph, edges[context]!) !== 'extension') return undefined;
  return isScopeAt(graph, next) ? undefined : context + 1;
}

/** From a scope at the beginning of a chain, or one that was reached in words. */
export function contextStep(graph: Graph, { nodes, edges }: Chain, at: number): Fold | undefined {
  if (!isScopeAt(graph, nodes[at])) return undefined;
  const name = edgeName(graph, edges[at]!);
  const variable = variableName(graph, nodes[at]!, edges[at]!);
  if (variable !== undefined) {
    const taken = 1 + cells(graph, nodes, at + 1);
    const scope = rootScopeOf(graph, nodes[at]!);
    if (scope?.kind === 'script' && isMainScript(graph, scope) && isIdentifier(variable))
      return { step: absolute(script(() => variable)), taken };
    if (scope?.kind === 'script')
      return { step: absolute(words(() => `variable ${variable} of a script in another context`)), taken };
    if (scope?.file !== undefined)
      return { step: absolute(words(() => `variable ${variable} of ${scope.file}`)), taken };
    if (scope) return { step: absolute(words(() => `variable ${variable} of an ES module`)), taken };
    return { step: words((base) => `variable ${variable} of ${base}`), taken };
  }
  if (isScopeAt(graph, nodes[at + 1]) && name === 'previous')
    return { step: words((base) => `scope around ${base}`), taken: 1 };
  return undefined;
}

/** Whether a node is a scope; false for a place behind the end of a chain. */
export function isScopeAt(graph: Graph, node: number | undefined): boolean {
  return node !== undefined && isContext(graph)(node);
}

/**
 * 1 when the node at this place is a cell around the value of a variable and the chain goes on,
 * else 0.
 */
function cells(graph: Graph, nodes: readonly number[], at: number): number {
  return nodes[at + 1] !== undefined && isCell(graph)(nodes[at]!) ? 1 : 0;
}
