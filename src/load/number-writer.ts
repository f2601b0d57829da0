/** Lists of numbers as JSON, a piece at a time. */

/** Bytes that are written at a time. */
const PIECE = 1 << 18;
/** Digits of a number, its sign and a comma. */
const ROOM = 32;

export type Write = (bytes: Uint8Array) => Promise<void> | undefined;

/** Numbers with commas between them. Cost: no object a number. */
export class NumberWriter {
  private bytes = new Uint8Array(PIECE + ROOM);
  private at = 0;
  private isFirst = true;

  constructor(private readonly write: Write) {}

  /** Takes a number; out: a promise where there is to wait. */
  take(value: number): Promise<void> | undefined {
    const { bytes } = this;
    if (!this.isFirst) bytes[this.at++] = 0x2c;
    this.isFirst = false;
    if (value >= 0 && value <= 0x7fffffff && Number.isInteger(value)) {
      let end = this.at + 1;
      for (let rest = value; rest >= 10; rest = (rest / 10) | 0) end++;
      this.at = end;
      let rest = value;
      do {
        const next = (rest / 10) | 0;
        bytes[--end] = 48 + rest - next * 10;
        rest = next;
      } while (rest > 0);
    } else {
      for (const char of BigInt(Math.trunc(value)).toString()) bytes[this.at++] = char.charCodeAt(0);
    }
    return this.at >= PIECE ? this.flush() : undefined;
  }

  /** Writes what was taken. */
  flush(): Promise<void> | undefined {
    const piece = this.bytes.slice(0, this.at);
    this.at = 0;
    return this.write(piece);
  }
}
