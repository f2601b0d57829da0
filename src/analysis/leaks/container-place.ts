/**
 * A group of containers as answers name it: one of them in words, its place, and how many there
 * are.
 */

import { className } from '../../v8/class-names.js';
import type { RootKind } from '../../v8/roots.js';
import { containerWords, listenersText } from '../expressions/container-words.js';
import type { Chain } from '../holders/chains.js';
import type { Ownership } from '../holders/container-owner.js';
import { chainEnding } from '../holders/endings.js';
import { holderPaths } from '../holders/holder-paths.js';
import { containerChain } from './container-chain.js';
import type { ContainerGroup, Frontier } from './frontier.js';
import { type ContentRow, contentsOf } from './group-contents.js';
import { memberOf, principalOf } from './leak-evidence.js';

/** Where things made since hang. */
export interface ContainerPlace {
  /** Ordinal of the container with the most members; of a list's items what holds the list. */
  readonly node: number;
  /** Its class. */
  readonly type: string;
  /** In words: `listeners of config for "reload"`. */
  readonly text: string;
  /** Where that begins: `a variable of the module /app/config.js`. */
  readonly heldBy: string;
  /** Path or URL of the module where it begins; undefined for other places. */
  readonly file: string | undefined;
  readonly root: RootKind | null;
  readonly owner: Ownership;
  /** Containers that are held alike. */
  readonly count: number;
  /** From a root to the container, or to the variable or property in which the members are. */
  readonly chain: Chain;
}

const known = new WeakMap<ContainerGroup, ContainerPlace>();

/**
 * A group of containers in words.
 *
 * - Cost: that of `containerChain` and `containerWords`, once for each group.
 */
export function containerPlace(frontier: Frontier, group: ContainerGroup): ContainerPlace {
  let place = known.get(group);
  if (place === undefined) {
    const { graph, headNodes } = frontier;
    const { chain, isList } = containerChain(frontier, group);
    const { text, heldBy } = containerWords(graph, chain);
    const node = isList ? chain.nodes.at(-1)! : group.container;
    place = {
      node,
      type: className(graph, node),
      text: listenersText(text, className(graph, headNodes[group.firstHead]!)),
      heldBy,
      file: chainEnding(graph, chain).file,
      root: holderPaths(graph).rootOf(group.path)?.kind ?? null,
      owner: group.owner,
      count: group.containers.length,
      chain,
    };
    known.set(group, place);
  }
  return place;
}

const principals = new WeakMap<ContainerGroup, ContentRow>();

/**
 * What says most about the members of a group, with the place of its code; see `principalOf`.
 *
 * - Cost: that of `contentsOf`, once for each group.
 */
export function groupPrincipal(frontier: Frontier, group: ContainerGroup): ContentRow {
  let row = principals.get(group);
  if (row === undefined) {
    const contents = contentsOf(frontier, group);
    row = principalOf(contents, memberOf(contents));
    principals.set(group, row);
  }
  return row;
}
