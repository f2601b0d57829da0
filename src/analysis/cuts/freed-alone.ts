/** What each of the references of a cut frees when it alone is dropped. */
import { type Accelerated, withKernel } from '../../graph/accelerated.js';
import { Scratch } from '../../graph/arena.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { isStack } from '../../v8/roots.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import { NONE, referencesOf } from './references.js';

/** Nodes, and their bytes. */
export interface Freed {
  /** All nodes, V8's parts of objects among them. */
  readonly count: number;
  /** Shallow sizes together, in bytes. */
  readonly size: number;
}

/** What one reference frees. */
export interface FreedAlone {
  readonly alone: Freed;
  /** How many of the asked objects are among that. */
  readonly objectsAlone: number;
}

/** Several references lead to a node, or it is not gone to. */
const SEVERAL = 0x7fffffff;
/** Not gone on from. */
const ENDS = 0x80000000;

/** By node the number of the only reference that leads to it, plus one. */
interface Labels {
  readonly labels: Uint32Array;
  /** Room for two of each node. */
  readonly stack: Uint32Array;
  /** Goes on from so many nodes of the stack. */
  goOn(waiting: number): void;
}

/**
 * What each reference frees alone: of all that goes, what can be reached from it and from no other
 * one.
 *
 * - In: by node 1 for what is reached before, and after all are dropped; the objects; the edges of
 *   each reference.
 * - Cost: linear in nodes and edges, as a node is met at most twice: from the first reference, and
 *   once more from another. 12 bytes a node.
 */
export function freedAlone(
  graph: Graph,
  before: Uint8Array,
  after: Uint8Array,
  objects: Uint8Array,
  references: readonly { readonly edges: readonly number[] }[],
): FreedAlone[] {
  const { nodeCount } = graph;
  const { targets } = edgesOf(graph);
  const onStack = isStack(graph);
  const sizes = shallowSizes(graph);
  const tallied = ({ labels, stack, goOn }: Labels): FreedAlone[] => {
    for (let node = 0; node < nodeCount; node++) {
      if (before[node] === 0 || after[node] === 1) labels[node] = SEVERAL;
      if (onStack(node)) labels[node]! |= ENDS;
    }
    for (const [i, { edges }] of references.entries()) {
      let waiting = 0;
      for (const edge of edges) {
        const target = targets[edge]!;
        const label = labels[target]! & SEVERAL;
        if (label === SEVERAL || label === i + 1) continue;
        labels[target] = (labels[target]! & ENDS) | (label === 0 ? i + 1 : SEVERAL);
        stack[waiting++] = target;
      }
      if (waiting > 0) goOn(waiting);
    }
    const found = references.map(() => ({ count: 0, size: 0, objects: 0 }));
    for (let node = 0; node < nodeCount; node++) {
      const label = labels[node]! & SEVERAL;
      if (label === 0 || label === SEVERAL) continue;
      const each = found[label - 1]!;
      each.count++;
      each.size += sizes[node]!;
      each.objects += objects[node]!;
    }
    return found.map(({ count, size, objects: objectsAlone }) => ({ alone: { count, size }, objectsAlone }));
  };
  return (
    withKernel(graph, (accelerated) => byKernel(graph, accelerated, tallied)) ?? tallied(plainLabels(graph))
  );
}

function byKernel<T>(graph: Graph, { arena, run }: Accelerated, work: (labels: Labels) => T): T {
  const { nodeCount } = graph;
  const scratch = new Scratch(arena);
  try {
    const labels = scratch.take(Uint32Array, nodeCount);
    const stack = scratch.take(Uint32Array, 2 * nodeCount, true);
    const batch = scratch.take(Uint32Array, 64, true);
    const columns = [referencesOf(graph).kinds, labels, stack, batch].map((view) => scratch.at(view));
    return work({
      labels,
      stack,
      goOn: (waiting) =>
        run([{ call: 'startLabels', args: [...columns, waiting] }, { until: 'spreadLabels' }]),
    });
  } finally {
    scratch.release();
  }
}

function plainLabels(graph: Graph): Labels {
  const { nodeCount, firstEdge } = graph;
  const { targets } = edgesOf(graph);
  const { kinds } = referencesOf(graph);
  const labels = new Uint32Array(nodeCount);
  const stack = new Uint32Array(2 * nodeCount);
  const goOn = (starts: number): void => {
    for (let waiting = starts; waiting > 0; ) {
      const node = stack[--waiting]!;
      if (labels[node]! >= ENDS) continue;
      const label = labels[node]!;
      for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
        if (kinds[edge] === NONE) continue;
        const target = targets[edge]!;
        const known = labels[target]! & SEVERAL;
        if (known === label || known === SEVERAL) continue;
        labels[target] = (labels[target]! & ENDS) | (known === 0 ? label : SEVERAL);
        stack[waiting++] = target;
      }
    }
  };
  return { labels, stack, goOn };
}
