/** The strings of a generated snapshot: names at fixed places, and texts for all others. */
import { EDGE_NAMES, ESCAPED_SHARE, MAP_EDGE, QUANTILES, STRING_LENGTHS, STRINGS } from './profile.mjs';
import { below, fromQuantiles, hash } from './random.mjs';

const LETTERS = 'etaoinshrdlucmfwypvbgk ETAOIN_.:/-0123456789';
const MIX = 1 << 16;
/** As V8 writes them: a newline, a quote, a character beyond ASCII, a backslash. */
const ESCAPES = ['\\n', '\\"', '\\u00e9', '\\\\'];

export class StringTable {
  names = new Map();
  texts = new Map();
  next = 0;

  /** In: `count`, strings in all; names that are put in are among them. */
  constructor(count, seed) {
    this.count = count;
    this.seed = seed;
    this.mix = Buffer.from(
      Array.from({ length: MIX }, (_, i) => LETTERS[below(hash(seed + i), LETTERS.length)]).join(''),
    );
    const share = Math.min(1, count / STRINGS);
    for (const [name, place] of [...EDGE_NAMES.property, ...EDGE_NAMES.internal, MAP_EDGE])
      this.put(name, Math.floor(place * share));
  }

  /** The index of a name, which is given one if it has none: `place`, or the next that is free. */
  put(name, place) {
    const known = this.names.get(name);
    if (known !== undefined) return known;
    let index = place ?? this.next++;
    while (this.texts.has(index)) index = (index + 1) % this.count;
    if (this.texts.size >= this.count) throw new Error('more names than strings');
    this.names.set(name, index);
    this.texts.set(index, name);
    return index;
  }

  write(writer) {
    writer.text('"strings":[');
    for (let i = 0; i < this.count; i++) {
      const name = this.texts.get(i);
      if (name === undefined) this.writeText(writer, i);
      else writer.text(`${JSON.stringify(name)},`);
    }
    writer.back();
    writer.text(']}');
  }

  /** A text that no other has, because its number is in it. */
  writeText(writer, index) {
    const bits = hash(this.seed ^ Math.imul(index, 0x9e3779b1));
    const share = bits / 2 ** 32;
    const length = Math.round(fromQuantiles(share, QUANTILES, STRING_LENGTHS));
    const escaped = below(hash(bits), 1 << 20) < ESCAPED_SHARE * (1 << 20) ? ESCAPES[bits & 3] : '';
    const own = `"${index.toString(36)}${escaped}`;
    writer.room();
    const { bytes } = writer;
    let { at } = writer;
    for (let i = 0; i < own.length; i++) bytes[at++] = own.charCodeAt(i);
    const more = Math.max(0, length - own.length + 1);
    const from = hash(bits + 1) % (MIX - 2048);
    for (let i = 0; i < more; i++) bytes[at++] = this.mix[from + i];
    bytes[at++] = 34;
    bytes[at++] = 44;
    writer.at = at;
  }
}
