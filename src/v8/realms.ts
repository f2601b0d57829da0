/**
 * Realms: the worlds of global objects that a program has, its own and those of node:vm or of
 * frames.
 */

import { edgesOf, type Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { retainersOf } from '../graph/retainers.js';
import { EDGE, NODE } from '../graph/schema.js';
import { edgeTarget } from '../graph/walk.js';
import { isContext } from './names.js';
import { isRuntimeScript } from './runtime.js';
import { fileOfScope, nativeContexts, type Scope, scriptContexts } from './scopes.js';
import { scriptOf } from './scripts.js';
import { userRoots } from './user-roots.js';

interface Realm {
  readonly objects: Set<number>;
  /** V8's context; undefined for a global object that belongs to none of those in the snapshot. */
  readonly context: number | undefined;
}

/**
 * Objects that `globalThis` stands for: 'main' in the program's own realm, 'other' in those of
 * node:vm or of frames. The main realm is that of the first user root; without one (internals
 * exposed), the `likeliestRealm`. Snapshots up to Node.js 24 have the global object itself below
 * the root, later ones the native context. JavaScriptCore has no contexts: its only global object
 * is below the root.
 */
export const globalObjects = memo((graph: Graph): ReadonlyMap<number, 'main' | 'other'> => {
  const realms: Realm[] = [];
  for (const context of nativeContexts(graph)) {
    const objects = globalsOf(graph, context);
    if (objects.size > 0) realms.push({ objects, context });
  }
  let main: Realm | undefined;
  for (const node of userRoots(graph)) {
    if (graph.nodeTypes[node] === NODE.synthetic) continue;
    const proxy =
      edgeTarget(graph, node, EDGE.internal, ['global_proxy']) ??
      edgeTarget(graph, node, EDGE.internal, ['global_proxy_object']);
    let realm = realms.find(
      ({ objects }) => objects.has(node) || (proxy !== undefined && objects.has(proxy)),
    );
    if (!realm) {
      const named = /^(global|Window|GlobalObject)\b/.test(graph.strings.get(graph.nodeNames[node]!));
      if (proxy === undefined && !named) continue;
      realm = { objects: new Set(proxy === undefined ? [] : [proxy]), context: undefined };
      realms.push(realm);
    }
    if (graph.nodeTypes[node] === NODE.object) realm.objects.add(node);
    main ??= realm;
  }
  main ??= likeliestRealm(graph, realms);
  const found = new Map<number, 'main' | 'other'>();
  for (const realm of realms) {
    for (const node of realm.objects)
      if (!found.has(node)) found.set(node, realm === main ? 'main' : 'other');
  }
  return found;
});

/** Functions and scopes that `likeliestRealm` looks at. */
const MOST_FUNCTIONS = 1 << 20;

/**
 * The realm with the most functions of the runtime itself, which it starts with; on pages, where
 * there are none, of the program; of several such the one whose global object has the most
 * properties. The first of equal ones.
 */
function likeliestRealm(graph: Graph, realms: readonly Realm[]): Realm | undefined {
  if (realms.length < 2) return realms[0];
  const { firstRetainer, sources } = retainersOf(graph);
  let budget = MOST_FUNCTIONS;
  const weighed = realms.map((realm) => {
    const weights = [0, 0, 0];
    const scopes =
      realm.context === undefined ? [] : [realm.context, ...scriptContexts(graph, realm.context)];
    for (const scope of scopes) {
      for (let at = firstRetainer[scope]!; at < firstRetainer[scope + 1]!; at++) {
        if (budget-- <= 0) break;
        const script = scriptIn(graph, sources[at]!);
        if (script === undefined || script.startsWith('extensions::')) continue;
        weights[isRuntimeScript(script) ? 0 : 1]!++;
      }
    }
    for (const node of realm.objects)
      weights[2] = Math.max(weights[2]!, graph.firstEdge[node + 1]! - graph.firstEdge[node]!);
    return { realm, weights };
  });
  weighed.sort((a, b) => {
    const place = a.weights.findIndex((weight, i) => weight !== b.weights[i]);
    return place < 0 ? 0 : b.weights[place]! - a.weights[place]!;
  });
  return weighed[0]?.realm;
}

/** The script of a function, or of the first function in a scope. */
function scriptIn(graph: Graph, node: number): string | undefined {
  if (graph.nodeTypes[node] === NODE.closure) return scriptOf(graph, node);
  return isContext(graph)(node) ? fileOfScope(graph, node) : undefined;
}

/**
 * The global objects of a native context. The one that scripts see is a proxy, on pages the native
 * `Window`, in which the browser keeps the page's listeners and timers.
 */
export function globalsOf(graph: Graph, context: number): Set<number> {
  const objects = new Set<number>();
  for (const name of ['global_object', 'extension', 'global_proxy_object']) {
    const found = edgeTarget(graph, context, EDGE.internal, [name]);
    if (found === undefined) continue;
    const type = graph.nodeTypes[found];
    if (type === NODE.object || (type === NODE.native && name === 'global_proxy_object')) objects.add(found);
  }
  return objects;
}

/**
 * Whether the variables of a script's scope are the program's own, and not those of a node:vm
 * context or a frame.
 */
export function isMainScript(graph: Graph, { realm }: Scope): boolean {
  if (realm === undefined || nativeContexts(graph).size === 1) return true;
  const globals = globalObjects(graph);
  return [...globalsOf(graph, realm)].some((node) => globals.get(node) === 'main');
}

/**
 * Objects that were made global ones by node:vm, and the native context of each: what the data of
 * one context alone leads to; where the context was made without such an object, its global one.
 *
 * - Cost: the edges of the contexts' data.
 */
export const sandboxContexts = memo((graph: Graph): ReadonlyMap<number, number> => {
  const { targets } = edgesOf(graph);
  const found = new Map<number, number>();
  const common = new Set<number>();
  for (const context of nativeContexts(graph)) {
    const data = edgeTarget(graph, context, EDGE.internal, ['embedder_data']);
    if (data === undefined) continue;
    for (let edge = graph.firstEdge[data]!, end = graph.firstEdge[data + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (graph.nodeTypes[target] !== NODE.object) continue;
      if (found.has(target) && found.get(target) !== context) common.add(target);
      found.set(target, context);
    }
  }
  for (const node of common) found.delete(node);
  const withOwn = new Set(found.values());
  for (const context of nativeContexts(graph)) {
    if (withOwn.has(context)) continue;
    const proxy = globalProxyOf(graph, context);
    const own = [...globalsOf(graph, context)].find((node) => node !== proxy);
    if (own !== undefined && globalObjects(graph).get(own) === 'other') found.set(own, context);
  }
  return found;
});

/** By proxy that scripts take for `globalThis` in a context of node:vm: the object behind it. */
export const globalProxies = memo((graph: Graph): ReadonlyMap<number, number> => {
  const found = new Map<number, number>();
  for (const [node, context] of sandboxContexts(graph)) {
    const proxy = globalProxyOf(graph, context);
    if (proxy !== undefined && proxy !== node && graph.nodeTypes[proxy] === NODE.object)
      found.set(proxy, node);
  }
  return found;
});

function globalProxyOf(graph: Graph, context: number): number | undefined {
  return edgeTarget(graph, context, EDGE.internal, ['global_proxy_object']);
}
