/** Dead objects that are held in good order: by a FinalizationRegistry, by the runtime. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { isInternal } from '../../v8/names.js';
import { rootOf } from '../../v8/roots.js';
import { V8_NAME } from '../../v8/system-names.js';
import { ownerOf } from '../holders/container-owner.js';
import { type HolderChains, holderChain, UNHELD } from '../holders/holder-chains.js';
import type { DeadGroup } from './dead-objects.js';
import type { ObjectStates } from './object-states.js';
import { selfHeld } from './self-held.js';

/** Whether a node is the record of an object and a value in a FinalizationRegistry. */
export function isRegistered(graph: Graph): (node: number) => boolean {
  const { nodeNames, strings } = graph;
  const names = strings.indexesOf(V8_NAME.weakCell);
  const internal = isInternal(graph);
  return (node) => names.has(nodeNames[node]!) && internal(node);
}

const OF_PROGRAM: ReadonlySet<string | undefined> = new Set(['global', 'module', 'require cache']);

/**
 * Whether a group is held in good order. A FinalizationRegistry has its values until their objects
 * are gone and its callback has run: the search goes through them last, so that nothing else holds
 * what it finds there. An entry that keeps its own object does so for good.
 */
export function isSettled(
  graph: Graph,
  chains: HolderChains,
  ruleOf: ObjectStates['ruleOf'],
): (group: DeadGroup) => boolean {
  const { parents } = chains;
  const registered = isRegistered(graph);
  const { cells: lasting } = selfHeld(graph);
  let awaited: number | undefined;
  return ({ example, members, owner, root }) => {
    const byProgram = owner === 'program' || OF_PROGRAM.has(root?.kind);
    if (ruleOf(example)?.rule.onlyOfProgram === true) {
      if (!byProgram) return true;
      awaited ??= callbacksToRun(graph, chains);
      if (members.length <= awaited) return true;
    }
    for (let node = example; ; node = parents[node]!) {
      if (registered(node)) return !lasting.has(node);
      if (parents[node] === node || parents[node] === UNHELD) return false;
    }
  };
}

/**
 * Objects that are gone and of which a FinalizationRegistry of the program has still to tell its
 * callback, which may be about to take out what stands for them: the most of one registry.
 */
function callbacksToRun(graph: Graph, chains: HolderChains): number {
  const { nodeCount, firstEdge, nodeNames, nodeTypes, strings } = graph;
  const { types, names, targets } = edgesOf(graph);
  const registered = isRegistered(graph);
  const target = strings.indexesOf('target');
  const counts = new Map<number, number>();
  for (let node = 0; node < nodeCount; node++) {
    if (!registered(node)) continue;
    let registry: number | undefined;
    let isGone = true;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const other = targets[edge]!;
      if (types[edge] === EDGE.weak && target.has(names[edge]!)) isGone = false;
      else if (types[edge] === EDGE.hidden && nodeTypes[other] === NODE.object) registry ??= other;
    }
    if (isGone && registry !== undefined) counts.set(registry, (counts.get(registry) ?? 0) + 1);
  }
  let most = 0;
  for (const [registry, count] of counts) {
    if (count <= most || chains.parents[registry] === UNHELD) continue;
    if (!strings.get(nodeNames[registry]!).endsWith('FinalizationRegistry')) continue;
    const root = rootOf(graph, holderChain(graph, registry, chains).nodes[0]!);
    const owner = ownerOf(graph, registry, root, chains);
    if (owner === 'program' || OF_PROGRAM.has(root?.kind)) most = count;
  }
  return most;
}
