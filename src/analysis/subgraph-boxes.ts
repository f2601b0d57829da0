/** Boxes of a picture: which objects share one, and what stands in it. */
import { edgesOf, type Graph } from '../graph/graph.js';
import { retainersOf } from '../graph/retainers.js';
import { EDGE, NODE } from '../graph/schema.js';
import { shortened } from '../printable.js';
import type { SubgraphEdge, SubgraphNode } from '../result.js';
import { className } from './class-names.js';
import { NodeView } from './nodes.js';
import { shallowSizes, userRoots } from './shallow-sizes.js';
import type { Link, Links } from './subgraph-links.js';
import { isContext } from './v8-nodes.js';
import { shortValue } from './values.js';

/** What all pictures know. Nodes are ordinals. */
export interface PictureOptions {
  /** Says of a root what kind it is, or just that it is one. Default: synthetic nodes and the program's globals. */
  readonly isRoot?: (node: number) => string | boolean | undefined;
  /** Nodes to be painted in blue; never merged. */
  readonly highlight?: (node: number) => boolean;
  /** A further line for the box that stands for these nodes. */
  readonly extraInfo?: (nodes: readonly number[]) => string | undefined;
  /** An earlier snapshot of the same process, which boxes are compared with: new, survived, died. */
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

/** Boxes of more than this many objects are merged. */
const FEW = 3;
/** Groups larger than this are not looked into for differences in how their members are held. */
const MANY = 20_000;
const NAME_LENGTH = 40;

/** Nodes of one kind with one key together, in the order of their first; small groups and `single` nodes one by one. */
export function grouped(
  graph: Graph,
  nodes: readonly number[],
  key: (node: number) => string,
  single: (node: number) => boolean,
): number[][] {
  const groups = new Map<string | number, number[]>();
  for (const node of nodes) {
    const name = single(node) ? node : `${kindOf(graph, node)}\n${key(node)}`;
    const group = groups.get(name);
    if (group) group.push(node);
    else groups.set(name, [node]);
  }
  return [...groups.values()].flatMap((group) =>
    group.length > FEW ? [group] : group.map((node) => [node]),
  );
}

/** Class; and the name of a function, the variables of a context, the properties of a plain object. */
function kindOf(graph: Graph, node: number): string {
  const type = className(graph, node);
  const byValue = graph.nodeTypes[node] === NODE.closure || type === 'Object' || isContext(graph)(node);
  return byValue ? `${type} ${shortValue(graph, node)}` : type;
}

/** A group split by the signatures of its members; what is left alone of a kind stands alone. */
export function alike(
  group: readonly number[],
  signatures: ((nodes: readonly number[]) => ReadonlyMap<number, string>) | undefined,
): readonly (readonly number[])[] {
  if (!signatures || group.length <= FEW || group.length > MANY) return [group];
  const of = signatures(group);
  const parts = new Map<string, number[]>();
  for (const node of group) {
    const signature = of.get(node) ?? '';
    const part = parts.get(signature);
    if (part) part.push(node);
    else parts.set(signature, [node]);
  }
  return [...parts.values()].flatMap((part) => (part.length > FEW ? [part] : part.map((node) => [node])));
}

/** How each node is held: the classes of its referrers and the kinds of the references, as one text. */
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

/** Describes boxes; whether they were asked for follows from their depth. Cost: the edges of each box's first 1,000 nodes, and all edges that lead to them. */
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
      if (!graph.strings.equals(graph.nodeNames[cell]!, 'system / WeakCell')) continue;
      for (let edge = graph.firstEdge[cell]!, last = graph.firstEdge[cell + 1]!; edge < last; edge++) {
        if (targets[edge] === node && types[edge] === EDGE.weak) return true;
      }
    }
    return false;
  };
  return ({ nodes, depth }) => {
    const view = new NodeView(graph, nodes[0]!);
    const { location } = view;
    const root = rootName(nodes[0]!);
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
      type: view.type,
      nodeType: view.nodeType,
      name: shortened([...names].join(', '), NAME_LENGTH),
      shallowSize: sum((node) => sizes[node]!),
      retainers: sum((node) => firstRetainer[node + 1]! - firstRetainer[node]!),
      depth,
      asked: depth === 0,
      highlighted: nodes.length === 1 && options.highlight?.(nodes[0]!) === true,
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
): SubgraphEdge[] {
  const bundles = new Map<string, { from: Box; to: Box; links: Link[] }>();
  for (const link of links) {
    const from = boxOf.get(link.source);
    const to = boxOf.get(link.target);
    if (!from || !to) continue;
    const key = `${from.nodes[0]} ${to.nodes[0]} ${link.kind}`;
    const bundle = bundles.get(key);
    if (bundle) bundle.links.push(link);
    else bundles.set(key, { from, to, links: [link] });
  }
  return [...bundles.values()].map(({ from, to, links: [first, ...others] }) => ({
    from: graph.ids[from.nodes[0]!]!,
    to: graph.ids[to.nodes[0]!]!,
    type: first!.type,
    name: others.length === 0 ? first!.name : commonName([first!, ...others]),
    count: others.length + 1,
  }));
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
