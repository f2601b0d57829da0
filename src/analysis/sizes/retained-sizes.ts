/** How many bytes hang on a node, on a class, on any set of nodes. */
import { type Accelerated, complete, type Stage, withKernel } from '../../graph/accelerated.js';
import type { Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import type { Partition } from '../../graph/partition.js';
import { classIndex } from '../../v8/class-names.js';
import { acceleratedRetained, classSizesPlan } from './accelerated-retained.js';
import { dominatorTree } from './dominators.js';
import { shallowSizes } from './shallow-sizes.js';
import { computeTogether } from './side-by-side.js';

/**
 * Bytes by node: its own size and that of everything it dominates. Cost: one pass beside the
 * dominators; 8 bytes a node.
 */
export const retainedSizes = memo((graph: Graph): Float64Array => {
  computeTogether(graph, { distances: false });
  // What takes the most memory comes first.
  const { dominators, order } = dominatorTree(graph);
  const sizes = shallowSizes(graph);
  const summed = withKernel(graph, (accelerated) =>
    acceleratedRetained(accelerated, sizes, dominators, order),
  );
  if (summed) return summed;
  const retained = sizes.slice();
  for (let i = order.length - 1; i > 0; i--) {
    const node = order[i]!;
    retained[dominators[node]!]! += retained[node]!;
  }
  return retained;
}, 'retained sizes');

/**
 * Bytes by class, numbered as in the partition that is given: the retained sizes of those members
 * that no other member of the class dominates. Nodes of size 0 are left out, as DevTools leaves
 * them out of its classes.
 *
 * - Cost: one walk through the dominator tree; 12 bytes a node while it runs.
 */
export function retainedSizesOfClasses(graph: Graph, classes: Partition = classIndex(graph)): Float64Array {
  return classSizesBeside(graph, classes, () => undefined).sizes;
}

/** The same while other work is done, where there is a second thread, or before it. */
export function classSizesBeside<T>(
  graph: Graph,
  classes: Partition,
  work: () => T,
): { readonly sizes: Float64Array; readonly done: T } {
  const beside = withKernel(graph, (accelerated) => byKernelBeside(graph, accelerated, classes, work));
  return beside ?? { done: work(), sizes: walkedSizes(graph, classes) };
}

/**
 * - Out: undefined where the second thread is lost. The work may have been done then: it has to be
 *   what can be done twice.
 * - Throws: RangeError when there is no memory for it.
 */
function byKernelBeside<T>(
  graph: Graph,
  accelerated: Accelerated,
  classes: Partition,
  work: () => T,
): { readonly sizes: Float64Array; readonly done: T } | undefined {
  const plan = classSizesPlan(accelerated, {
    sizes: shallowSizes(graph),
    tree: dominatorTree(graph),
    classes,
  });
  const linking = accelerated.fork?.(() => plan.tree);
  let walk: Stage<Float64Array>;
  try {
    walk = plan.walk(retainedSizes(graph));
  } catch (error) {
    if (linking === undefined || linking.join()) plan.release();
    throw error;
  }
  if (linking === undefined) complete(accelerated, plan.tree);
  const walking = linking && accelerated.fork?.(() => walk);
  const done = work();
  if (linking !== undefined && !linking.join()) return undefined;
  const sizes = walking ? walking.join() : complete(accelerated, walk);
  return sizes && { sizes, done };
}

function walkedSizes(graph: Graph, { labels, of }: Partition): Float64Array {
  const { nodeCount, root } = graph;
  const result = new Float64Array(labels.length);
  if (nodeCount === 0) return result;
  const sizes = shallowSizes(graph);
  const tree = dominatorTree(graph);
  const retained = retainedSizes(graph);
  const { dominators, order } = tree;
  const NONE = 0xffffffff;
  const firstChild = new Uint32Array(nodeCount).fill(NONE);
  const nextSibling = new Uint32Array(nodeCount).fill(NONE);
  for (let i = order.length - 1; i > 0; i--) {
    const node = order[i]!;
    const dominator = dominators[node]!;
    nextSibling[node] = firstChild[dominator]!;
    firstChild[dominator] = node;
  }
  // Members of a class on the path from the root to where the walk is.
  const onPath = new Uint32Array(labels.length);
  const enter = (node: number): void => {
    if (sizes[node] === 0) return;
    const type = of[node]!;
    if (onPath[type]!++ === 0) result[type]! += retained[node]!;
  };
  const leave = (node: number): void => {
    if (sizes[node] !== 0) onPath[of[node]!]!--;
  };
  let node = root;
  enter(node);
  for (;;) {
    if (firstChild[node] !== NONE) {
      node = firstChild[node]!;
      enter(node);
      continue;
    }
    leave(node);
    while (node !== root && nextSibling[node] === NONE) {
      node = dominators[node]!;
      leave(node);
    }
    if (node === root) return result;
    node = nextSibling[node]!;
    enter(node);
  }
}
