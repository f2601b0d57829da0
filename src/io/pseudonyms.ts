/** Names in place of others: the same for the same, as long as the salt is. */
import { createHmac, randomBytes } from 'node:crypto';

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const ALL = `${UPPER}${LOWER}0123456789`;

/** Characters of a hash; the rest of a longer name is `_`. 62^24 is more than 2^142. */
const LONGEST_HASH = 24;
/** Up to this length two names may well have one hash, and are looked for. */
const LONGEST_SHORT = 8;
/** Tries for a short name, before it gets a longer one. */
const MOST_TRIES = 64;
/** Characters of what stands for a value, whatever its length. */
const VALUE_LENGTH = 16;

export interface PseudonymOptions {
  /** Default: 32 random bytes. */
  readonly salt?: string | undefined;
  /** Names that stay in the file, which none may stand for another one. */
  readonly isTaken: (name: string) => boolean;
}

/**
 * Pseudonyms of names and values: an HMAC-SHA-256 of the text, shortened.
 *
 * - Distinct texts have distinct pseudonyms: short ones are compared, and of longer ones 16
 *   characters (95 bits) and more decide.
 * - Memory: 32 to 64 bytes for each name of at most 8 characters.
 */
export class Pseudonyms {
  private readonly key: string | Uint8Array;
  private readonly short = new Owners();

  constructor(private readonly options: PseudonymOptions) {
    this.key = options.salt ?? randomBytes(32);
  }

  /**
   * Of a name: a word of a length that is asked for, at least one. It begins with a capital letter
   * where the name does. A short one may be taken by another name that comes before: then its
   * pseudonym is not the same in another file.
   */
  ofName(name: string, length: number): string {
    const first = name.charCodeAt(0);
    const letters = first >= 0x41 && first <= 0x5a ? UPPER : LOWER;
    let most = length;
    const own = this.digest(name);
    const owner = own.readUIntBE(24, 6);
    for (let tries = 0; ; tries++) {
      if (tries > 0 && tries % MOST_TRIES === 0) most++;
      const word = wordOf(tries === 0 ? own : this.digest(`${name}\0${tries}`), letters, most);
      if (this.options.isTaken(word) || word === name) continue;
      if (most > LONGEST_SHORT || this.short.take(numberOf(word), owner)) return word;
    }
  }

  /** Of a value: a word of 16 characters, or of `least` where that is more. */
  ofValue(text: string, least = 0): string {
    return wordOf(this.digest(text), LOWER, VALUE_LENGTH).padEnd(least, '_');
  }

  private digest(text: string): Buffer {
    return createHmac('sha256', this.key).update(text, 'utf8').digest();
  }
}

/** A word of a hash. */
function wordOf(digest: Buffer, letters: string, length: number): string {
  let word = letters[digest[0]! % letters.length]!;
  const end = Math.min(length, LONGEST_HASH);
  for (let i = 1; i < end; i++) word += ALL[digest[i]! % ALL.length]!;
  return word.padEnd(length, '_');
}

/** A word of at most 8 letters and digits as a number of its own. */
function numberOf(word: string): number {
  let number = 0;
  for (let i = 0; i < word.length; i++) number = number * 63 + ALL.indexOf(word[i]!) + 1;
  return number;
}

/** Who has which number above 0, in two typed arrays. */
class Owners {
  private numbers = new Float64Array(1 << 12);
  private owners = new Float64Array(1 << 12);
  private size = 0;

  /** Gives a number to an owner. Out: whether it is the owner's. */
  take(number: number, owner: number): boolean {
    if (this.size * 2 >= this.numbers.length) this.grow();
    const at = slotOf(this.numbers, number);
    if (this.numbers[at] !== 0) return this.owners[at] === owner;
    this.numbers[at] = number;
    this.owners[at] = owner;
    this.size++;
    return true;
  }

  private grow(): void {
    const { numbers, owners } = this;
    this.numbers = new Float64Array(numbers.length * 2);
    this.owners = new Float64Array(numbers.length * 2);
    for (let i = 0; i < numbers.length; i++) {
      if (numbers[i] === 0) continue;
      const at = slotOf(this.numbers, numbers[i]!);
      this.numbers[at] = numbers[i]!;
      this.owners[at] = owners[i]!;
    }
  }
}

/** Where a number is, or would be. */
function slotOf(slots: Float64Array, number: number): number {
  const mask = slots.length - 1;
  let at = (Math.imul(number % 0x7fffffff, 0x9e3779b1) >>> 8) & mask;
  while (slots[at] !== 0 && slots[at] !== number) at = (at + 1) & mask;
  return at;
}
