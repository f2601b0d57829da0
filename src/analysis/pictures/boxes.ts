/** Boxes of a picture: which objects share one. */

import type { Graph } from '../../graph/graph.js';
import { NODE } from '../../graph/schema.js';
import { className } from '../../v8/class-names.js';
import { isContext } from '../../v8/names.js';
import { withoutScopeNumber } from '../../v8/system-names.js';
import { shortValue } from '../../v8/values.js';
import type { Links } from './links.js';

/** What all pictures know. Nodes are ordinals. */
export interface PictureOptions {
  /**
   * Says of a root what kind it is, or just that it is one. Default: synthetic nodes and the
   * program's globals.
   */
  readonly isRoot?: (node: number) => string | boolean | undefined;
  /** Nodes to be painted in blue; never merged. */
  readonly highlight?: (node: number) => boolean;
  /** A further line for the box that stands for these nodes. */
  readonly extraInfo?: (nodes: readonly number[]) => string | undefined;
  /** Whether a node of a chain is in use, and whether the reference to it is a suspect. */
  readonly verdictOf?: ((node: number) => BoxVerdict | undefined) | undefined;
  /**
   * An earlier snapshot of the same process, which boxes are compared with: new, survived, died.
   */
  readonly since?: EarlierSnapshot | undefined;
}

/** A verdict as a box has it. */
export interface BoxVerdict {
  readonly verdict: 'alive' | 'dead' | 'unknown';
  readonly reason: string;
  readonly suspect: boolean;
}

/** An earlier snapshot, and what the picture's rules are on its nodes and edges. */
export interface EarlierSnapshot extends Omit<PictureOptions, 'since' | 'verdictOf'> {
  readonly graph: Graph;
  readonly ignoreNode?: (node: number) => boolean;
  readonly ignoreEdge?: (edge: number) => boolean;
  readonly filter?: (node: number) => boolean;
}

/** One object, or several of a kind that are held in the same way. */
export interface Box {
  readonly nodes: readonly number[];
  readonly depth: number;
}

/** Which objects share a box. */
export interface Coarseness {
  /** Up to this many of a kind are shown one by one. */
  readonly few: number;
  /** What is held in different ways is of different kinds. */
  readonly byHolders: boolean;
  /** Functions of different names, plain objects of different properties are of different kinds. */
  readonly byValue: boolean;
  /**
   * All of a class at one distance are one box, whoever refers to them: roots and highlighted
   * objects by themselves.
   */
  readonly across: boolean;
  /** One arrow for all references from one box to another, whatever their names are. */
  readonly oneArrow: boolean;
  /**
   * Boxes at one distance; where there are more, the smallest ones share the last. Arrows have no
   * names then.
   */
  readonly most: number;
}

/** From the finest to the coarsest. */
export const COARSENESS: readonly Coarseness[] = [
  { few: 3, byHolders: true, byValue: true, across: false, oneArrow: false, most: Number.POSITIVE_INFINITY },
  { few: 1, byHolders: true, byValue: true, across: false, oneArrow: false, most: Number.POSITIVE_INFINITY },
  { few: 1, byHolders: false, byValue: true, across: false, oneArrow: true, most: Number.POSITIVE_INFINITY },
  { few: 1, byHolders: false, byValue: false, across: true, oneArrow: true, most: Number.POSITIVE_INFINITY },
  { few: 1, byHolders: false, byValue: false, across: true, oneArrow: true, most: 6 },
  { few: 1, byHolders: false, byValue: false, across: true, oneArrow: true, most: 3 },
  { few: 1, byHolders: false, byValue: false, across: true, oneArrow: true, most: 2 },
];

/** Groups larger than this are not looked into for differences in how their members are held. */
const MANY = 20_000;

export const NAME_LENGTH = 40;

/** The coarsest of them. */
export const COARSEST = COARSENESS.length - 1;

/**
 * What nodes must have in common to share a box at all: roots and highlighted nodes share none with
 * others.
 */
export function apart(
  isRoot: (node: number) => boolean,
  { highlight }: PictureOptions,
): (node: number) => string {
  return (node) => (isRoot(node) ? 'root' : '') + (highlight?.(node) === true ? 'highlighted' : '');
}

/**
 * Nodes of one kind with one key together; small groups and `single` nodes one by one.
 *
 * - Order: of the first node of each group.
 */
export function grouped(
  graph: Graph,
  nodes: readonly number[],
  key: (node: number) => string,
  single: (node: number) => boolean,
  { few, byValue }: Pick<Coarseness, 'few' | 'byValue'> = COARSENESS[0]!,
): number[][] {
  const groups = new Map<string | number, number[]>();
  for (const node of nodes) {
    const kind = byValue ? kindOf(graph, node) : coarseClass(graph, node);
    const name = single(node) ? node : `${kind}\n${key(node)}`;
    const group = groups.get(name);
    if (group) group.push(node);
    else groups.set(name, [node]);
  }
  return [...groups.values()].flatMap((group) =>
    group.length > few ? [group] : group.map((node) => [node]),
  );
}

/**
 * Of each distance the largest boxes, and all others in one: those that have the same in common.
 *
 * - Order: rows by their first box; the box of the others is the last of its row.
 */
export function limitedRows(
  boxes: readonly Box[],
  { most }: Pick<Coarseness, 'most'>,
  common: (node: number) => string,
): readonly Box[] {
  const rows = new Map<string, Box[]>();
  for (const box of boxes) {
    const key = `${box.depth} ${common(box.nodes[0]!)}`;
    const row = rows.get(key);
    if (row) row.push(box);
    else rows.set(key, [box]);
  }
  return [...rows.values()].flatMap((row) => {
    if (row.length <= most) return row;
    const bySize = [...row].sort((a, b) => b.nodes.length - a.nodes.length);
    const others = new Set(bySize.slice(most - 1));
    const last: Box = {
      depth: row[0]!.depth,
      nodes: row.flatMap((box) => (others.has(box) ? box.nodes : [])),
    };
    return [...row.filter((box) => !others.has(box)), last];
  });
}

/** Class; scopes, which V8 15 numbers, are one class. */
export function coarseClass(graph: Graph, node: number): string {
  return withoutScopeNumber(className(graph, node));
}

/**
 * Class; and the name of a function, the variables of a context, the properties of a plain object.
 */
function kindOf(graph: Graph, node: number): string {
  const type = className(graph, node);
  const byValue = graph.nodeTypes[node] === NODE.closure || type === 'Object' || isContext(graph)(node);
  return byValue ? `${type} ${shortValue(graph, node)}` : type;
}

/** A group split by the signatures of its members; what is left alone of a kind stands alone. */
export function alike(
  group: readonly number[],
  signatures: ((nodes: readonly number[]) => ReadonlyMap<number, string>) | undefined,
  { few }: Pick<Coarseness, 'few'> = COARSENESS[0]!,
): readonly (readonly number[])[] {
  if (!signatures || group.length <= few || group.length > MANY) return [group];
  const of = signatures(group);
  const parts = new Map<string, number[]>();
  for (const node of group) {
    const signature = of.get(node) ?? '';
    const part = parts.get(signature);
    if (part) part.push(node);
    else parts.set(signature, [node]);
  }
  return [...parts.values()].flatMap((part) => (part.length > few ? [part] : part.map((node) => [node])));
}

/**
 * How each node is held: the classes of its referrers and the kinds of the references, as one text.
 */
export function heldBy(graph: Graph, links: Links, nodes: readonly number[]): ReadonlyMap<number, string> {
  const holders = new Map<number, Set<string>>();
  for (const { source, target, kind } of links.referrers(nodes)) {
    const set = holders.get(target) ?? new Set();
    holders.set(target, set.add(`${className(graph, source)} ${kind}`));
  }
  return new Map([...holders].map(([node, set]) => [node, [...set].sort().join('\n')]));
}
