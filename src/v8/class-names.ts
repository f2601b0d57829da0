/**
 * The class (constructor) name that Chrome DevTools groups a node under.
 * DevTools: front_end/entrypoints/heap_snapshot_worker/HeapSnapshot.ts, calculateObjectNames.
 */
import { columnBeside } from '../graph/accelerated.js';
import { acceleratedClasses } from '../graph/accelerated-classes.js';
import type { Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import type { Partition } from '../graph/partition.js';
import { NODE } from '../graph/schema.js';
import { detachedNodes } from './detachedness.js';
import { originalClass, withOriginalClasses } from './original-classes.js';
import { mapsPlaces } from './place-map.js';

/** Whether nodes of this type are classed by their name; all others are classed by their type. */
export function isClassedByName(nodeType: number): boolean {
  return nodeType === NODE.object || nodeType === NODE.native;
}

/**
 * Class of a node of a type that is classed by name. A tag is cut at its first space and closed:
 * `<div class="a">` is `<div>`, `Detached <div id="b">` is `Detached <div>`.
 */
export function classFromName(name: string): string {
  const from = name.startsWith('<') ? 0 : name.startsWith('Detached <') ? 10 : -1;
  if (from < 0) return name;
  const space = name.indexOf(' ', from);
  return space < 0 ? name : `${name.slice(0, space)}>`;
}

/**
 * Class of the nodes of a type that is not classed by name: `(system)`, `(compiled code)`,
 * `Function`, `RegExp`, or `(type)`.
 */
export function classFromType(nodeType: number, typeName: string): string {
  switch (nodeType) {
    case NODE.hidden:
      return '(system)';
    case NODE.code:
      return '(compiled code)';
    case NODE.closure:
      return 'Function';
    case NODE.regexp:
      return 'RegExp';
    default:
      return `(${typeName})`;
  }
}

/**
 * Class of one node. Cost: decodes its name at most; the detached state is computed once a graph.
 */
export function className(graph: Graph, node: number): string {
  const type = graph.nodeTypes[node]!;
  if (!isClassedByName(type)) return classFromType(type, graph.nodeTypeNames[type]!);
  const original = originalClass(graph, node);
  if (original !== undefined) return original;
  const name = graph.strings.get(graph.nodeNames[node]!);
  return classFromName(detachedNodes(graph)?.[node] === 1 ? `Detached ${name}` : name);
}

/**
 * All classes of a graph, and the class of each node. Where places are mapped (`setPlaceMap`),
 * classes have the names of their sources.
 *
 * - Memory: 4 bytes a node.
 * - Cost: one pass over the nodes; each distinct name is decoded once.
 */
export function classIndex(graph: Graph): Partition {
  return mapsPlaces(graph) ? originalClassIndex(graph) : fileClassIndex(graph);
}

const originalClassIndex = memo(
  (graph: Graph): Partition => withOriginalClasses(graph, fileClassIndex(graph)),
  'classes by source maps',
);

/** The same by the names that the file has, numbered in the order in which they first appear. */
export const fileClassIndex = memo((graph: Graph): Partition => {
  const { nodeCount, nodeTypes, nodeNames, nodeTypeNames, strings } = graph;
  const detached = detachedNodes(graph);
  const numbers = new Map<string, number>();
  const numberOf = (name: string): number => {
    let number = numbers.get(name);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(name, number);
    }
    return number;
  };
  // By type, name, detached name: the number plus one. Names beyond the strings (in a salvaged
  // file) stand in a map.
  const byType = new Uint32Array(nodeTypeNames.length);
  const byName = new Uint32Array(strings.length);
  const byDetachedName = new Uint32Array(detached ? strings.length : 0);
  const byLostName = new Map<number, number>();
  const number = (node: number, type: number): number => {
    if (!isClassedByName(type)) return numberOf(classFromType(type, nodeTypeNames[type]!));
    const name = strings.get(nodeNames[node]!);
    return numberOf(classFromName(detached?.[node] === 1 ? `Detached ${name}` : name));
  };
  const quick =
    detached === undefined
      ? acceleratedClasses(graph, [NODE.object, NODE.native], (node) => number(node, nodeTypes[node]!))
      : undefined;
  if (quick) return { labels: [...numbers.keys()], of: quick };
  const of = columnBeside(graph, Uint32Array, nodeCount, true);
  for (let node = 0; node < nodeCount; node++) {
    const type = nodeTypes[node]!;
    const name = nodeNames[node]!;
    const named = type === NODE.object || type === NODE.native;
    if (named && name >= strings.length) {
      const known = byLostName.get(name) ?? number(node, type);
      byLostName.set(name, known);
      of[node] = known;
      continue;
    }
    const known = !named ? byType : detached !== undefined && detached[node] === 1 ? byDetachedName : byName;
    const key = named ? name : type;
    if (known[key] === 0) known[key] = number(node, type) + 1;
    of[node] = known[key]! - 1;
  }
  return { labels: [...numbers.keys()], of };
}, 'classes of nodes');
