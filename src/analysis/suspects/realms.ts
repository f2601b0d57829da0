/** Contexts and windows of which there are more than a program needs. */
import type { Graph } from '../../graph/graph.js';
import { NODE } from '../../graph/schema.js';
import { classIndex } from '../../v8/class-names.js';
import { globalObjects, globalProxies, globalsOf, sandboxContexts } from '../../v8/realms.js';
import { nativeContexts } from '../../v8/scopes.js';
import { prototypeNodes } from '../classes/instances.js';
import { isWithin } from '../dead/gone-windows.js';
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
  const ofWindows = new Set(windows.flatMap(({ beside }) => beside));
  const all = [
    {
      word: 'windows',
      members: windows.map(({ window }) => window),
      beside: [...ofWindows],
    },
    {
      word: 'contexts of node:vm',
      members: contexts.filter((context) => !ofWindows.has(context)),
      beside: [],
    },
  ].filter(({ members }) => members.length > EXPECTED_REALMS);
  if (all.length === 0) return [];
  const nearestOf = nearestFromOutside(graph, contexts);
  return all.map(
    (one): Finding => ({
      kind: 'realms',
      verdict: 'suspect',
      ...one,
      ...(nearestOf(one.members) ?? { holder: one.members[0]! }),
      functions: [],
      places: 1,
      estimate: sumRetained(graph, one.members) + sumRetained(graph, one.beside),
    }),
  );
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
 * Finds, of some objects and those that stand for these contexts, the one that is nearest to a root
 * outside of the contexts, and its chain: a global object, which is a root itself, would lead to
 * its own realm only.
 *
 * - Cost: that of `searchHolders`, once.
 */
function nearestFromOutside(
  graph: Graph,
  contexts: readonly number[],
): (members: readonly number[]) => Pick<Finding, 'holder' | 'chain'> | undefined {
  const around = [
    ...contexts.flatMap((context) => [...globalsOf(graph, context)]),
    ...sandboxContexts(graph).keys(),
  ];
  const inside = new Set(contexts);
  for (const [node, realm] of globalObjects(graph)) if (realm === 'other') inside.add(node);
  const chains = searchHolders(graph, { isNoRoot: isWithin(graph, inside) });
  const { parents, depths } = chains;
  return (members) => {
    let nearest: number | undefined;
    for (const node of [...members, ...around]) {
      if (parents[node] === UNHELD || parents[node] === node) continue;
      if (nearest === undefined || depths[node]! < depths[nearest]!) nearest = node;
    }
    return nearest === undefined
      ? undefined
      : { holder: nearest, chain: holderChain(graph, nearest, chains) };
  };
}
