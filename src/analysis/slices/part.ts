/** Nodes of a snapshot that make a smaller one, with all edges between them. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { retainersOf, retainingEdges } from '../../graph/retainers.js';
import { isIndexed } from '../../graph/schema.js';

/** Bytes that a record takes in a file of this kind, at most as a rule. */
const NODE_BYTES = 31;
const EDGE_BYTES = 16;
const LOCATION_BYTES = 27;
/** Quotes, comma, newline. */
const STRING_BYTES = 4;

/**
 * A set of nodes that grows, and what it takes as a file: about, and rather more than less.
 *
 * - Memory: a byte a node and a byte a string; 4 bytes an edge, kept for the graph.
 * - Cost: of a node that is added, its edges in both directions.
 */
export class Part {
  /** By node: 1 for those of the part. */
  readonly kept: Uint8Array;
  count = 0;
  bytes = 0;
  private readonly named: Uint8Array;

  constructor(private readonly graph: Graph) {
    this.kept = new Uint8Array(graph.nodeCount);
    this.named = new Uint8Array(graph.strings.length);
  }

  has(node: number): boolean {
    return this.kept[node] === 1;
  }

  /** Adds a node; false where it was there. */
  add(node: number): boolean {
    const { graph, kept } = this;
    if (kept[node] === 1) return false;
    kept[node] = 1;
    this.count++;
    this.bytes += NODE_BYTES + (graph.locations?.placeOf[node] ? LOCATION_BYTES : 0);
    this.name(graph.nodeNames[node]!);
    const { types, names, targets } = edgesOf(graph);
    const addEdge = (edge: number): void => {
      this.bytes += EDGE_BYTES;
      if (!isIndexed(types[edge]!)) this.name(names[edge]!);
    };
    for (let edge = graph.firstEdge[node]!, end = graph.firstEdge[node + 1]!; edge < end; edge++)
      if (kept[targets[edge]!] === 1) addEdge(edge);
    const { firstRetainer, sources } = retainersOf(graph);
    const edges = retainingEdges(graph);
    for (let at = firstRetainer[node]!, end = firstRetainer[node + 1]!; at < end; at++)
      if (sources[at] !== node && kept[sources[at]!] === 1) addEdge(edges[at]!);
    return true;
  }

  private name(name: number): void {
    if (name >= this.named.length || this.named[name] === 1) return;
    this.named[name] = 1;
    this.bytes += STRING_BYTES + bytesOf(this.graph.strings.get(name));
  }
}

/** Bytes of a text in JSON. */
function bytesOf(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22 || code === 0x5c || code === 0x0a) bytes += 2;
    else if (code < 0x20) bytes += 6;
    else bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
  }
  return bytes;
}
