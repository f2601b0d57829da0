/** Who holds what is new between two snapshots, class by class. */
import type { Graph } from '../graph/graph.js';
import { classIndex } from './class-names.js';
import { type DiffOptions, type NodeDiff, nodeDiff } from './diff.js';
import { holderPaths } from './holder-paths.js';
import { shallowSizes } from './shallow-sizes.js';

/** New objects of one class that are held in the same way. */
export interface NewHolder {
  /** Who holds them; see `holderPaths`. */
  readonly path: string;
  readonly count: number;
  /** Bytes: the objects' own sizes. */
  readonly size: number;
}

/** What is compared, and of which classes; all of them where none are named. */
export interface NewHoldersOptions extends Pick<DiffOptions, 'raw' | 'partition'> {
  readonly types?: ReadonlySet<string>;
}

/**
 * By class, who holds in `after` the objects that `diff` calls new: the most bytes first, ties by number, then by path.
 * Classes without new objects are not there. Needs edges of `after`; sizes are V8's own where `before` has none.
 * Who has compared the nodes already gives the last argument.
 * Cost: that of `nodeDiff`, and of `holderPaths` for the new objects.
 */
export function holdersOfNew(
  before: Graph,
  after: Graph,
  options: NewHoldersOptions = {},
  { isNew }: Pick<NodeDiff, 'isNew'> = nodeDiff(before, after, options),
): ReadonlyMap<string, readonly NewHolder[]> {
  const { labels: names, of } = (options.partition ?? classIndex)(after, [before, after]);
  const sizes = options.raw || !before.edges ? after.selfSizes : shallowSizes(after);
  const paths = holderPaths(after);
  const wanted = names.map((name) => options.types?.has(name) ?? true);
  const tallies = new Map<string, Map<number, { count: number; size: number }>>();
  for (let node = 0; node < after.nodeCount; node++) {
    if (isNew[node] === 0 || !wanted[of[node]!]) continue;
    const type = names[of[node]!]!;
    let holders = tallies.get(type);
    if (!holders) {
      holders = new Map();
      tallies.set(type, holders);
    }
    const path = paths.pathOf(node);
    const tally = holders.get(path);
    if (tally) {
      tally.count++;
      tally.size += sizes[node]!;
    } else holders.set(path, { count: 1, size: sizes[node]! });
  }
  return new Map(
    Array.from(tallies, ([type, holders]) => [
      type,
      Array.from(holders, ([path, tally]): NewHolder => ({ path: paths.text(path), ...tally })).sort(
        (a, b) => b.size - a.size || b.count - a.count || (a.path < b.path ? -1 : 1),
      ),
    ]),
  );
}
