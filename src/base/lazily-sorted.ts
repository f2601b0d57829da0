/** Many numbers in an order of which only parts are looked at. */

/** Shorter parts are sorted at once. */
const SHORT = 128;

/**
 * Numbers in the order of a comparison, sorted where they are looked at only.
 *
 * - In: numbers, which are taken over and moved about; a comparison in which no two are equal.
 * - Cost: linear at the first look, then less and less; sorting all of them costs what it costs
 *   anywhere. No memory beside the numbers but the borders of the parts.
 */
export class LazilySorted {
  /** Where parts begin, ascending; what is in a part comes behind all of the parts before it. */
  private readonly starts: number[] = [0];
  /** By part: whether it is sorted. */
  private readonly sorted: boolean[] = [false];

  constructor(
    private readonly items: Uint32Array,
    private readonly compare: (a: number, b: number) => number,
  ) {}

  get length(): number {
    return this.items.length;
  }

  /** The number at a place from 0 up. Throws RangeError for a place that is none. */
  at(place: number): number {
    if (!(place >= 0 && place < this.items.length))
      throw new RangeError(`place ${place} of ${this.items.length}`);
    let part = this.partOf(place);
    while (!this.sorted[part]) {
      this.divide(part);
      part = this.partOf(place);
    }
    return this.items[place]!;
  }

  /** Where a number stands; where it would stand, if it is none of them. */
  placeOf(item: number): number {
    let [low, high] = [0, this.items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.compare(this.at(middle), item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private partOf(place: number): number {
    let [low, high] = [0, this.starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle]! <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Sorts a short part, and divides a long one around one of its numbers. */
  private divide(part: number): void {
    const { items, compare } = this;
    const from = this.starts[part]!;
    const end = this.starts[part + 1] ?? items.length;
    if (end - from <= SHORT) {
      items.subarray(from, end).sort(compare);
      this.sorted[part] = true;
      return;
    }
    // The median of nine numbers that stand apart: what is in order already is divided well.
    const step = (end - from - 1) / 8;
    const tried = Array.from({ length: 9 }, (_, i) => items[from + Math.floor(i * step)]!);
    const pivot = tried.sort(compare)[4]!;
    let [left, right] = [from, end - 1];
    while (left <= right) {
      while (compare(items[left]!, pivot) < 0) left++;
      while (compare(items[right]!, pivot) > 0) right--;
      if (left > right) break;
      const item = items[left]!;
      items[left++] = items[right]!;
      items[right--] = item;
    }
    const starts = [from, right + 1, left].filter((start, i, all) => i === 0 || start > all[i - 1]!);
    const inside = starts.filter((start) => start < end);
    this.starts.splice(part, 1, ...inside);
    this.sorted.splice(part, 1, ...inside.map(() => false));
  }
}
