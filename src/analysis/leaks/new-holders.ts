/**
 * Who holds what is new between two snapshots, class by class: the containers that were there
 * before.
 */
import { byDescending, byText, inOrder } from '../../base/order.js';
import type { Graph } from '../../graph/graph.js';
import { classIndex } from '../../v8/class-names.js';
import { type DiffOptions, type NodeDiff, nodeDiff } from '../growth/diff.js';
import { holderPaths } from '../holders/holder-paths.js';
import { type HolderTally, tallyByHolder } from '../holders/tally.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import { type ContainerGroup, type Frontier, frontierOf } from './frontier.js';
import { groupBehind } from './group-behind.js';

/** New objects of one class that hang on the same containers, or are held in the same way. */
export interface NewHolder {
  /**
   * Who holds them, from a root on (see `holderPaths`): the way to what hangs on the container. Of
   * objects that no container reaches the way to themselves.
   */
  readonly path: string;
  readonly count: number;
  /** Bytes: the objects' own sizes. */
  readonly size: number;
  /** Path or URL of the module that the path begins at; undefined for other places. */
  readonly file: string | undefined;
  /**
   * What was there before and leads to them; see `frontierOf`, and `containerPlace` for words.
   * Undefined for objects that no container reaches: what compiled code and the stack hold, what is
   * old by its id and changed its class.
   */
  readonly group: ContainerGroup | undefined;
}

/** What is compared, and of which classes; all of them where none are named. */
export interface NewHoldersOptions extends Pick<DiffOptions, 'raw' | 'partition'> {
  readonly types?: ReadonlySet<string>;
  /** That of the two snapshots, where it is known. */
  readonly frontier?: Frontier;
}

/**
 * By class, who holds in `after` the objects that `diff` calls new.
 *
 * - In: two snapshots of one process; `after` with edges and, to know whose a container is,
 *   locations.
 * - Order: the most bytes first, ties by number, then by path.
 * - Empty: classes without new objects are not there.
 * - Sizes: V8's own where `before` has no edges.
 * - Cost: that of `frontierOf` and `nodeDiff`; who has compared the nodes already gives the last
 *   argument.
 */
export function holdersOfNew(
  before: Graph,
  after: Graph,
  options: NewHoldersOptions = {},
  { isNew }: Pick<NodeDiff, 'isNew'> = nodeDiff(before, after, options),
): ReadonlyMap<string, readonly NewHolder[]> {
  const { frontier = frontierOf([before, after]) } = options;
  const { labels: names, of } = (options.partition ?? classIndex)(after, [before, after]);
  const sizes = options.raw || !before.edges ? after.selfSizes : shallowSizes(after);
  const { groups } = frontier;
  const paths = holderPaths(after);
  const wanted = names.map((name) => options.types?.has(name) ?? true);
  // By class the groups, by their numbers, and behind them the paths of what no group reaches.
  const tallies = tallyByHolder(
    after.nodeCount,
    sizes,
    (node) => (isNew[node] !== 0 && wanted[of[node]!] ? of[node]! : -1),
    (node) => {
      const group = groupBehind(frontier, node);
      return group >= 0 ? group : groups.length + paths.pathOf(node);
    },
  );
  const holder = (key: number, { count, size }: HolderTally): NewHolder => {
    const group = groups[key];
    const path = group ? pathOfMembers(frontier, group) : key - groups.length;
    return { path: paths.text(path), count, size, file: paths.rootOf(path)?.file, group };
  };
  return new Map(
    Array.from(tallies, ([type, holders]) => [
      names[type]!,
      Array.from(holders, ([key, tally]) => holder(key, tally)).sort(
        inOrder<NewHolder>(
          byDescending((row) => row.size),
          byDescending((row) => row.count),
          byText((row) => row.path),
        ),
      ),
    ]),
  );
}

/** Number of the path through the container to what hangs on it. */
function pathOfMembers(
  { graph, headEdges, headContainers }: Frontier,
  { container, edgeName, firstHead, lastHead }: ContainerGroup,
): number {
  const paths = holderPaths(graph);
  if (edgeName === undefined) return paths.pathThrough(container, undefined);
  for (let i = firstHead; i < lastHead; i++)
    if (headContainers[i] === container) return paths.pathThrough(container, headEdges[i]!);
  return paths.pathThrough(container, undefined);
}
