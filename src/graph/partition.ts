/**
 * How the nodes of a graph are divided into classes, for everything that counts, sums or compares
 * by class.
 */
import type { Graph } from './graph.js';

/** Classes by number, and the number of each node's class. */
export interface Partition {
  /** The class names, each once. */
  readonly labels: readonly string[];
  readonly of: Uint32Array;
}

/**
 * Divides the nodes of a graph: `classIndex`, `shapeIndex`, `functionIndex`.
 *
 * In: the graph, and all graphs that it is compared with, itself among them, the earliest first.
 * Default: it alone.
 * Out: a partition in which a label means the same as in the partitions of the other graphs.
 */
export type Partitioner = (graph: Graph, among?: readonly Graph[]) => Partition;

/**
 * The partitioner with the graphs that are compared, for functions that see one of them at a time.
 */
export function partitionAmong(partition: Partitioner, among: readonly Graph[]): (graph: Graph) => Partition {
  return (graph) => partition(graph, among);
}
