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
import { EDGE, NODE } from '../../graph/schema.js';
import { classIndex } from '../../v8/class-names.js';
import { symbolTables } from '../../v8/symbol-tables.js';
import { nodeRoles, THING, WALL } from '../classes/node-roles.js';
import { agesOf } from '../growth/ages.js';
import { type Ownership, ownerOf } from '../holders/container-owner.js';
import { holderPaths } from '../holders/holder-paths.js';
import { keepsAlive } from '../sizes/essential-edges.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';

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

/** An old thing with parts that were made since. */
export interface Rebuilt {
  readonly node: number;
  /** Bytes of the new parts, as V8 wrote them. */
  readonly size: number;
}

const NOBODY = -1;
/** Reached by several groups. */
const SHARED = -2;

/** A way that more containers reach than this is credited to the first of them. */
const MOST_VISITS = 4;

/**
 * Synthetic nodes that are lists of native handles: containers. Of others only the table of
 * `Symbol.for` is one, and the root is none.
 */
const HANDLES = /^(\((Global|Eternal|Traced) handles\)|Node \/ .*|C\+\+ (?!native stack).*)$/;

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

/** Smaller parts are not looked at. */
const LEAST_PART = 256;

interface Heads {
  readonly headNodes: Uint32Array;
  readonly headEdges: Uint32Array;
  readonly headContainers: Uint32Array;
}

/**
 * From every old thing, through ways of any age, to the first new things. In the order of the file.
 */
function headsOf(graph: Graph, ages: Uint8Array): Heads & { readonly rebuilt: readonly Rebuilt[] } {
  const { nodeCount, firstEdge, nodeTypes, root, selfSizes } = graph;
  const { targets } = edgesOf(graph);
  const roles = nodeRoles(graph);
  const keeps = keepsAlive(graph);
  const lists = handleLists(graph);
  const symbols = symbolTables(graph);
  const nodes: number[] = [];
  const edges: number[] = [];
  const containers: number[] = [];
  const stamp = new Uint32Array(nodeCount); // the container that met a node last, plus one
  const visits = new Uint8Array(nodeCount);
  const stack: number[] = [];
  const first: number[] = []; // beside the stack: the container's own edge
  const { synthetic, hidden } = NODE;
  const rebuilt: Rebuilt[] = [];
  for (let container = 0; container < nodeCount; container++) {
    if (ages[container] !== 0 || container === root) continue;
    const table = symbols.get(container);
    if (nodeTypes[container] === synthetic) {
      if (table === undefined && !lists.has(container)) continue;
    } else if (roles[container] !== THING) continue;
    const mark = container + 1;
    let source = container;
    let through = -1;
    let parts = 0;
    for (;;) {
      const isTable = table !== undefined && source === container;
      const end = isTable ? table + 1 : firstEdge[source + 1]!;
      for (let edge = isTable ? table : firstEdge[source]!; edge < end; edge++) {
        const target = targets[edge]!;
        const role = roles[target]!;
        if (role === WALL || stamp[target] === mark) continue;
        if (role === THING) {
          if (ages[target] === 0 || !keeps(edge, source)) continue;
          stamp[target] = mark;
          nodes.push(target);
          edges.push(through < 0 ? edge : through);
          containers.push(container);
        } else if (visits[target]! < MOST_VISITS && keeps(edge, source)) {
          stamp[target] = mark;
          visits[target]!++;
          if (ages[target] !== 0) parts += selfSizes[target]!;
          stack.push(target);
          first.push(through < 0 ? edge : through);
        }
      }
      if (stack.length === 0) break;
      source = stack.pop()!;
      through = first.pop()!;
    }
    if (parts >= LEAST_PART && nodeTypes[container] !== synthetic && nodeTypes[container] !== hidden)
      rebuilt.push({ node: container, size: parts });
  }
  return {
    rebuilt,
    headNodes: Uint32Array.from(nodes),
    headEdges: Uint32Array.from(edges),
    headContainers: Uint32Array.from(containers),
  };
}

function handleLists(graph: Graph): ReadonlySet<number> {
  const { nodeCount, nodeTypes, nodeNames, strings } = graph;
  const found = new Set<number>();
  for (let node = 0; node < nodeCount; node++)
    if (nodeTypes[node] === NODE.synthetic && HANDLES.test(strings.get(nodeNames[node]!))) found.add(node);
  return found;
}

interface Draft {
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
function groupsOf(graph: Graph, ages: Uint8Array, newest: number, heads: Heads): Draft[] {
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
