/**
 * How many members containers have in one snapshot. Those of the last snapshot that were there
 * before say how many have stayed, not how many there were.
 */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { idIndex } from '../../graph/ids.js';
import { NODE } from '../../graph/schema.js';
import { nodeRoles, THING, WAY } from '../classes/node-roles.js';
import { totalsOfKind } from '../growth/kind-totals.js';
import { keepsAlive } from '../sizes/essential-edges.js';
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
  /** Type and name of the members' nodes; no name where it is a text. */
  readonly type: number;
  readonly name: string | undefined;
}

/**
 * Members of each, by snapshot: things of the kind that the containers refer to by their items,
 * entries and properties.
 *
 * - In: a graph with edges. Containers that it does not have count nothing.
 * - Cost: one pass over the nodes for the ids; the edges of the containers and of their parts.
 */
export function membersInPlace(graph: Graph, wanted: readonly Membership[]): number[] {
  const { firstEdge, nodeTypes, nodeNames, strings } = graph;
  const { targets } = edgesOf(graph);
  const roles = nodeRoles(graph);
  const keeps = keepsAlive(graph);
  const { nodeOf } = idIndex(graph);
  return wanted.map(({ ids, type, name }) => {
    const names = name === undefined ? undefined : strings.indexesOf(name);
    const parts = new Set(ids.map((id) => nodeOf(id)).filter((node) => node >= 0));
    const members = new Set<number>();
    for (const node of parts) {
      for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
        const target = targets[edge]!;
        if (roles[target] === WAY) {
          if (parts.size < MOST_PARTS && keeps(edge, node)) parts.add(target);
        } else if (
          roles[target] === THING &&
          nodeTypes[target] === type &&
          (names === undefined || names.has(nodeNames[target]!)) &&
          !parts.has(target) &&
          keeps(edge, node)
        )
          members.add(target);
      }
    }
    return members.size;
  });
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
  { verdict, growth, member, memberCounts, isList }: Leak,
  snapshots: readonly Graph[],
): boolean {
  if (verdict !== 'leak' || growth !== 'members' || member.depth > 0 || isList) return false;
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

/** Whether counts by snapshot grow at every step, and alike. */
export function growsSteadily(counts: readonly number[]): boolean {
  return growsEvenly(counts.map((count, i) => count - (counts[i - 1] ?? 0)));
}
