/** Names of minified classes, as the sources of a bundle have them. */
import type { Graph } from '../graph/graph.js';
import { perGraph } from '../graph/memo.js';
import type { Partition } from '../graph/partition.js';
import { NODE } from '../graph/schema.js';
import { mapsPlaces, originalPlace } from './place-map.js';
import { scriptNames } from './scripts.js';

/** By place and name of the file: the name in the source, or undefined. */
const known = perGraph((_: Graph) => new Map<number, string | undefined>());

/**
 * What the source calls the class of an object.
 *
 * - Empty: undefined where places are not mapped, for what is no object with a constructor that the
 *   snapshot gives a place of, and where the map has no name.
 * - Cost: looked up once for each name and place.
 */
export function originalClass(graph: Graph, node: number): string | undefined {
  if (!mapsPlaces(graph) || graph.nodeTypes[node] !== NODE.object) return undefined;
  const { locations } = graph;
  const place = locations?.placeOf[node] ?? 0;
  if (place === 0 || !graph.edges) return undefined;
  const key = place * 2 ** 32 + graph.nodeNames[node]!;
  const names = known(graph);
  if (names.has(key)) return names.get(key);
  const { scriptId, line, column } = locations!.place(place - 1);
  const script = scriptNames(graph).get(scriptId);
  const name = originalPlace(graph, { script, scriptId, line: line + 1, column: column + 1 })?.name;
  names.set(key, name);
  return name;
}

/**
 * The classes of a graph, by the names of its sources: classes with one minified name are told
 * apart, and those with one name in the sources are one.
 *
 * - In: a graph whose places are mapped, and its classes as the file has them.
 * - Memory: 4 bytes a node.
 * - Cost: one pass over the nodes.
 */
export function withOriginalClasses(graph: Graph, { labels, of }: Partition): Partition {
  const numbers = new Map(labels.map((label, number) => [label, number]));
  const partition = of.slice();
  for (let node = 0; node < graph.nodeCount; node++) {
    if (graph.nodeTypes[node] !== NODE.object) continue;
    const name = originalClass(graph, node);
    if (name === undefined) continue;
    let number = numbers.get(name);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(name, number);
    }
    partition[node] = number;
  }
  // A class all of whose objects have another name is none: each label has a node.
  const used = new Uint32Array(numbers.size);
  for (let node = 0; node < partition.length; node++) used[partition[node]!] = 1;
  const left: string[] = [];
  for (const [label, number] of numbers) if (used[number] === 1) used[number] = left.push(label);
  for (let node = 0; node < partition.length; node++) partition[node] = used[partition[node]!]! - 1;
  return { labels: left, of: partition };
}
