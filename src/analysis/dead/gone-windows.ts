/** Realms of windows that are gone: of removed frames, of closed windows, jsdom's among them. */
import type { Graph } from '../../graph/graph.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeTarget } from '../../graph/walk.js';
import { className } from '../../v8/class-names.js';
import { isContext } from '../../v8/names.js';
import { globalsOf, sandboxContexts } from '../../v8/realms.js';

/** Scopes in scopes that are gone through. */
const MOST_SCOPES = 100;

/**
 * Whether a root is of a window that is gone: the window itself, its global object, its native
 * context, scopes of its scripts and modules. What nothing else leads to would be freed; a chain
 * that begins there does not say who keeps it.
 *
 * - In: dead nodes.
 * - Empty: undefined where no window is among them.
 */
export function goneRoots(graph: Graph, dead: Iterable<number>): ((node: number) => boolean) | undefined {
  const gone = new Set<number>();
  for (const window of dead) {
    const context = sandboxContexts(graph).get(window);
    if (context !== undefined) for (const node of [context, ...globalsOf(graph, context)]) gone.add(node);
    if (graph.nodeTypes[window] !== NODE.native || className(graph, window) !== 'Detached Window') continue;
    gone.add(window);
    for (const name of ['native_context', 'global_object']) {
      const own = edgeTarget(graph, window, EDGE.shortcut, [name]);
      if (own !== undefined) gone.add(own);
    }
  }
  return gone.size === 0 ? undefined : isWithin(graph, gone);
}

/**
 * Whether a node is one of these contexts and objects, or a scope of scripts, modules and functions
 * in such a context.
 */
export function isWithin(graph: Graph, realms: ReadonlySet<number>): (node: number) => boolean {
  const isScope = isContext(graph);
  return (node) => {
    let at: number | undefined = node;
    for (let i = 0; i < MOST_SCOPES && at !== undefined; i++) {
      if (realms.has(at)) return true;
      if (!isScope(at)) return false;
      at = edgeTarget(graph, at, EDGE.internal, ['previous']);
    }
    return false;
  };
}
