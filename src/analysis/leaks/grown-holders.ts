/** Who holds what is new in each class that grew, in words. */
import type { Graph } from '../../graph/graph.js';
import type { Partitioner } from '../../graph/partition.js';
import type { SourceLocation } from '../../v8/scripts.js';
import type { NodeDiff } from '../growth/diff.js';
import { type ContainerPlace, containerPlace, groupPrincipal } from './container-place.js';
import { type ShortTexts, shortTexts } from './container-text.js';
import { frontierOf } from './frontier.js';
import { holdersOfNew, type NewHolder } from './new-holders.js';

/** A holder of new objects of one class. */
export interface GrownHolder extends NewHolder {
  /**
   * The container, or the path without the steps that it shares with the one above it; scripts have
   * short names.
   */
  readonly text: string;
  readonly place: ContainerPlace | undefined;
  /** Place of the code behind most of what hangs on the container. */
  readonly location: SourceLocation | undefined;
  /** Ordinal of one of what says most of the new objects; undefined where there is no place. */
  readonly principal: number | undefined;
}

/** The holders of each class. */
export interface GrownHolders {
  /** By class. */
  readonly of: ReadonlyMap<string, { readonly holders: readonly GrownHolder[]; readonly omitted: number }>;
  /** What the short names of scripts stand for. */
  readonly legend: ReturnType<ShortTexts['legend']>;
}

/**
 * Who holds in `after` the new objects of some classes.
 *
 * - In: two snapshots of one process and the comparison of their nodes; `most` holders of each
 *   class are wanted.
 * - Order: classes as given; of a class the holders with the most bytes first.
 * - Empty: a class without new objects has no holders.
 * - Cost: that of `holdersOfNew`.
 */
export function grownHolders(
  before: Graph,
  after: Graph,
  options: {
    readonly types: ReadonlySet<string>;
    readonly most: number;
    readonly raw: boolean;
    readonly partition: Partitioner | undefined;
  },
  nodes: NodeDiff,
): GrownHolders {
  const frontier = frontierOf([before, after]);
  const held = holdersOfNew(before, after, { ...options, frontier }, nodes);
  const placeOf = ({ group }: NewHolder): ContainerPlace | undefined =>
    group && containerPlace(frontier, group);
  const shown = [...options.types].map((type) => {
    const all = held.get(type) ?? [];
    return {
      type,
      omitted: Math.max(0, all.length - options.most),
      holders: all.slice(0, options.most).map((holder) => ({ holder, place: placeOf(holder) })),
    };
  });
  const files = shown.flatMap(({ holders }) => holders.map(({ holder, place }) => (place ?? holder).file));
  const short = shortTexts(after, files);
  const worded = shown.map(({ type, omitted, holders }) => {
    let above = '';
    const texts = holders.map(({ holder, place }): GrownHolder => {
      const path = short.text(holder.path, place ? undefined : holder.file);
      const text = place ? short.container(place) : withoutSharedSteps(path, above);
      above = place ? '' : path;
      const { group } = holder;
      const principal = group && groupPrincipal(frontier, group);
      return { ...holder, text, place, location: principal?.location, principal: principal?.example };
    });
    return [type, { holders: texts, omitted }] as const;
  });
  return { of: new Map(worded), legend: short.legend() };
}

/** Fewer letters are not worth leaving out. */
const LEAST_SHARED = 16;

/**
 * A path without the steps that it has in common with the one above it: `… → ServerResponse (map)`.
 */
export function withoutSharedSteps(path: string, above: string): string {
  let shared = 0;
  for (let at = path.indexOf(' → '); at >= 0; at = path.indexOf(' → ', at + 1)) {
    if (!above.startsWith(path.slice(0, at + 1))) break;
    shared = at;
  }
  return shared < LEAST_SHARED ? path : `…${path.slice(shared)}`;
}
