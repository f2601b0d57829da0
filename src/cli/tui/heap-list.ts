/** Lists of the explorer: which objects, in what order, and the cells of a row when it is shown. */
import { classesOf, type TypeStat, typeStats } from '../../analysis/classes/classes.js';
import { EdgeView, NodeView, nodesOfClass } from '../../analysis/classes/nodes.js';
import type { Chain } from '../../analysis/holders/chains.js';
import { distances } from '../../analysis/sizes/distances.js';
import { childIndex, childrenOf } from '../../analysis/sizes/dominated-nodes.js';
import { retainedSizes } from '../../analysis/sizes/retained-sizes.js';
import { LazilySorted } from '../../base/lazily-sorted.js';
import { shortened } from '../../base/printable.js';
import { formatId } from '../../base/units.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { retainersOf } from '../../graph/retainers.js';
import { edgeText } from '../../render/chain-lines.js';
import type { ExplorerCell, ExplorerColumn } from '../../render/explorer.js';
import { recoveredName } from '../../v8/recovered-names.js';

/** Rows of the explorer. */
export interface HeapList {
  readonly columns: readonly ExplorerColumn[];
  readonly count: number;
  /** Asked for rows that are shown only. */
  row(place: number): readonly ExplorerCell[];
  /** The object of a row; undefined for a class. */
  nodeAt(place: number): number | undefined;
  /** The class of a row, in a list of classes. */
  typeAt?(place: number): string;
}

const retainedColumn: ExplorerColumn = { title: 'Retained', width: 9, right: true, role: 'size', from: 0 };
const sizeColumn: ExplorerColumn = { title: 'Size', width: 9, right: true, from: 60 };
const shareColumn: ExplorerColumn = { title: '%', width: 6, right: true, role: 'dim', from: 50 };
const barColumn: ExplorerColumn = { title: '', width: 12, right: false, role: 'dim', from: 64 };
const idColumn: ExplorerColumn = { title: 'Id', width: 9, right: true, role: 'id', from: 72 };
const objectColumn: ExplorerColumn = { title: 'Object', width: 0, right: false, role: 'name', from: 0 };
const classColumn: ExplorerColumn = { ...objectColumn, title: 'Class' };
const countColumn: ExplorerColumn = { title: 'Count', width: 11, right: true, from: 0 };
const distanceColumn: ExplorerColumn = { title: 'Dist.', width: 6, right: true, role: 'dim', from: 50 };
const edgeColumn: ExplorerColumn = { title: 'Reference', width: 22, narrow: 14, right: false, from: 0 };

/** Names of classes can be as long as V8 likes. */
const LONGEST_NAME = 200;

/** An object in words: its class, and its value where that says more. */
export function objectText(graph: Graph, node: number): string {
  const view = new NodeView(graph, node);
  const type = shortened(view.type, LONGEST_NAME);
  const { name } = view;
  return name === type || name === shortened(type, 40) ? type : `${type} ${name}`;
}

/** What a node dominates immediately: the largest first. */
export function dominatedList(
  graph: Graph,
  node: number,
): HeapList & { readonly placeOf: (node: number) => number } {
  const retained = retainedSizes(graph);
  const { firstChild } = childIndex(graph);
  const whole = retained[node]!;
  const sorted = byRetained(graph, childrenOf(graph, node).slice());
  return {
    columns: [retainedColumn, shareColumn, barColumn, idColumn, objectColumn],
    count: sorted.length,
    nodeAt: (place) => sorted.at(place),
    placeOf: (child) => sorted.placeOf(child),
    row(place) {
      const child = sorted.at(place);
      const share = whole === 0 ? 0 : retained[child]! / whole;
      const opens = firstChild[child + 1]! > firstChild[child]! ? '+ ' : '  ';
      return [
        { bytes: retained[child]! },
        { share },
        { bar: share },
        { text: formatId(graph.ids[child]!) },
        { text: opens + objectText(graph, child) },
      ];
    },
  };
}

/** Objects of a class, or those that a query accepts: the largest first. */
export function objectList(graph: Graph, nodes: Uint32Array): HeapList {
  const sorted = byRetained(graph, nodes);
  const retained = retainedSizes(graph);
  return {
    columns: [retainedColumn, sizeColumn, idColumn, objectColumn],
    count: sorted.length,
    nodeAt: (place) => sorted.at(place),
    row(place) {
      const node = sorted.at(place);
      return [
        { bytes: retained[node]! },
        { bytes: new NodeView(graph, node).shallowSize },
        { text: formatId(graph.ids[node]!) },
        { text: objectText(graph, node) },
      ];
    },
  };
}

function byRetained(graph: Graph, nodes: Uint32Array): LazilySorted {
  const retained = retainedSizes(graph);
  const { ids } = graph;
  return new LazilySorted(nodes, (a, b) => retained[b]! - retained[a]! || ids[a]! - ids[b]! || a - b);
}

/** In what order classes stand. */
export const CLASS_ORDERS = ['retained', 'size', 'count', 'name'] as const;
export type ClassOrder = (typeof CLASS_ORDERS)[number];

/** With what they retain: asked for again at each other order. */
export const classTable = memo((graph: Graph) => classesOf(graph, { retained: true }));

/** Classes in an order, those whose name fits. */
export function classList(
  graph: Graph,
  order: ClassOrder,
  fits: (name: string) => boolean,
): HeapList & { readonly typeAt: (place: number) => string } {
  const measured = typeStats(classTable(graph), { by: order === 'name' ? 'retained' : order, filter: fits });
  const rows: readonly TypeStat[] =
    order === 'name' ? measured.sort((a, b) => (a.type < b.type ? -1 : 1)) : measured;
  return {
    columns: [retainedColumn, sizeColumn, countColumn, classColumn],
    count: rows.length,
    nodeAt: () => undefined,
    typeAt: (place) => rows[place]!.type,
    row(place) {
      const { type, count, shallowSize, retainedSize = 0 } = rows[place]!;
      return [
        { bytes: retainedSize },
        { bytes: shallowSize },
        { count },
        { text: shortened(type, LONGEST_NAME) },
      ];
    },
  };
}

/** The objects of a class. */
export function instanceList(graph: Graph, type: string): HeapList {
  return objectList(graph, nodesOfClass(graph, type));
}

/** Who refers to a node, each once: the nearest to the program's globals first. */
export function retainerList(graph: Graph, node: number): HeapList {
  const { firstRetainer, sources } = retainersOf(graph);
  const unique = new Uint32Array(firstRetainer[node + 1]! - firstRetainer[node]!);
  let count = 0;
  for (let at = firstRetainer[node]!, end = firstRetainer[node + 1]!; at < end; at++)
    // Several edges of one source stand together.
    if (count === 0 || sources[at] !== unique[count - 1]) unique[count++] = sources[at]!;
  const far = distances(graph);
  // What nothing reaches has a negative distance, and comes last.
  const sorted = new LazilySorted(
    unique.subarray(0, count),
    (a, b) => (far[a]! >>> 0) - (far[b]! >>> 0) || a - b,
  );
  const { targets } = edgesOf(graph);
  return {
    columns: [edgeColumn, distanceColumn, { ...sizeColumn, title: 'Retained' }, idColumn, objectColumn],
    count: sorted.length,
    nodeAt: (place) => sorted.at(place),
    row(place) {
      const source = sorted.at(place);
      let edge = graph.firstEdge[source]!;
      while (targets[edge] !== node) edge++;
      return referenceCells(graph, source, edge, source);
    },
  };
}

/** What a node refers to, in the order of the file. */
export function referenceList(graph: Graph, node: number): HeapList {
  const { targets } = edgesOf(graph);
  const first = graph.firstEdge[node]!;
  return {
    columns: [edgeColumn, distanceColumn, { ...sizeColumn, title: 'Retained' }, idColumn, objectColumn],
    count: graph.firstEdge[node + 1]! - first,
    nodeAt: (place) => targets[first + place]!,
    row: (place) => referenceCells(graph, node, first + place, targets[first + place]!),
  };
}

/** The steps of a chain, from its root down. */
export function chainList(graph: Graph, { nodes, edges }: Chain): HeapList {
  return {
    columns: [edgeColumn, { ...sizeColumn, title: 'Retained' }, idColumn, objectColumn],
    count: nodes.length,
    nodeAt: (place) => nodes[place]!,
    row(place) {
      const node = nodes[place]!;
      const edge = place === 0 ? '' : edgeName(graph, nodes[place - 1]!, edges[place - 1]!);
      return [
        { text: edge },
        { bytes: retainedSizes(graph)[node]! },
        { text: formatId(graph.ids[node]!) },
        { text: objectText(graph, node) },
      ];
    },
  };
}

/** An edge of `source`, and the object at its other end. */
function referenceCells(graph: Graph, source: number, edge: number, other: number): readonly ExplorerCell[] {
  const { distance } = new NodeView(graph, other);
  return [
    { text: edgeName(graph, source, edge) },
    distance === null ? { text: '−' } : { count: distance },
    { bytes: retainedSizes(graph)[other]! },
    { text: formatId(graph.ids[other]!) },
    { text: objectText(graph, other) },
  ];
}

function edgeName(graph: Graph, source: number, edge: number): string {
  const { type, name } = new EdgeView(graph, edgesOf(graph), edge);
  const called = recoveredName(graph, source, edge);
  const short = typeof name === 'string' ? shortened(name, LONGEST_NAME) : name;
  return edgeText(called === undefined ? { type, name: short } : { type, name: short, called });
}
