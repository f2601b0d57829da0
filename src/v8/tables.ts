/**
 * V8's hash tables behind Map and Set: an array of pointers with 3 numbers, b buckets (a power of
 * 2), then 2b entries, of a key, a Map's value, and the next entry's number. Deleted entries stay
 * in their place until the table is made anew.
 * V8: https://github.com/v8/v8/blob/13.6.233/src/objects/ordered-hash-table.h
 */

/** Pointers of an entry. */
export const ENTRY_SIZE = { Map: 3, Set: 2 } as const;

/**
 * The slot in which the first entry begins, by the size of the table in bytes; undefined for an
 * array that is no table with such entries. Works for pointers of 8 bytes and, as in Chromium, of
 * 4; two of them come before the first slot.
 */
export function firstEntrySlot(bytes: number, entrySize: number): number | undefined {
  for (const pointer of [8, 4]) {
    const buckets = (bytes / pointer - 2 - 3) / (1 + 2 * entrySize);
    if (Number.isInteger(buckets) && buckets > 0 && (buckets & (buckets - 1)) === 0) return 3 + buckets;
  }
  return undefined;
}
