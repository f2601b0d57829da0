/** Numbers for pairs of numbers: a hash table in typed arrays, for millions of them. */

/** Gives each distinct pair of numbers a number, from 0 on in the order in which they come. */
export class PairNumbers {
  count = 0;
  private firsts = new Uint32Array(1024);
  private seconds = new Uint32Array(1024);
  /** Open addressing; numbers plus one. */
  private table = new Uint32Array(4096);

  first(number: number): number {
    return this.firsts[number]!;
  }

  second(number: number): number {
    return this.seconds[number]!;
  }

  numberOf(first: number, second: number): number {
    const mask = this.table.length - 1;
    let cell = hash(first, second) & mask;
    for (; this.table[cell] !== 0; cell = (cell + 1) & mask) {
      const known = this.table[cell]! - 1;
      if (this.firsts[known] === first && this.seconds[known] === second) return known;
    }
    const number = this.count++;
    if (number === this.firsts.length) {
      this.firsts = grown(this.firsts);
      this.seconds = grown(this.seconds);
    }
    this.firsts[number] = first;
    this.seconds[number] = second;
    this.table[cell] = number + 1;
    if (this.count * 2 > this.table.length) this.rehash();
    return number;
  }

  private rehash(): void {
    const table = new Uint32Array(this.table.length * 4);
    const mask = table.length - 1;
    for (let number = 0; number < this.count; number++) {
      let cell = hash(this.firsts[number]!, this.seconds[number]!) & mask;
      while (table[cell] !== 0) cell = (cell + 1) & mask;
      table[cell] = number + 1;
    }
    this.table = table;
  }
}

function grown(column: Uint32Array): Uint32Array<ArrayBuffer> {
  const longer = new Uint32Array(column.length * 2);
  longer.set(column);
  return longer;
}

function hash(first: number, second: number): number {
  let h = Math.imul(first, 0x9e3779b1) ^ Math.imul(second + 1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return (h ^ (h >>> 12)) >>> 0;
}
