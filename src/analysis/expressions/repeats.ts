/**
 * Parts of a sequence that stand in it again and again, such as the links of a list in a chain of
 * references.
 */

export interface Repeat {
  /** Place of the first item of the first time. */
  readonly from: number;
  /** Items of one time. */
  readonly length: number;
  /** How many times, one after the other. */
  readonly count: number;
}

/** Longer parts are not looked for. */
const LONGEST = 8;

/**
 * The repeats of a sequence that cover at least `least` items, three times or more each. They do
 * not overlap.
 *
 * - In: texts; equal texts are the same item.
 * - Order: by place. From left to right the repeat that covers the most from its place is taken.
 * - Ties: the one with the shorter part.
 * - Empty: no repeats.
 * - Cost: linear in the items; 32 bytes an item while it runs.
 */
export function repeatsOf(items: readonly string[], least: number): Repeat[] {
  const size = items.length;
  if (size < least) return [];
  const numbers = new Map<string, number>();
  const of = Uint32Array.from(items, (item) => {
    const number = numbers.get(item) ?? numbers.size;
    numbers.set(item, number);
    return number;
  });
  /**
   * By length of the part, by place: how many items from there on are the same as the one a part
   * further on.
   */
  const same = Array.from({ length: LONGEST }, (_, at) => {
    const length = at + 1;
    const run = new Uint32Array(size + 1);
    for (let i = size - length - 1; i >= 0; i--) run[i] = of[i] === of[i + length] ? run[i + 1]! + 1 : 0;
    return run;
  });
  const found: Repeat[] = [];
  for (let from = 0; from < size; ) {
    let best: Repeat | undefined;
    for (let length = 1; length <= LONGEST; length++) {
      const count = Math.floor((same[length - 1]![from]! + length) / length);
      if (count < 3 || count * length < least) continue;
      if (best === undefined || count * length > best.count * best.length) best = { from, length, count };
    }
    if (best) found.push(best);
    from += best ? best.length * best.count : 1;
  }
  return found;
}
