/** When growth speaks of a leak, and what of the contents says most about it. */

import type { Graph } from '../../graph/graph.js';
import { commonJsModules } from '../../v8/modules.js';
import { isPackageCode } from '../../v8/packages.js';
import { holderChain } from '../holders/holder-chains.js';
import type { ContainerGroup } from './frontier.js';
import { type ContentRow, FEWEST } from './group-contents.js';

/** See `Leak.verdict`. */
export type LeakVerdict = 'leak' | 'limited' | 'uneven' | 'sometimes' | 'once';

/** A step with less than this share of the largest one is uneven. */
const ALIKE = 0.25;
/** Fewer members than these at an uneven step are no leak. */
const UNEVEN_FEWEST = 10;
/** Bytes of a step from which on they are taken for more than chance. */
const FEW_BYTES = 16 * 1024;
/** Bytes at every step from which on one or two members are enough. */
const LARGE = 256 * 1024;

/**
 * Counts or bytes by age, without age 0: whether a step added so much that it is no chance, and
 * steps are alike.
 */
function verdictOf(steps: readonly number[], fewest: number, unevenFewest: number): LeakVerdict | undefined {
  const least = Math.min(...steps);
  const most = Math.max(...steps);
  if (least >= fewest && least >= most * ALIKE) return 'leak';
  if (least >= unevenFewest) return 'uneven';
  // The last step has not been confirmed by a later snapshot.
  const grew = steps.slice(0, -1).filter((count) => count >= fewest).length;
  if (grew > 0 && grew + (steps.at(-1)! >= fewest ? 1 : 0) > 1) return 'sometimes';
  return grew === 1 ? 'once' : undefined;
}

/** Whether there are some of every step, at least `fewest`, and about as many of each; by age. */
export function growsEvenly(counts: readonly number[], fewest = FEWEST): boolean {
  return verdictOf(counts.slice(1), fewest, Number.POSITIVE_INFINITY) === 'leak';
}

const ORDER: readonly (LeakVerdict | undefined)[] = ['leak', 'uneven', 'sometimes', 'once', undefined];

/**
 * Where modules are kept: what is loaded late is in them, and so is a file that is loaded again and
 * again.
 */
const LOADERS = /^require\.cache|\.(_pathCache|loadCache)\b|^node:internal\/(modules|bootstrap)\//;
/** What a module has loaded; trees and components of programs have `children`, too. */
const CHILDREN = /\.children\b/;

/**
 * Whether a container is a list of loaded modules.
 *
 * - In: its path (`holderPaths`).
 */
export function isOfLoader(graph: Graph, container: number, path: string): boolean {
  if (LOADERS.test(path)) return true;
  if (!CHILDREN.test(path)) return false;
  const { moduleOf } = commonJsModules(graph);
  return holderChain(graph, container).nodes.some((node) => moduleOf.has(node));
}

/**
 * What a group's growth looks like. Members of one class, function or scope have to be there from
 * every step; what is less even counts only for functions and classes of a name of their own, as
 * late loading makes more of what is common.
 *
 * - In: the rows of the group, whether it is a list of loaded modules, whether the snapshots have
 *   more and more of a row's kind (what turns over does not become more), and whether one file was
 *   loaded several times at each step, without which the lists of loaded modules only grow by what
 *   is loaded late.
 */
export function groupVerdict(
  contents: readonly ContentRow[],
  group: ContainerGroup,
  isLoader: boolean,
  becomesMore: (row: ContentRow) => boolean,
  reloads: () => boolean,
): LeakVerdict | undefined {
  let best: LeakVerdict | undefined;
  for (const row of contents) {
    let found = verdictOf(row.counts.slice(1), FEWEST, UNEVEN_FEWEST);
    if (found !== 'leak' && !isTelling(row)) continue;
    if ((found === 'leak' || found === 'uneven') && isLoader && !reloads()) found = 'once';
    if (ORDER.indexOf(found) >= ORDER.indexOf(best) || !becomesMore(row)) continue;
    best = found;
  }
  if (best === 'leak' && addsFew(contents, group)) best = 'uneven';
  if (best === 'leak' || isLoader) return best;
  const bytes = verdictOf([...group.bytes.subarray(1)], LARGE, Number.POSITIVE_INFINITY);
  return ORDER.indexOf(bytes) < ORDER.indexOf(best) ? bytes : best;
}

/**
 * Whether some step added one or two things to the container, with few bytes: what a program has a
 * few of, each with many parts. Things that are made anew each time have steps without any.
 */
function addsFew(contents: readonly ContentRow[], { bytes }: ContainerGroup): boolean {
  const steps = [...bytes].slice(1);
  if (steps.length < 2) return false;
  const heads = steps.map((_, i) => contents.reduce((sum, row) => sum + (row.heads[i + 1] ?? 0), 0));
  return (
    heads.some((count, i) => count < FEWEST && steps[i]! < FEW_BYTES) && heads.every((count) => count > 0)
  );
}

/** The same for bytes of one container, by snapshot: it never shrinks, and grows at every step. */
export function bytesVerdict(sizes: readonly number[]): LeakVerdict | undefined {
  const steps = sizes.slice(1).map((size, i) => size - sizes[i]!);
  if (steps.some((more) => more <= 0)) return undefined;
  return Math.min(...steps) >= Math.max(...steps) * ALIKE ? 'leak' : 'uneven';
}

/** The least that any step added. */
function least(counts: readonly number[]): number {
  return Math.min(...counts.slice(1));
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Keys of a Map stand beside its values, and may be in pieces. */
const TEXTS = 0.05;

/**
 * The row of the heads that grow most, texts last: keys of a Map stand beside its values. Where the
 * heads are made anew each time (a list that is copied), or are one collection that was made late,
 * the nearest row behind them that grows at every step.
 */
export function memberOf(contents: readonly ContentRow[]): ContentRow {
  const heads = contents.filter(({ depth }) => depth === 0);
  const steady = contents.filter((row) => least(row.counts) >= FEWEST && total(row.heads) === 0);
  const isMadeAnew = heads.every((row) => least(row.heads) === 0);
  // One collection that did not exist before: what grows is in it.
  const isMadeLate = heads.length === 1 && total(heads[0]!.heads) === 1 && GENERAL.test(heads[0]!.type);
  if (steady.length > 0 && (isMadeAnew || isMadeLate)) {
    const isItem = (row: ContentRow): boolean =>
      row.kind === 'object' && (isTelling(row) || row.type === 'Object');
    const item = heads.find((row) => least(row.counts) >= FEWEST && isItem(row));
    if (item) return item; // of a list
    return steady.find(({ kind }) => kind !== 'string' && kind !== 'scope') ?? steady[0]!;
  }
  const weight = (row: ContentRow, of: typeof least): number =>
    of(row.heads) * (row.kind === 'string' ? TEXTS : 1);
  return (
    [...heads].sort(
      (a, b) => weight(b, least) - weight(a, least) || weight(b, total) - weight(a, total) || b.size - a.size,
    )[0] ?? contents[0]!
  );
}

const GENERAL =
  /^(Object|Array|Map|Set|Promise|Date|.*Array|ArrayBuffer|Error|RegExp|WeakRef|WeakMap|Function)$/;

/** Whether it is a function, or of a class that says something. */
function isTelling({ kind, origin, type }: ContentRow): boolean {
  if (kind === 'function' || kind === 'suspended' || origin !== 'unknown') return true;
  return kind === 'object' && !GENERAL.test(type);
}

/**
 * What says more comes first: the program's own code, a package's, classes with a name, variables
 * of scopes.
 */
const RANKS: readonly ((row: ContentRow) => boolean)[] = [
  ({ origin, script }) => origin === 'program' && !isPackageCode(script),
  ({ origin, kind }) => origin === 'program' && kind !== 'scope',
  ({ origin, kind, type }) => kind === 'object' && (origin === 'runtime' || !GENERAL.test(type)),
  ({ kind, variables }) => kind === 'scope' && variables.length > 0,
];

/** Things farther behind the members say less about them than the members themselves. */
const FAR = 4;

/**
 * What says most about the members: of what grows at every step as they do the nearest of the best
 * rank.
 */
export function principalOf(contents: readonly ContentRow[], member: ContentRow): ContentRow {
  if (RANKS[0]!(member)) return member;
  const share = least(member.heads) > 0 ? least : total;
  const grows = contents.filter(({ counts }) => share(counts) >= Math.max(1, share(member.heads) * ALIKE));
  const isSuspendedOrFunction = ({ kind }: ContentRow): boolean =>
    kind === 'suspended' || kind === 'function';
  for (const [rank, fits] of RANKS.entries()) {
    const found = grows.filter((row) => fits(row) && row.location !== undefined);
    const near = found.filter((row) => rank === 0 || row.depth <= FAR || isSuspendedOrFunction(row));
    if (near.length > 0) return near[0]!;
    const unplaced = grows.filter((row) => fits(row) && row.depth <= FAR);
    if (unplaced.length > 0) return unplaced[0]!;
  }
  return member;
}
