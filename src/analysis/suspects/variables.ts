/** Variables of the program's modules that keep much, however it is arranged below them. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeTarget } from '../../graph/walk.js';
import { commonJsModules } from '../../v8/modules.js';
import { isContext } from '../../v8/names.js';
import { isOfRuntime, scriptOrigin } from '../../v8/origin.js';
import { rootScopeOf } from '../../v8/scopes.js';
import { V8_NAME } from '../../v8/system-names.js';
import { prototypeNodes } from '../classes/instances.js';
import { holderChains, UNHELD } from '../holders/holder-chains.js';
import { retainedSizes } from '../sizes/retained-sizes.js';
import type { Finding } from './finding.js';

/** Whether more than half of an object's own functions are the runtime's: `fs`, `http`, `dns`. */
function isOfRuntimeItself(graph: Graph, node: number): boolean {
  const { types, targets } = edgesOf(graph);
  let all = 0;
  let own = 0;
  for (let edge = graph.firstEdge[node]!, end = graph.firstEdge[node + 1]!; edge < end; edge++) {
    if (types[edge] !== EDGE.property || graph.nodeTypes[targets[edge]!] !== NODE.closure) continue;
    all++;
    const bound = edgeTarget(graph, targets[edge]!, EDGE.internal, ['bound_function']);
    if (isOfRuntime(graph)(bound ?? targets[edge]!)) own++;
  }
  return all > 2 && 2 * own > all;
}

/**
 * What variables and exports of the program's modules lead to: objects that keep at least so much.
 *
 * - In: the fewest bytes. Functions are left out, and what is exported under a module of its own.
 * - Cost: the edges of scopes and exports; `holderChains`.
 */
export function variableFindings(graph: Graph, least: number): Finding[] {
  const { nodeCount, nodeTypes, nodeNames, firstEdge, strings } = graph;
  const { types, targets } = edgesOf(graph);
  const retained = retainedSizes(graph);
  const isScope = isContext(graph);
  const isPrototype = prototypeNodes(graph);
  const proxies = strings.indexesOf(V8_NAME.proxy);
  const { parents } = holderChains(graph);
  const { exportsOf, moduleOf } = commonJsModules(graph);
  const found = new Map<number, Finding>();
  const look = (source: number, type: number): void => {
    for (let edge = firstEdge[source]!, end = firstEdge[source + 1]!; edge < end; edge++) {
      const node = targets[edge]!;
      if (types[edge] !== type || retained[node]! < least || found.has(node)) continue;
      const isObject = nodeTypes[node] === NODE.object || proxies.has(nodeNames[node]!);
      if (!isObject || isPrototype[node] === 1 || isScope(node) || parents[node] === UNHELD) continue;
      if (exportsOf.has(node) || moduleOf.has(node) || isOfRuntimeItself(graph, node)) continue;
      found.set(node, {
        kind: 'variable',
        verdict: 'large',
        members: [node],
        holder: node,
        functions: [],
        word: '',
        places: 1,
        estimate: retained[node]!,
      });
    }
  };
  for (let node = 0; node < nodeCount; node++) {
    if (!isScope(node)) continue;
    const scope = rootScopeOf(graph, node);
    if (scope && scriptOrigin(scope.file) === 'program') look(node, EDGE.context);
  }
  for (const [node, file] of exportsOf) if (!/\.json$/i.test(file)) look(node, EDGE.property);
  return [...found.values()];
}
