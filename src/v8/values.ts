/**
 * A short form of an object's value, as far as a snapshot tells it: what one would want to see in a
 * list.
 */

import { shortened } from '../base/printable.js';
import { edgesOf, type Graph } from '../graph/graph.js';
import { memo, perGraph } from '../graph/memo.js';
import { EDGE, NODE } from '../graph/schema.js';
import { edgeTarget, edgeTargetIn } from '../graph/walk.js';
import { isContext } from './names.js';
import { blockNames } from './recovered-names.js';
import { suspendedFunction } from './suspended-calls.js';
import { ENTRY_SIZE, tableEntries } from './tables.js';

/**
 * The value in at most `limit` characters: a string's text, a number where the snapshot has it,
 * `[100 items]` of an array, a function's name, the names of an object's first properties, the
 * variables of a context, the bytes of a buffer. Numbers are in a snapshot that was taken with them
 * (see `numberText`); in others, properties and items that are numbers are not seen. An array that
 * holds nothing but numbers shows no items in any.
 *
 * - In: a graph with edges.
 * - Cost: the node's own edges; those of large nodes are read once a graph, because one large
 *   holder stands in thousands of chains.
 */
export function shortValue(graph: Graph, node: number, limit = 40): string {
  if (graph.firstEdge[node + 1]! - graph.firstEdge[node]! < MANY_EDGES)
    return shortened(fullValue(graph, node, limit), limit);
  const known = largeValues(graph);
  const key = `${node} ${limit}`;
  const value = known.get(key) ?? shortened(fullValue(graph, node, limit), limit);
  known.set(key, value);
  return value;
}

const MANY_EDGES = 1000;
const largeValues = perGraph((_: Graph) => new Map<string, string>());

function fullValue(graph: Graph, node: number, limit: number): string {
  const name = graph.strings.get(graph.nodeNames[node]!);
  switch (graph.nodeTypes[node]) {
    case NODE.string:
      return JSON.stringify(name);
    case NODE['concatenated string']:
      return JSON.stringify(stringText(graph, node, limit));
    case NODE['sliced string']:
      return `part of ${JSON.stringify(stringText(graph, edgeTarget(graph, node, EDGE.internal, ['parent']) ?? node, limit))}`;
    case NODE.closure:
      return name === '' ? '(anonymous)' : `${name}()`;
    case NODE.regexp:
      return `/${name}/`;
    case NODE.symbol: {
      const description = edgeTarget(graph, node, EDGE.internal, ['name']);
      return `Symbol(${description === undefined ? '' : stringText(graph, description, limit)})`;
    }
    case NODE.number:
      return numberText(graph, node) ?? name;
    case NODE.object:
      return objectValue(graph, node, name, limit);
    default:
      return name;
  }
}

/**
 * A number (or `true`, `false`) as JavaScript writes it; undefined where the snapshot does not have
 * it. V8 writes numbers when it is asked to (`captureNumericValue`, `exposeNumericValues`): a node
 * of its own for each value of the small integers, and for each number on the heap an edge `value`
 * to its text. It writes -0 as 0.
 *
 * - Cost: the node's few edges.
 */
export function numberText(graph: Graph, node: number): string | undefined {
  if (graph.nodeTypes[node] !== NODE.number) return undefined;
  const text = edgeTargetIn(graph, node, EDGE.internal, edgeNames(graph).value);
  return text === undefined ? undefined : graph.strings.get(graph.nodeNames[text]!);
}

/**
 * Text of a string node, the parts of a concatenated one joined, up to a little more than `limit`
 * characters.
 */
export function stringText(graph: Graph, node: number, limit: number): string {
  const parts = [node];
  let names: ReturnType<typeof edgeNames> | undefined;
  let text = '';
  // The number of steps is limited as well: a damaged file may have a string that holds itself.
  for (let steps = 0; parts.length > 0 && text.length <= limit && steps < 10_000; steps++) {
    const part = parts.pop()!;
    if (graph.nodeTypes[part] !== NODE['concatenated string']) {
      text += graph.strings.get(graph.nodeNames[part]!);
      continue;
    }
    names ??= edgeNames(graph);
    const behind = edgeTargetIn(graph, part, EDGE.internal, names.second);
    const before = edgeTargetIn(graph, part, EDGE.internal, names.first);
    if (behind !== undefined) parts.push(behind);
    if (before !== undefined) parts.push(before);
  }
  return text;
}

/** Names of edges that millions of strings and numbers are asked for. */
const edgeNames = memo(({ strings }: Graph) => ({
  first: strings.indexesOf('first'),
  second: strings.indexesOf('second'),
  value: strings.indexesOf('value'),
}));

function objectValue(graph: Graph, node: number, name: string, limit: number): string {
  if (name === 'Array') return arrayValue(graph, node);
  const buffer = edgeTarget(graph, node, EDGE.internal, ['buffer']);
  const store = edgeTarget(graph, buffer ?? node, EDGE.internal, ['backing_store']);
  if (store !== undefined)
    return `[${buffer === undefined ? '' : 'view of '}${graph.selfSizes[store]} bytes]`;
  if (name === 'Map' || name === 'Set') {
    const table = edgeTarget(graph, node, EDGE.internal, ['table']);
    if (table !== undefined) return items(tableEntries(graph, table, ENTRY_SIZE[name]));
  }
  const closure = suspendedFunction(graph, node);
  if (closure !== undefined) return `${graph.strings.get(graph.nodeNames[closure]!) || '(anonymous)'}()`;
  return propertyNames(graph, node, limit);
}

function items(count: number): string {
  return `[${count} ${count === 1 ? 'item' : 'items'}]`;
}

function arrayValue(graph: Graph, node: number): string {
  const { items: count, exact } = arrayLength(graph, node);
  return exact ? items(count) : `[at most ${items(count).slice(1)}`;
}

/**
 * One more than the highest index of an array that holds something other than a small integer.
 * Without any it is not
 * `exact`: what there is room for.
 */
export function arrayLength(graph: Graph, node: number): { readonly items: number; readonly exact: boolean } {
  const edges = edgesOf(graph);
  let items = 0;
  for (let edge = graph.firstEdge[node]!, end = graph.firstEdge[node + 1]!; edge < end; edge++) {
    if (edges.types[edge] === EDGE.element && edges.names[edge]! >= items) items = edges.names[edge]! + 1;
  }
  const elements = edgeTarget(graph, node, EDGE.internal, ['elements']);
  if (items > 0 || elements === undefined) return { items, exact: true };
  // An array object is four pointers (its map, properties, elements, length); its elements have a
  // header of two.
  const pointer = graph.selfSizes[node] === 16 ? 4 : 8;
  const room = Math.max(0, Math.floor(graph.selfSizes[elements]! / pointer) - 2);
  return { items: room, exact: room === 0 };
}

function propertyNames(graph: Graph, node: number, limit: number): string {
  const { types, names } = edgesOf(graph);
  const found: string[] = [];
  let length = 0;
  for (
    let edge = graph.firstEdge[node]!, end = graph.firstEdge[node + 1]!;
    edge < end && length <= limit;
    edge++
  ) {
    if (types[edge] !== EDGE.property && types[edge] !== EDGE.context) continue;
    const name = graph.strings.get(names[edge]!);
    if (name === '__proto__') continue;
    found.push(name);
    length += name.length + 2;
  }
  if (found.length === 0 && isContext(graph)(node)) return `{${blockNames(graph, node).join(', ')}}`;
  return `{${found.join(', ')}}`;
}
