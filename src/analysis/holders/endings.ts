/** Where chains hang, in words: the root, or what is nearer to the object and says more. */

import { shortened } from '../../base/printable.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { perGraph } from '../../graph/memo.js';
import { EDGE, isIndexed, NODE } from '../../graph/schema.js';
import { className } from '../../v8/class-names.js';
import { commonJsModules } from '../../v8/modules.js';
import { isInternal, isObject } from '../../v8/names.js';
import { globalObjects } from '../../v8/realms.js';
import { isOfRuntimeItself, isProcess, type Root, rootOf } from '../../v8/roots.js';
import { isMicrotaskName, isReactionName } from '../../v8/system-names.js';
import type { Chain } from './chains.js';

/** Variables of Node.js's own scripts that are queues. */
const QUEUES: Readonly<Record<string, readonly [RegExp, Root]>> = {
  'node:internal/timers': [/List|Queue/, { kind: 'timer', words: 'a timer' }],
  'node:internal/process/task_queues': [
    /^queue$/,
    { kind: 'microtask', words: 'the queue of process.nextTick' },
  ],
};

/**
 * Where a whole chain hangs, by its first nodes: the root it begins at, or, nearer to the object, a
 * module in the require cache, a timer or a promise that waits. For a chain that begins at no root:
 * kind `internal` and words that say so.
 *
 * - Cost: linear in the chain; the same chain again costs nothing.
 */
export function chainEnding(graph: Graph, chain: Chain): Root {
  const known = endings(graph);
  let ending = known.get(chain);
  if (ending === undefined) {
    ending = endingOf(graph, chain);
    known.set(chain, ending);
  }
  return ending;
}

/** By chain, what `chainEnding` has said. */
const endings = perGraph((_: Graph) => new WeakMap<Chain, Root>());

function endingOf(graph: Graph, chain: Chain): Root {
  const { moduleOf, exportsOf } = commonJsModules(graph);
  const { nodes } = chain;
  const head = nodes[0];
  const root = head === undefined ? undefined : rootOf(graph, head);
  if (!root) return { kind: 'internal', words: 'no root' };
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!;
    // The last one is what is held.
    const isWay = i > 0 && i < nodes.length - 1;
    if (isWay && (globalObjects(graph).has(node) || isProcess(graph)(node))) return rootOf(graph, node)!;
    const file = exportsOf.get(node) ?? moduleOf.get(node);
    if (file !== undefined)
      return { kind: 'require cache', words: `the exports of ${file}, kept by require.cache`, file };
  }
  if (root.kind === 'module' || root.kind === 'microtask') return root;
  const [variables, queue] = QUEUES[root.file ?? ''] ?? [];
  if (queue && chain.edges.length > 0 && variables!.test(edgeText(graph, chain.edges[0]!)))
    return { ...queue, file: root.file! };
  const embedder = root.kind === 'global' ? embedderEnding(graph, chain) : undefined;
  if (embedder) return embedder;
  // Behind a global of the program's own, a timer or a promise is one of the program's objects
  // among others.
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
    if (internal && isMicrotaskName(name)) return { kind: 'microtask', words: 'a microtask' };
    if (internal && isReactionName(name)) return { kind: 'microtask', words: 'a promise that waits' };
  }
  return root;
}

/** References that lie between a page's `Window` and a listener or a timer, at most. */
const MOST_INNER = 12;

/**
 * Where the browser itself hangs something from a global object; undefined for what is a property
 * of it.
 */
function embedderEnding(graph: Graph, { nodes, edges }: Chain): Root | undefined {
  const { nodeTypes, nodeNames, strings } = graph;
  if (edges.length === 0 || edgesOf(graph).types[edges[0]!] === EDGE.property) return undefined;
  let owner = 'globalThis';
  for (let i = 1; i < nodes.length && i <= MOST_INNER && nodeTypes[nodes[i]!] === NODE.native; i++) {
    const name = strings.get(nodeNames[nodes[i]!]!);
    if (/EventListener$/.test(name)) return { kind: 'global', words: `an event listener of ${owner}` };
    if (isObject(graph, nodes[i]!)) owner = shortened(className(graph, nodes[i]!), 40);
    if (/^(blink::)?DOMTimer$/.test(name)) return { kind: 'timer', words: 'a timer' };
  }
  return undefined;
}

/** The name of an edge that has one. */
function edgeText(graph: Graph, edge: number): string {
  const { types, names } = edgesOf(graph);
  return isIndexed(types[edge]!) ? '' : graph.strings.get(names[edge]!);
}
