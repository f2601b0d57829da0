/** A window whose text is also written: what a parser consumes between `begin` and `finish`. */
import { type ByteSource, FileSource } from './byte-sources.js';
import { FRONT, ReadAhead } from './read-ahead.js';
import { ByteWindow } from './window.js';

export class TeeWindow extends ByteWindow {
  /** Where what was not written yet begins; -1 while nothing is. */
  private from = -1;
  private readonly ahead: ReadAhead | undefined;
  /** The last bytes that were given to be written. */
  private written: Promise<void> | undefined;

  /**
   * In: `write` takes bytes, which are used again when what it has returned is settled. They are
   * written in their order. Of a plain file the next bytes are read, and the last ones written,
   * while the parser works.
   */
  constructor(
    source: ByteSource,
    private readonly write: (bytes: Uint8Array) => Promise<void> | undefined,
    onFill?: () => void,
  ) {
    const ahead = source instanceof FileSource ? new ReadAhead(source) : undefined;
    super(ahead ?? source, undefined, onFill);
    this.ahead = ahead;
  }

  /** From here on. */
  begin(): void {
    this.from = this.start;
  }

  /** Up to here. */
  finish(): void {
    this.flush();
    this.from = -1;
  }

  override fill(): undefined | Promise<void> {
    const { ahead } = this;
    const isWriting = this.from >= 0;
    if (isWriting) this.flush();
    if (ahead && !this.ended && this.end - this.start <= FRONT) return this.swap(ahead);
    return isWriting || this.written ? this.fillInPlace() : super.fill();
  }

  /** Closes the source. */
  close(): void {
    this.source.close();
  }

  /** Goes on in another buffer. */
  private async swap(ahead: ReadAhead): Promise<void> {
    this.tellFill();
    const { bytes, start, end, written } = this;
    this.written = undefined;
    ahead.giveBack(bytes, written);
    const next = await ahead.next();
    const kept = end - start;
    next.bytes.set(bytes.subarray(start, end), next.start - kept);
    this.use(next.bytes, next.start - kept, next.end);
    if (this.from >= 0) this.from = this.start;
  }

  /** Goes on in this buffer, or in a larger one. */
  private async fillInPlace(): Promise<void> {
    await this.written;
    this.written = undefined;
    const { bytes } = this;
    await super.fill();
    if (this.bytes !== bytes) this.ahead?.giveBack(bytes, undefined);
    if (this.from >= 0) this.from = this.start;
  }

  private flush(): void {
    const { from, start } = this;
    this.from = start;
    if (start <= from || from < 0) return;
    this.written = this.write(this.bytes.subarray(from, start));
    this.written?.catch(() => {}); // told when the buffer is to be used again
  }
}
