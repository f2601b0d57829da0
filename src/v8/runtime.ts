/** Which runtime wrote a snapshot, and which scripts are the runtime's own. */
import type { Graph } from '../graph/graph.js';
import { landmarks } from './landmarks.js';

/**
 * The runtime's name, to be read in a sentence: `Node.js`, `Deno`, `workerd`, `Electron`, `the
 * browser`, `Bun`, `Hermes`; `the runtime` when no node tells.
 *
 * - Cost: that of `landmarks`.
 */
export function runtimeName(graph: Graph): string {
  return landmarks(graph).runtime ?? 'the runtime';
}

/**
 * The name of the engine that wrote a snapshot: V8, JavaScriptCore in Bun, Hermes.
 *
 * - Cost: that of `landmarks`.
 */
export function engineName(graph: Graph): string {
  const { runtime } = landmarks(graph);
  return runtime === 'Bun' ? 'JavaScriptCore' : runtime === 'Hermes' ? 'Hermes' : 'V8';
}

/**
 * Schemes and folders that runtimes give to the modules that they are made of: Node.js (`node:`),
 * Deno (`ext:`), workerd (`workerd:`, `cloudflare-internal:`), Electron, Bun, and Chromium's
 * bindings for extensions.
 */
const RUNTIME_SCRIPT =
  /^((node|ext|workerd|node-internal|cloudflare|cloudflare-internal|bun|builtin|internal|electron):|electron\/js2c\/|extensions::|wasm-instantiate-shim\.js$)/;

/**
 * Whether a script, by its name, is a part of the runtime; all others are the program's, its
 * dependencies among them.
 */
export function isRuntimeScript(name: string): boolean {
  return RUNTIME_SCRIPT.test(name);
}
