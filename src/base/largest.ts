/** The largest of many numbers, without sorting all of them. */

/**
 * Places of the largest values.
 *
 * - In: values, how many are wanted at most; places for which `counts` is false are left out.
 * - Order: descending. Ties: the smaller place.
 * - Cost: a pass over the values, and a heap of as many places as are wanted.
 */
export function placesOfLargest(
  values: ArrayLike<number>,
  most: number,
  counts: (place: number) => boolean = () => true,
): readonly number[] {
  const heap: number[] = []; // the least one is the first
  const isLess = (a: number, b: number): boolean =>
    values[a]! < values[b]! || (values[a] === values[b] && a > b);
  const sink = (from: number): void => {
    for (let at = from; ; ) {
      const left = 2 * at + 1;
      let least = at;
      if (left < heap.length && isLess(heap[left]!, heap[least]!)) least = left;
      if (left + 1 < heap.length && isLess(heap[left + 1]!, heap[least]!)) least = left + 1;
      if (least === at) return;
      [heap[at], heap[least]] = [heap[least]!, heap[at]!];
      at = least;
    }
  };
  for (let place = 0; place < values.length; place++) {
    if (heap.length < most) {
      if (!counts(place)) continue;
      heap.push(place);
      for (let at = heap.length - 1; at > 0; ) {
        const above = (at - 1) >> 1;
        if (!isLess(heap[at]!, heap[above]!)) break;
        [heap[at], heap[above]] = [heap[above]!, heap[at]!];
        at = above;
      }
    } else if (most > 0 && values[place]! > values[heap[0]!]! && counts(place)) {
      heap[0] = place;
      sink(0);
    }
  }
  return heap.sort((a, b) => values[b]! - values[a]! || a - b);
}
