/** Numbers that depend on the seed alone. */

/** A generator of numbers in [0, 1) (mulberry32). */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A number of 32 bits for a number of 32 bits: the same in every pass over the file. */
export function hash(value) {
  let mixed = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** A whole number below `count`, for any 32 bits. */
export const below = (bits, count) => Math.floor((bits / 2 ** 32) * count);

/** An index, as often as its weight says. */
export function weighted(random, weights) {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let left = random() * total;
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i];
    if (left < 0) return i;
  }
  return weights.length - 1;
}

/** A value between the quantiles, as often as they say; beyond the last one, the last one. */
export function fromQuantiles(share, quantiles, values) {
  let i = 0;
  while (i + 1 < quantiles.length && quantiles[i + 1] <= share) i++;
  if (i + 1 === quantiles.length) return values[i];
  const part = (share - quantiles[i]) / (quantiles[i + 1] - quantiles[i]);
  return values[i] + (values[i + 1] - values[i]) * part;
}
