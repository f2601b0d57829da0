/** Columns of an index file: read whole, or block by block where a question looks at few values. */
import fs from 'node:fs';
import {
  ARRAYS,
  BLOCK,
  type ColumnPlace,
  type Footer,
  MAGIC,
  sumOf,
  TAIL_BYTES,
  type Values,
} from './format.js';

/** An index that cannot be read: it is made anew, or the snapshot is. */
export class IndexDamaged extends Error {
  constructor(
    readonly file: string,
    reason: string,
  ) {
    super(`${file}: ${reason}`);
  }
}

/** Bytes that are read at a time. */
const CHUNK = 1 << 26;

/** Closes files whose graphs are gone. */
const opened = new FinalizationRegistry<number>((fd) => fs.closeSync(fd));

/** A file of columns that is open as long as somebody has it. What is read is checked. */
export class ColumnFile {
  private readonly places = new Map<string, ColumnPlace>();
  private readonly whole = new Map<string, Values>();

  private constructor(
    private readonly file: string,
    private readonly fd: number,
    readonly footer: Footer,
    private readonly sums: Uint32Array,
  ) {
    for (const place of footer.columns) this.places.set(place.name, place);
    opened.register(this, fd, this);
  }

  /** Undefined for a file that is not there. Throws IndexDamaged for one that cannot be read. */
  static open(file: string): ColumnFile | undefined {
    let fd: number;
    try {
      fd = fs.openSync(file, 'r');
    } catch {
      return undefined;
    }
    try {
      const { footer, sums } = readFooter(file, fd);
      return new ColumnFile(file, fd, footer, sums);
    } catch (error) {
      fs.closeSync(fd);
      if (error instanceof IndexDamaged) throw error;
      throw new IndexDamaged(file, (error as Error).message);
    }
  }

  close(): void {
    opened.unregister(this);
    fs.closeSync(this.fd);
  }

  has(name: string): boolean {
    return this.places.has(name);
  }

  /** All values. Throws IndexDamaged. */
  column<T extends Values>(name: string): T {
    let values = this.whole.get(name);
    if (values === undefined) {
      const place = this.placeOf(name);
      values = this.read(place, 0, place.length);
      this.whole.set(name, values);
    }
    return values as T;
  }

  /** Values of a part, at their places from 0 on; a copy. Throws IndexDamaged. */
  part<T extends Values>(name: string, from: number, to: number): T {
    const known = this.whole.get(name);
    return (known ? known.slice(from, to) : this.read(this.placeOf(name), from, to)) as T;
  }

  /**
   * A column that is read where it is looked at.
   *
   * - Out: what behaves as the column does. An index by number reads one block; `subarray` and
   *   `slice` read their part; all else reads the whole column.
   * - Cost: some hundred nanoseconds for each value; after many of them the column is read whole.
   */
  paged<T extends Values>(name: string): T {
    const place = this.placeOf(name);
    const bytes = ARRAYS[place.type].BYTES_PER_ELEMENT;
    const perBlock = BLOCK / bytes;
    const loaded = new Map<number, Values>();
    let looks = 0;
    const at = (index: number): number | undefined => {
      if (!(index >= 0 && index < place.length)) return undefined;
      if (looks++ > MOST_LOOKS) return this.column(name)[index];
      const block = Math.floor(index / perBlock);
      let values = loaded.get(block);
      if (values === undefined) {
        values = this.read(place, block * perBlock, Math.min(place.length, (block + 1) * perBlock));
        loaded.set(block, values);
      }
      return values[index - block * perBlock];
    };
    const bounds = (from = 0, to = place.length): [number, number] => {
      const clamp = (value: number): number =>
        Math.max(0, Math.min(place.length, value < 0 ? value + place.length : value));
      const begin = clamp(from);
      return [begin, Math.max(begin, clamp(to))];
    };
    const cut = (from?: number, to?: number): Values => this.part(name, ...bounds(from, to));
    return new Proxy(new ARRAYS[place.type](0), {
      get: (empty, key) => {
        if (typeof key === 'string') {
          const code = key.charCodeAt(0);
          if (code >= 0x30 && code <= 0x39) return at(Number(key));
        }
        if (key === 'length') return place.length;
        if (key === 'subarray' || key === 'slice') return cut;
        if (key === 'BYTES_PER_ELEMENT' || key === 'constructor') return Reflect.get(empty, key, empty);
        const all = this.column(name);
        const value: unknown = Reflect.get(all, key, all);
        return typeof value === 'function' ? value.bind(all) : value;
      },
      has: (_, key) => typeof key !== 'string' || !/^\d/.test(key) || Number(key) < place.length,
      set: () => false,
    }) as unknown as T;
  }

  private placeOf(name: string): ColumnPlace {
    const place = this.places.get(name);
    if (place) return place;
    throw new IndexDamaged(this.file, `it has no column ${name}`);
  }

  /** Reads whole blocks and takes the part out of them. */
  private read({ name, type, length, offset, firstSum }: ColumnPlace, from: number, to: number): Values {
    const array = ARRAYS[type];
    const size = array.BYTES_PER_ELEMENT;
    const total = length * size;
    const firstBlock = Math.floor((from * size) / BLOCK);
    const start = firstBlock * BLOCK;
    const end = Math.min(total, Math.ceil((to * size) / BLOCK) * BLOCK);
    const bytes = new Uint8Array(new ArrayBuffer(Math.max(0, end - start)));
    for (let at = 0; at < bytes.length; ) {
      const count = fs.readSync(this.fd, bytes, at, Math.min(CHUNK, bytes.length - at), offset + start + at);
      if (count === 0) throw new IndexDamaged(this.file, `it ends in column ${name}`);
      at += count;
    }
    for (let at = 0, block = firstBlock; at < bytes.length; at += BLOCK, block++)
      if (sumOf(bytes.subarray(at, Math.min(bytes.length, at + BLOCK))) !== this.sums[firstSum + block])
        throw new IndexDamaged(this.file, `block ${block} of column ${name} is damaged`);
    return new array(bytes.buffer as ArrayBuffer, from * size - start, to - from);
  }
}

/** Values that a paged column gives before it is read whole: then each costs less. */
const MOST_LOOKS = 1 << 20;

function readFooter(file: string, fd: number): { readonly footer: Footer; readonly sums: Uint32Array } {
  const { size } = fs.fstatSync(fd);
  const damaged = (reason: string): never => {
    throw new IndexDamaged(file, reason);
  };
  const bytesAt = (offset: number, length: number): Buffer => {
    if (!(offset >= 0 && length >= 0 && offset + length <= size)) damaged('it is cut off');
    const bytes = Buffer.alloc(length);
    return fs.readSync(fd, bytes, 0, length, offset) === length ? bytes : damaged('it is cut off');
  };
  const tail = bytesAt(size - TAIL_BYTES, TAIL_BYTES);
  if (tail.toString('latin1', 8) !== MAGIC) damaged('it is no index, or one of another version');
  const length = tail.readUInt32LE(0);
  const text = bytesAt(size - TAIL_BYTES - length, length);
  if (sumOf(text) !== tail.readUInt32LE(4)) damaged('its footer is damaged');
  const footer = JSON.parse(text.toString()) as Footer;
  const bytes = bytesAt(footer.sums.offset, footer.sums.length * 4);
  if (sumOf(bytes) !== footer.sums.sum) damaged('its sums are damaged');
  return { footer, sums: new Uint32Array(bytes.buffer, bytes.byteOffset, footer.sums.length) };
}
