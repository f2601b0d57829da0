/** A search for text from the end of a source. */

import type { ByteSource } from './byte-sources.js';
import { asBuffer } from './bytes.js';

/**
 * Looks for the last place where `needle` stands in a source that can seek, reading backwards from
 * the end (64 KiB first, then four times as much each time). Undefined when it is nowhere. Leaves
 * the source's position changed. Cost: reads what follows the needle, once.
 */
export function findLast(source: ByteSource, needle: string): number | undefined {
  if (!source.seek || source.size === undefined) return undefined;
  let end = source.size;
  let step = 1 << 16;
  while (end > 0) {
    const start = Math.max(0, end - step);
    const bytes = new Uint8Array(Math.min(end - start + needle.length - 1, source.size - start));
    source.seek(start);
    let length = 0;
    while (length < bytes.length) {
      const count = source.read(bytes, length, bytes.length - length) as number;
      if (count === 0) break;
      length += count;
    }
    const found = asBuffer(bytes.subarray(0, length)).lastIndexOf(needle, undefined, 'latin1');
    if (found >= 0) return start + found;
    end = start;
    step = Math.min(step * 4, 1 << 23);
  }
  return undefined;
}
