/** `toEqual` compares columns of a million records: element by element it takes seconds. */

/**
 * For `expect.addEqualityTesters`: true for two typed arrays of one type with the same bytes.
 * Undefined for all others, which Vitest compares, and shows, as it always does.
 */
export function sameTypedArrays(one: unknown, other: unknown): true | undefined {
  if (!ArrayBuffer.isView(one) || !ArrayBuffer.isView(other)) return undefined;
  if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return undefined;
  return Buffer.compare(bytesOf(one), bytesOf(other)) === 0 ? true : undefined;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
