/**
 * Scopes (`system / Context`): which of them belong to a module or to a script as a whole, and in
 * which file they and their functions stand.
 */

import { edgesOf, type Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { retainersOf } from '../graph/retainers.js';
import { EDGE, NODE } from '../graph/schema.js';
import { edgeTarget, edgeTargetIn } from '../graph/walk.js';
import { landmarks } from './landmarks.js';
import { isContext, isModuleRecord, jscRootScopes, scopeNames } from './names.js';
import { isRuntimeScript } from './runtime.js';
import { scriptOf, scriptOfShared } from './scripts.js';

export interface Scope {
  /**
   * `script`: variables that every script sees by their name. `module`: those of a CommonJS or an
   * ES module.
   */
  readonly kind: 'script' | 'module';
  /** Path or URL; `node:…` for parts of Node.js. */
  readonly file: string | undefined;
  /** Of a script's scope, the native context: in which realm every script sees its variables. */
  readonly realm?: number;
}

/**
 * An outermost scope, or the `SourceTextModule` of an ES module, which holds what it exports;
 * undefined for every other node.
 *
 * V8 makes a context for the variables of a function that inner functions use. Its `previous` is
 * the next scope outwards; the outermost is the `system / NativeContext`. A CommonJS module is a
 * function around the file, so its context hangs right below the native one, as that of an ES
 * module does (with an `extension` that leads to its `SourceTextModule`). Functions at the
 * outermost level of a script hang there, too, and so do those of a module whose own variables no
 * function uses, as it then has no context: what counts as a module has a file (an absolute path or
 * a URL with `file:` or `node:`), and is not the scope of one of its functions. A context has no
 * name: the file is that of a function that runs in it or else in a scope inside.
 *
 * - In: a graph with edges.
 * - Cost: a pass over the nodes at the first call for a graph; for a node with another name
 *   constant, for an outermost scope what holds it and the scopes in it, until a function with a
 *   file is met; once for a node.
 * - Source: https://github.com/v8/v8/blob/13.6.233/src/objects/contexts.h
 */
export function rootScopeOf(graph: Graph, node: number): Scope | undefined {
  const name = graph.nodeNames[node]!;
  if (!scopeNames(graph).has(name)) return undefined;
  const { known } = signs(graph);
  const jsc = jscRootScopes(graph);
  if (jsc.module.has(name)) return { kind: 'module', file: undefined };
  if (jsc.script.has(name)) return { kind: 'script', file: undefined };
  if (known.has(node)) return known.get(node);
  const isModule = isModuleRecord(graph)(node);
  if (!isModule && !isOutermost(graph, node)) return undefined; // there may be millions: not kept
  const scope = isModule ? moduleScope(graph, node) : contextScope(graph, node);
  known.set(node, scope);
  return scope;
}

/** What scopes are told by, and those that are known already. */
const signs = memo((graph: Graph) => {
  const { strings } = graph;
  const known = new Map<number, Scope | undefined>();
  for (const native of nativeContexts(graph)) {
    for (const context of scriptContexts(graph, native))
      known.set(context, { kind: 'script', file: undefined, realm: native });
  }
  return {
    outwards: strings.indexesOf('previous'),
    extension: strings.indexesOf('extension'),
    scope: strings.indexesOf('context'),
    info: strings.indexesOf('scope_info'),
    shared: strings.indexesOf('shared'),
    empty: strings.indexesOf(''),
    known,
  };
});

/** Whether a context hangs right below that of a realm. */
export function isOutermost(graph: Graph, context: number): boolean {
  if (!isContext(graph)(context)) return false;
  const outer = edgeTargetIn(graph, context, EDGE.internal, signs(graph).outwards);
  return outer !== undefined && nativeContexts(graph).has(outer);
}

/** Files that runtimes wrap into a function: those with an absolute path, and their own. */
function isModuleFile(name: string): boolean {
  return /^(\/|[A-Za-z]:[\\/]|\\\\|file:)/.test(name) || isRuntimeScript(name);
}

function contextScope(graph: Graph, context: number): Scope | undefined {
  const { extension } = signs(graph);
  const module = edgeTargetIn(graph, context, EDGE.internal, extension);
  const isModule = module !== undefined && isModuleRecord(graph)(module);
  const file = fileOfScope(graph, context);
  if (isModule) return { kind: 'module', file };
  if (file === undefined || !isModuleFile(file)) return undefined;
  if (isFunctionScope(graph, context) || filesWithoutScope(graph).has(file)) return undefined;
  return { kind: 'module', file };
}

/**
 * Whether an outermost context is that of a function in a module, and not of the function around
 * the module, which has no name and runs once, or of a block in that, as test runners put around
 * modules. A context's `scope_info` has the names of its variables, then the function's name, empty
 * if it has none, then the name that V8 has made up for it; that of a block has variables only, and
 * its context shows them without names.
 * V8: https://github.com/v8/v8/blob/13.6.233/src/objects/scope-info.tq
 */
function isFunctionScope(graph: Graph, context: number): boolean {
  const { firstEdge, nodeTypes, nodeNames } = graph;
  const { types, targets } = edgesOf(graph);
  const { info: infoNames, empty } = signs(graph);
  const info = edgeTargetIn(graph, context, EDGE.internal, infoNames);
  if (info === undefined) return false;
  let last: number | undefined;
  for (let edge = firstEdge[info]!, end = firstEdge[info + 1]!; edge < end; edge++) {
    if (types[edge] === EDGE.hidden && nodeTypes[targets[edge]!] === NODE.string) last = targets[edge]!;
  }
  if (last === undefined || !(empty.has(nodeNames[last]!) || isBlockScope(graph, context))) return true;
  const { firstRetainer, sources } = retainersOf(graph);
  for (const other of sources.subarray(firstRetainer[info]!, firstRetainer[info + 1]!))
    if (other !== context && isContext(graph)(other)) return true;
  return false;
}

function isBlockScope(graph: Graph, context: number): boolean {
  const { types } = edgesOf(graph);
  const own = types.subarray(graph.firstEdge[context]!, graph.firstEdge[context + 1]!);
  return own.includes(EDGE.hidden) && !own.includes(EDGE.context);
}

/**
 * Files whose functions at the outermost level have no scope around them: there is none for the
 * module's variables. The function around a module, without a name and in the first line of the
 * file, is none of these.
 *
 * - Out: by file the first such function.
 */
export const filesWithoutScope = memo((graph: Graph): ReadonlyMap<string, number> => {
  const { nodeTypes, nodeNames, locations } = graph;
  const { scope, shared, empty } = signs(graph);
  const { firstRetainer, sources } = retainersOf(graph);
  const files = new Map<string, number>();
  const tried = new Set<number>();
  for (const native of nativeContexts(graph)) {
    for (const closure of sources.subarray(firstRetainer[native]!, firstRetainer[native + 1]!)) {
      if (
        nodeTypes[closure] !== NODE.closure ||
        edgeTargetIn(graph, closure, EDGE.internal, scope) !== native
      )
        continue;
      const place = locations?.of(closure);
      const isAround = empty.has(nodeNames[closure]!) && (place === undefined || place.line === 0);
      const code = isAround ? undefined : edgeTargetIn(graph, closure, EDGE.internal, shared);
      if (code === undefined || tried.has(code)) continue;
      tried.add(code);
      const file = scriptOfShared(graph, code);
      if (file !== undefined && !files.has(file)) files.set(file, closure);
    }
  }
  return files;
});

function moduleScope(graph: Graph, module: number): Scope | undefined {
  const { firstRetainer, sources } = retainersOf(graph);
  for (const holder of sources.subarray(firstRetainer[module]!, firstRetainer[module + 1]!)) {
    if (edgeTargetIn(graph, holder, EDGE.internal, signs(graph).extension) !== module) continue;
    const file = isContext(graph)(holder) ? rootScopeOf(graph, holder)?.file : undefined;
    if (file !== undefined) return { kind: 'module', file };
  }
  return { kind: 'module', file: moduleFile(graph, module) };
}

/**
 * The file of the first function that has one and runs in the scope, or else in the scopes inside
 * it, level by level.
 */
export function fileOfScope(graph: Graph, context: number): string | undefined {
  const found = functionOfScope(graph, context);
  return found === undefined ? undefined : scriptOf(graph, found);
}

/** That function. */
export function functionOfScope(graph: Graph, context: number): number | undefined {
  const { nodeTypes } = graph;
  const isScope = isContext(graph);
  const { firstRetainer, sources } = retainersOf(graph);
  const { outwards, scope } = signs(graph);
  const scopes = new Set([context]);
  for (const outer of scopes) {
    for (const holder of sources.subarray(firstRetainer[outer]!, firstRetainer[outer + 1]!)) {
      if (nodeTypes[holder] === NODE.closure) {
        const file =
          edgeTargetIn(graph, holder, EDGE.internal, scope) === outer ? scriptOf(graph, holder) : undefined;
        if (file !== undefined) return holder;
      } else if (isScope(holder) && edgeTargetIn(graph, holder, EDGE.internal, outwards) === outer)
        scopes.add(holder);
    }
  }
  return undefined;
}

/** V8's contexts of realms. Cost: that of `landmarks`. */
export const nativeContexts = memo(
  (graph: Graph): ReadonlySet<number> => new Set(landmarks(graph).nativeContexts),
);

/**
 * Contexts of the variables that `let`, `const` and `class` make at the outermost level of scripts.
 */
export function scriptContexts(graph: Graph, nativeContext: number): number[] {
  const edges = edgesOf(graph);
  const table = edgeTarget(graph, nativeContext, EDGE.internal, ['script_context_table']);
  if (table === undefined) return [];
  const found: number[] = [];
  for (let edge = graph.firstEdge[table]!, end = graph.firstEdge[table + 1]!; edge < end; edge++) {
    const target = edges.targets[edge]!;
    if (edges.types[edge] !== EDGE.weak && isContext(graph)(target)) found.push(target);
  }
  return found;
}

/**
 * The file of an ES module without a scope of its own: by its code, a function or the generator
 * that runs it.
 */
function moduleFile(graph: Graph, module: number): string | undefined {
  const edges = edgesOf(graph);
  for (let edge = graph.firstEdge[module]!, end = graph.firstEdge[module + 1]!; edge < end; edge++) {
    const target = edges.targets[edge]!;
    const closure = edgeTarget(graph, target, EDGE.internal, ['function']);
    const file =
      closure === undefined
        ? (scriptOf(graph, target) ?? scriptOfShared(graph, target))
        : scriptOf(graph, closure);
    if (file !== undefined) return file;
  }
  return undefined;
}
