/** Containers that are one place: of one class, held in the same way. */

import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE } from '../../graph/schema.js';
import { classIndex } from '../../v8/class-names.js';
import { symbolTables } from '../../v8/symbol-tables.js';
import { type Ownership, ownerOf } from '../holders/container-owner.js';
import { holderPaths } from '../holders/holder-paths.js';
import type { Heads } from './frontier-heads.js';

export interface Draft {
  readonly containers: number[];
  container: number;
  readonly path: number;
  readonly edgeName: number | undefined;
  readonly owner: Ownership;
  readonly heads: Float64Array;
  /** Ranges of heads, two numbers a container. */
  readonly ranges: number[];
  most: number;
}

/** A thing with heads on more names than this is taken for a dictionary: the names are data. */
const MOST_NAMES = 64;

/** Stands for the names of a dictionary, and for indexes. */
const ANY_NAME = -1;

/** Containers by path and class; of scopes and records also by the name that the heads hang on. */
export function groupsOf(graph: Graph, ages: Uint8Array, newest: number, heads: Heads): Draft[] {
  const { headNodes, headContainers } = heads;
  const paths = holderPaths(graph);
  const { of, labels } = classIndex(graph);
  const { names } = edgesOf(graph);
  const drafts: Draft[] = [];
  const numbers = new Map<string, number>();
  const add = (container: number, path: number, name: number, from: number, to: number): void => {
    const key = `${path * labels.length + of[container]!} ${name}`;
    let number = numbers.get(key);
    if (number === undefined) {
      number = drafts.length;
      numbers.set(key, number);
      const owner = ownerOf(graph, container, paths.rootOf(path));
      const counts = new Float64Array(newest + 1);
      const edgeName = name === ANY_NAME ? undefined : name;
      drafts.push({ containers: [], container, path, edgeName, owner, heads: counts, ranges: [], most: 0 });
    }
    const draft = drafts[number]!;
    draft.containers.push(container);
    draft.ranges.push(from, to);
    for (let i = from; i < to; i++) draft.heads[ages[headNodes[i]!]!]! += 1;
    if (to - from > draft.most) {
      draft.most = to - from;
      draft.container = container;
    }
  };
  for (let from = 0; from < headContainers.length; ) {
    const container = headContainers[from]!;
    let to = from;
    while (to < headContainers.length && headContainers[to] === container) to++;
    const path = paths.pathOf(container);
    const table = symbolTables(graph).get(container);
    if (table !== undefined) add(container, path, names[table]!, from, to);
    else if (sortByName(graph, heads, from, to)) {
      for (let first = from; first < to; ) {
        const name = names[heads.headEdges[first]!]!;
        let last = first;
        while (last < to && names[heads.headEdges[last]!] === name) last++;
        add(container, path, name, first, last);
        first = last;
      }
    } else add(container, path, ANY_NAME, from, to);
    from = to;
  }
  return drafts;
}

/** Things of one class on so many properties of a plain object make these keys of a dictionary. */
const FEWEST_KEYS = 3;

/** Whether a plain object has things of one class on several of its properties. */
function hasKeys(
  graph: Graph,
  { headNodes, headEdges, headContainers }: Heads,
  from: number,
  to: number,
): boolean {
  const { labels, of } = classIndex(graph);
  if (to - from < FEWEST_KEYS || labels[of[headContainers[from]!]!] !== 'Object') return false;
  const keys = new Map<number, Set<number>>();
  for (let i = from; i < to; i++) {
    const kind = of[headNodes[i]!]!;
    const names = keys.get(kind) ?? new Set();
    keys.set(kind, names.add(edgesOf(graph).names[headEdges[i]!]!));
    if (names.size >= FEWEST_KEYS) return true;
  }
  return false;
}

/**
 * Whether the heads of one container hang on a few names each of which is a place of its own, as
 * variables of a scope and properties of a record are. Brings those of one name together.
 */
function sortByName(
  graph: Graph,
  { headNodes, headEdges, headContainers }: Heads,
  from: number,
  to: number,
): boolean {
  const { types, names } = edgesOf(graph);
  const places = new Map<number, number[]>();
  if (hasKeys(graph, { headNodes, headEdges, headContainers }, from, to)) return false;
  for (let i = from; i < to; i++) {
    const edge = headEdges[i]!;
    if (types[edge] !== EDGE.context && types[edge] !== EDGE.property) return false;
    const place = places.get(names[edge]!);
    if (place) place.push(i);
    else if (places.size === MOST_NAMES) return false;
    else places.set(names[edge]!, [i]);
  }
  if (places.size === 1) return true;
  const order = [...places.values()].flat();
  const [nodes, edges] = [order.map((i) => headNodes[i]!), order.map((i) => headEdges[i]!)];
  headNodes.set(nodes, from);
  headEdges.set(edges, from);
  return true;
}
