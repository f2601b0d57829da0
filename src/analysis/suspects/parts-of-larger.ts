/** Small things that keep large ones: slices of strings, views of memory that is shared. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeTarget } from '../../graph/walk.js';
import { holderPaths } from '../holders/holder-paths.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import { eachPair, referenceIndex } from '../waiting/reference-index.js';
import type { Finding } from './finding.js';
import { Groups } from './grouped.js';

/** Shorter texts are not worth it. */
const LEAST_TEXT = 8_000;
/** Sizes of the memory that Node.js cuts small Buffers from, by version. */
const SLABS: ReadonlySet<number> = new Set([8_192, 65_536]);
const LEAST_PARTS = 5;

/** Slices of long strings, by what holds them. One slice for each long string. */
export function sliceFindings(graph: Graph): Finding[] {
  const paths = holderPaths(graph);
  const sizes = shallowSizes(graph);
  const groups = new Groups(graph);
  const texts = new Map<number, Set<number>>();
  eachPair(referenceIndex(graph).parent, (slice, text) => {
    if (graph.nodeTypes[slice] !== NODE['sliced string'] || sizes[text]! < LEAST_TEXT) return;
    const path = paths.pathOf(slice);
    groups.add(path, slice);
    const known = texts.get(path);
    if (known) known.add(text);
    else texts.set(path, new Set([text]));
  });
  return groups
    .findings({ kind: 'slices', verdict: 'suspect', word: 'sliced strings', least: LEAST_PARTS })
    .filter(({ members }) => (texts.get(paths.pathOf(members[0]!))?.size ?? 0) >= LEAST_PARTS)
    .map((finding) => ({
      ...finding,
      estimate: [...texts.get(paths.pathOf(finding.members[0]!))!].reduce(
        (sum, text) => sum + sizes[text]!,
        0,
      ),
    }));
}

/** Buffers that are the only views of memory which many could share, by what holds them. */
export function slabFindings(graph: Graph): Finding[] {
  const { nodeTypes, firstEdge } = graph;
  const { types, targets } = edgesOf(graph);
  const paths = holderPaths(graph);
  const stores = new Map<number, number>();
  eachPair(referenceIndex(graph).backingStore, (buffer, store) => {
    if (SLABS.has(graph.selfSizes[store]!)) stores.set(buffer, graph.selfSizes[store]!);
  });
  if (stores.size < LEAST_PARTS) return [];
  const groups = new Groups(graph);
  const views = new Map<number, number>();
  const viewsOf: number[] = [];
  for (let node = 0; node < graph.nodeCount; node++) {
    if (nodeTypes[node] !== NODE.object || firstEdge[node + 1]! - firstEdge[node]! > 16) continue;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      if (types[edge] !== EDGE.internal || !stores.has(targets[edge]!)) continue;
      if (edgeTarget(graph, node, EDGE.internal, ['buffer']) !== targets[edge]) continue;
      views.set(targets[edge]!, (views.get(targets[edge]!) ?? 0) + 1);
      viewsOf.push(node, targets[edge]!);
      break;
    }
  }
  eachPair(viewsOf, (view, buffer) => {
    if (views.get(buffer)! <= MOST_VIEWS) groups.add(paths.pathOf(view), view);
  });
  return groups.findings({
    kind: 'slabs',
    verdict: 'suspect',
    word: 'small Buffers of large slabs',
    least: LEAST_PARTS,
  });
}

/** A slab with more views is used well. */
const MOST_VIEWS = 2;
