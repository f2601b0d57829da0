/** Nodes that say what another node is: without them it would have another name, or be no root. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { retainersOf } from '../../graph/retainers.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeTarget } from '../../graph/walk.js';
import { commonJsModules, moduleFiles } from '../../v8/modules.js';
import { isContext, isModuleRecord } from '../../v8/names.js';
import { isProcess } from '../../v8/roots.js';
import { filesWithoutScope, functionOfScope, isOutermost, rootScopeOf } from '../../v8/scopes.js';
import { scriptFunctions, scriptOf } from '../../v8/scripts.js';

/** Modules by which the require cache is known. */
const MOST_MODULES = 20;

/**
 * What the kind, the script or the file of a node is read from.
 *
 * - Out: ordinals, some of them twice; not what these need themselves.
 * - Cost: the edges of the node; of a scope, of what it holds.
 */
export function witnesses(graph: Graph, node: number): readonly number[] {
  const { nodeTypes, locations } = graph;
  const found: (number | undefined)[] = [];
  const type = nodeTypes[node];
  if (type === NODE.closure) {
    const shared = edgeTarget(graph, node, EDGE.internal, ['shared']);
    found.push(shared);
    if (shared !== undefined) found.push(edgeTarget(graph, shared, EDGE.internal, SCRIPT));
  } else if (isContext(graph)(node)) {
    if (isOutermost(graph, node)) found.push(...scopeWitnesses(graph, node));
  } else if (isModuleRecord(graph)(node)) found.push(...recordWitnesses(graph, node));
  else if (type === NODE.object) {
    if (isProcess(graph)(node)) found.push(propertyOf(graph, node, 'execArgv'));
    const { cache, moduleOf } = commonJsModules(graph);
    if (node === cache) found.push(...[...moduleOf.keys()].slice(0, MOST_MODULES));
    if (moduleFiles(graph).has(node)) {
      found.push(propertyOf(graph, node, 'filename'));
      if (moduleOf.has(node)) found.push(cache);
    }
    found.push(...(exportersOf(graph).get(node) ?? []));
  }
  const place = locations?.of(node);
  if (place) found.push(scriptFunctions(graph).get(place.scriptId));
  return found.filter((one) => one !== undefined);
}

const SCRIPT = ['script', 'script_or_debug_info'];

/** Modules in the cache by what they export. */
const exportersOf = memo((graph: Graph): ReadonlyMap<number, readonly number[]> => {
  const { moduleOf } = commonJsModules(graph);
  const files = moduleFiles(graph);
  const found = new Map<number, number[]>();
  for (const module of moduleOf.keys()) {
    const exported = files.get(module)?.exported;
    if (exported !== undefined && !found.has(exported)) found.set(exported, [module]);
  }
  return found;
});

function propertyOf(graph: Graph, node: number, name: string): number | undefined {
  return edgeTarget(graph, node, EDGE.property, [name]);
}

/** Of an outermost scope: its names, one of its functions, and what makes it one of a function. */
function scopeWitnesses(graph: Graph, context: number): readonly (number | undefined)[] {
  const { firstEdge, nodeTypes } = graph;
  const { types, targets } = edgesOf(graph);
  const { firstRetainer, sources } = retainersOf(graph);
  const found: (number | undefined)[] = [edgeTarget(graph, context, EDGE.internal, ['extension'])];
  const info = edgeTarget(graph, context, EDGE.internal, ['scope_info']);
  if (info !== undefined) {
    found.push(info);
    for (let edge = firstEdge[info]!, end = firstEdge[info + 1]!; edge < end; edge++)
      if (types[edge] === EDGE.hidden && nodeTypes[targets[edge]!] === NODE.string) found.push(targets[edge]);
    found.push(
      sources
        .subarray(firstRetainer[info]!, firstRetainer[info + 1]!)
        .find((other) => other !== context && isContext(graph)(other)),
    );
  }
  if (types.subarray(firstEdge[context]!, firstEdge[context + 1]!).includes(EDGE.context)) {
    const variable = firstOf(graph, context, EDGE.context);
    found.push(variable);
  } else found.push(firstOf(graph, context, EDGE.hidden));
  const fn = functionOfScope(graph, context);
  found.push(fn);
  const file = fn === undefined ? undefined : scriptOf(graph, fn);
  if (file !== undefined) found.push(filesWithoutScope(graph).get(file));
  const realm = rootScopeOf(graph, context)?.realm;
  if (realm !== undefined) found.push(edgeTarget(graph, realm, EDGE.internal, ['script_context_table']));
  return found;
}

function firstOf(graph: Graph, node: number, type: number): number | undefined {
  const { types, targets } = edgesOf(graph);
  for (let edge = graph.firstEdge[node]!, end = graph.firstEdge[node + 1]!; edge < end; edge++)
    if (types[edge] === type) return targets[edge];
  return undefined;
}

/** Of an ES module: the scope that leads to it, and the code that has its file. */
function recordWitnesses(graph: Graph, record: number): readonly (number | undefined)[] {
  const { firstEdge } = graph;
  const { targets } = edgesOf(graph);
  const { firstRetainer, sources } = retainersOf(graph);
  const found: (number | undefined)[] = [];
  for (const holder of sources.subarray(firstRetainer[record]!, firstRetainer[record + 1]!))
    if (isContext(graph)(holder) && edgeTarget(graph, holder, EDGE.internal, ['extension']) === record)
      found.push(holder);
  for (let edge = firstEdge[record]!, end = firstEdge[record + 1]!; edge < end; edge++) {
    const target = targets[edge]!;
    const closure = edgeTarget(graph, target, EDGE.internal, ['function']);
    const shared = edgeTarget(graph, target, EDGE.internal, ['shared']);
    const script = edgeTarget(graph, target, EDGE.internal, SCRIPT);
    if (closure !== undefined || shared !== undefined || script !== undefined)
      found.push(target, closure, shared, script);
    if (shared !== undefined) found.push(edgeTarget(graph, shared, EDGE.internal, SCRIPT));
  }
  return found;
}
