/**
 * Where references begin: the places that hold a program's objects, told in words. Globals, the
 * scopes of modules, the require cache, timers, jobs that wait, native handles, the stack.
 */

import { shortened } from '../base/printable.js';
import { edgesOf, type Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { EDGE, NODE } from '../graph/schema.js';
import { StringIndexes } from '../graph/strings.js';
import { commonJsModules } from './modules.js';
import { scopeNames } from './names.js';
import { globalObjects, isMainScript } from './realms.js';
import { engineName, isRuntimeScript, runtimeName } from './runtime.js';
import { nativeContexts, rootScopeOf } from './scopes.js';
import { sourceLocation } from './scripts.js';
import { isNativeContextName } from './system-names.js';
import { userRoots } from './user-roots.js';

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

/** Synthetic nodes that stand for handles of native code. */
const NATIVE = /^(\((Global|Eternal|Traced) handles\)|Node \/ .*|C\+\+ .*)$/;
const STACK = /^(\((Stack roots|Handle scope|Relocatable)\)|C\+\+ native stack roots)$/;
const MICROTASKS = /^\(Micro ?tasks?( queue)?\)$/i;

/**
 * What a node is as a place where chains end; undefined for every other node. Roots are the
 * snapshot's root and the children of it that belong to the program, the objects behind
 * `globalThis`, `process`, scopes of scripts and of modules, the require cache, the lists of timers
 * and immediates, and synthetic nodes.
 *
 * - In: a graph with edges.
 * - Cost: that of `isRoot` at the first call, then constant.
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
  if (isNativeContextName(name)) return { kind: 'internal', words: "one of JavaScript's built-in objects" };
  if (globalObjects(graph).get(node) === 'other')
    return { kind: 'global', words: 'a property of globalThis in another context' };
  if (globalObjects(graph).has(node)) return { kind: 'global', words: 'a property of globalThis' };
  const type = graph.nodeTypes[node];
  if (type === NODE.object || type === NODE.native)
    return { kind: 'global', words: `a property of the global object ${name}` };
  return { kind: 'internal', words: `${engineName(graph)} itself: ${shortened(name, 40)}` };
}

/**
 * The goal of a search for what holds an object.
 *
 * - In: a graph with edges.
 * - Cost: a pass over the nodes at the first call for a graph, a byte a node; each call of the
 *   predicate reads two bytes and a name, for scopes and `process` also their edges.
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
  // Almost all nodes have another name: one look in place of three.
  const named = new StringIndexes([
    ...scopes.indexes,
    ...listNames(graph).indexes,
    ...processNames(graph).indexes,
  ]);
  return (node) => {
    if (roots[node] === 1 || nodeTypes[node] === synthetic) return true;
    if (!named.has(nodeNames[node]!)) return false;
    if (isList(node)) return true;
    if (scopes.has(nodeNames[node]!)) return rootScopeOf(graph, node) !== undefined;
    return isProcessObject(node);
  };
});

/**
 * Whether a node is the scope of a module of the program's, in which its variables are.
 *
 * - Cost: that of `rootOf`, for contexts and records of modules alone.
 */
export function isProgramScope(graph: Graph): (node: number) => boolean {
  const scopes = scopeNames(graph);
  return (node) => scopes.has(graph.nodeNames[node]!) && rootOf(graph, node)?.kind === 'module';
}

/**
 * Whether a node stands for the stack. What only the stack holds is free a moment later: a search
 * for holders takes it when there is no other.
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

const listNames = memo(
  ({ strings }: Graph): StringIndexes => strings.indexesOf('TimersList', 'ImmediateList'),
);

const processNames = memo(({ strings }: Graph): StringIndexes => strings.indexesOf('process'));

/**
 * Whether a node is one of the lists that timers or immediates wait in: Node.js's own, not a class
 * of the same name.
 */
const isTimerList = memo((graph: Graph): ((node: number) => boolean) => {
  const { nodeTypes, nodeNames } = graph;
  const lists = listNames(graph);
  return (node) =>
    lists.has(nodeNames[node]!) && nodeTypes[node] === NODE.object && isOfRuntimeItself(graph, node);
});

/** Whether the constructor of an object is a part of the runtime, as far as the snapshot says. */
export function isOfRuntimeItself(graph: Graph, node: number): boolean {
  const script = sourceLocation(graph, node)?.script;
  return script === undefined || isRuntimeScript(script);
}

/**
 * Whether a node is the `process` object; its prototype has the same name, but not its properties.
 */
export const isProcess = memo((graph: Graph): ((node: number) => boolean) => {
  const { nodeTypes, nodeNames, firstEdge, strings } = graph;
  const { types, names } = edgesOf(graph);
  const called = processNames(graph);
  const argument = strings.indexesOf('execArgv');
  return (node) => {
    if (!called.has(nodeNames[node]!) || nodeTypes[node] !== NODE.object) return false;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++)
      if (types[edge] === EDGE.property && argument.has(names[edge]!)) return true;
    return false;
  };
});

function syntheticRoot(graph: Graph, name: string): Root {
  if (STACK.test(name)) return { kind: 'stack', words: `the stack of a running function: ${name}` };
  if (NATIVE.test(name))
    return { kind: 'native handle', words: `native code of ${runtimeName(graph)}: ${name}` };
  if (MICROTASKS.test(name)) return { kind: 'microtask', words: 'a microtask' };
  return { kind: 'internal', words: `${engineName(graph)} itself: ${name === '' ? 'the root' : name}` };
}
