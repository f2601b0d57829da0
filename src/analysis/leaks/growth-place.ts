/**
 * Where objects that came since are: on which containers most of them hang, and the way to one of
 * them.
 */
import { edgesOf } from '../../graph/graph.js';
import { NODE } from '../../graph/schema.js';
import { isMadeByCode } from '../../v8/origin.js';
import { nodeRoles, THING, WAY } from '../classes/node-roles.js';
import type { Chain } from '../holders/chains.js';
import { holderChain } from '../holders/holder-chains.js';
import { keepsAlive } from '../sizes/essential-edges.js';
import { type BoundedBuffer, boundedBuffers } from './bounded-buffers.js';
import { groupPrincipal } from './container-place.js';
import type { ContainerGroup, Frontier } from './frontier.js';
import { groupBehind } from './group-behind.js';

/** Where objects of one kind are that came since. */
export interface GrowthPlace {
  /** How many were asked about. */
  readonly total: number;
  /** The containers that most of them hang on; undefined where no container reaches any. */
  readonly group: ContainerGroup | undefined;
  /** How many hang on these. */
  readonly count: number;
  /**
   * One of them, and the references from a root through the container to it. Undefined without a
   * container.
   */
  readonly chain: Chain | undefined;
  /** How many other things made since are between the container and the last node of the chain. */
  readonly depth: number;
  /** How many are in containers of the runtime that have a limit, and the one with most of them. */
  readonly boundedCount: number;
  readonly bounded: BoundedBuffer | undefined;
  /**
   * How many the runtime holds for itself, in containers without a limit behind which is no code of
   * the program, and those that no container reaches.
   */
  readonly runtimeCount: number;
}

/**
 * Containers of the program go before larger ones of the runtime when they have at least this share
 * of as many.
 */
const WORTH_NAMING = 0.1;

/**
 * On which containers objects hang.
 *
 * - In: ordinals of objects in the last snapshot.
 * - Out: the containers with most of them: those of the program, or that lead to its code, before
 *   the runtime's own and those that have a limit. Ties: the first of `Frontier.groups`. The chain
 *   leads to the nearest of them; of functions to the nearest of the program's.
 * - Cost: for each object some references; the nodes and edges behind the containers.
 */
export function growthPlace(frontier: Frontier, nodes: ArrayLike<number>): GrowthPlace {
  const { graph, groups, headEdges } = frontier;
  const limited = boundedBuffers(graph);
  const counts = new Map<number, number>();
  for (let i = 0; i < nodes.length; i++) {
    const group = groupBehind(frontier, nodes[i]!);
    counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  let runtimeCount = counts.get(-1) ?? 0;
  counts.delete(-1);
  let boundedCount = 0;
  let bounded: BoundedBuffer | undefined;
  const ordered = [...counts].sort(([a, count], [b, other]) => other - count || a - b);
  const own: [number, number][] = [];
  for (const [number, count] of ordered) {
    const group = groups[number]!;
    const buffer = limited.of(group.container, headEdges[group.firstHead]);
    if (buffer) {
      bounded ??= buffer;
      boundedCount += count;
    } else if (isOfRuntime(frontier, group)) runtimeCount += count;
    else own.push([number, count]);
  }
  const most = ordered[0]?.[1] ?? 0;
  const found = own[0] && own[0][1] >= most * WORTH_NAMING ? own[0] : ordered[0];
  const group = found && groups[found[0]];
  const way = group && wayToMember(frontier, group, nodes);
  return {
    total: nodes.length,
    group,
    count: found?.[1] ?? 0,
    chain: way?.chain,
    depth: way?.depth ?? 0,
    boundedCount,
    bounded,
    runtimeCount,
  };
}

/** Whether containers are the runtime's, and no code of the program is behind them. */
function isOfRuntime(frontier: Frontier, group: ContainerGroup): boolean {
  if (group.owner !== 'runtime' && group.owner !== 'handles') return false;
  return groupPrincipal(frontier, group).origin !== 'program';
}

/**
 * Other containers of the group that are tried, when that with the most members has none of the
 * nodes.
 */
const MOST_TRIED = 1000;

/** From a root through a container of the group to the nearest of the nodes that hang on it. */
function wayToMember(
  frontier: Frontier,
  group: ContainerGroup,
  nodes: ArrayLike<number>,
): { readonly chain: Chain; readonly depth: number } | undefined {
  const wanted = wantedOf(frontier, group, nodes);
  if (wanted.size === 0) return undefined; // numbers and shapes hang on what is claimed
  const { container, containers } = group;
  const roles = nodeRoles(frontier.graph);
  for (const start of [
    container,
    ...containers.slice(0, MOST_TRIED).filter((other) => other !== container),
  ]) {
    const steps = stepsTo(frontier, group, start, wanted);
    if (!steps) continue;
    const above = holderChain(frontier.graph, start);
    const chain = { nodes: [...above.nodes, ...steps.nodes], edges: [...above.edges, ...steps.edges] };
    return { chain, depth: steps.nodes.filter((node) => roles[node] === THING).length - 1 };
  }
  return undefined;
}

/** Functions that are looked at to find one of the program's. */
const MOST_FUNCTIONS = 10_000;

/** The nodes that a group claims; of functions those of the program's code, where there are any. */
function wantedOf(
  { graph, groupOf }: Frontier,
  group: ContainerGroup,
  nodes: ArrayLike<number>,
): ReadonlySet<number> {
  const claimed = new Set<number>();
  const own = new Set<number>();
  let looked = 0;
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i]!;
    if (groupOf[node] !== group.number) continue;
    claimed.add(node);
    const isFunction = graph.nodeTypes[node] === NODE.closure && looked++ < MOST_FUNCTIONS;
    if (isFunction && isMadeByCode(graph, node)) own.add(node);
  }
  return own.size > 0 ? own : claimed;
}

/**
 * The shortest way from a container through its own parts and what its group claims; without the
 * container.
 */
function stepsTo(
  { graph, groupOf }: Frontier,
  group: ContainerGroup,
  container: number,
  wanted: ReadonlySet<number>,
): Chain | undefined {
  const { firstEdge } = graph;
  const { targets } = edgesOf(graph);
  const roles = nodeRoles(graph);
  const keeps = keepsAlive(graph);
  const from = new Map<number, readonly [source: number, edge: number] | undefined>([[container, undefined]]);
  for (const [node] of from) {
    if (wanted.has(node)) {
      const steps = { nodes: [] as number[], edges: [] as number[] };
      for (let at = node, step = from.get(at); step; [at] = step, step = from.get(at)) {
        steps.nodes.push(at);
        steps.edges.push(step[1]);
      }
      return { nodes: steps.nodes.reverse(), edges: steps.edges.reverse() };
    }
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (from.has(target) || !keeps(edge, node)) continue;
      const isOwnPart = roles[target] === WAY && groupOf[target] === -1;
      if (groupOf[target] === group.number || isOwnPart) from.set(target, [node, edge]);
    }
  }
  return undefined;
}
