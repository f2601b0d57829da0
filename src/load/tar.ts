/** Tar archives, as far as a message about one needs to know them. */

import { latin1 } from './bytes.js';

/**
 * The name of the first file of a tar archive, `''` where it has none; undefined for what is no tar
 * archive. What tar programs write in front of a file for themselves (long names, times, macOS's
 * attributes) is no file.
 */
export function firstOfTar(head: Uint8Array): string | undefined {
  let name: string | undefined;
  for (let at = 0; isTarHeader(head.subarray(at, at + 512)); ) {
    const header = latin1(head.subarray(at, at + 512), 512);
    name = header.slice(0, 100).replace(/\0.*$/s, '');
    const isOwn = /[xgLK]/.test(header.charAt(156)) || /(^|\/)\._[^/]*$/.test(name);
    if (!isOwn) return name;
    const size = Number.parseInt(header.slice(124, 136).trim(), 8) || 0;
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return name === undefined ? undefined : '';
}

/**
 * The sum of a header's bytes, those of the sum itself taken as spaces, stands in it in octal
 * digits.
 */
function isTarHeader(header: Uint8Array): boolean {
  if (header.length < 512) return false;
  if (latin1(header.subarray(257, 262), 5) === 'ustar') return true;
  let sum = 0;
  for (let i = 0; i < 512; i++) sum += i >= 148 && i < 156 ? 0x20 : header[i]!;
  const written = /^[ \0]*([0-7]{1,8})/.exec(latin1(header.subarray(148, 156), 8));
  return written !== null && sum > 256 && Number.parseInt(written[1]!, 8) === sum;
}
