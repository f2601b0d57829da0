/** Which runtime wrote a snapshot, and which scripts are the runtime's own. */
import { edgesOf, type Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { EDGE } from '../graph/schema.js';
import { landmarks } from './landmarks.js';
import { scriptOf, sourceLocation } from './scripts.js';

/**
 * The runtime's name, to be read in a sentence: `Node.js`, `Deno`, `workerd`, `Electron`, `the browser`, `Bun`, `Hermes`;
 * `the runtime` when no node tells. Cost: that of `landmarks`.
 */
export function runtimeName(graph: Graph): string {
  return landmarks(graph).runtime ?? 'the runtime';
}

/** The name of the engine that wrote a snapshot: V8, JavaScriptCore in Bun, Hermes. Cost: that of `landmarks`. */
export function engineName(graph: Graph): string {
  const { runtime } = landmarks(graph);
  return runtime === 'Bun' ? 'JavaScriptCore' : runtime === 'Hermes' ? 'Hermes' : 'V8';
}

/**
 * Schemes and folders that runtimes give to the modules that they are made of: Node.js (`node:`), Deno (`ext:`), workerd
 * (`workerd:`, `cloudflare-internal:`), Electron, Bun, and Chromium's bindings for extensions.
 */
const RUNTIME_SCRIPT =
  /^((node|ext|workerd|node-internal|cloudflare|cloudflare-internal|bun|builtin|internal|electron):|electron\/js2c\/|extensions::|wasm-instantiate-shim\.js$)/;

/** Whether a script, by its name, is a part of the runtime; all others are the program's, its dependencies among them. */
export function isRuntimeScript(name: string): boolean {
  return RUNTIME_SCRIPT.test(name);
}

/**
 * Whether a node is a function of the program's own code, or an object that such code constructed. False where the
 * snapshot does not say. Needs edges and locations.
 */
export function isMadeByCode(graph: Graph, node: number): boolean {
  const script = sourceLocation(graph, node)?.script;
  return script !== undefined && !isRuntimeScript(script);
}

/**
 * Whether a closure's code is a part of the runtime. Cost: the closure's edges; a script's name is read once for each
 * function in the source.
 */
export const isOfRuntime = memo((graph: Graph): ((closure: number) => boolean) => {
  const { firstEdge, strings } = graph;
  const { types, names, targets } = edgesOf(graph);
  const sharedNames = strings.indexesOf('shared');
  const known = new Map<number, boolean>();
  return (closure) => {
    for (let edge = firstEdge[closure]!, end = firstEdge[closure + 1]!; edge < end; edge++) {
      if (types[edge] !== EDGE.internal || !sharedNames.has(names[edge]!)) continue;
      let own = known.get(targets[edge]!);
      if (own === undefined) {
        const script = scriptOf(graph, closure);
        own = script !== undefined && isRuntimeScript(script);
        known.set(targets[edge]!, own);
      }
      return own;
    }
    return false;
  };
});
