/**
 * Shapes of plain objects: `Object`s are told apart by the names of their properties, `{id,
 * label}`.
 * DevTools calls them interfaces: HeapSnapshot.ts, inferInterfaceDefinitions and
 * applyInterfaceDefinitions.
 */
import { edgesOf, type Graph } from '../graph/graph.js';
import { memo, perGraph } from '../graph/memo.js';
import type { Partition, Partitioner } from '../graph/partition.js';
import { EDGE, NODE } from '../graph/schema.js';
import { classIndex } from './class-names.js';

const NAME_LIMIT = 120;

interface Shape {
  readonly name: string;
  /** Names of properties, each once. */
  readonly properties: readonly string[];
  count: number;
}

/**
 * Like `classIndex`, with plain objects under their shapes. A shape is the list of an object's
 * first properties, in order and without `__proto__`, as long as its text stays within 120
 * characters (one name always goes in). Shapes of at least two and a thousandth of all plain
 * objects are kept, the most frequent first; an object gets the kept shape with the most properties
 * that it has all of, the more frequent of two; without one it stays `Object`. Of several graphs
 * that are compared, the shapes of the last one are given to the objects of all, as in DevTools:
 * those of each graph by itself would call equal objects by two names.
 *
 * - Memory: 4 bytes a node.
 * - Cost: two passes over the edges of plain objects.
 */
export const shapeIndex: Partitioner = (graph, among = [graph]) => {
  const source = among.at(-1) ?? graph;
  const known = partitions(graph);
  const partition = known.get(source) ?? withShapes(graph, frequentShapes(source));
  known.set(source, partition);
  return partition;
};

/** By the graph whose shapes were used. */
const partitions = perGraph((_: Graph) => new WeakMap<Graph, Partition>());

function withShapes(graph: Graph, shapes: readonly Shape[]): Partition {
  const { labels, of } = classIndex(graph);
  if (shapes.length === 0) return { labels, of };
  const shapesWith = shapesByProperty(graph, shapes);
  const { types, names: edgeNames } = edgesOf(graph);
  const { firstEdge } = graph;
  const shapeOf = of.slice();
  const hits = new Uint32Array(shapes.length);
  const touched: number[] = [];
  const own = new Set<readonly number[]>();
  for (const node of plainObjects(graph)) {
    own.clear();
    let best = -1;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      if (types[edge] !== EDGE.property) continue;
      const having = shapesWith(edgeNames[edge]!);
      if (having === NONE || own.has(having)) continue;
      own.add(having);
      for (const shape of having) {
        if (hits[shape]!++ === 0) touched.push(shape);
        const { length } = shapes[shape]!.properties;
        if (hits[shape] !== length) continue;
        const most = best < 0 ? 0 : shapes[best]!.properties.length;
        if (length > most || (length === most && shape < best)) best = shape;
      }
    }
    for (const shape of touched) hits[shape] = 0;
    touched.length = 0;
    if (best >= 0) shapeOf[node] = labels.length + best;
  }
  return { labels: [...labels, ...shapes.map(({ name }) => name)], of: shapeOf };
}

const NONE: readonly number[] = [];

/** By string index of a property's name in this graph: the shapes that have it, one list a name. */
function shapesByProperty(
  { strings }: Graph,
  shapes: readonly Shape[],
): (property: number) => readonly number[] {
  const byName = new Map<string, number[]>();
  shapes.forEach(({ properties }, shape) => {
    for (const property of properties) {
      const list = byName.get(property);
      if (list) list.push(shape);
      else byName.set(property, [shape]);
    }
  });
  const byIndex = new Map<number, readonly number[]>();
  return (property) => {
    let having = byIndex.get(property);
    if (having === undefined) {
      having = byName.get(strings.get(property)) ?? NONE;
      byIndex.set(property, having);
    }
    return having;
  };
}

/** Nodes of the type object that are named `Object`. */
function plainObjects(graph: Graph): number[] {
  const { nodeCount, nodeTypes, nodeNames } = graph;
  const objectNames = graph.strings.indexesOf('Object');
  const found: number[] = [];
  for (let node = 0; node < nodeCount; node++) {
    if (nodeTypes[node] === NODE.object && objectNames.has(nodeNames[node]!)) found.push(node);
  }
  return found;
}

const frequentShapes = memo((graph: Graph): readonly Shape[] => {
  const { strings, firstEdge } = graph;
  const plain = plainObjects(graph);
  const { types, names } = edgesOf(graph);
  const found = new Map<string, Shape>();
  const texts = new Map<number, string>();
  const textOf = (property: number): string => {
    let text = texts.get(property);
    if (text === undefined) {
      const name = strings.get(property);
      text = /[,'"{}]/.test(name) ? JSON.stringify(name) : name;
      texts.set(property, text);
    }
    return text;
  };
  const proto = strings.indexesOf('__proto__');
  for (const node of plain) {
    let text = '{';
    const properties: number[] = [];
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const property = names[edge]!;
      if (types[edge] !== EDGE.property || proto.has(property)) continue;
      const name = textOf(property);
      if (text.length > 1 && text.length + name.length > NAME_LIMIT) break;
      text += text.length > 1 ? `, ${name}` : name;
      properties.push(property);
    }
    if (properties.length === 0) continue;
    text += '}';
    const known = found.get(text);
    if (known) known.count++;
    else {
      const own = new Set(properties.map((property) => strings.get(property)));
      found.set(text, { name: text, properties: [...own], count: 1 });
    }
  }
  const least = Math.max(2, plain.length / 1000);
  return [...found.values()].filter(({ count }) => count >= least).sort((a, b) => b.count - a.count);
}, 'shapes');
