/** Error objects that keep what was at hand when they were made: a request, a socket, a cause. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { classIndex } from '../../v8/class-names.js';
import { prototypeNodes } from '../classes/instances.js';
import { holderChains, UNHELD } from '../holders/holder-chains.js';
import { holderPaths } from '../holders/holder-paths.js';
import { dominatorTree } from '../sizes/dominators.js';
import { retainedSizes } from '../sizes/retained-sizes.js';
import type { Finding } from './finding.js';
import { Groups } from './grouped.js';

/** A program that reports its errors keeps the last few. */
const LEAST_ERRORS = 5;
/** Bytes that one property of an error has to keep: more than a text or a code. */
const LEAST_KEPT = 300;

/**
 * Errors that are held alike, by their class and the property that keeps most, where that keeps at
 * least 300 bytes that nothing else does.
 *
 * - Cost: one pass over the nodes; the edges of errors.
 */
export function errorFindings(graph: Graph): Finding[] {
  const { nodeCount, nodeTypes, firstEdge, strings } = graph;
  const { types, names, targets } = edgesOf(graph);
  const { labels, of } = classIndex(graph);
  const isError = labels.map((label) => /(?:^|[a-z0-9_$])(?:Error|Exception)$/.test(label));
  if (!isError.includes(true)) return [];
  const { parents } = holderChains(graph);
  const isPrototype = prototypeNodes(graph);
  const retained = retainedSizes(graph);
  const { dominators } = dominatorTree(graph);
  const paths = holderPaths(graph);
  const groups = new Groups(graph);
  const keeping = new Map<number, string>();
  for (let node = 0; node < nodeCount; node++) {
    if (!isError[of[node]!] || nodeTypes[node] !== NODE.object || isPrototype[node] === 1) continue;
    if (parents[node] === UNHELD) continue;
    let most = LEAST_KEPT - 1;
    let property = '';
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (types[edge] !== EDGE.property || nodeTypes[target] !== NODE.object) continue;
      if (dominators[target] !== node || retained[target]! <= most) continue;
      most = retained[target]!;
      property = strings.get(names[edge]!);
    }
    if (property === '') continue;
    keeping.set(node, property);
    groups.add(`${paths.pathOf(node)} ${of[node]} ${property}`, node);
  }
  return groups
    .findings({ kind: 'errors', verdict: 'suspect', word: '', least: LEAST_ERRORS })
    .map((finding) => ({ ...finding, word: keeping.get(finding.holder)! }));
}
