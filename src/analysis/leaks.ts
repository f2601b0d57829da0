/**
 * The three-snapshot way to a leak: what came into being between the first two snapshots and is there in the third,
 * grouped by who holds it.
 */
import type { Graph } from '../graph/graph.js';
import { idIndex } from '../graph/ids.js';
import { classIndex } from './class-names.js';
import { distances, SYSTEM_DISTANCE } from './distances.js';
import { dominatorTree } from './dominators.js';
import { holderChains } from './holder-chains.js';
import { holderPaths } from './holder-paths.js';
import { isProgramType } from './program-types.js';
import { retainedSizes } from './retained-sizes.js';
import type { RootKind } from './roots.js';
import { isMadeByCode } from './runtime.js';

/** Leaked objects of one class in one place. */
export interface LeakedClass {
  readonly type: string;
  readonly count: number;
  /** Bytes: the sum of the members' retained sizes. */
  readonly retainedSize: number;
}

/** Leaked objects that are held in the same way. */
export interface LeakGroup {
  /** Who holds them; see `holderPaths`. */
  readonly path: string;
  /** What the path begins at; null where no root reaches them. */
  readonly root: RootKind | null;
  /** Whether V8 or the modules of Node.js hold them for themselves, and no code of the program made the example. */
  readonly internal: boolean;
  readonly count: number;
  /** Bytes: the sum of the members' retained sizes. */
  readonly retainedSize: number;
  /** The most bytes first, ties by number, then by name. */
  readonly classes: readonly LeakedClass[];
  /** Ordinal, in the last snapshot, of a member of the first class: the nearest to its root, the most bytes, the first in the file. */
  readonly example: number;
}

/** What three snapshots tell. */
export interface Leaks {
  /** Objects of the program that the second snapshot has and the first has not. */
  readonly born: number;
  /** Of those, what the last snapshot has and the program's globals reach. */
  readonly alive: number;
  /** And what the last snapshot has and only the stack, handles, or V8 itself reach: not counted. */
  readonly systemOnly: number;
  /** The most bytes first, ties by number of objects, then by path. */
  readonly groups: readonly LeakGroup[];
}

/**
 * Objects whose id is in `target`, not in `baseline`, and again in `final`. Counted is what a program knows of (objects,
 * functions, strings, native objects, … not V8's arrays, code and shapes) and its globals reach (`distances`). Of an
 * object that another leaked one dominates nothing is said: the other one has it. The rest is grouped by who holds it in
 * `final`. Sizes are sums of retained sizes: the members' subtrees do not overlap, and what only several of them together
 * keep alive is not counted.
 *
 * Nothing born or nothing left: no groups. The snapshots have to be of one process (`lineage`).
 * Needs edges of `final`, and its locations to know whose code made an object; of the others the nodes alone. Cost: linear in the nodes of all three; the dominators and the
 * holder paths of `final`.
 */
export function leaks(baseline: Graph, target: Graph, final: Graph): Leaks {
  const { nodeCount, nodeTypes, ids } = final;
  const old = idIndex(baseline);
  const middle = idIndex(target);
  let born = 0;
  for (let node = 0; node < target.nodeCount; node++)
    if (isProgramType[target.nodeTypes[node]!] === 1 && old.nodeOf(target.ids[node]!) < 0) born++;

  const far = distances(final); // before the dominators, which can use what it found
  const { dominators, order } = dominatorTree(final);
  const LEAKED = 1;
  const BELOW = 2;
  const state = new Uint8Array(nodeCount);
  const topmost = new Uint32Array(nodeCount);
  let alive = 0;
  let systemOnly = 0;
  let count = 0;
  // A dominator comes before what it dominates.
  for (let i = 0; i < order.length; i++) {
    const node = order[i]!;
    if (i > 0 && state[dominators[node]!] !== 0) state[node] = BELOW;
    if (isProgramType[nodeTypes[node]!] === 0) continue;
    const id = ids[node]!;
    if (old.nodeOf(id) >= 0 || middle.nodeOf(id) < 0) continue;
    const distance = far[node]!;
    if (distance < 0 || distance >= SYSTEM_DISTANCE) {
      systemOnly++;
      continue;
    }
    alive++;
    if (state[node] === BELOW) continue;
    state[node] = LEAKED;
    topmost[count++] = node;
  }
  return { born, alive, systemOnly, groups: grouped(final, topmost.subarray(0, count)) };
}

interface Tally {
  count: number;
  size: number;
  example: number;
}

function grouped(graph: Graph, nodes: Uint32Array): LeakGroup[] {
  const paths = holderPaths(graph);
  const { depths } = holderChains(graph);
  const { labels: names, of } = classIndex(graph);
  const retained = retainedSizes(graph);
  const groups = new Map<number, Map<number, Tally>>();
  for (const node of nodes) {
    const path = paths.pathOf(node);
    let classes = groups.get(path);
    if (!classes) {
      classes = new Map();
      groups.set(path, classes);
    }
    const size = retained[node]!;
    const tally = classes.get(of[node]!);
    if (!tally) {
      classes.set(of[node]!, { count: 1, size, example: node });
      continue;
    }
    tally.count++;
    tally.size += size;
    const known = tally.example;
    const nearer = depths[known]! - depths[node]! || size - retained[known]! || known - node;
    if (nearer > 0) tally.example = node;
  }
  return [...groups]
    .map(([path, classes]): LeakGroup => {
      const tallies = [...classes]
        .map(([type, tally]) => ({ type: names[type]!, ...tally }))
        .sort((a, b) => b.size - a.size || b.count - a.count || (a.type < b.type ? -1 : 1));
      const root = paths.rootOf(path)?.kind ?? null;
      return {
        path: paths.text(path),
        root,
        internal: root === 'internal' && !isMadeByCode(graph, tallies[0]!.example),
        count: tallies.reduce((sum, tally) => sum + tally.count, 0),
        retainedSize: tallies.reduce((sum, tally) => sum + tally.size, 0),
        classes: tallies.map(({ type, count, size }) => ({ type, count, retainedSize: size })),
        example: tallies[0]!.example,
      };
    })
    .sort((a, b) => b.retainedSize - a.retainedSize || b.count - a.count || (a.path < b.path ? -1 : 1));
}
