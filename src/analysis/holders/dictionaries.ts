/** Plain objects whose property names are data: tables by session, by user, by path. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { classIndex } from '../../v8/class-names.js';

/** Alike values that make a table. */
const LEAST = 3;
/** More properties than these are not looked at. */
const MOST = 32;

/**
 * Whether a plain object is a table: at least three of its values, and more than half of them, are
 * objects of one class; plain ones with the same properties. Functions do not count: an object of
 * methods is none. Objects with more than 32 properties are tables anyway (`holderPaths`).
 *
 * - Cost: the edges of the object, and of its plain values; once for an object.
 */
export const isDictionary = memo((graph: Graph): ((node: number) => boolean) => {
  const { nodeTypes, nodeNames, firstEdge, strings } = graph;
  const { types, names, targets } = edgesOf(graph);
  const plain = strings.indexesOf('Object');
  const proto = strings.indexesOf('__proto__');
  const { of } = classIndex(graph);
  const known = new Map<number, boolean>();
  const isPlain = (node: number): boolean => nodeTypes[node] === NODE.object && plain.has(nodeNames[node]!);
  const kindOf = (value: number): string => {
    if (!isPlain(value)) return String(of[value]!);
    const own: number[] = [];
    for (let edge = firstEdge[value]!, end = firstEdge[value + 1]!; edge < end && own.length < MOST; edge++)
      if (types[edge] === EDGE.property && !proto.has(names[edge]!)) own.push(names[edge]!);
    return own.join(' ');
  };
  const test = (node: number): boolean => {
    const kinds = new Map<string, number>();
    let count = 0;
    let most = 0;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      if (types[edge] !== EDGE.property || proto.has(names[edge]!)) continue;
      if (++count > MOST) return true;
      const target = targets[edge]!;
      if (nodeTypes[target] !== NODE.object) continue;
      const kind = kindOf(target);
      const alike = (kinds.get(kind) ?? 0) + 1;
      kinds.set(kind, alike);
      most = Math.max(most, alike);
    }
    return most >= LEAST && most * 2 > count;
  };
  return (node) => {
    if (!isPlain(node)) return false;
    let is = known.get(node);
    if (is === undefined) {
      is = test(node);
      known.set(node, is);
    }
    return is;
  };
});
