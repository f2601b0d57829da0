/**
 * Scopes (`system / Context`): which of them belong to a module or to a script as a whole, and in which file
 * they and their functions stand.
 */
import { edgesOf, type Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { EDGE, NODE } from '../graph/schema.js';
import type { StringIndexes } from '../graph/strings.js';
import { follow } from './scripts.js';

export interface Scope {
  /**
   * `script`: variables that every script sees by their name. `module`: those of a CommonJS or an ES module.
   */
  readonly kind: 'script' | 'module';
  /** Path or URL; `node:…` for parts of Node.js. */
  readonly file: string | undefined;
}

export interface Scopes {
  /** By node: outermost scopes, and the `SourceTextModule` of an ES module, which holds what it exports. */
  readonly rootScopes: ReadonlyMap<number, Scope>;
  /** String indexes of `system / Context`. */
  readonly contextNames: StringIndexes;
}

/**
 * V8 makes a context for the variables of a function that inner functions use. Its `previous` is the next
 * scope outwards; the outermost is the `system / NativeContext`. A CommonJS module is a function around the
 * file, so its context hangs right below the native one, as that of an ES module does (with an `extension`
 * that leads to its `SourceTextModule`). Functions at the outermost level of a script hang there, too: what
 * counts as a module has a file, an absolute path or a URL with `file:` or `node:`. A context has no name:
 * the file is that of a function that runs in it or in a scope inside.
 * V8: https://github.com/v8/v8/blob/13.6.233/src/objects/contexts.h
 * Needs edges. Cost: a pass over the nodes, and the edges of closures and contexts.
 */
export const scopes = memo((graph: Graph): Scopes => {
  const { nodeCount, nodeTypes, nodeNames, firstEdge, strings } = graph;
  const { types, names, targets } = edgesOf(graph);
  // Names as numbers: there may be millions of closures, each with a context.
  const namesOf = (text: string): StringIndexes => strings.indexesOf(text);
  const [previousNames, extensionNames, scopeNames] = ['previous', 'extension', 'context'].map(namesOf);
  const internal = (node: number, called: StringIndexes): number | undefined => {
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++)
      if (types[edge] === EDGE.internal && called.has(names[edge]!)) return targets[edge];
    return undefined;
  };
  const contextNames = strings.indexesOf('system / Context');
  const natives = nativeContexts(graph);
  const moduleNames = strings.indexesOf('system / SourceTextModule');
  const outwards = new Uint32Array(nodeCount); // the next scope, plus one
  const outermost = new Map<number, number | undefined>(); // to the module of an ES module's scope
  const modules: number[] = [];
  const rootScopes = new Map<number, Scope>();
  for (let node = 0; node < nodeCount; node++) {
    const name = nodeNames[node]!;
    if (contextNames.has(name)) {
      if (nodeTypes[node] !== NODE.object) continue;
      const previous = internal(node, previousNames!);
      if (previous === undefined) continue;
      if (!natives.has(previous)) outwards[node] = previous + 1;
      else {
        const extension = internal(node, extensionNames!);
        const isModule = extension !== undefined && moduleNames.has(nodeNames[extension]!);
        outermost.set(node, isModule ? extension : undefined);
      }
    } else if (moduleNames.has(name) && nodeTypes[node] === NODE.hidden) modules.push(node);
  }
  for (const native of natives) {
    for (const context of scriptContexts(graph, native, contextNames))
      rootScopes.set(context, { kind: 'script', file: undefined });
  }

  const files = new Map<number, string>();
  for (let node = 0; node < nodeCount; node++) {
    if (nodeTypes[node] !== NODE.closure) continue;
    let context = internal(node, scopeNames!);
    // Scopes inside one another; a damaged file may have them in a circle.
    for (let steps = 0; context !== undefined && outwards[context] !== 0 && steps < 100; steps++)
      context = outwards[context]! - 1;
    if (context === undefined || files.has(context) || !outermost.has(context)) continue;
    const file = scriptOf(graph, node);
    if (file !== undefined) files.set(context, file);
  }
  const moduleFiles = new Map<number, string>();
  for (const [context, module] of outermost) {
    const file = files.get(context);
    if (rootScopes.has(context)) continue;
    if (module !== undefined) {
      rootScopes.set(context, { kind: 'module', file });
      if (file !== undefined) moduleFiles.set(module, file);
    } else if (file !== undefined && /^(\/|[A-Za-z]:[\\/]|\\\\|file:|node:)/.test(file)) {
      rootScopes.set(context, { kind: 'module', file });
    }
  }
  for (const module of modules)
    rootScopes.set(module, { kind: 'module', file: moduleFiles.get(module) ?? moduleFile(graph, module) });
  return { rootScopes, contextNames };
});

/**
 * V8's contexts of realms, in the order of the file. Chromium adds the page to their name.
 * Cost: one pass over the nodes.
 */
export const nativeContexts = memo((graph: Graph): ReadonlySet<number> => {
  const { nodeTypes, nodeNames, strings } = graph;
  const found = new Set<number>();
  // By string index: not looked at yet, another name, a native context.
  const kinds = new Uint8Array(strings.length);
  for (let node = 0; node < graph.nodeCount; node++) {
    if (nodeTypes[node] !== NODE.hidden && nodeTypes[node] !== NODE.native) continue;
    const name = nodeNames[node]!;
    if (kinds[name] === 0) kinds[name] = strings.get(name).startsWith('system / NativeContext') ? 2 : 1;
    if (kinds[name] === 2) found.add(node);
  }
  return found;
});

/** Path or URL of the script of a closure; undefined when the snapshot does not say. */
export function scriptOf(graph: Graph, closure: number): string | undefined {
  const edges = edgesOf(graph);
  const shared = follow(graph, edges, closure, ['shared']);
  return shared === undefined ? undefined : scriptOfShared(graph, shared);
}

function scriptOfShared(graph: Graph, shared: number): string | undefined {
  const script = follow(graph, edgesOf(graph), shared, ['script', 'script_or_debug_info']);
  if (script === undefined) return undefined;
  const name = graph.strings.get(graph.nodeNames[script]!).replace(/^system \/ Script( \/ |$)/, '');
  return name === '' || name.startsWith('system / ') ? undefined : name;
}

/** Contexts of the variables that `let`, `const` and `class` make at the outermost level of scripts. */
function scriptContexts(graph: Graph, nativeContext: number, contextNames: StringIndexes): number[] {
  const edges = edgesOf(graph);
  const table = follow(graph, edges, nativeContext, ['script_context_table']);
  if (table === undefined) return [];
  const found: number[] = [];
  for (let edge = graph.firstEdge[table]!, end = graph.firstEdge[table + 1]!; edge < end; edge++) {
    const target = edges.targets[edge]!;
    if (edges.types[edge] !== EDGE.weak && contextNames.has(graph.nodeNames[target]!)) found.push(target);
  }
  return found;
}

/**
 * The file of an ES module without a scope of its own: by its code, a function or the generator that runs it.
 */
function moduleFile(graph: Graph, module: number): string | undefined {
  const edges = edgesOf(graph);
  for (let edge = graph.firstEdge[module]!, end = graph.firstEdge[module + 1]!; edge < end; edge++) {
    const target = edges.targets[edge]!;
    const closure = follow(graph, edges, target, ['function']);
    const file =
      closure === undefined
        ? (scriptOf(graph, target) ?? scriptOfShared(graph, target))
        : scriptOf(graph, closure);
    if (file !== undefined) return file;
  }
  return undefined;
}
