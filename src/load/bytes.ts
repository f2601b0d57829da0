import type { BufferType } from '../graph/columns.js';

/**
 * A byte buffer that is fast to read files into.
 *
 * Large `new Uint8Array(n)` buffers start 16 bytes into a memory page (malloc's header for mapped
 * chunks), and the kernel's copy into such an address ran 5 times slower on the AMD processors
 * where it was measured. 48 bytes further on it does not.
 */
export function readBuffer(length: number, buffers: BufferType = ArrayBuffer): Uint8Array {
  return new Uint8Array(new buffers(length + 64), 48, length);
}

/** The bytes as a Buffer over the same memory, for its native `indexOf` and `latin1Slice`. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The first `limit` bytes as text, a character a byte. */
export function latin1(head: Uint8Array, limit: number): string {
  return asBuffer(head.subarray(0, limit)).toString('latin1');
}
