/** The ways to all nodes by owners, with fewer packages where there are too many sets of them. */
import type { Graph } from '../../graph/graph.js';
import { FIRST_PACKAGE, type MadeBy } from '../../v8/made-by.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import { TooManySets } from './owner-sets.js';
import { type OwnerWays, ownerWays } from './owner-ways.js';

/** The name of all packages beyond those that can be told apart. */
export const MERGED = '(other packages)';

/** Packages that are told apart where there are too many sets of them. */
const FEWER = [64, 16];

interface Owners {
  readonly names: readonly string[];
  readonly of: Uint16Array;
}

/** The ways, for owners that may be fewer than there were. */
export interface ToldApart extends Owners {
  readonly ways: OwnerWays;
  /** Packages that are one, `MERGED`. */
  readonly merged: number;
}

/**
 * `ownerWays` of what made the nodes.
 *
 * - Out: all packages; where they make too many sets, those with the most bytes of their own.
 * - Cost: that of `ownerWays`, up to three times where there are too many sets.
 */
export function toldApart(graph: Graph, { names, of, merged }: MadeBy): ToldApart {
  const all = merged === 0 ? names : [...names.slice(0, -1), MERGED];
  const found = waysOf(graph, { names: all, of });
  if (found) return { names: all, of, ways: found, merged };
  for (const most of FEWER) {
    const fewer = largest(graph, names, of, Math.min(most, names.length));
    const ways = waysOf(graph, fewer);
    if (ways) return { ...fewer, ways, merged: names.length - most + merged };
  }
  // So few owners have fewer sets than fit.
  throw new TooManySets();
}

function waysOf(graph: Graph, { of }: Owners): OwnerWays | undefined {
  try {
    return ownerWays(graph, of);
  } catch (error) {
    if (error instanceof TooManySets) return undefined;
    throw error;
  }
}

/** The packages with the most bytes of their own, and one for all others. */
function largest(graph: Graph, names: readonly string[], of: Uint16Array, most: number): Owners {
  const sizes = shallowSizes(graph);
  const bytes = new Float64Array(names.length);
  for (let node = 0; node < of.length; node++)
    if (of[node]! >= FIRST_PACKAGE) bytes[of[node]! - FIRST_PACKAGE]! += sizes[node]!;
  const order = Array.from(names, (_, i) => i).sort((a, b) => bytes[b]! - bytes[a]! || a - b);
  const number = new Uint16Array(names.length + FIRST_PACKAGE).fill(FIRST_PACKAGE + most);
  for (let owner = 0; owner < FIRST_PACKAGE; owner++) number[owner] = owner;
  for (const [place, i] of order.slice(0, most).entries()) number[FIRST_PACKAGE + i] = FIRST_PACKAGE + place;
  return {
    names: [...order.slice(0, most).map((i) => names[i]!), MERGED],
    of: of.map((owner) => number[owner]!),
  };
}
