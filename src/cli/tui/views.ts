/** What the explorer can be looking at. */
import { NodeView } from '../../analysis/classes/nodes.js';
import { formatId } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { type ClassOrder, classList, dominatedList, type HeapList, objectText } from './heap-list.js';
import { nameFilter } from './name-filter.js';

export interface HeapView {
  readonly kind: 'tree' | 'classes' | 'retainers' | 'list';
  readonly list: HeapList;
  cursor: number;
  /** The first row that is shown. */
  top: number;
  /** Where one is. */
  readonly path: string;
  /** In place of rows, where there are none. */
  readonly empty: string;
  readonly keys: readonly string[];
  /** The object that it is about. */
  readonly node?: number;
  /** Said below the rows. */
  readonly note?: string;
  /** The place of an object in the list. */
  readonly placeOf?: (node: number) => number;
}

const OBJECT_KEYS = ['r retainers', 'p path', 'e edges', '/ search', 'c classes', 't tree'];

/** The branch of the dominator tree below a node. */
export function treeView(graph: Graph, node: number): HeapView {
  const list = dominatedList(graph, node);
  return {
    kind: 'tree',
    list,
    cursor: 0,
    top: 0,
    path: pathTo(graph, node),
    empty: 'it dominates nothing',
    keys: ['q quit', '? help', '→ open', '← up', ...OBJECT_KEYS.slice(0, -1)],
    node,
    placeOf: list.placeOf,
  };
}

export function classesView(graph: Graph, order: ClassOrder, filter: string): HeapView {
  return {
    kind: 'classes',
    list: classList(graph, order, nameFilter(filter).fits),
    cursor: 0,
    top: 0,
    path: `Classes by ${order === 'retained' ? 'retained size' : order}${filter === '' ? '' : `, with ${filter}`}`,
    empty: `no class with ${filter}`,
    keys: ['q quit', '? help', '→ objects', '← back', 's sort', 'f filter', '/ search', 'd tree'],
  };
}

/** Objects. */
export function listView(path: string, list: HeapList, empty: string): HeapView {
  return {
    kind: 'list',
    list,
    cursor: 0,
    top: 0,
    path,
    empty,
    keys: ['q quit', '? help', '→ open', '← back', ...OBJECT_KEYS],
  };
}

/** Names of a path that are shown; it may be a million long. */
const SHOWN_NAMES = 8;

/** The dominators of a node from the root down, and the node. */
export function pathTo(graph: Graph, node: number): string {
  const names: string[] = [];
  let at = node;
  while (at !== graph.root && names.length < SHOWN_NAMES) {
    names.unshift(`${objectText(graph, at)} ${formatId(graph.ids[at]!)}`);
    at = new NodeView(graph, at).dominator.ordinal;
  }
  if (at !== graph.root) names.unshift('…');
  return ['Dominator tree', ...names].join(' › ');
}
