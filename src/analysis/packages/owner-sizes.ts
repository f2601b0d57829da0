/**
 * How much memory each owner keeps: packages or teams, the program itself, the runtime, V8.
 *
 *   v8/made-by               whose code made a node
 *   owner-ways owner-sets    by which owners' nodes each node is held
 *   told-apart               the same with fewer packages, where they are too many
 *   owner-sizes              bytes: every byte once, and what would be freed
 *   shared-sizes             bytes that several hold, by each of them
 */
import { byDescending, byText, inOrder } from '../../base/order.js';
import type { Graph } from '../../graph/graph.js';
import { NODE } from '../../graph/schema.js';
import { FIRST_PACKAGE, type MadeBy, OWNER } from '../../v8/made-by.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import { type OwnerWays, SEVERAL, STAYS } from './owner-ways.js';
import { sharedSizes } from './shared-sizes.js';
import { toldApart } from './told-apart.js';

/** What a row is about. */
export type OwnerKind = 'package' | 'app' | 'runtime' | 'engine' | 'shared';

/** Sizes in bytes. */
export interface OwnerSizes {
  readonly kind: OwnerKind;
  /** Of a package its name, else empty. */
  readonly name: string;
  /** Objects that `exclusiveSize` is of. */
  readonly count: number;
  /**
   * What counts for this owner, and for no other: the rows add up to the total. It would be freed
   * with the owner's objects.
   */
  readonly exclusiveSize: number;
  /**
   * All that would be freed if the owner's objects went: also what counts for an owner further in.
   * Of the runtime, V8 and what is shared no more than `exclusiveSize`.
   */
  readonly retainedSize: number;
  /** What it holds together with others: none of them would free it alone. Owners overlap. */
  readonly sharedSize: number;
  /** Compiled code and texts of scripts in `exclusiveSize`. */
  readonly codeSize: number;
}

/** A heap by owners. */
export interface OwnedHeap {
  /** Packages first, then app, runtime, engine, shared; those without bytes are left out. */
  readonly owners: readonly OwnerSizes[];
  readonly totalSize: number;
  /** Packages that could not be told apart any more and are one row, `MERGED`. */
  readonly merged: number;
}

/**
 * Every byte once, and what would be freed.
 *
 * A byte counts for an owner if its object would be freed when all objects of that owner go (see
 * `madeBy`), and no other owner is nearer: it is the only one that would free it, or the last one
 * on every way from the roots. What no owner or several of the same nearness would free is shared.
 * What stays when the program goes with all packages counts for the runtime, of it what stays when
 * the runtime's objects go, too, for the engine.
 *
 * - In: a graph with edges; `mask` has 1 for the nodes that count (default all).
 * - Order: packages by `exclusiveSize`, largest first, ties by name.
 * - Cost: that of `madeBy`, `shallowSizes` and `ownerWays`; for each 31 packages a search through
 *   what is shared.
 */
export function ownerSizes(graph: Graph, made: MadeBy, mask?: Uint8Array): OwnedHeap {
  const told = toldApart(graph, made);
  const { names, of, ways } = told;
  const sizes = shallowSizes(graph);
  const { nodeCount, nodeTypes } = graph;
  const owners = FIRST_PACKAGE + names.length;
  const shared = owners;
  const exclusive = new Float64Array(owners + 1);
  const counts = new Float64Array(owners + 1);
  const code = new Float64Array(owners + 1);
  const bySet = new Float64Array(ways.sets.count);
  const freed = new Float64Array(owners + 1);
  const isShared = new Uint8Array(nodeCount);
  const charged = chargedOwner(ways, of, shared);
  let totalSize = 0;
  for (let node = 0; node < nodeCount; node++) {
    if (mask && mask[node] === 0) continue;
    const size = sizes[node]!;
    const owner = charged(node);
    if (owner === shared) isShared[node] = 1;
    totalSize += size;
    exclusive[owner]! += size;
    counts[owner]! += 1;
    if (nodeTypes[node] === NODE.code) code[owner]! += size;
    if (ways.stays[node] === STAYS.program) bySet[ways.onEvery[node]!]! += size;
    else freed[owner]! += size;
  }
  // Texts of scripts: few of all nodes.
  for (const node of made.sources) if (mask?.[node] !== 0) code[charged(node)]! += sizes[node]!;
  for (const [set, size] of bySet.entries())
    for (const owner of ways.sets.members(set)) freed[owner]! += size;
  freed[shared] = exclusive[shared]!;
  const together = sharedSizes(graph, { ways, isShared, owners });
  const row = (kind: OwnerKind, owner: number, name = ''): OwnerSizes => ({
    kind,
    name,
    count: counts[owner]!,
    exclusiveSize: exclusive[owner]!,
    retainedSize: freed[owner]!,
    sharedSize: owner === shared ? 0 : together[owner]!,
    codeSize: code[owner]!,
  });
  const packages = names
    .map((name, i) => row('package', FIRST_PACKAGE + i, name))
    .sort(
      inOrder<OwnerSizes>(
        byDescending((each) => each.exclusiveSize),
        byText((each) => each.name),
      ),
    );
  const others = [
    row('app', OWNER.app),
    row('runtime', OWNER.runtime),
    row('engine', OWNER.engine),
    row('shared', shared),
  ];
  return {
    owners: [...packages, ...others].filter(({ count, retainedSize }) => count > 0 || retainedSize > 0),
    totalSize,
    merged: told.merged,
  };
}

/** For whom a node counts. */
function chargedOwner(ways: OwnerWays, of: Uint16Array, shared: number): (node: number) => number {
  const { stays, last, onEvery, sets } = ways;
  /** By set its only member, 0 for several, `shared` for none. */
  const only = Array.from({ length: sets.count }, (_, set) => {
    const members = sets.members(set);
    return members.length === 0 ? shared : members.length === 1 ? members[0]! : 0;
  });
  return (node) => {
    switch (stays[node]) {
      case STAYS.engine:
        return OWNER.engine;
      case STAYS.runtime:
        return OWNER.runtime;
      case STAYS.loose:
        return of[node]!;
      default: {
        const owner = only[onEvery[node]!]!;
        if (owner !== 0) return owner;
        return last[node] === SEVERAL ? shared : last[node]!;
      }
    }
  };
}
