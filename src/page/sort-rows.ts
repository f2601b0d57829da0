/** Rows in the order of one of their columns. */

export interface SortOrder {
  readonly key: string;
  readonly descending: boolean;
}

/**
 * A sorted copy: numbers by size, texts by their code units, what is missing last. Equal rows stay
 * in their order.
 */
export function sortRows<T>(
  rows: readonly T[],
  { descending }: SortOrder,
  sortValue: (row: T) => unknown,
): readonly T[] {
  const sign = descending ? -1 : 1;
  return rows
    .map((row, place) => ({ row, place, value: sortValue(row) }))
    .sort((a, b) => {
      const missing = Number(isMissing(a.value)) - Number(isMissing(b.value));
      if (missing !== 0) return missing;
      return sign * compare(a.value, b.value) || a.place - b.place;
    })
    .map(({ row }) => row);
}

function isMissing(value: unknown): boolean {
  return value === null || value === undefined;
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [one, other] = [String(a), String(b)];
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Whether a text contains each of the words, whatever their case. */
export function hasWords(text: string, words: string): boolean {
  const lower = text.toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => lower.includes(word));
}
