/** `retainersOf` by a kernel. */
import type { Accelerated, Stage } from './accelerated.js';
import { Scratch } from './arena.js';
import { allocateColumn } from './columns.js';
import { edgesOf, type Graph, sourceOf } from './graph.js';
import type { Step } from './kernel/graph-kernel.js';
import type { Retainers } from './retainers.js';

/**
 * Edges the other way round; the second thread does one half.
 *
 * - Throws: RangeError when there is no memory for it.
 */
export function acceleratedRetainers(graph: Graph, { arena, run, fork }: Accelerated): Retainers {
  const { nodeCount, firstEdge } = graph;
  const { count } = edgesOf(graph);
  const scratch = new Scratch(arena);
  /** Does both halves at the same time. Out: whether both were done. */
  const both = (lower: Step, upper: Step | undefined): boolean => {
    const stage = upper && { steps: [upper], reads: [], finish: (): true => true };
    const pending = stage && fork?.(() => stage);
    run([lower]);
    if (pending) return pending.join() === true;
    if (upper) run([upper]);
    return true;
  };
  try {
    const first = allocateColumn('firstRetainer', nodeCount, arena);
    const sources = allocateColumn('retainerSources', count, arena);
    const [firsts, all] = [scratch.at(first), scratch.at(sources)];
    const middle = fork && nodeCount > 1 ? sourceOf(graph, count >>> 1) : nodeCount;
    const upper = middle < nodeCount ? scratch.at(scratch.take(Uint32Array, nodeCount)) : 0;
    const half = firstEdge[middle]!;
    const alone = upper === 0;
    const isDone =
      both(
        { each: 'countTargets', from: 0, to: half, args: [firsts] },
        alone ? undefined : { each: 'countTargets', from: half, to: count, args: [upper] },
      ) &&
      both({ each: 'placeRetainers', from: 0, to: nodeCount, args: [firsts, upper] }, undefined) &&
      both(
        { each: 'fillRetainers', from: middle, to: 0, args: [firsts, all] },
        alone ? undefined : { each: 'fillRetainers', from: nodeCount, to: middle, args: [upper, all] },
      );
    // What a lost thread may still write to is not used again.
    if (!isDone) throw new RangeError('the second thread is lost');
    scratch.release();
    return { firstRetainer: first, sources };
  } catch (error) {
    scratch.abandon();
    throw error;
  }
}

/**
 * What computes the same in one go, in any thread.
 *
 * - Throws: RangeError when there is no memory for it.
 */
export function retainersStage(graph: Graph, { arena }: Accelerated): Stage<Retainers> {
  const { nodeCount } = graph;
  const { count } = edgesOf(graph);
  const scratch = new Scratch(arena);
  try {
    const first = scratch.take(Uint32Array, nodeCount + 1);
    const sources = scratch.take(Uint32Array, count, true);
    const [firsts, all] = [scratch.at(first), scratch.at(sources)];
    return {
      steps: [
        { each: 'countTargets', from: 0, to: count, args: [firsts] },
        { each: 'placeRetainers', from: 0, to: nodeCount, args: [firsts, 0] },
        { each: 'fillRetainers', from: nodeCount, to: 0, args: [firsts, all] },
      ],
      reads: [],
      finish: () => ({ firstRetainer: first, sources }),
    };
  } catch (error) {
    scratch.release();
    throw error;
  }
}

/**
 * What computes the edges behind the sources of retainers, in any thread.
 *
 * - Throws: RangeError when there is no memory for it.
 */
export function retainingEdgesStage(
  graph: Graph,
  { arena }: Accelerated,
  { firstRetainer }: Retainers,
): Stage<Uint32Array> {
  const { count } = edgesOf(graph);
  const scratch = new Scratch(arena);
  try {
    const next = scratch.take(Uint32Array, firstRetainer.length, true);
    next.set(firstRetainer);
    const edges = scratch.take(Uint32Array, count, true);
    const args = [next, edges].map((view) => scratch.at(view));
    return {
      steps: [{ each: 'fillRetainingEdges', from: 0, to: count, args }],
      reads: [],
      finish() {
        scratch.keep(edges);
        scratch.release();
        return edges;
      },
    };
  } catch (error) {
    scratch.release();
    throw error;
  }
}
