/** A window whose text is also written: what a parser consumes between `begin` and `finish`. */
import type { ByteSource } from './byte-sources.js';
import { ByteWindow } from './window.js';

export class TeeWindow extends ByteWindow {
  /** Where what was not written yet begins; -1 while nothing is. */
  private from = -1;

  constructor(
    source: ByteSource,
    /** Takes bytes, which are used again once it has returned. */
    private readonly write: (bytes: Uint8Array) => Promise<void> | undefined,
    onFill?: () => void,
  ) {
    super(source, undefined, onFill);
  }

  /** From here on. */
  begin(): void {
    this.from = this.start;
  }

  /** Up to here. */
  finish(): Promise<void> | undefined {
    const wait = this.flush();
    this.from = -1;
    return wait;
  }

  override fill(): undefined | Promise<void> {
    if (this.from < 0) return super.fill();
    const wait = this.flush();
    return wait ? wait.then(() => this.filled()) : this.filled();
  }

  private filled(): undefined | Promise<void> {
    const wait = super.fill();
    this.from = this.start;
    return wait;
  }

  private flush(): Promise<void> | undefined {
    const { from, start } = this;
    this.from = start;
    return start > from && from >= 0 ? this.write(this.bytes.subarray(from, start)) : undefined;
  }
}
