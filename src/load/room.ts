/**
 * How much memory a snapshot may take. A few megabytes of gzip can hold gigabytes, so what is kept
 * of a compressed input is bounded by its own size; and nothing is begun that the machine cannot
 * hold.
 */
import { SnapshotError } from '../base/errors.js';
import { formatBytes } from '../base/units.js';
import type { ByteSource } from './byte-sources.js';

/** What is held of any input, whatever its size. */
const ALWAYS = 1 << 28;

/**
 * Bytes of text that are held for a byte of compressed input. Snapshots of real programs have 5 to
 * 40; a million objects that are all alike, at zstd's level 19, had 148, in less than ALWAYS.
 */
const EXPANSION = 100;

/** Pages of a tally that are held of any input. */
const PAGES_ALWAYS = 1 << 29;

/**
 * Bytes of these pages for a byte of plain text: where every string is the name of a class it needs
 * 3.
 */
const PAGES_SHARE = 20;

/** A plain file of fewer bytes fits everywhere. */
const SMALL = 1 << 27;

export class Room {
  private taken = 0;

  private constructor(
    private readonly source: ByteSource,
    private readonly memory: number,
  ) {}

  /** Cost: node:os is loaded only where the input may be large. */
  static async for(source: ByteSource): Promise<Room> {
    if (source.size !== undefined && source.size < SMALL) return new Room(source, Number.POSITIVE_INFINITY);
    const { totalmem } = await import('node:os');
    const constrained = process.constrainedMemory?.() || Number.POSITIVE_INFINITY; // 0: not known
    return new Room(source, Math.min(totalmem(), constrained) * 0.9);
  }

  /**
   * Claims bytes of memory, as the counts in the head declare them where nothing else is known
   * (memory that is never written to is none). Throws `too-large` when the machine does not have
   * them in all.
   */
  take(bytes: number, what: string): void {
    this.taken += bytes;
    const { size, storedSize, compression } = this.source;
    const isBounded = size !== undefined || (storedSize !== undefined && compression === 'gzip');
    if (isBounded && this.taken > this.memory) {
      throw allocationError(
        this.source.name,
        `${what}: ${formatBytes(this.taken)} are needed, ${formatBytes(this.memory)} can be had`,
      );
    }
  }

  /**
   * Throws `too-large` when so many bytes of text are more than a compressed input may unfold to in
   * memory, or, of a stream, more than the machine can hold.
   */
  checkText(bytes: number, section: string): void {
    if (bytes <= ALWAYS) return;
    const { compression, taken } = this.source;
    const most = compression === undefined ? this.memory : ALWAYS + taken * EXPANSION;
    if (bytes > most) throw this.tooMuch(section, bytes, most);
  }

  /**
   * The same for the pages of a tally, which grow with the largest string index and not with the
   * text.
   */
  checkPages(bytes: number): void {
    if (bytes <= PAGES_ALWAYS) return;
    const share = this.source.compression === undefined ? PAGES_SHARE : EXPANSION;
    const most = PAGES_ALWAYS + this.source.taken * share;
    if (bytes > most) throw this.tooMuch('nodes', bytes, most);
  }

  private tooMuch(section: string, bytes: number, most: number): SnapshotError {
    const { name, compression, taken } = this.source;
    return new SnapshotError('too-large', 'takes far more memory than its size explains', {
      file: name,
      section,
      expected: `at most ${formatBytes(most)} for the first ${formatBytes(taken)} of the file`,
      found: formatBytes(bytes),
      hint:
        compression === undefined
          ? 'No program writes such a snapshot: the file is damaged, or made to fill the memory.'
          : 'It may be made to fill the memory. If you trust it, decompress it first and name the plain file.',
    });
  }
}

export function allocationError(file: string, what: string, cause?: unknown): SnapshotError {
  return new SnapshotError('too-large', `there is not enough memory for ${what}`, {
    file,
    hint: 'Use a machine with more memory, or ask for less.',
    remedy: 'read-less',
    cause,
  });
}
