/**
 * Functions, told apart by their name and the place of their code. To V8 and DevTools all of them
 * are of the class `Function`.
 */

import { shortened } from '../base/printable.js';
import type { Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import type { Partitioner } from '../graph/partition.js';
import { NODE } from '../graph/schema.js';
import { classIndex } from './class-names.js';
import { partsOfLabel } from './function-label.js';
import { originalPlace, shownPlace } from './place-map.js';
import { type SourceLocation, scriptNames } from './scripts.js';
import { shortScriptNames } from './short-scripts.js';

/** Longer names are cut, as labels are made to be read. */
const NAME_LENGTH = 60;

/** A function of the source code, of which there may be any number of closures. */
interface SourceFunction {
  /** `onReload()`, `(anonymous)`. */
  readonly name: string;
  /** Undefined for what has no source code in the snapshot: built-in functions, bound functions. */
  readonly place: SourceLocation | undefined;
}

interface Closures {
  readonly functions: readonly SourceFunction[];
  /** Ordinals, ascending. */
  readonly nodes: Uint32Array;
  /** By place in `nodes`: the number of the function. */
  readonly functionOf: Uint32Array;
}

/**
 * Like `classIndex`, with closures under the name and the place of their function: `onReload()
 * app.js:5`, `(anonymous) app.js:7`, with the column where a line has several that are called the
 * same: `t() bundle.js:1:4530`. The script's name is as short as is unambiguous in all graphs that
 * are compared (`functionPlaces` has it in full). Functions of Node.js are shown as `emit()
 * node:events:465`. What has no place in the snapshot is under its name alone, `push()`. Without
 * locations functions are told apart by name alone.
 *
 * - In: a graph with edges, for the names of scripts, and with locations.
 * - Memory: 4 bytes a node.
 * - Cost: two passes over the nodes of the graph, one over those of the others.
 */
export const functionIndex: Partitioner = functionsIn(classIndex);

/** The same with another partition for everything that is no closure: `functionsIn(shapeIndex)`. */
export function functionsIn(others: Partitioner): Partitioner {
  return (graph, among = [graph]) => {
    const { labels, of } = others(graph, among);
    const { functions, nodes, functionOf } = closuresOf(graph);
    const labelOf = labelsFor([...new Set([...among, graph])]);
    const numbers = new Map(labels.map((label, number) => [label, number]));
    const numberOf = functions.map((one) => {
      const label = labelOf(one);
      let number = numbers.get(label);
      if (number === undefined) {
        number = numbers.size;
        numbers.set(label, number);
      }
      return number;
    });
    const partition = of.slice();
    for (let i = 0; i < nodes.length; i++) partition[nodes[i]!] = numberOf[functionOf[i]!]!;
    return { labels: [...numbers.keys()], of: partition };
  };
}

/**
 * By label of `functionIndex` for these graphs: where the function is, with the full name of the
 * script.
 */
export function functionPlaces(graphs: readonly Graph[]): ReadonlyMap<string, SourceLocation> {
  const labelOf = labelsFor(graphs);
  const places = new Map<string, SourceLocation>();
  for (const graph of graphs)
    for (const one of closuresOf(graph).functions) if (one.place) places.set(labelOf(one), one.place);
  return places;
}

const closuresOf = memo((graph: Graph): Closures => {
  const { nodeCount, nodeTypes, nodeNames, strings, locations } = graph;
  const scripts = locations && graph.edges ? scriptNames(graph) : undefined;
  let count = 0;
  for (let node = 0; node < nodeCount; node++) if (nodeTypes[node] === NODE.closure) count++;
  const nodes = new Uint32Array(count);
  const functionOf = new Uint32Array(count);
  const functions: SourceFunction[] = [];
  const known = new Map<number, number>(); // by place and name
  count = 0;
  for (let node = 0; node < nodeCount; node++) {
    if (nodeTypes[node] !== NODE.closure) continue;
    const place = locations?.placeOf[node] ?? 0;
    const key = place * 2 ** 32 + nodeNames[node]!;
    let number = known.get(key);
    if (number === undefined) {
      const name = strings.get(nodeNames[node]!);
      const at = place > 0 ? locations!.place(place - 1) : undefined;
      number = functions.length;
      known.set(key, number);
      const own = at && {
        script: scripts?.get(at.scriptId),
        scriptId: at.scriptId,
        line: at.line + 1,
        column: at.column + 1,
      };
      functions.push({
        name: nameOf(originalPlace(graph, own)?.name ?? name),
        place: own && shownPlace(graph, own),
      });
    }
    nodes[count] = node;
    functionOf[count++] = number;
  }
  return { functions, nodes, functionOf };
}, 'functions');

function nameOf(name: string): string {
  return name === '' ? '(anonymous)' : `${shortened(name, NAME_LENGTH)}()`;
}

/** Gives each function of the graphs a label that no other function has in any of them. */
function labelsFor(graphs: readonly Graph[]): (one: SourceFunction) => string {
  const all = graphs.flatMap((graph) => closuresOf(graph).functions);
  const scripts = new Set<string>();
  for (const { place } of all) if (place?.script !== undefined) scripts.add(place.script);
  const short = shortScriptNames(scripts);
  const scriptOf = ({ script, scriptId }: SourceLocation): string =>
    script === undefined ? `(script ${scriptId})` : short.get(script)!;
  const withLine = (name: string, place: SourceLocation): string =>
    `${name} ${scriptOf(place)}:${place.line}`;
  const columns = new Map<string, number>(); // by label with a line: the column, -1 for several
  for (const { name, place } of all) {
    if (!place) continue;
    const label = withLine(name, place);
    const column = columns.get(label);
    columns.set(label, column === undefined || column === place.column ? place.column : -1);
  }
  return ({ name, place }) => {
    if (!place) return name;
    const label = withLine(name, place);
    return columns.get(label) === -1 ? `${label}:${place.column}` : label;
  };
}

/**
 * Ordinals of the closures that a label means, ascending. The script may have more or fewer folders
 * than in the label that `functionIndex` gives, so that labels of one snapshot are understood in
 * another. Without a column: all columns of the line; without a place: the functions of that name
 * that have none, or where there are none of those, all of that name. Empty for a text that is no
 * label.
 *
 * - In: as `functionIndex`.
 * - Cost: one pass over the nodes.
 */
export function closuresWithLabel(graph: Graph, text: string): Uint32Array {
  const match = partsOfLabel(text);
  if (!match) return new Uint32Array(0);
  const [, name, script, line, column] = match;
  const called = nameOf(name ?? '');
  const { functions, nodes, functionOf } = closuresOf(graph);
  const isAt = (place: SourceLocation): boolean =>
    place.line === Number(line) &&
    (column === undefined || place.column === Number(column)) &&
    isScript(place, script!);
  const fitting = functions.map(
    (one) => one.name === called && (script === undefined || (!!one.place && isAt(one.place))),
  );
  if (script === undefined && fitting.some((fits, i) => fits && !functions[i]!.place))
    functions.forEach(({ place }, i) => {
      if (place) fitting[i] = false;
    });
  return nodes.filter((_, i) => fitting[functionOf[i]!]);
}

function isScript({ script, scriptId }: SourceLocation, text: string): boolean {
  if (script === undefined) return text === `(script ${scriptId})`;
  if (script === text) return true;
  return script.endsWith(text) && /[\\/]/.test(script.charAt(script.length - text.length - 1));
}
