/** Open handles that nothing but the runtime holds, and realms. */
import type { Graph } from '../../graph/graph.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeTarget } from '../../graph/walk.js';
import { classIndex } from '../../v8/class-names.js';
import { globalObjects } from '../../v8/realms.js';
import { rootOf } from '../../v8/roots.js';
import { nativeContexts } from '../../v8/scopes.js';
import { prototypeNodes } from '../classes/instances.js';
import { ownerOf } from '../holders/container-owner.js';
import { holderChains, UNHELD } from '../holders/holder-chains.js';
import type { Finding } from './finding.js';
import { Groups, sumRetained } from './grouped.js';

/** What the runtime keeps while it is open, whoever made it. */
const HANDLES: ReadonlySet<string> = new Set([
  'MessagePort',
  'BroadcastChannel',
  'FSEvent',
  'StatWatcher',
  'FSWatcher',
  'TCP',
  'Pipe',
  'TLSWrap',
  'UDP',
  'Process',
  'Worker',
  'FileHandle',
  'Http2Session',
  'Zlib',
]);
/** A program has a few of them at any time. */
const LEAST_HANDLES = 10;
/** The main one, and one or two that the runtime makes for itself. */
const EXPECTED_REALMS = 3;

/**
 * Handles by class that have no chain from a place of the program, and by the class of the object
 * that Node.js made each for (a Server, a Socket), which stands beside it: the list of timers may
 * hold that one as well.
 */
export function handleFindings(graph: Graph): Finding[] {
  const { labels, of } = classIndex(graph);
  const isHandle = labels.map((label) => HANDLES.has(label));
  const { parents } = holderChains(graph);
  const groups = new Groups(graph);
  const owners = new Map<number, number>();
  for (let node = 0; node < graph.nodeCount; node++) {
    if (!isHandle[of[node]!] || graph.nodeTypes[node] !== NODE.object) continue;
    let start = node;
    while (parents[start] !== start && parents[start] !== UNHELD) start = parents[start]!;
    if (parents[start] === UNHELD) continue;
    const root = rootOf(graph, start);
    if (root?.kind === 'timer' ? ownerOf(graph, node, root) === 'program' : root?.kind !== 'native handle')
      continue;
    const owner = edgeTarget(graph, node, EDGE.property, ['<symbol owner_symbol>']);
    if (owner !== undefined && graph.nodeTypes[owner] === NODE.object) owners.set(node, owner);
    groups.add(`${of[node]} ${owner === undefined ? '' : of[owner]}`, node);
  }
  return groups
    .findings({ kind: 'handles', verdict: 'suspect', word: '', least: LEAST_HANDLES })
    .map((finding) => {
      const beside = finding.members.flatMap((node) => owners.get(node) ?? []);
      const name = labels[of[finding.holder]!]!;
      const owner = owners.get(finding.holder);
      const label = owner === undefined ? name : labels[of[owner]!]!;
      return {
        ...finding,
        beside,
        word: label === name ? name : `${name} (${label})`,
        estimate: finding.estimate + sumRetained(graph, beside),
      };
    });
}

/**
 * More contexts or windows than a program needs: of `node:vm`, of jsdom (which has windows without
 * a context of their own), of frames.
 *
 * - Cost: one pass over the nodes.
 */
export function realmFindings(graph: Graph): Finding[] {
  const { labels, of } = classIndex(graph);
  const { depths, parents } = holderChains(graph);
  const isPrototype = prototypeNodes(graph);
  const window = labels.indexOf('Window');
  // The first one is the program's own; those of windows that are gone are told with these.
  const contexts = [...nativeContexts(graph)]
    .sort((a, b) => a - b)
    .slice(1)
    .filter((node) => !labels[of[node]!]!.startsWith('Detached '));
  const windows: number[] = [];
  for (let node = 0; node < graph.nodeCount; node++) {
    if (of[node] !== window || graph.nodeTypes[node] !== NODE.object || isPrototype[node] === 1) continue;
    if (parents[node] !== UNHELD) windows.push(node);
  }
  const globals = Array.from(globalObjects(graph), ([node, realm]) => (realm === 'other' ? node : -1));
  const nearest = (nodes: readonly number[]): number | undefined =>
    nodes
      .filter((node) => node >= 0 && parents[node] !== UNHELD && parents[node] !== node)
      .sort((a, b) => depths[a]! - depths[b]!)[0];
  return [windows, contexts]
    .filter((members) => members.length > EXPECTED_REALMS)
    .map((members): Finding => {
      const holder = nearest(members === windows ? windows : globals) ?? members[0]!;
      return {
        kind: 'realms',
        verdict: 'suspect',
        word: members === windows ? 'windows' : 'contexts of node:vm',
        members,
        holder,
        functions: [],
        places: 1,
        estimate: sumRetained(graph, members),
      };
    });
}
