/** Bounds for what comes from a heap. */
import { shortened } from '../../base/printable.js';

/** The same data with every text cut at `limit` characters; what is cut ends with `…`. */
export function cutTexts<T>(data: T, limit: number): T {
  if (typeof data === 'string') return shortened(data, limit) as T;
  if (Array.isArray(data)) return data.map((item: unknown) => cutTexts(item, limit)) as T;
  if (typeof data !== 'object' || data === null) return data;
  // Object.fromEntries defines a key `__proto__` as any other.
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, cutTexts(value, limit)])) as T;
}

/** As many of the first as take no more than `most` bytes as JSON in a page. */
export function firstBytes<T>(list: readonly T[], most: number): readonly T[] {
  let left = most;
  const end = list.findIndex((item) => {
    left -= bytesOf(item);
    return left < 0;
  });
  return end < 0 ? list : list.slice(0, end);
}

/** Bytes of data as JSON in a page, where `<` is escaped. */
export function bytesOf(data: unknown): number {
  const text = JSON.stringify(data);
  const escaped = text.split('<').length - 1;
  return new TextEncoder().encode(text).length + 5 * escaped + 1;
}
