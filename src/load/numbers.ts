/** Numbers of a snapshot that are larger than most. */
import { asBuffer } from './bytes.js';

export const UINT32_MAX = 0xffffffff;

/** 2^64 - 1, as a double. */
export const LARGEST_ID = 2 ** 64;

/** A number of many digits, rounded where a double does not hold it. */
export function numberAt(bytes: Uint8Array, from: number, to: number): number {
  return Number(asBuffer(bytes.subarray(from, to)).toString('latin1'));
}
