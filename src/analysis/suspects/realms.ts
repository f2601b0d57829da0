/** Contexts and windows of which there are more than a program needs. */
import type { Graph } from '../../graph/graph.js';
import { NODE } from '../../graph/schema.js';
import { classIndex } from '../../v8/class-names.js';
import { globalObjects, globalProxies, globalsOf, sandboxContexts } from '../../v8/realms.js';
import { nativeContexts, scriptContexts } from '../../v8/scopes.js';
import { prototypeNodes } from '../classes/instances.js';
import { holderChain, holderChains, searchHolders, UNHELD } from '../holders/holder-chains.js';
import type { Finding } from './finding.js';
import { sumRetained } from './grouped.js';

/** The main one, and one or two that the runtime makes for itself. */
const EXPECTED_REALMS = 3;

/**
 * More contexts or windows than a program needs: of `node:vm`, of jsdom (whose windows have a
 * context of their own where scripts run in them), of frames.
 *
 * - Cost: one pass over the nodes; where there are more, a search for holders.
 */
export function realmFindings(graph: Graph): Finding[] {
  // The first one is the program's own; those of windows that are gone are told with these.
  const { labels, of } = classIndex(graph);
  const contexts = [...nativeContexts(graph)]
    .sort((a, b) => a - b)
    .slice(1)
    .filter((node) => !labels[of[node]!]!.startsWith('Detached '));
  const windows = windowsOf(graph);
  // Windows are told with the contexts that they have.
  const ofWindows = windows.flatMap(({ beside }) => beside);
  const others = contexts.filter((context) => !ofWindows.includes(context));
  const around = [
    ...contexts.flatMap((context) => [...globalsOf(graph, context)]),
    ...sandboxContexts(graph).keys(),
  ];
  const finding = (word: string, members: readonly number[], beside: readonly number[]): Finding => ({
    kind: 'realms',
    verdict: 'suspect',
    word,
    members,
    beside,
    ...(nearestFromOutside(graph, contexts, [...members, ...around]) ?? { holder: members[0]! }),
    functions: [],
    places: 1,
    estimate: sumRetained(graph, members) + sumRetained(graph, beside),
  });
  return [
    ...(windows.length > EXPECTED_REALMS
      ? [
          finding(
            'windows',
            windows.map(({ window }) => window),
            ofWindows,
          ),
        ]
      : []),
    ...(others.length > EXPECTED_REALMS ? [finding('contexts of node:vm', others, [])] : []),
  ];
}

interface OwnWindow {
  /** What the program has of it: of one with a context of its own the proxy. */
  readonly window: number;
  /** The context, and the object behind the proxy. */
  readonly beside: readonly number[];
}

/** Objects of jsdom's class. */
function windowsOf(graph: Graph): OwnWindow[] {
  const { labels, of } = classIndex(graph);
  const numbers = new Set(
    ['Window', 'Window (global*)', 'Window (global)'].map((name) => labels.indexOf(name)),
  );
  numbers.delete(-1);
  if (numbers.size === 0) return [];
  const isPrototype = prototypeNodes(graph);
  const { parents } = holderChains(graph);
  const proxies = new Map(Array.from(globalProxies(graph), ([proxy, node]) => [node, proxy]));
  const windows: OwnWindow[] = [];
  for (let node = 0; node < graph.nodeCount; node++) {
    if (!numbers.has(of[node]!) || graph.nodeTypes[node] !== NODE.object || isPrototype[node] === 1) continue;
    if (parents[node] === UNHELD) continue;
    const context = sandboxContexts(graph).get(node);
    const proxy = proxies.get(node);
    if (context !== undefined)
      windows.push({ window: proxy ?? node, beside: proxy === undefined ? [context] : [context, node] });
    else if (!globalObjects(graph).has(node)) windows.push({ window: node, beside: [] });
  }
  return windows;
}

/**
 * The one of these objects that is nearest to a root outside of these contexts, and its chain: a
 * global object, which is a root itself, would lead to its own realm only.
 */
function nearestFromOutside(
  graph: Graph,
  contexts: readonly number[],
  nodes: readonly number[],
): Pick<Finding, 'holder' | 'chain'> | undefined {
  const inside = new Set(contexts.flatMap((context) => [context, ...scriptContexts(graph, context)]));
  for (const [node, realm] of globalObjects(graph)) if (realm === 'other') inside.add(node);
  const chains = searchHolders(graph, { isNoRoot: (node) => inside.has(node) });
  const { parents, depths } = chains;
  let nearest: number | undefined;
  for (const node of nodes) {
    if (parents[node] === UNHELD || parents[node] === node) continue;
    if (nearest === undefined || depths[node]! < depths[nearest]!) nearest = node;
  }
  return nearest === undefined ? undefined : { holder: nearest, chain: holderChain(graph, nearest, chains) };
}
