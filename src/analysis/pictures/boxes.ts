/** Boxes of a picture: which objects share one, and what stands in it. */

import { shortened } from '../../base/printable.js';
import type { SubgraphEdge, SubgraphNode } from '../../base/result.js';
import { formatCount } from '../../base/units.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { retainersOf } from '../../graph/retainers.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { className } from '../../v8/class-names.js';
import { isContext } from '../../v8/names.js';
import { V8_NAME, withoutScopeNumber } from '../../v8/system-names.js';
import { userRoots } from '../../v8/user-roots.js';
import { shortValue } from '../../v8/values.js';
import { NodeView } from '../classes/nodes.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import type { Link, Links } from './links.js';

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
  /**
   * An earlier snapshot of the same process, which boxes are compared with: new, survived, died.
   */
  readonly since?: EarlierSnapshot | undefined;
}

/** An earlier snapshot, and what the picture's rules are on its nodes and edges. */
export interface EarlierSnapshot extends Omit<PictureOptions, 'since'> {
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
const NAME_LENGTH = 40;

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
 * Nodes of one kind with one key together, in the order of their first; small groups and `single`
 * nodes one by one.
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
 * The rows are in the order of their first box, the others are the last of a row.
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

/** What kind of root a node is, in words that may be empty; undefined for all others. */
export function rootsOf(graph: Graph, { isRoot }: PictureOptions): (node: number) => string | undefined {
  const globals = new Set(isRoot ? [] : userRoots(graph));
  const known = new Map<number, string | undefined>();
  return (node) => {
    if (known.has(node)) return known.get(node);
    const answer = isRoot ? isRoot(node) : graph.nodeTypes[node] === NODE.synthetic || globals.has(node);
    const name = answer === true ? '' : answer || undefined;
    known.set(node, name);
    return name;
  };
}

/**
 * Describes boxes; whether they were asked for follows from their depth. Cost: the edges of each
 * box's first 1,000 nodes, and all edges that lead to them.
 */
export function describer(
  graph: Graph,
  options: PictureOptions,
  rootName: (node: number) => string | undefined,
): (box: Box) => SubgraphNode {
  const { firstRetainer, sources } = retainersOf(graph);
  const { types, targets } = edgesOf(graph);
  const sizes = shallowSizes(graph);
  const isRegistered = (node: number): boolean => {
    for (let at = firstRetainer[node]!, end = firstRetainer[node + 1]!; at < end; at++) {
      const cell = sources[at]!;
      if (!graph.strings.equals(graph.nodeNames[cell]!, V8_NAME.weakCell)) continue;
      for (let edge = graph.firstEdge[cell]!, last = graph.firstEdge[cell + 1]!; edge < last; edge++) {
        if (targets[edge] === node && types[edge] === EDGE.weak) return true;
      }
    }
    return false;
  };
  const rootOfAll = (nodes: readonly number[]): string | undefined => {
    const first = rootName(nodes[0]!);
    if (first === undefined || nodes.length === 1) return first;
    const names = new Set(nodes.map(rootName));
    return names.size === 1 ? first : `${formatCount(nodes.length)} roots`;
  };
  const typeOfAll = (nodes: readonly number[]): string => {
    const [first, ...others] = nodes;
    if (others.length === 0) return className(graph, first!);
    const types = new Set(nodes.map((node) => coarseClass(graph, node)));
    return types.size === 1 ? [...types][0]! : `objects of ${formatCount(types.size)} classes`;
  };
  return ({ nodes, depth }) => {
    const view = new NodeView(graph, nodes[0]!);
    const { location } = view;
    const root = rootOfAll(nodes);
    const extra = options.extraInfo?.(nodes);
    const sum = (of: (node: number) => number): number => nodes.reduce((total, node) => total + of(node), 0);
    const names = new Set<string>();
    for (let i = 0, length = 0; i < nodes.length && i < 1000 && length <= NAME_LENGTH; i++) {
      const name = shortValue(graph, nodes[i]!, NAME_LENGTH);
      if (!names.has(name)) length += name.length + 2;
      names.add(name);
    }
    return {
      id: view.id,
      type: typeOfAll(nodes),
      nodeType: view.nodeType,
      name: shortened([...names].join(', '), NAME_LENGTH),
      shallowSize: sum((node) => sizes[node]!),
      retainers: sum((node) => firstRetainer[node + 1]! - firstRetainer[node]!),
      depth,
      asked: depth === 0,
      highlighted: options.highlight?.(nodes[0]!) === true,
      root: root !== undefined,
      ...(root ? { rootName: root } : {}),
      finalizer: nodes.some(isRegistered),
      ...(nodes.length > 1 ? { merged: nodes.length } : {}),
      ...(extra === undefined ? {} : { extra }),
      location: location ? { ...location, script: location.script ?? null } : null,
    };
  };
}

/** One edge for all references of one kind between two boxes, in the order of the first ones. */
export function drawnEdges(
  graph: Graph,
  links: readonly Link[],
  boxOf: ReadonlyMap<number, Box>,
  { oneArrow, most }: Pick<Coarseness, 'oneArrow' | 'most'> = COARSENESS[0]!,
): SubgraphEdge[] {
  const bundles = new Map<string, { from: Box; to: Box; links: Link[] }>();
  for (const link of links) {
    const from = boxOf.get(link.source);
    const to = boxOf.get(link.target);
    if (!from || !to) continue;
    const key = `${from.nodes[0]} ${to.nodes[0]} ${oneArrow ? '' : link.kind}`;
    const bundle = bundles.get(key);
    if (bundle) bundle.links.push(link);
    else bundles.set(key, { from, to, links: [link] });
  }
  return [...bundles.values()].map(({ from, to, links: bundle }) => ({
    from: graph.ids[from.nodes[0]!]!,
    to: graph.ids[to.nodes[0]!]!,
    ...(oneArrow ? severalKinds(bundle, !Number.isFinite(most)) : oneKind(bundle)),
    count: bundle.length,
  }));
}

type Named = Pick<SubgraphEdge, 'type' | 'name'>;

function oneKind(links: readonly Link[]): Named {
  const [first] = links;
  return { type: first!.type, name: links.length === 1 ? first!.name : commonName(links) };
}

/** Kinds of references that the label of an arrow names. */
const NAMED_KINDS = 2;

/** The names of the most frequent kinds, and how many there are beside them. */
function severalKinds(links: readonly Link[], named: boolean): Named {
  const kinds = new Map<string, Link[]>();
  for (const link of links) {
    const known = kinds.get(link.kind);
    if (known) known.push(link);
    else kinds.set(link.kind, [link]);
  }
  if (!named) return { type: 'several', name: '' };
  if (kinds.size === 1) return oneKind(links);
  const largest = [...kinds.values()].sort((a, b) => b.length - a.length).map(oneKind);
  const shown = largest
    .slice(0, NAMED_KINDS)
    .map(({ type, name }) => (type === 'element' ? `[${name}]` : name));
  const more = largest.length - shown.length;
  return {
    type: 'several',
    name: more === 0 ? shown.join(', ') : `${shown.join(', ')}, … ${formatCount(more)} more`,
  };
}

function commonName(links: readonly Link[]): string | number {
  const { name, kind } = links[0]!;
  if (links.every((link) => link.name === name)) return name;
  if (kind === 'entry value') return '.get(…)';
  if (kind === 'entry slot') return '[…]';
  if (links.length <= 3) return links.map((link) => link.name).join(', ');
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (const link of links) {
    least = Math.min(least, Number(link.name));
    most = Math.max(most, Number(link.name));
  }
  return `${least}…${most}`;
}
