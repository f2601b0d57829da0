/**
 * The shares of the heap that Chrome DevTools draws as its "Statistics" pie.
 * DevTools: HeapSnapshot.ts, calculateStatistics.
 */

import { edgesOf, type Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { retainersOf } from '../../graph/retainers.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { V8_NAME } from '../../v8/system-names.js';
import { shallowSizes } from './shallow-sizes.js';

/**
 * Bytes. `native` includes the native memory that no node stands for; the kinds need not add up to
 * the total.
 */
export interface Statistics {
  readonly total: number;
  readonly native: number;
  /** Backing stores of array buffers, a part of `native`. */
  readonly typedArrays: number;
  readonly code: number;
  readonly strings: number;
  /** Arrays and their elements, where nobody else holds the elements. */
  readonly jsArrays: number;
  /** V8's own hidden nodes. */
  readonly system: number;
}

/**
 * Computed from the sizes that DevTools uses, or from others given by node. Needs edges.
 * Cost: linear in nodes and edges; 4 bytes a node while it runs, beside the sizes.
 */
export function statistics(graph: Graph, sizes?: ArrayLike<number>): Statistics {
  return sizes === undefined ? ownStatistics(graph) : computed(graph, sizes);
}

/** Asked for by several parts of one answer. */
const ownStatistics = memo((graph: Graph): Statistics => computed(graph, shallowSizes(graph)));

function computed(graph: Graph, sizes: ArrayLike<number>): Statistics {
  const { nodeCount, nodeTypes, nodeNames, firstEdge, strings } = graph;
  const { types, names, targets } = edgesOf(graph);
  const arrayNames = strings.indexesOf('Array');
  const elementsNames = strings.indexesOf('elements');
  const bufferNames = strings.indexesOf(V8_NAME.arrayBufferData);
  const elementsOf = new Map<number, number>(); // elements node → bytes, looked up below
  let total = graph.extraNativeBytes;
  let native = graph.extraNativeBytes;
  let [typedArrays, code, stringSize, jsArrays, system] = [0, 0, 0, 0, 0];
  for (let node = 0; node < nodeCount; node++) {
    const size = sizes[node]!;
    total += size;
    switch (nodeTypes[node]) {
      case NODE.hidden:
        system += size;
        continue;
      case NODE.native:
        native += size;
        if (bufferNames.has(nodeNames[node]!)) typedArrays += size;
        continue;
      case NODE.code:
        code += size;
        continue;
      case NODE.string:
      case NODE['concatenated string']:
      case NODE['sliced string']:
        stringSize += size;
        continue;
    }
    if (!arrayNames.has(nodeNames[node]!)) continue;
    jsArrays += size;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      if (types[edge] !== EDGE.internal || !elementsNames.has(names[edge]!)) continue;
      elementsOf.set(targets[edge]!, sizes[targets[edge]!]!);
      break;
    }
  }
  // An elements node counts when a single edge leads to it: the array's own.
  const edgesTo = edgesToEach(graph);
  for (const [elements, size] of elementsOf) if (edgesTo(elements) === 1) jsArrays += size;
  return { total, native, typedArrays, code, strings: stringSize, jsArrays, system };
}

/** How many edges lead to a node: from the retainers where they are known, else by a count. */
function edgesToEach(graph: Graph): (node: number) => number {
  const known = retainersOf.known(graph);
  if (known) return (node) => known.firstRetainer[node + 1]! - known.firstRetainer[node]!;
  const { targets, count } = edgesOf(graph);
  const edgesTo = new Uint32Array(graph.nodeCount);
  for (let edge = 0; edge < count; edge++) edgesTo[targets[edge]!]!++;
  return (node) => edgesTo[node]!;
}
