/** Writes numbers and bytes to a file through one buffer. */
import { closeSync, openSync, writeSync } from 'node:fs';

const SIZE = 1 << 20;
/** More than any one number or record takes. */
const SPARE = 1 << 12;

/** The three digits of 0 to 999. */
const DIGITS = Uint8Array.from({ length: 3000 }, (_, i) => {
  const number = Math.floor(i / 3);
  return (
    48 + (i % 3 === 0 ? Math.floor(number / 100) : i % 3 === 1 ? Math.floor(number / 10) % 10 : number % 10)
  );
});

export class ByteWriter {
  bytes = new Uint8Array(SIZE + SPARE);
  at = 0;
  written = 0;
  /** Without a file, bytes are only counted. */
  constructor(file) {
    this.descriptor = file === undefined ? undefined : openSync(file, 'wx', 0o600);
  }

  /** To be called before each record. The last byte stays, so that `back` can take it away. */
  room() {
    if (this.at > SIZE) this.flush(1);
  }

  text(text) {
    const bytes = Buffer.from(text);
    for (let from = 0; from < bytes.length; from += SPARE) {
      const piece = bytes.subarray(from, from + SPARE);
      this.room();
      this.bytes.set(piece, this.at);
      this.at += piece.length;
    }
  }

  copy(source, from, to) {
    const { bytes } = this;
    let { at } = this;
    for (let i = from; i < to; i++) bytes[at++] = source[i];
    this.at = at;
  }

  /** A whole number and a comma. */
  number(value) {
    if (value < 1e9) this.upTo9(value);
    else {
      const high = Math.floor(value / 1e6);
      const low = value - high * 1e6;
      this.upTo9(high);
      this.at--;
      this.three((low / 1000) | 0);
      this.three(low % 1000);
      this.bytes[this.at++] = 44;
    }
  }

  upTo9(value) {
    const { bytes } = this;
    let { at } = this;
    let lead = value | 0;
    let low = -1;
    let middle = -1;
    if (lead >= 1000) {
      const thousands = (lead / 1000) | 0;
      low = (lead - Math.imul(thousands, 1000)) * 3;
      lead = thousands;
      if (lead >= 1000) {
        const millions = (lead / 1000) | 0;
        middle = (lead - Math.imul(millions, 1000)) * 3;
        lead = millions;
      }
    }
    const digits = Math.imul(lead, 3);
    if (lead >= 100) bytes[at++] = DIGITS[digits];
    if (lead >= 10) bytes[at++] = DIGITS[digits + 1];
    bytes[at++] = DIGITS[digits + 2];
    if (middle >= 0) {
      bytes[at] = DIGITS[middle];
      bytes[at + 1] = DIGITS[middle + 1];
      bytes[at + 2] = DIGITS[middle + 2];
      at += 3;
    }
    if (low >= 0) {
      bytes[at] = DIGITS[low];
      bytes[at + 1] = DIGITS[low + 1];
      bytes[at + 2] = DIGITS[low + 2];
      at += 3;
    }
    bytes[at] = 44;
    this.at = at + 1;
  }

  three(value) {
    this.bytes[this.at++] = DIGITS[value * 3];
    this.bytes[this.at++] = DIGITS[value * 3 + 1];
    this.bytes[this.at++] = DIGITS[value * 3 + 2];
  }

  /** Takes the last byte away: the comma behind the last record. */
  back() {
    this.at--;
  }

  get total() {
    return this.written + this.at;
  }

  close() {
    this.flush(0);
    if (this.descriptor !== undefined) closeSync(this.descriptor);
  }

  flush(keep) {
    const { bytes, descriptor } = this;
    const end = this.at - keep;
    if (descriptor !== undefined)
      for (let from = 0; from < end; ) from += writeSync(descriptor, bytes, from, end - from);
    bytes.copyWithin(0, end, this.at);
    this.written += end;
    this.at = keep;
  }
}
