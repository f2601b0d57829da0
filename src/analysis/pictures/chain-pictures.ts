/** Chains of references as a picture. */

import type { Subgraph } from '../../base/subgraph.js';
import { formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { className } from '../../v8/class-names.js';
import { repeatsOf } from '../expressions/repeats.js';
import type { Chain } from '../holders/chains.js';
import { drawnEdges } from './arrows.js';
import { describer, rootsOf } from './box-description.js';
import { apart, type Box, COARSENESS, grouped, limitedRows, type PictureOptions } from './boxes.js';
import { changeField, changeOf } from './changes.js';
import { type Link, type Links, linksOf } from './links.js';

/** Chains of so many boxes are drawn as they are. */
const WHOLE = 24;
/**
 * Steps that are the same, one after the other, that are taken for a list where a chain is longer.
 */
const LEAST = 3;
/** Of a chain that is longer still, so many boxes of either end are drawn. */
const END = 20;

/**
 * What is drawn of one chain: the nodes, and the reference that leads to each from the one before
 * it.
 */
interface Drawn {
  readonly nodes: readonly number[];
  /** By place; undefined for the first. */
  readonly links: readonly (Link | undefined)[];
}

/**
 * The members of chains and nothing else.
 *
 * - In: `merge` false gives each object its own box. With `direction: 'forward'` the first nodes
 *   of the chains are the asked ends, else the last ones.
 * - Out: V8's helpers between two other objects are left out. More than three objects of a kind
 *   share a box if they are in the same place of chains of the same kind, from the same root.
 *   Depths count from the asked ends.
 * - Long chains: above 24 boxes, the links of a list share a box, in all chains. Above 40, one
 *   reference stands for the middle and says how many boxes are left out.
 * - Cost: linear in the steps of the chains.
 */
export function chainsSubgraph(
  graph: Graph,
  chains: readonly Chain[],
  options: PictureOptions & {
    readonly direction?: 'back' | 'forward';
    readonly internals?: boolean;
    readonly merge?: boolean;
    /**
     * As in `SubgraphOptions`; from 2 on it counts how far an object is from the asked end, not
     * what its chain is like.
     */
    readonly coarseness?: number;
  } = {},
): Subgraph {
  const { direction = 'back', internals = false, merge = true, coarseness = 0 } = options;
  const coarse = COARSENESS[coarseness]!;
  const rootName = rootsOf(graph, options);
  const isRoot = (node: number): boolean => rootName(node) !== undefined;
  const links = linksOf(graph, { internals, isRoot });
  const whole = chains.map((chain) => drawnOf(links, chain));
  const folds = merge && whole.some(({ nodes }) => nodes.length > WHOLE);
  const depths = new Map<number, number>();
  const patterns = new Map<number, string>();
  const drawn = new Map<string, Link>();
  let maxDepth = 1;
  for (const one of whole) {
    const kinds = one.nodes.map((node, i) => {
      const name = i === 0 && isRoot(node) ? `@${node}` : className(graph, node);
      return `${one.links[i]?.kind ?? ''}\n${name}`;
    });
    const { places, count } = foldedPlaces(one, kinds, folds);
    const kept = keptPlaces(places, count);
    const pattern = [...new Map(places.map((place, i) => [place, kinds[i]!])).values()].join('\n');
    let before: number | undefined;
    one.nodes.forEach((node, i) => {
      const place = places[i]!;
      if (!kept(place)) return;
      const link = i === 0 ? undefined : one.links[i];
      if (before !== undefined && link !== undefined) {
        const left = one.nodes[i - 1] === before ? link : gap(before, node, count - 2 * END);
        drawn.set(`${before} ${node} ${left.name}`, { ...left, source: before, target: node });
      }
      const depth = direction === 'back' ? count - 1 - place : place;
      depths.set(node, Math.min(depth, depths.get(node) ?? depth));
      if (!patterns.has(node)) patterns.set(node, `${place} ${pattern}`);
      before = node;
    });
    maxDepth = Math.max(maxDepth, count - 1);
  }
  const change = changeOf(graph, options);
  const isApart = apart(isRoot, options);
  const single = (node: number): boolean => !merge || (!coarse.across && isApart(node) !== '');
  const inOrder = [...depths].sort((a, b) => a[1] - b[1]).map(([node]) => node);
  const place = (node: number): string | number =>
    coarse.byHolders ? patterns.get(node)! : depths.get(node)!;
  const verdict = (node: number): string => {
    const said = options.verdictOf?.(node);
    return said === undefined ? '' : `${said.verdict}${said.suspect ? '~' : ''}`;
  };
  const common = (node: number): string => `${change(node)} ${isApart(node)} ${verdict(node)}`;
  const key = (node: number): string => `${common(node)} ${place(node)}`;
  const merged = grouped(graph, inOrder, key, single, coarse).map(
    (nodes): Box => ({ nodes, depth: depths.get(nodes[0]!)! }),
  );
  const boxes = merge ? limitedRows(merged, coarse, common) : merged;
  const boxOf = new Map(boxes.flatMap((box) => box.nodes.map((node) => [node, box] as const)));
  const describe = describer(graph, options, rootName);
  const changed = changeField(graph, options);
  return {
    kind: 'subgraph',
    direction,
    maxDepth,
    nodes: boxes.map((box) => ({ ...describe(box), ...changed(box.nodes[0]!) })),
    edges: drawnEdges(graph, [...drawn.values()], boxOf, {
      ...coarse,
      isSuspect: (node) => options.verdictOf?.(node)?.suspect === true,
    }),
    cut: [],
  };
}

/** A chain without the helpers between two others. */
function drawnOf(links: Links, { nodes, edges }: Chain): Drawn {
  const shown = [nodes[0]!];
  const found: (Link | undefined)[] = [undefined];
  for (let i = 1; i < nodes.length; i++) {
    const node = nodes[i]!;
    if (i < nodes.length - 1 && links.isHelper(node)) continue;
    const before = shown.at(-1)!;
    const folded = nodes[i - 1] !== before;
    found.push(links.link(nodes[i - 1]!, edges[i - 1]!, folded ? before : undefined));
    shown.push(node);
  }
  return { nodes: shown, links: found };
}

/**
 * By node its place among the boxes of its chain, and how many places there are: the links of a
 * list have one.
 */
function foldedPlaces(
  { nodes }: Drawn,
  kinds: readonly string[],
  folds: boolean,
): { readonly places: readonly number[]; readonly count: number } {
  const repeats = folds ? repeatsOf(kinds, LEAST) : [];
  const places: number[] = [];
  let count = 0;
  let next = 0;
  for (const { from, length, count: times } of [...repeats, { from: nodes.length, length: 0, count: 0 }]) {
    while (next < from) {
      places.push(count++);
      next++;
    }
    for (let i = 0; i < length * times; i++) places.push(count + (i % length));
    next += length * times;
    count += length;
  }
  return { places, count };
}

function keptPlaces(places: readonly number[], count: number): (place: number) => boolean {
  if (count <= 2 * END || places.length === 0) return () => true;
  return (place) => place < END || place >= count - END;
}

/** The reference in the place of those that are not drawn. */
function gap(source: number, target: number, count: number): Link {
  const name = `… ${formatCount(count)} more …`;
  return { source, target, type: 'omitted', name, kind: `omitted ${name}` };
}
