/** Whether an edge that is not weak leads from one node to another, for few such questions. */
import { edgesOf, type Graph } from './graph.js';
import { EDGE } from './schema.js';

/** Edges of a node from which on it is remembered where they lead. */
const MANY = 64;

export class StrongEdges {
  /** Edges that were read, and one for each question. */
  read = 0;
  /** By node with many edges what those lead to that are not weak: they are read once. */
  private readonly known = new Map<number, ReadonlySet<number>>();

  constructor(private readonly graph: Graph) {}

  /** Cost: the edges of the source, of one with many once for all questions. */
  lead(source: number, target: number): boolean {
    this.read++;
    const known = this.known.get(source);
    if (known !== undefined) return known.has(target);
    const { firstEdge } = this.graph;
    const { types, targets } = edgesOf(this.graph);
    const [begin, end] = [firstEdge[source]!, firstEdge[source + 1]!];
    this.read += end - begin;
    if (end - begin < MANY) {
      for (let edge = begin; edge < end; edge++)
        if (targets[edge] === target && types[edge] !== EDGE.weak) return true;
      return false;
    }
    const found = new Set<number>();
    for (let edge = begin; edge < end; edge++) if (types[edge] !== EDGE.weak) found.add(targets[edge]!);
    this.known.set(source, found);
    return found.has(target);
  }
}
