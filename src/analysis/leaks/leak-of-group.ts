/** The leak that a group of containers is, or that a container which got larger is. */

import { edgesOf, type Graph } from '../../graph/graph.js';
import { totalsOfKind } from '../growth/kind-totals.js';
import { type Ownership, ownerOf } from '../holders/container-owner.js';
import { holderChain } from '../holders/holder-chains.js';
import { holderPaths } from '../holders/holder-paths.js';
import { containerChain, memberCounts } from './container-chain.js';
import type { ContainerGroup, Frontier } from './frontier.js';
import { type ContentRow, contentsOf, describeContent } from './group-contents.js';
import type { AlsoIn, Leak } from './leak.js';
import { groupVerdict, isOfLoader, type LeakVerdict, memberOf, principalOf } from './leak-evidence.js';
import { chainBehind, linkOf } from './linked-members.js';
import { loadsAgain } from './module-reloads.js';
import type { RebuiltPart } from './rebuilt-parts.js';

/** Sum of numbers; 0 of none. */
export function sum(numbers: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < numbers.length; i++) total += numbers[i]!;
  return total;
}

/** What these hold comes and goes with the load. */
const OF_RUNTIME: ReadonlySet<Ownership> = new Set(['runtime', 'handles', 'timer', 'stack']);
/** Of its new members at least this share has to be growth of the whole kind. */
const BECOMING_MORE = 0.5;

/**
 * The leak that a group of containers is.
 *
 * - Empty: undefined where what the group holds does not grow by any verdict.
 * - Cost: that of `contentsOf` and `containerChain`.
 */
export function leakOf(
  frontier: Frontier,
  group: ContainerGroup,
  snapshots: readonly Graph[],
): Leak | undefined {
  const { graph } = frontier;
  const contents = contentsOf(frontier, group);
  const paths = holderPaths(graph);
  const path = paths.text(group.path);
  const becomesMore = ({ example, counts }: ContentRow): boolean => {
    const totals = totalsOfKind(snapshots, example);
    return totals.at(-1)! - totals[0]! >= sum(counts) * BECOMING_MORE;
  };
  const isLoader = isOfLoader(graph, group.container, path);
  const judged = (test: (row: ContentRow) => boolean): LeakVerdict | undefined =>
    groupVerdict(contents, group, isLoader, test, () => loadsAgain(frontier));
  const plain = judged(becomesMore);
  const isMasked = plain !== 'leak' && !OF_RUNTIME.has(group.owner) && judged(() => true) === 'leak';
  const verdict = isMasked ? 'leak' : plain;
  if (verdict === undefined) return undefined;
  const { chain, isList } = containerChain(frontier, group);
  const listOwner = isList ? chain.nodes.at(-1) : undefined;
  let member = memberOf(contents);
  let counts = memberCounts(frontier, group, { contents, member, listOwner });
  const principal = principalOf(contents, member);
  let isBehind = false;
  // Of members that come and go the counts say nothing: what grows is behind them.
  if (verdict === 'leak' && !increases(counts) && principal !== member) {
    member = principal;
    counts = memberCounts(frontier, group, { contents, member, listOwner });
    if (!increases(counts)) {
      counts = cumulated(member.counts);
      isBehind = true;
    }
  }
  return {
    verdict,
    isMasked,
    growth: isBehind ? 'behind' : 'members',
    linkedBy: isBehind ? undefined : linkOf(graph, member, counts.at(-1)!),
    behind: isBehind ? chainBehind(frontier, [group.number], member) : undefined,
    container: group.container,
    containers: group.containers.length,
    groups: [group.number],
    owner: group.owner,
    root: paths.rootOf(group.path)?.kind ?? null,
    path,
    chain,
    isList,
    alsoIn: group.sharers
      .map((number) => frontier.groups[number]!)
      .filter(({ owner }) => owner === 'program' || owner === 'timer')
      .map((other) => alsoIn(frontier, other)),
    member,
    memberCounts: counts,
    sizes: [],
    principal,
    contents,
    things: [...group.things],
    size: sum(group.bytes),
    aloneSize: group.aloneSize,
  };
}

/** Whether numbers by snapshot become more at every step. */
export function increases(counts: readonly number[]): boolean {
  return counts.every((count, i) => i === 0 || count > counts[i - 1]!);
}

/** Numbers by age as numbers by snapshot. */
export function cumulated(counts: readonly number[]): number[] {
  let total = 0;
  return counts.map((count) => {
    total += count;
    return total;
  });
}

function alsoIn(frontier: Frontier, group: ContainerGroup): AlsoIn {
  const { container } = group;
  const path = holderPaths(frontier.graph).text(group.path);
  return { container, path, chain: containerChain(frontier, group).chain };
}

/**
 * The leak of a container that got larger without new members.
 *
 * - In: bytes by snapshot.
 */
export function inPlace(
  frontier: Frontier,
  { node, nodes, edge }: RebuiltPart,
  sizes: readonly number[],
  verdict: LeakVerdict,
): Leak {
  const { graph, newest } = frontier;
  const paths = holderPaths(graph);
  const path = paths.pathOf(node);
  const chain = holderChain(graph, node);
  const size = sizes.at(-1)! - sizes[0]!;
  const grown = edge === undefined ? node : edgesOf(graph).targets[edge]!;
  const member: ContentRow = {
    ...describeContent(frontier, grown),
    counts: new Array<number>(newest + 1).fill(0),
    heads: [],
    size,
    depth: 0,
    example: grown,
  };
  return {
    verdict,
    isMasked: false,
    growth: 'in place',
    container: node,
    containers: nodes.length,
    groups: [],
    owner: ownerOf(graph, node, paths.rootOf(path)),
    root: paths.rootOf(path)?.kind ?? null,
    path: paths.text(path),
    chain: edge === undefined ? chain : { nodes: [...chain.nodes, grown], edges: [...chain.edges, edge] },
    isList: false,
    alsoIn: [],
    member,
    memberCounts: [],
    sizes,
    principal: member,
    contents: [],
    things: new Array<number>(newest + 1).fill(0),
    size,
    aloneSize: size,
  };
}
