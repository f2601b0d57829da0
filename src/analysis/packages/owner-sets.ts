/**
 * Sets of owners as numbers, each set once: so that millions of nodes have a number each, and no
 * set.
 */

/** Elements of all sets together. */
const MOST_ELEMENTS = 1 << 22;

/** Thrown when there are too many different sets to be kept. */
export class TooManySets extends Error {}

/** No set: the number of nodes that were not met. */
export const NO_SET = 0;
/** The set without owners. */
export const EMPTY = 1;

/**
 * Numbers of sets.
 *
 * - Cost: each set that occurs is kept, ascending; each pair that was intersected costs an entry.
 * - Throws: `TooManySets`.
 */
export class OwnerSets {
  private readonly sets: (readonly number[])[] = [[], []];
  private readonly numbers = new Map<string, number>([['', EMPTY]]);
  private readonly singles = new Map<number, number>();
  private readonly joined = new Map<number, number>();
  private readonly common = new Map<number, number>();
  private elements = 0;

  get count(): number {
    return this.sets.length;
  }

  /** Members, ascending. */
  members(set: number): readonly number[] {
    return this.sets[set]!;
  }

  single(owner: number): number {
    let set = this.singles.get(owner);
    if (set === undefined) {
      set = this.numberOf([owner]);
      this.singles.set(owner, set);
    }
    return set;
  }

  /** The set with one owner more. */
  with(set: number, owner: number): number {
    const key = set * 0x10000 + owner;
    let more = this.joined.get(key);
    if (more === undefined) {
      const members = this.sets[set]!;
      more = members.includes(owner) ? set : this.numberOf([...members, owner].sort((a, b) => a - b));
      this.remember(this.joined, key, more);
    }
    return more;
  }

  /** The owners that both sets have. */
  both(one: number, other: number): number {
    if (one === other) return one;
    if (one === EMPTY || other === EMPTY) return EMPTY;
    const key = one < other ? one * 0x4000000 + other : other * 0x4000000 + one;
    let set = this.common.get(key);
    if (set === undefined) {
      const others = new Set(this.sets[other]!);
      set = this.numberOf(this.sets[one]!.filter((owner) => others.has(owner)));
      this.remember(this.common, key, set);
    }
    return set;
  }

  /** What was found out is thrown away when it is much: it can be found out again. */
  private remember(known: Map<number, number>, key: number, set: number): void {
    if (known.size >= MOST_ELEMENTS) known.clear();
    known.set(key, set);
  }

  private numberOf(members: readonly number[]): number {
    const key = members.join();
    let number = this.numbers.get(key);
    if (number === undefined) {
      this.elements += members.length;
      if (this.elements > MOST_ELEMENTS) throw new TooManySets();
      number = this.sets.push(members) - 1;
      this.numbers.set(key, number);
    }
    return number;
  }
}
