/** Open handles that nothing but the runtime holds. */
import type { Graph } from '../../graph/graph.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeTarget } from '../../graph/walk.js';
import { classIndex } from '../../v8/class-names.js';
import { rootOf } from '../../v8/roots.js';
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
