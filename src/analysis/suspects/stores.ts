/** Stores of AsyncLocalStorage that resources (timers, promises, handles) keep. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeTarget } from '../../graph/walk.js';
import { classIndex } from '../../v8/class-names.js';
import { contentKeys } from '../leaks/group-contents.js';
import { type Finding, LEAST_MEMBERS } from './finding.js';
import { Groups } from './grouped.js';
import { eachPair, referenceIndex } from './reference-index.js';

/** Stores by their class: many that are different are one of each request that is still held. */
export function storeFindings(graph: Graph): Finding[] {
  const { store, frame } = referenceIndex(graph);
  const keyOf = contentKeys(graph);
  const { labels, of } = classIndex(graph);
  const groups = new Groups(graph);
  const seen = new Set<number>();
  const add = (node: number): void => {
    if (graph.nodeTypes[node] !== NODE.object || seen.has(node)) return;
    seen.add(node);
    groups.add(keyOf(node), node);
  };
  eachPair(store, (_, target) => add(target));
  const frames = labels.indexOf('AsyncContextFrame');
  const all = new Set<number>();
  eachPair(frame, (_, target) => all.add(target));
  if (frames >= 0) for (let node = 0; node < graph.nodeCount; node++) if (of[node] === frames) all.add(node);
  const { firstEdge } = graph;
  const { targets, types } = edgesOf(graph);
  for (const node of all) {
    const table = edgeTarget(graph, node, EDGE.internal, ['table']);
    if (table === undefined) continue;
    for (let edge = firstEdge[table]!, end = firstEdge[table + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (types[edge] !== EDGE.weak && labels[of[target]!] !== 'AsyncLocalStorage') add(target);
    }
  }
  return groups.findings({
    kind: 'stores',
    verdict: 'suspect',
    word: 'stores of AsyncLocalStorage',
    least: LEAST_MEMBERS,
  });
}
