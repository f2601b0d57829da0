/**
 * Where references begin: the places that hold a program's objects, told in words. Globals, the scopes of
 * modules, the require cache, timers, jobs that wait, native handles, the stack.
 */
import { edgesOf, type Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { retainersOf } from '../graph/retainers.js';
import { EDGE, isIndexed, NODE } from '../graph/schema.js';
import type { Chain } from './chains.js';
import { commonJsModules } from './expression-modules.js';
import { fileOfScope, nativeContexts, rootScopeOf, type Scope, scriptContexts } from './expression-scopes.js';
import { isRuntimeScript, runtimeName } from './runtime.js';
import { follow, scriptOf, sourceLocation } from './scripts.js';
import { userRoots } from './shallow-sizes.js';
import { isContext, isInternal, scopeNames } from './v8-nodes.js';

/** What kinds of places hold a program's objects. */
export type RootKind =
  | 'global'
  | 'module'
  | 'require cache'
  | 'timer'
  | 'microtask'
  | 'native handle'
  | 'stack'
  | 'internal';

/** A place where a chain may end. */
export interface Root {
  readonly kind: RootKind;
  /** What it is, to be read behind "held by": `a variable of the module /app/cache.js`. */
  readonly words: string;
  /** Path or URL of the module, when the snapshot has it. */
  readonly file?: string;
}

/** Variables of Node.js's own scripts that are queues. */
const QUEUES: Readonly<Record<string, readonly [RegExp, Root]>> = {
  'node:internal/timers': [/List|Queue/, { kind: 'timer', words: 'a timer' }],
  'node:internal/process/task_queues': [
    /^queue$/,
    { kind: 'microtask', words: 'the queue of process.nextTick' },
  ],
};

/** Synthetic nodes that stand for handles of native code. */
const NATIVE = /^(\((Global|Eternal|Traced) handles\)|Node \/ .*|C\+\+ .*)$/;
const NATIVE_CONTEXT = /^system \/ NativeContext/;
const STACK = /^(\((Stack roots|Handle scope|Relocatable)\)|C\+\+ native stack roots)$/;
const MICROTASKS = /^\(Micro ?tasks?( queue)?\)$/i;

/**
 * What a node is as a place where chains end; undefined for every other node. Roots are the snapshot's root
 * and the children of it that belong to the program, the objects behind `globalThis`, `process`, scopes of
 * scripts and of modules, the require cache, the lists of timers and immediates, and synthetic nodes.
 * Needs edges. Cost: that of `isRoot` at the first call, then constant.
 */
export function rootOf(graph: Graph, node: number): Root | undefined {
  if (!isRoot(graph)(node)) return undefined;
  const name = graph.strings.get(graph.nodeNames[node]!);
  if (graph.nodeTypes[node] === NODE.synthetic || node === graph.root) return syntheticRoot(graph, name);
  const scope = rootScopeOf(graph, node);
  if (scope) {
    const { kind, file } = scope;
    if (kind === 'script') {
      const elsewhere = isMainScript(graph, scope) ? '' : ' in another context';
      return { kind: 'global', words: `a global variable of a script${elsewhere}` };
    }
    if (file === undefined) return { kind: 'module', words: 'a variable of an ES module' };
    if (!isRuntimeScript(file)) return { kind: 'module', words: `a variable of the module ${file}`, file };
    return { kind: 'internal', words: `a variable of ${file}, a part of ${runtimeName(graph)}`, file };
  }
  if (commonJsModules(graph).cache === node) return { kind: 'require cache', words: 'require.cache' };
  if (isTimerList(graph)(node)) return { kind: 'timer', words: 'a timer' };
  if (isProcess(graph)(node)) return { kind: 'global', words: 'a property of process' };
  if (NATIVE_CONTEXT.test(name)) return { kind: 'internal', words: "one of JavaScript's built-in objects" };
  if (globalObjects(graph).get(node) === 'other')
    return { kind: 'global', words: 'a property of globalThis in another context' };
  if (globalObjects(graph).has(node)) return { kind: 'global', words: 'a property of globalThis' };
  return { kind: 'global', words: `a property of the global object ${name}` };
}

/**
 * The goal of a search for what holds an object. Needs edges. Cost: a pass over the nodes at the first call for a graph, a
 * byte a node; each call of the predicate reads two bytes, for scopes and `process` also their edges.
 */
export const isRoot = memo((graph: Graph): ((node: number) => boolean) => {
  const { nodeCount, nodeTypes, nodeNames } = graph;
  const roots = new Uint8Array(nodeCount);
  if (nodeCount > 0) roots[graph.root] = 1;
  for (const node of userRoots(graph)) roots[node] = 1;
  for (const node of nativeContexts(graph)) roots[node] = 1;
  for (const node of globalObjects(graph).keys()) roots[node] = 1;
  const { cache } = commonJsModules(graph);
  if (cache !== undefined) roots[cache] = 1;
  const isList = isTimerList(graph);
  const { synthetic } = NODE;
  const isProcessObject = isProcess(graph);
  const scopes = scopeNames(graph);
  return (node) => {
    if (roots[node] === 1 || nodeTypes[node] === synthetic) return true;
    if (isList(node)) return true;
    if (scopes.has(nodeNames[node]!)) return rootScopeOf(graph, node) !== undefined;
    return isProcessObject(node);
  };
});

/**
 * Whether a node stands for the stack. What only the stack holds is free a moment later: a search for holders takes it when
 * there is no other.
 */
export const isStack = memo((graph: Graph): ((node: number) => boolean) => {
  const { nodeTypes, nodeNames, strings } = graph;
  const known = new Map<number, boolean>();
  return (node) => {
    if (nodeTypes[node] !== NODE.synthetic) return false;
    const name = nodeNames[node]!;
    let is = known.get(name);
    if (is === undefined) {
      is = STACK.test(strings.get(name));
      known.set(name, is);
    }
    return is;
  };
});

/** Whether a node is one of the lists that timers or immediates wait in: Node.js's own, not a class of the same name. */
const isTimerList = memo((graph: Graph): ((node: number) => boolean) => {
  const { nodeTypes, nodeNames, strings } = graph;
  const lists = strings.indexesOf('TimersList', 'ImmediateList');
  return (node) =>
    lists.has(nodeNames[node]!) && nodeTypes[node] === NODE.object && isOfRuntimeItself(graph, node);
});

/** Whether the constructor of an object is a part of the runtime, as far as the snapshot says. */
function isOfRuntimeItself(graph: Graph, node: number): boolean {
  const script = sourceLocation(graph, node)?.script;
  return script === undefined || isRuntimeScript(script);
}

interface Realm {
  readonly objects: Set<number>;
  /** V8's context; undefined for a global object that belongs to none of those in the snapshot. */
  readonly context: number | undefined;
}

/**
 * Objects that `globalThis` stands for: 'main' in the program's own realm, 'other' in those of node:vm or of
 * frames. The main realm is that of the first user root; without one (internals exposed), the `likeliestRealm`.
 * Snapshots up to Node.js 24 have the global object itself below the root, later ones the native context.
 * JavaScriptCore has no contexts: its only global object is below the root.
 */
export const globalObjects = memo((graph: Graph): ReadonlyMap<number, 'main' | 'other'> => {
  const edges = edgesOf(graph);
  const realms: Realm[] = [];
  for (const context of nativeContexts(graph)) {
    const objects = globalsOf(graph, context);
    if (objects.size > 0) realms.push({ objects, context });
  }
  let main: Realm | undefined;
  for (const node of userRoots(graph)) {
    if (graph.nodeTypes[node] === NODE.synthetic) continue;
    const proxy =
      follow(graph, edges, node, ['global_proxy']) ?? follow(graph, edges, node, ['global_proxy_object']);
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
 * The realm with the most functions of the runtime itself, which it starts with; on pages, where there are none, of the
 * program; of several such the one whose global object has the most properties. The first of equal ones.
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

/** The global objects of a native context. */
function globalsOf(graph: Graph, context: number): Set<number> {
  const objects = new Set<number>();
  for (const name of ['global_object', 'extension', 'global_proxy_object']) {
    const found = follow(graph, edgesOf(graph), context, [name]);
    if (found !== undefined && graph.nodeTypes[found] === NODE.object) objects.add(found);
  }
  return objects;
}

/** Whether the variables of a script's scope are the program's own, and not those of a node:vm context or a frame. */
export function isMainScript(graph: Graph, { realm }: Scope): boolean {
  if (realm === undefined || nativeContexts(graph).size === 1) return true;
  const globals = globalObjects(graph);
  return [...globalsOf(graph, realm)].some((node) => globals.get(node) === 'main');
}

/** Whether a node is the `process` object; its prototype has the same name, but not its properties. */
export const isProcess = memo((graph: Graph): ((node: number) => boolean) => {
  const { nodeTypes, nodeNames, firstEdge, strings } = graph;
  const { types, names } = edgesOf(graph);
  const called = strings.indexesOf('process');
  const argument = strings.indexesOf('execArgv');
  return (node) => {
    if (!called.has(nodeNames[node]!) || nodeTypes[node] !== NODE.object) return false;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++)
      if (types[edge] === EDGE.property && argument.has(names[edge]!)) return true;
    return false;
  };
});

/**
 * Where a whole chain hangs, by its first nodes: the root it begins at, or, nearer to the object, a module in
 * the require cache, a timer or a promise that waits. For a chain that begins at no root: kind `internal` and
 * words that say so. Cost: linear in the chain.
 */
export function chainEnding(graph: Graph, chain: Chain): Root {
  const { moduleOf, exportsOf } = commonJsModules(graph);
  const { nodes } = chain;
  const head = nodes[0];
  const root = head === undefined ? undefined : rootOf(graph, head);
  if (!root) return { kind: 'internal', words: 'no root' };
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!;
    if (i > 0 && (globalObjects(graph).has(node) || isProcess(graph)(node))) return rootOf(graph, node)!;
    const file = exportsOf.get(node) ?? moduleOf.get(node);
    if (file !== undefined)
      return { kind: 'require cache', words: `the exports of ${file}, kept by require.cache`, file };
  }
  if (root.kind === 'module' || root.kind === 'microtask') return root;
  const [variables, queue] = QUEUES[root.file ?? ''] ?? [];
  if (queue && chain.edges.length > 0 && variables!.test(edgeText(graph, chain.edges[0]!)))
    return { ...queue, file: root.file! };
  // Behind a global of the program's own, a timer or a promise is one of the program's objects among others.
  const beginning = nodes.slice(0, root.kind === 'global' ? 2 : 6);
  for (const node of beginning) {
    const type = graph.nodeTypes[node];
    const internal = isInternal(graph)(node);
    if (type !== NODE.object && !internal) continue;
    const name = graph.strings.get(graph.nodeNames[node]!);
    if (
      type === NODE.object &&
      /^(Immediate|Timeout|TimersList)$/.test(name) &&
      isOfRuntimeItself(graph, node)
    )
      return { kind: 'timer', words: name === 'Immediate' ? 'an immediate' : 'a timer' };
    if (internal && /^system \/ .*Task$/.test(name)) return { kind: 'microtask', words: 'a microtask' };
    if (internal && name.startsWith('system / PromiseRe'))
      return { kind: 'microtask', words: 'a promise that waits' };
  }
  return root;
}

/** The name of an edge that has one. */
function edgeText(graph: Graph, edge: number): string {
  const { types, names } = edgesOf(graph);
  return isIndexed(types[edge]!) ? '' : graph.strings.get(names[edge]!);
}

function syntheticRoot(graph: Graph, name: string): Root {
  if (STACK.test(name)) return { kind: 'stack', words: `the stack of a running function: ${name}` };
  if (NATIVE.test(name))
    return { kind: 'native handle', words: `native code of ${runtimeName(graph)}: ${name}` };
  if (MICROTASKS.test(name)) return { kind: 'microtask', words: 'a microtask' };
  return { kind: 'internal', words: `V8 itself: ${name === '' ? 'the root' : name}` };
}
