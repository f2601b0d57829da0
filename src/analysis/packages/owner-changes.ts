/** What owners keep in several heaps, side by side. */
import type { OwnedHeap, OwnerKind, OwnerSizes } from './owner-sizes.js';

/** One owner in several heaps. */
export interface OwnerChange {
  readonly kind: OwnerKind;
  /** Of a package its name, without the version where that differs; else empty. */
  readonly name: string;
  /** Its versions, by heap; undefined where the heap does not have it or does not say it. */
  readonly versions: readonly (string | undefined)[];
  /** By heap; undefined where it has nothing of this owner. */
  readonly heaps: readonly (OwnerSizes | undefined)[];
}

/** The name and the version in `name@version`. */
export function nameAndVersion(label: string): {
  readonly name: string;
  readonly version: string | undefined;
} {
  const at = label.lastIndexOf('@');
  return at > 0
    ? { name: label.slice(0, at), version: label.slice(at + 1) }
    : { name: label, version: undefined };
}

/**
 * Owners of several heaps. A package of which no heap has two versions is one owner, whatever its
 * version; others are told apart by their versions.
 *
 * - In: how a name is taken apart; names of teams have no versions.
 * - Out: every owner of every heap, once: the sizes of a heap add up as they did.
 * - Order: of the first heap that has it.
 */
export function ownerChanges(
  heaps: readonly OwnedHeap[],
  parts: typeof nameAndVersion = nameAndVersion,
): OwnerChange[] {
  const several = new Set<string>();
  for (const { owners } of heaps) {
    const seen = new Set<string>();
    for (const owner of owners) {
      if (owner.kind !== 'package') continue;
      const { name } = parts(owner.name);
      if (seen.has(name)) several.add(name);
      seen.add(name);
    }
  }
  const found = new Map<string, { kind: OwnerKind; name: string; heaps: (OwnerSizes | undefined)[] }>();
  for (const [place, { owners }] of heaps.entries()) {
    for (const owner of owners) {
      const { name } = parts(owner.name);
      const own = several.has(name) ? owner.name : name;
      const key = `${owner.kind} ${own}`;
      let change = found.get(key);
      if (!change) {
        change = { kind: owner.kind, name: own, heaps: heaps.map(() => undefined) };
        found.set(key, change);
      }
      change.heaps[place] = owner;
    }
  }
  return Array.from(found.values(), (change) => ({
    ...change,
    versions: change.heaps.map((owner) =>
      owner?.kind === 'package' ? parts(owner.name).version : undefined,
    ),
  }));
}
