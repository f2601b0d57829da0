/** Plain objects told apart by their properties, as their class says nothing. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeTargetIn } from '../../graph/walk.js';
import { contentKeys } from './content-keys.js';

/** Properties of plain objects that are compared to tell whether they are alike. */
const MOST_PROPERTIES = 16;

/** The names of a plain object's properties. */
export function shapeText(graph: Graph, node: number): string {
  const { firstEdge, strings } = graph;
  const { types, names } = edgesOf(graph);
  const found: string[] = [];
  const end = firstEdge[node + 1]!;
  for (let edge = firstEdge[node]!; edge < end && found.length < MOST_PROPERTIES; edge++) {
    if (types[edge] !== EDGE.property) continue;
    const name = strings.get(names[edge]!);
    if (name !== '__proto__') found.push(name);
  }
  return found.join(', ');
}

/** Of the properties of both, so many are in common where one of two shapes has some more. */
const COMMON = 0.5;

/**
 * Whether plain objects with these properties may be of one kind, some with a property more.
 *
 * - In: two texts of `shapeText`.
 */
export function isSimilarShape(one: string, other: string): boolean {
  if (one === other) return true;
  const names = new Set(one.split(', '));
  const others = other.split(', ');
  const common = others.filter((name) => names.has(name)).length;
  return common >= COMMON * Math.max(names.size, others.length);
}

/**
 * Plain objects by kind: those with similar properties are together.
 *
 * - In: ordinals, all of plain objects or none; others are one kind.
 * - Order: the most first; what is left of kinds with fewer than `least` is with the first.
 * - Cost: that of `shapeKeys`; the kinds are compared with each other.
 */
export function byShape(graph: Graph, nodes: readonly number[], least: number): (readonly number[])[] {
  const keyOf = shapeKeys(graph);
  if (nodes.length === 0 || !isShape(keyOf(nodes[0]!))) return [nodes];
  const shapes = new Map<number | string, number[]>();
  for (const node of nodes) {
    const key = keyOf(node);
    const list = shapes.get(key);
    if (list) list.push(node);
    else shapes.set(key, [node]);
  }
  const kinds: { readonly shape: string; readonly of: number[] }[] = [];
  const sorted = [...shapes.values()].sort((a, b) => b.length - a.length);
  const rest = sorted.slice(MOST_SHAPES).flat();
  for (const of of sorted.slice(0, MOST_SHAPES)) {
    const shape = shapeText(graph, of[0]!);
    const kind = kinds.find((one) => isSimilarShape(one.shape, shape));
    if (kind) for (const node of of) kind.of.push(node);
    else if (of.length >= least && kinds.length < MOST_KINDS) kinds.push({ shape, of });
    else for (const node of of) rest.push(node);
  }
  const [first, ...others] = kinds;
  if (first === undefined) return [nodes];
  return [[...first.of, ...rest], ...others.map(({ of }) => of)];
}

/** Kinds that are compared with each other, and shapes that are compared with them. */
const MOST_KINDS = 32;
const MOST_SHAPES = 1000;

/** Whether a key of `shapeKeys` is that of plain objects. */
export function isShape(key: number | string): boolean {
  return typeof key === 'string' && key.startsWith('{');
}

/**
 * `contentKeys`, with plain objects told apart by the names of their properties.
 *
 * - Cost: the edges of an object; its names are read once for each shape of V8's.
 */
export const shapeKeys = memo((graph: Graph): ((node: number) => number | string) => {
  const { nodeTypes, nodeNames, strings } = graph;
  const keyOf = contentKeys(graph);
  const plain = strings.indexesOf('Object');
  const map = strings.indexesOf('map');
  const known = new Map<number, string>();
  return (node) => {
    if (nodeTypes[node] !== NODE.object || !plain.has(nodeNames[node]!)) return keyOf(node);
    const shape = edgeTargetIn(graph, node, EDGE.internal, map);
    let key = shape === undefined ? undefined : known.get(shape);
    if (key === undefined) {
      key = `{${shapeText(graph, node)}}`;
      if (shape !== undefined) known.set(shape, key);
    }
    return key;
  };
}, 'shapes of plain objects');
