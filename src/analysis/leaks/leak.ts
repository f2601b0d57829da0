/** One leak: what the answer says of a container that grows. */

import type { RootKind } from '../../v8/roots.js';
import type { Chain } from '../holders/chains.js';
import type { Ownership } from '../holders/container-owner.js';
import type { ContentRow } from './group-contents.js';
import type { LeakVerdict } from './leak-evidence.js';
import type { NamedBound } from './visible-bound.js';

/** A container that is held elsewhere, too, or is held in another way and gets the same members. */
export interface AlsoIn {
  /** Ordinal of the container. */
  readonly container: number;
  readonly path: string;
  readonly chain: Chain;
}

/**
 * One cause: a container, or several that hold the same things or are held alike, and what was
 * added to it.
 */
export interface Leak {
  /**
   * - `leak`: things of every step since the first snapshot are there.
   * - `limited`: it grows at every step, and may have a limit: a property has the name of one, or
   *   its oldest members go.
   * - `uneven`: so are they, but of one step next to none.
   * - `sometimes`: things of two or more steps, but not of all.
   * - `once`: things of one step, which a later snapshot has as well.
   */
  readonly verdict: LeakVerdict;
  /** For `limited` the property that may be the limit. */
  readonly bound?: NamedBound;
  /** For `limited`: the oldest members go, as those of a cache do, and of a queue. */
  readonly oldestGo?: true;
  /**
   * Whether the class of the members did not become more in the whole snapshot, so that only counts
   * of the container tell whether it grows.
   */
  readonly isMasked: boolean;
  /**
   * Whether members were added, things behind members that do not become more, or the container
   * itself got larger.
   */
  readonly growth: 'members' | 'behind' | 'in place';
  /**
   * The reference by which members lead to each other, where the container has few of them itself:
   * `parent`.
   */
  readonly linkedBy?: string | undefined;
  /** For growth behind members: the chain to one of the things that came. */
  readonly behind?: Chain | undefined;
  /** Ordinal of the container with the most new members, in the last snapshot. */
  readonly container: number;
  /** How many containers are held in the same way. */
  readonly containers: number;
  /** The groups that claim what was added, by their places in `Frontier.groups`. In place: none. */
  readonly groups: readonly number[];
  /** Whose the container is. */
  readonly owner: Ownership;
  /** What the container's chain begins at; null where no root reaches it. */
  readonly root: RootKind | null;
  /** Who holds the container; see `holderPaths`. */
  readonly path: string;
  /**
   * The references from a root to the container, and on to what grows in it where that has one name
   * (a variable).
   */
  readonly chain: Chain;
  /** Whether the container is a list, of which `chain` leads to the owner. */
  readonly isList: boolean;
  readonly alsoIn: readonly AlsoIn[];
  /**
   * What is added: the class, function or scope of the heads, or of the list's items. In place: the
   * container.
   */
  readonly member: ContentRow;
  /**
   * By snapshot: how many members the container has. Where they are held by things behind it, or
   * the earlier snapshots have no edges: how many of those that are there in the last one. Of
   * what grows behind the members: what was made since. In place: empty.
   */
  readonly memberCounts: readonly number[];
  /** By snapshot: bytes of the container with its own parts. Of members: empty. */
  readonly sizes: readonly number[];
  /**
   * What says most about the members: the nearest of the program's own classes and functions, or
   * the members.
   */
  readonly principal: ContentRow;
  /** What was made since, behind the members and including them; see `contentsOf`. */
  readonly contents: readonly ContentRow[];
  /** By age: things made since. */
  readonly things: readonly number[];
  /** Bytes made since (transferred shallow sizes), or in place the growth. */
  readonly size: number;
  /** Bytes of those that no other container reaches. */
  readonly aloneSize: number;
}

/**
 * Whether it is a leak as far as the snapshots show: things of every step are there, about as many
 * of each.
 */
export function isLeak({ verdict }: Leak): boolean {
  return verdict === 'leak';
}

/** Whether it says where the new things are: a leak, or one that may have a limit. */
export function explains({ verdict }: Leak): boolean {
  return verdict === 'leak' || verdict === 'limited';
}
