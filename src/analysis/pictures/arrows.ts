/** Arrows of a picture: one for all references of one kind between two boxes. */

import type { SubgraphEdge } from '../../base/subgraph.js';
import { formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { type Box, COARSENESS, type Coarseness } from './boxes.js';
import type { Link } from './links.js';

interface ArrowRules extends Pick<Coarseness, 'oneArrow' | 'most'> {
  /** Whether references to a node are suspects. Default: none. */
  readonly isSuspect?: (node: number) => boolean;
}

/** One edge for all references of one kind between two boxes, in the order of the first ones. */
export function drawnEdges(
  graph: Graph,
  links: readonly Link[],
  boxOf: ReadonlyMap<number, Box>,
  { oneArrow, most, isSuspect = () => false }: ArrowRules = COARSENESS[0]!,
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
    ...(bundle.every(({ target }) => isSuspect(target)) ? { suspect: true } : {}),
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
