/**
 * One memory for the columns of a large graph and for what is computed from them: WebAssembly works
 * on it without a copy, and threads share it.
 *
 * It grows as it is used, up to 4 GiB, and never moves: what stands in it stays valid. Memory that
 * was given back is given out again, so that one step of an analysis uses that of the one before.
 * It goes with the last column that stands in it.
 */

const PAGE = 1 << 16;
const MOST_PAGES = 1 << 16;

/** Parts begin at such multiples: a line of the cache. */
const LINE = 64;
const VALUES_PER_LINE = LINE / Uint32Array.BYTES_PER_ELEMENT;

/** Bytes at the beginning that nothing stands in. */
const UNUSED = PAGE;

/** Bytes that WebAssembly can address. */
export const ARENA_LIMIT = MOST_PAGES * PAGE;

interface Memory {
  readonly buffer: SharedArrayBuffer;
  grow(pages: number): number;
}

type MemoryConstructor = new (limits: {
  readonly initial: number;
  readonly maximum: number;
  readonly shared: boolean;
}) => Memory;

/** A stretch of the memory, in bytes. */
interface Stretch {
  readonly start: number;
  readonly length: number;
}

type View = Uint8Array | Uint32Array | Int32Array | Float64Array;

type ViewConstructor<T extends View> = {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer, offset: number, length: number): T;
};

export class Arena {
  /** A `WebAssembly.Memory`. */
  readonly memory: Memory;
  /** Nothing stands from here on. */
  private end = UNUSED;
  /** Bytes from here on were never used: they are zeros. */
  private touched = UNUSED;
  /** In the order of the memory; no two of them touch. */
  private free: Stretch[] = [];
  /**
   * As many bytes that nobody touches, so they are none: V8 does not count shared memory among what
   * a program holds, and would never look for arenas that can go.
   */
  private readonly weights: ArrayBuffer[] = [];
  /** One for each time that the memory has grown. */
  private readonly buffers = new WeakSet<object>();

  private constructor(memory: Memory) {
    this.memory = memory;
    this.grown(memory.buffer.byteLength);
  }

  /**
   * An arena that begins with room for so many bytes. Undefined where the system does not allow it.
   * Cost: addresses; no memory until it is used.
   */
  static create(bytes = 0): Arena | undefined {
    const { WebAssembly } = globalThis as unknown as { WebAssembly?: { Memory: MemoryConstructor } };
    if (WebAssembly === undefined) return undefined;
    const initial = Math.ceil((UNUSED + bytes) / PAGE);
    try {
      return new Arena(new WebAssembly.Memory({ initial, maximum: MOST_PAGES, shared: true }));
    } catch {
      return undefined;
    }
  }

  /**
   * An array of zeros, or of anything at all when `dirty`. Throws RangeError when there is no room
   * for it.
   */
  take<T extends View>(array: ViewConstructor<T>, length: number, dirty = false): T {
    const bytes = Math.max(LINE, Math.ceil((length * array.BYTES_PER_ELEMENT) / LINE) * LINE);
    const start = this.reuse(bytes) ?? this.extend(bytes);
    const view = new array(this.memory.buffer as unknown as ArrayBuffer, start, length);
    if (start < this.touched && !dirty) view.fill(0);
    this.touched = Math.max(this.touched, start + bytes);
    return view;
  }

  /** Takes an array back. In: an array that `take` gave, which is not used any more. */
  release(view: View): void {
    const bytes = Math.max(LINE, Math.ceil(view.byteLength / LINE) * LINE);
    let start = view.byteOffset;
    let length = bytes;
    const touching = this.free.filter(
      (part) => part.start + part.length === start || part.start === start + bytes,
    );
    for (const part of touching) {
      start = Math.min(start, part.start);
      length += part.length;
    }
    const others = this.free.filter((part) => !touching.includes(part));
    // What stands last is as if it had never been used.
    if (start + length === this.end) {
      this.end = start;
      this.free = others;
    } else this.free = [...others, { start, length }].sort((a, b) => a.start - b.start);
  }

  /** The address of an array, or undefined when it does not stand in this memory. */
  addressOf(view: View): number | undefined {
    return this.buffers.has(view.buffer) ? view.byteOffset : undefined;
  }

  /** The start of the smallest free stretch that is large enough. */
  private reuse(bytes: number): number | undefined {
    let best: Stretch | undefined;
    for (const part of this.free)
      if (part.length >= bytes && (best === undefined || part.length < best.length)) best = part;
    if (best === undefined) return undefined;
    const { start, length } = best;
    this.free = this.free.flatMap((part) =>
      part !== best ? [part] : length === bytes ? [] : [{ start: start + bytes, length: length - bytes }],
    );
    return start;
  }

  private extend(bytes: number): number {
    const start = this.end;
    const missing = Math.ceil((start + bytes) / PAGE) - this.memory.buffer.byteLength / PAGE;
    if (missing > 0) {
      this.memory.grow(missing);
      this.grown(missing * PAGE);
    }
    this.end = start + bytes;
    return start;
  }

  private grown(bytes: number): void {
    this.buffers.add(this.memory.buffer);
    this.weights.push(new ArrayBuffer(bytes));
  }
}

/** Arrays of an arena that are given back together. */
export class Scratch {
  private views: View[] = [];

  constructor(private readonly arena: Arena) {}

  /** As `Arena.take`. */
  take<T extends View>(array: ViewConstructor<T>, length: number, dirty = false): T {
    const view = this.arena.take(array, length, dirty);
    this.views.push(view);
    return view;
  }

  /** The address of an array of the arena. */
  at(view: View): number {
    const address = this.arena.addressOf(view);
    if (address === undefined) throw new RangeError('the array does not stand in the arena');
    return address;
  }

  /** The same, or that of a copy where it stands elsewhere. */
  placed(view: Uint8Array | Uint32Array): number {
    const address = this.arena.addressOf(view);
    if (address !== undefined) return address;
    const copy =
      view instanceof Uint8Array
        ? this.take(Uint8Array, view.length, true)
        : this.take(Uint32Array, view.length, true);
    copy.set(view);
    return this.at(copy);
  }

  /** Gives back all of an array but its first values. */
  shorten(view: Uint32Array, length: number): void {
    const kept = Math.ceil(length / VALUES_PER_LINE) * VALUES_PER_LINE;
    if (kept >= view.length) return;
    this.views = this.views.map((other) => (other === view ? view.subarray(0, kept) : other));
    this.arena.release(view.subarray(kept));
  }

  /** Leaves an array to whoever has it. */
  keep<T extends View>(view: T): T {
    this.views = this.views.filter((other) => other !== view);
    return view;
  }

  /** Leaves all to a thread that may still write to it. */
  abandon(): void {
    this.views = [];
  }

  /** Gives back these, or all that are left. */
  release(...views: readonly View[]): void {
    for (const view of views.length > 0 ? views : this.views) this.arena.release(view);
    this.views = views.length > 0 ? this.views.filter((view) => !views.includes(view)) : [];
  }
}
