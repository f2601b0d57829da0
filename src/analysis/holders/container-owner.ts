/** Whose a container is: the program's, a timer list's, the runtime's, the stack's. */
import type { Graph } from '../../graph/graph.js';
import { NODE } from '../../graph/schema.js';
import { isContext } from '../../v8/names.js';
import { isMadeByCode, scriptOrigin } from '../../v8/origin.js';
import type { Root } from '../../v8/roots.js';
import { fileOfScope } from '../../v8/scopes.js';
import { scriptOf } from '../../v8/scripts.js';
import { type HolderChains, holderChains, UNHELD } from './holder-chains.js';

/**
 * Whose a container is: of the program's code, of a list of timers or jobs, of the runtime's own
 * modules, of native handles, of the stack; `nobody` where no root reaches it.
 */
export type Ownership = 'program' | 'timer' | 'runtime' | 'handles' | 'stack' | 'nobody';

const BY_ROOT: Readonly<Record<Root['kind'], Ownership>> = {
  global: 'program',
  module: 'program',
  'require cache': 'program',
  timer: 'timer',
  microtask: 'timer',
  internal: 'runtime',
  'native handle': 'handles',
  stack: 'stack',
};

/** References that are looked at from the container towards its root. */
const FARTHEST = 64;

/**
 * Whose a container is. The nearest scope, function or object of the program's own code on its
 * chain makes it the program's, the nearest scope or function of the runtime makes it the
 * runtime's; else the root decides.
 *
 * - In: the container's ordinal, the root that its chain begins at, and, of a search of one's own,
 *   the chains. Needs edges, and locations for objects' code.
 * - Cost: the edges of 64 nodes of the chain; `fileOfScope` for scopes.
 */
export function ownerOf(
  graph: Graph,
  container: number,
  root: Root | undefined,
  { parents }: HolderChains = holderChains(graph),
): Ownership {
  const { nodeTypes } = graph;
  const isScope = isContext(graph);
  for (let node = container, steps = 0; steps < FARTHEST; steps++) {
    const type = nodeTypes[node];
    if (type === NODE.closure || isScope(node)) {
      const file = type === NODE.closure ? scriptOf(graph, node) : fileOfScope(graph, node);
      const origin = scriptOrigin(file);
      if (origin !== undefined) return origin;
    } else if (type === NODE.object) {
      if (isMadeByCode(graph, node)) return 'program';
    }
    const parent = parents[node]!;
    if (parent === UNHELD) return 'nobody';
    if (parent === node) break;
    node = parent;
  }
  return root === undefined ? 'nobody' : BY_ROOT[root.kind];
}
