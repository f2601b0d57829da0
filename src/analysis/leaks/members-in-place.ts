/**
 * How many members containers have in one snapshot. Those of the last snapshot that were there
 * before say how many have stayed, not how many there were.
 */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { idIndex } from '../../graph/ids.js';
import { EDGE, IS_TEXT, NODE } from '../../graph/schema.js';
import { className } from '../../v8/class-names.js';
import { nodeRoles, THING, WAY } from '../classes/node-roles.js';
import { totalsOfKind } from '../growth/kind-totals.js';
import { keepsAlive } from '../sizes/essential-edges.js';
import { entriesIn } from './bounded-buffers.js';
import type { Frontier } from './frontier.js';
import type { Leak } from './leak.js';
import { growsEvenly } from './leak-evidence.js';

/** Parts of one container that are looked at. */
const MOST_PARTS = 1 << 20;
/** Of what was added, this share has to have gone since to be looked at. */
const GONE = 0.2;

/** What is counted: members of one kind in some containers. */
export interface Membership {
  /** V8's ids of the containers. */
  readonly ids: readonly number[];
  /** Type of the members' nodes; of texts any type of texts. */
  readonly type: number;
  /** Their name; undefined of a text. */
  readonly name: string | undefined;
}

/** Members of one snapshot. */
export interface Members {
  /** Of texts no more than there are entries: a Map may have them as keys and as values. */
  readonly count: number;
  /** V8's ids of the members, ascending. */
  readonly ids: Float64Array;
}

const NO_MEMBERS: Members = { count: 0, ids: new Float64Array(0) };

/**
 * Members of each, by snapshot: things of the kind that the containers refer to by their items,
 * entries and properties.
 *
 * - In: a graph with edges. Containers that it does not have count nothing.
 * - Cost: one pass over the nodes for the ids; the edges of the containers and of their parts.
 */
export function membersInPlace(graph: Graph, wanted: readonly Membership[]): Members[] {
  const { firstEdge, nodeTypes, nodeNames, strings } = graph;
  const { targets } = edgesOf(graph);
  const roles = nodeRoles(graph);
  const keeps = keepsAlive(graph);
  const { nodeOf } = idIndex(graph);
  return wanted.map(({ ids, type, name }) => {
    const names = name === undefined ? undefined : strings.indexesOf(name);
    const ofTexts = IS_TEXT[type] === 1;
    const containers = ids.map((id) => nodeOf(id)).filter((node) => node >= 0);
    const parts = new Set(containers);
    const members = new Set<number>();
    for (const node of parts) {
      for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
        const target = targets[edge]!;
        if (roles[target] === WAY) {
          if (parts.size < MOST_PARTS && keeps(edge, node)) parts.add(target);
        } else if (
          roles[target] === THING &&
          (ofTexts ? IS_TEXT[nodeTypes[target]!] === 1 : nodeTypes[target] === type) &&
          (names === undefined || names.has(nodeNames[target]!)) &&
          !parts.has(target) &&
          keeps(edge, node)
        )
          members.add(target);
      }
    }
    if (members.size === 0) return NO_MEMBERS;
    const entries = ofTexts
      ? containers.reduce((sum, node) => sum + entriesOf(graph, node), 0)
      : members.size;
    return {
      count: Math.min(members.size, entries),
      ids: Float64Array.from(members, (node) => graph.ids[node]!).sort(),
    };
  });
}

/** Entries of a Map, items of an array, properties of other objects; at least one. */
function entriesOf(graph: Graph, node: number): number {
  const type = className(graph, node);
  if (type === 'Array' || type === 'Map' || type === 'Set') return entriesIn(graph, node);
  const { types, names } = edgesOf(graph);
  let count = 0;
  for (let edge = graph.firstEdge[node]!, end = graph.firstEdge[node + 1]!; edge < end; edge++)
    if (
      types[edge] === EDGE.element ||
      (types[edge] === EDGE.property && !graph.strings.equals(names[edge]!, '__proto__'))
    )
      count++;
  return Math.max(1, count);
}

/** Fewer old members may have gone by chance. */
const FEWEST_OLD = 10;
/** Where at most this share of the oldest members has stayed, they go first. */
const OLD_STAYED = 0.1;

/**
 * Whether the oldest members go and a good part of all does: those that the first snapshot has and
 * the last but one had still. So does a cache that is not full, and a queue that gets longer; in a
 * leak the oldest are still there.
 *
 * - In: the members by snapshot, of three or more.
 * - Cost: a search for each member of the first two.
 */
export function oldestGo(snapshots: readonly Members[]): boolean {
  if (snapshots.length < 3) return false;
  const [first, before, last] = [snapshots[0]!.ids, snapshots.at(-2)!.ids, snapshots.at(-1)!.ids];
  const old = first.filter((id) => has(before, id));
  const stayed = old.filter((id) => has(last, id)).length;
  if (old.length < FEWEST_OLD || stayed > old.length * OLD_STAYED) return false;
  return before.filter((id) => !has(last, id)).length >= before.length * GONE;
}

/** Whether ascending numbers have one. */
function has(numbers: Float64Array, wanted: number): boolean {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numbers[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return numbers[low] === wanted;
}

/** What `membersInPlace` counts of leaks. */
export function membershipsOf(
  { graph, groups }: Pick<Frontier, 'graph' | 'groups'>,
  leaks: readonly Leak[],
): Membership[] {
  return leaks.map(({ groups: numbers, member }) => ({
    ids: numbers.flatMap((number) => groups[number]!.containers).map((node) => graph.ids[node]!),
    type: graph.nodeTypes[member.example]!,
    name: isNamed(graph, member.example) ? graph.strings.get(graph.nodeNames[member.example]!) : undefined,
  }));
}

/** Whether a node's name is its class, or the name of a function. */
function isNamed({ nodeTypes }: Graph, node: number): boolean {
  const type = nodeTypes[node];
  return type === NODE.object || type === NODE.closure || type === NODE.native;
}

/**
 * Whether the members are held by the container itself, and things of their kind have gone since
 * the first snapshot: then it may have had as many before.
 *
 * - Cost: one pass over the nodes of the last snapshot for the leaks of one kind.
 */
export function turnsOver(
  { graph, ages }: Pick<Frontier, 'graph' | 'ages'>,
  leak: Leak,
  snapshots: readonly Graph[],
): boolean {
  const { verdict, member, memberCounts } = leak;
  if (verdict !== 'leak' || !isCountable(leak)) return false;
  const { nodeTypes, nodeNames, nodeCount } = graph;
  const type = nodeTypes[member.example];
  const name = isNamed(graph, member.example) ? nodeNames[member.example] : undefined;
  let stayed = 0;
  for (let node = 0; node < nodeCount; node++)
    if (ages[node] === 0 && nodeTypes[node] === type && (name === undefined || nodeNames[node] === name))
      stayed++;
  const gone = totalsOfKind(snapshots, member.example)[0]! - stayed;
  return gone >= GONE * (memberCounts.at(-1)! - memberCounts[0]!);
}

/** Whether the containers hold the members themselves, so that each snapshot can count them. */
export function isCountable({ growth, member, isList, groups }: Leak): boolean {
  return growth === 'members' && member.depth === 0 && !isList && groups.length > 0;
}

/** Whether counts by snapshot grow at every step, and alike. */
export function growsSteadily(counts: readonly number[]): boolean {
  return growsEvenly(counts.map((count, i) => count - (counts[i - 1] ?? 0)));
}
