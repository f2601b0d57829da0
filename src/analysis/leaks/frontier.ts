/**
 * The frontier between what was there in the first of several snapshots and what was made since:
 * the references from old things, the containers, to the first new things behind them, the heads.
 * Everything made since is reached through one of these references, so a container to which things
 * are added at every step is a leak, whatever holds the container.
 *
 * Containers that are held in the same way (`holderPaths`) and have the same class are one group;
 * of scopes and records each variable and each property is a place of its own. Each new node
 * belongs to one group, that which claims it; where several groups reach it, the one that grows by
 * more heads.
 */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { nodeRoles, THING, WALL } from '../classes/node-roles.js';
import { agesOf } from '../growth/ages.js';
import type { Ownership } from '../holders/container-owner.js';
import { keepsAlive } from '../sizes/essential-edges.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import { type Draft, groupsOf } from './frontier-groups.js';
import { type Heads, headsOf, type Rebuilt } from './frontier-heads.js';

/** Containers that are held in the same way. */
export interface ContainerGroup {
  /** Its place in `Frontier.groups`. */
  readonly number: number;
  /** Ordinals of the containers, ascending. */
  readonly containers: readonly number[];
  /** The container with the most heads; ties: the first in the file. */
  readonly container: number;
  /** Number of the containers' path in `holderPaths`. */
  readonly path: number;
  /**
   * String index of the variable or property that all heads hang on; undefined for items, entries
   * and dictionaries.
   */
  readonly edgeName: number | undefined;
  /** Whose the containers are. */
  readonly owner: Ownership;
  /** By age: how many heads. Age 0 counts nothing. */
  readonly heads: Float64Array;
  /** By age: things that the group claims. */
  readonly things: Float64Array;
  /** By age: bytes of all nodes that the group claims (transferred shallow sizes). */
  readonly bytes: Float64Array;
  /** Bytes of those that no other group reaches: what would be freed with the references. */
  readonly aloneSize: number;
  /** Groups that reach most of their heads only together with this one, which claims them. */
  readonly sharers: readonly number[];
  /** Where the group's heads begin in `Frontier.headNodes`, container by container. */
  readonly firstHead: number;
  readonly lastHead: number;
}

/** What `frontierOf` gives. */
export interface Frontier {
  readonly graph: Graph;
  /** The age of a thing that only the last snapshot has: the number of snapshots minus one. */
  readonly newest: number;
  /** By node; see `agesOf`. */
  readonly ages: Uint8Array;
  readonly groups: readonly ContainerGroup[];
  /**
   * By node made since: the group that claims it; -1 for old nodes and for what no container
   * reaches.
   */
  readonly groupOf: Int32Array;
  /** By head: its node, the container's edge that leads towards it, and the container. */
  readonly headNodes: Uint32Array;
  readonly headEdges: Uint32Array;
  readonly headContainers: Uint32Array;
  /**
   * Old things whose own parts (tables, arrays) were made anew since: what may have grown in place.
   */
  readonly rebuilt: readonly Rebuilt[];
}

const NOBODY = -1;

/** Reached by several groups. */
const SHARED = -2;

/**
 * The frontier of several snapshots of one process.
 *
 * - In: the earlier snapshots, of which the nodes are enough, and the last one with edges (and
 *   locations, to know whose a container is).
 * - Out: groups of containers and, by node, the group that claims it.
 * - Order: the program's own groups first, those that grow by more heads at every step, more bytes
 *   that no other group reaches, the first in the file.
 * - Empty: nothing made since the first snapshot is held by anything older.
 * - Cost: linear in nodes and edges of the last snapshot, and a pass over the nodes of the others;
 *   18 bytes a node besides those of `holderChains`, `holderPaths` and `shallowSizes`.
 */
export function frontierOf(snapshots: readonly Graph[]): Frontier {
  const graph = snapshots.at(-1)!;
  const ages = agesOf(snapshots);
  const newest = snapshots.length - 1;
  const heads = headsOf(graph, ages);
  const groups = groupsOf(graph, ages, newest, heads);
  const claims = claimsOf(graph, ages, newest, groups, heads);
  return { graph, newest, ages, rebuilt: heads.rebuilt, ...claims };
}

/** The heads by which a group grows at every step: the fewest of any age. */
function width(heads: Float64Array): number {
  return heads.length < 2 ? 0 : heads.subarray(1).reduce((least, count) => Math.min(least, count));
}

/** Gives every new node to a group; see the head of the file. */
function claimsOf(
  graph: Graph,
  ages: Uint8Array,
  newest: number,
  drafts: readonly Draft[],
  { headNodes, headEdges, headContainers }: Heads,
): Heads & { readonly groups: readonly ContainerGroup[]; readonly groupOf: Int32Array } {
  const { nodeCount, firstEdge } = graph;
  const { targets } = edgesOf(graph);
  const roles = nodeRoles(graph);
  const keeps = keepsAlive(graph);
  const sizes = shallowSizes(graph);
  const queue = new Uint32Array(nodeCount * 2); // the system gives memory only to what is written
  const isOuter = ({ owner }: Draft): boolean => owner !== 'program' && owner !== 'timer';

  // What only one group reaches. The runtime's own containers share nothing with the program's:
  // they come after them.
  const alone = new Int32Array(nodeCount).fill(NOBODY);
  const settled = new Uint8Array(nodeCount);
  for (const outer of [false, true]) {
    let head = 0;
    let tail = 0;
    const give = (node: number, group: number): void => {
      if (settled[node] === 1) return;
      const known = alone[node]!;
      if (known === group || known === SHARED) return;
      alone[node] = known === NOBODY ? group : SHARED;
      queue[tail++] = node;
    };
    drafts.forEach((draft, group) => {
      if (isOuter(draft) !== outer) return;
      for (let i = 0; i < draft.ranges.length; i += 2)
        for (let at = draft.ranges[i]!; at < draft.ranges[i + 1]!; at++) give(headNodes[at]!, group);
    });
    while (head < tail) {
      const node = queue[head++]!;
      const group = alone[node]!;
      for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
        const target = targets[edge]!;
        if (ages[target] === 0 || roles[target] === WALL || !keeps(edge, node)) continue;
        give(target, group);
      }
    }
    for (let i = 0; i < tail; i++) settled[queue[i]!] = 1;
  }
  const aloneSizes = new Float64Array(drafts.length);
  for (let node = 0; node < nodeCount; node++)
    if (alone[node]! >= 0) aloneSizes[alone[node]!]! += sizes[node]!;

  const order = drafts.map((_, number) => number);
  const widths = drafts.map(({ heads }) => width(heads));
  order.sort(
    (a, b) =>
      Number(isOuter(drafts[a]!)) - Number(isOuter(drafts[b]!)) ||
      widths[b]! - widths[a]! ||
      aloneSizes[b]! - aloneSizes[a]! ||
      a - b,
  );
  const groupOf = alone.fill(NOBODY);
  const groups: ContainerGroup[] = [];
  const nodes = new Uint32Array(headNodes.length);
  const edges = new Uint32Array(headNodes.length);
  const containers = new Uint32Array(headNodes.length);
  let lastHead = 0;
  const sharers: number[][] = order.map(() => []);
  for (const [number, at] of order.entries()) {
    const { ranges, most: _, ...draft } = drafts[at]!;
    const firstHead = lastHead;
    for (let i = 0; i < ranges.length; i += 2) {
      for (let from = ranges[i]!; from < ranges[i + 1]!; from++) {
        nodes[lastHead] = headNodes[from]!;
        edges[lastHead] = headEdges[from]!;
        containers[lastHead++] = headContainers[from]!;
      }
    }
    let head = 0;
    let tail = 0;
    const others = new Map<number, number>();
    for (let i = firstHead; i < lastHead; i++) {
      const node = nodes[i]!;
      const owner = groupOf[node]!;
      if (owner >= 0) others.set(owner, (others.get(owner) ?? 0) + 1);
      else {
        groupOf[node] = number;
        queue[tail++] = node;
      }
    }
    const things = new Float64Array(newest + 1);
    const bytes = new Float64Array(newest + 1);
    while (head < tail) {
      const node = queue[head++]!;
      const age = ages[node]!;
      if (roles[node] === THING) things[age]! += 1;
      bytes[age]! += sizes[node]!;
      for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
        const target = targets[edge]!;
        if (groupOf[target] !== NOBODY || ages[target] === 0 || roles[target] === WALL) continue;
        if (!keeps(edge, node)) continue;
        groupOf[target] = number;
        queue[tail++] = target;
      }
    }
    // The ways between a container and its heads, made since as well: a table that grew.
    for (const [owner, count] of others) if (count * 2 > lastHead - firstHead) sharers[owner]!.push(number);
    groups.push({
      ...draft,
      number,
      things,
      bytes,
      aloneSize: aloneSizes[at]!,
      sharers: sharers[number]!,
      firstHead,
      lastHead,
    });
  }
  return { groups, groupOf, headNodes: nodes, headEdges: edges, headContainers: containers };
}
