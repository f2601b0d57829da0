/** What may have grown in place, without a container that got more members. */
import type { Graph } from '../../graph/graph.js';
import { idIndex } from '../../graph/ids.js';
import { NODE } from '../../graph/schema.js';
import { classIndex } from '../../v8/class-names.js';
import { nodeRoles, THING } from '../classes/node-roles.js';
import { holderPaths } from '../holders/holder-paths.js';
import { ownerOfPart } from '../holders/part-owner.js';
import { boundedBuffers } from './bounded-buffers.js';
import type { Frontier } from './frontier.js';
import type { Rebuilt } from './frontier-heads.js';
import { isReplaced } from './growth-in-place.js';

/** What may have grown in place. */
export interface RebuiltPart extends Rebuilt {
  /** All that are held in the same way; `node` is the one that was made anew most. */
  readonly nodes: readonly number[];
  /** The edge that new data hangs on; undefined for the thing with its own parts. */
  readonly edge: number | undefined;
}

/**
 * What is measured in the earlier snapshots at most: ways of being held, and things that are held
 * in one way.
 */
const MOST_REBUILT = 1000;
const MOST_ALIKE = 1000;

/** Weak collections hold nothing: what is in them is held by others. */
const WEAK = /^(Weak(Map|Set|Ref)|FinalizationRegistry)$/;

/**
 * What may have grown in place: things with new parts, or with bytes outside of the heap that are
 * more now, and names on which new data hangs. The largest first.
 *
 * - In: the first snapshot; its nodes are enough.
 */
export function rebuiltParts(
  frontier: Frontier,
  first: Graph,
  known: ReadonlySet<number>,
  minSize: number,
): RebuiltPart[] {
  const { graph, groups, headNodes, headEdges, newest } = frontier;
  const { labels, of } = classIndex(graph);
  const weak = labels.map((name) => WEAK.test(name));
  const found: RebuiltPart[] = [];
  const limited = boundedBuffers(graph);
  const paths = holderPaths(graph);
  const alike = new Map<string, { nodes: number[]; size: number; largest: number; most: number }>();
  const seen = new Set<number>();
  for (const { node, size } of [...frontier.rebuilt, ...resizedOwners(frontier, first, minSize)]) {
    if (seen.has(node) || known.has(node) || weak[of[node]!] || limited.of(node)) continue;
    seen.add(node);
    const key = `${paths.pathOf(node)} ${of[node]}`;
    const group = alike.get(key) ?? { nodes: [], size: 0, largest: node, most: 0 };
    alike.set(key, group);
    if (group.nodes.length < MOST_ALIKE) group.nodes.push(node);
    group.size += size;
    if (size > group.most) {
      group.most = size;
      group.largest = node;
    }
  }
  for (const { nodes, size, largest } of alike.values())
    if (size >= minSize / 2) found.push({ node: largest, nodes, size, edge: undefined });
  for (const { container, edgeName, bytes, firstHead } of groups) {
    if (edgeName === undefined || bytes[newest]! < minSize / 2 || known.has(container)) continue;
    if (isReplaced(graph, headNodes[firstHead]!))
      found.push({
        node: container,
        nodes: [container],
        size: bytes[newest]!,
        edge: headEdges[firstHead]!,
      });
  }
  return found.sort((a, b) => b.size - a.size).slice(0, MOST_REBUILT);
}

/**
 * Things whose bytes outside of the heap became more and were not made anew: resizable
 * ArrayBuffers. Each once.
 *
 * - Cost: one pass over the nodes.
 */
function resizedOwners({ graph, ages }: Frontier, first: Graph, minSize: number): Rebuilt[] {
  const { nodeCount, nodeTypes, selfSizes, ids } = graph;
  const roles = nodeRoles(graph);
  const sizes = new Map<number, number>();
  for (let node = 0; node < nodeCount; node++) {
    if (nodeTypes[node] !== NODE.native || ages[node] !== 0 || selfSizes[node]! < minSize) continue;
    const before = idIndex(first).nodeOf(ids[node]!);
    const size = before < 0 ? 0 : selfSizes[node]! - first.selfSizes[before]!;
    if (size < minSize) continue;
    const owner = ownerOfPart(graph, node);
    if (roles[owner] === THING) sizes.set(owner, (sizes.get(owner) ?? 0) + size);
  }
  return Array.from(sizes, ([node, size]) => ({ node, size }));
}
