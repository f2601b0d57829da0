/**
 * Nodes as small objects: for printing, and for users of the library. Algorithms work on the
 * columns instead.
 */
import { type Edges, edgesOf, type Graph, nodeWithId } from '../../graph/graph.js';
import type { Partition } from '../../graph/partition.js';
import { retainersOf } from '../../graph/retainers.js';
import { isIndexed } from '../../graph/schema.js';
import { classIndex, className } from '../../v8/class-names.js';
import { type SourceLocation, sourceLocation } from '../../v8/scripts.js';
import { shortValue } from '../../v8/values.js';
import { distances, SYSTEM_DISTANCE } from '../sizes/distances.js';
import { dominatorTree } from '../sizes/dominators.js';
import { retainedSizes } from '../sizes/retained-sizes.js';
import { shallowSize } from '../sizes/shallow-size.js';
import { matcherOf, type TypeMatcher } from './type-matcher.js';

/** One node of a graph. Everything is looked up when it is asked for. */
export class NodeView {
  constructor(
    readonly graph: Graph,
    /** Place in the graph's columns. */
    readonly ordinal: number,
  ) {}

  /** V8's id, the same in every snapshot of one process. */
  get id(): number {
    return this.graph.ids[this.ordinal]!;
  }

  /** Class name, as Chrome DevTools groups it. */
  get type(): string {
    return className(this.graph, this.ordinal);
  }

  /** V8's node type: `object`, `closure`, `string`, … */
  get nodeType(): string {
    return this.graph.nodeTypeNames[this.graph.nodeTypes[this.ordinal]!]!;
  }

  /**
   * The node's name as V8 wrote it: the class of an object, the text of a string, the name of a
   * function.
   */
  get rawName(): string {
    return this.graph.strings.get(this.graph.nodeNames[this.ordinal]!);
  }

  /** A short form of the value, 40 characters at most. Needs edges. */
  get name(): string {
    return shortValue(this.graph, this.ordinal);
  }

  /** V8's own size of the object, in bytes. */
  get selfSize(): number {
    return this.graph.selfSizes[this.ordinal]!;
  }

  /**
   * Its size as Chrome DevTools shows it, with that of the helper objects that it alone owns, in
   * bytes. Needs edges.
   */
  get shallowSize(): number {
    return shallowSize(this.graph, this.ordinal);
  }

  /**
   * What would be freed with it, in bytes. Needs edges; the first call for a graph computes its
   * dominators.
   */
  get retainedSize(): number {
    return retainedSizes(this.graph)[this.ordinal]!;
  }

  /**
   * Edges from the program's globals, which are 1; null when only the system reaches it. Needs
   * edges.
   */
  get distance(): number | null {
    const distance = distances(this.graph)[this.ordinal]!;
    return distance >= 0 && distance < SYSTEM_DISTANCE ? distance : null;
  }

  /**
   * The last object that every path from the root to it passes; the root is its own. Needs edges.
   */
  get dominator(): NodeView {
    return new NodeView(this.graph, dominatorTree(this.graph).dominators[this.ordinal]!);
  }

  /** Number of edges that lead to it. Needs edges. */
  get retainerCount(): number {
    const { firstRetainer } = retainersOf(this.graph);
    return firstRetainer[this.ordinal + 1]! - firstRetainer[this.ordinal]!;
  }

  /** Number of edges that lead from it. */
  get edgeCount(): number {
    return this.graph.firstEdge[this.ordinal + 1]! - this.graph.firstEdge[this.ordinal]!;
  }

  /** Where its function or its constructor stands. Needs edges and locations. */
  get location(): SourceLocation | undefined {
    return sourceLocation(this.graph, this.ordinal);
  }

  /** Its edges, in the order of the file. Needs edges. */
  *edges(): Generator<EdgeView> {
    const edges = edgesOf(this.graph);
    const end = this.graph.firstEdge[this.ordinal + 1]!;
    for (let edge = this.graph.firstEdge[this.ordinal]!; edge < end; edge++) {
      yield new EdgeView(this.graph, edges, edge);
    }
  }
}

/** One edge of a graph. */
export class EdgeView {
  constructor(
    private readonly graph: Graph,
    private readonly edges: Edges,
    readonly ordinal: number,
  ) {}

  /** V8's edge type: `property`, `element`, `context`, `internal`, `hidden`, `shortcut`, `weak`. */
  get type(): string {
    return this.graph.edgeTypeNames[this.edges.types[this.ordinal]!]!;
  }

  /** The property's or variable's name; a number for `element` and `hidden` edges. */
  get name(): string | number {
    const name = this.edges.names[this.ordinal]!;
    return isIndexed(this.edges.types[this.ordinal]!) ? name : this.graph.strings.get(name);
  }

  get target(): NodeView {
    return new NodeView(this.graph, this.edges.targets[this.ordinal]!);
  }
}

/**
 * All objects of a class, in the order of the file; none for an unknown name. A string is the exact
 * name, a RegExp has to match somewhere in it. Cost: one pass over the nodes, and one object a
 * match.
 */
export function byType(graph: Graph, type: string | RegExp | TypeMatcher): NodeView[] {
  return Array.from(nodesOfClass(graph, type), (node) => new NodeView(graph, node));
}

/** Ordinals of all nodes whose class name fits, ascending. Cost: one pass over the nodes. */
export function nodesOfClass(
  graph: Graph,
  type: string | RegExp | TypeMatcher,
  { labels, of }: Partition = classIndex(graph),
): Uint32Array {
  const matches = matcherOf(type);
  const fits = Uint8Array.from(labels, (name) => (matches(name) ? 1 : 0));
  const found = new Uint32Array(of.length); // the system gives memory only to what is written
  let count = 0;
  for (let node = 0; node < of.length; node++) {
    found[count] = node;
    count += fits[of[node]!]!;
  }
  return found.slice(0, count);
}

/** The object with this id, or undefined. Cost: one pass over the ids. */
export function at(graph: Graph, id: number): NodeView | undefined {
  const node = nodeWithId(graph, id);
  return node === undefined ? undefined : new NodeView(graph, node);
}
