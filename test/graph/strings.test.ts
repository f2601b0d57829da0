import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closingQuote, decodeJsonText, type StringPage, StringTable } from '../../src/graph/strings.js';

/** A table over JSON texts (with their quotes), so many a page. */
function tableOf(texts: readonly string[], pageSize = 3): StringTable {
  const pages: StringPage[] = [];
  for (let first = 0; first < texts.length; first += pageSize) {
    const starts: number[] = [];
    let json = '  ';
    for (const text of texts.slice(first, first + pageSize)) {
      starts.push(Buffer.byteLength(json) + 1);
      json += `${text},`;
    }
    // Not at the start of its memory, as segments are not.
    const segment = Buffer.concat([Buffer.alloc(48), Buffer.from(json)]).subarray(48);
    pages.push({ first, segment, starts: Uint32Array.from(starts) });
  }
  return new StringTable(pages);
}

/** A text with some of its characters written as escapes. */
function spelled(text: string, escapes: readonly boolean[]): string {
  const units = [...text].map((character, i) =>
    escapes[i % escapes.length] || JSON.stringify(character).length !== character.length + 2
      ? [...Array(character.length).keys()]
          .map((unit) => `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`)
          .join('')
      : character,
  );
  return `"${units.join('')}"`;
}

describe('StringTable', () => {
  const texts = ['a', '', 'ab', 'b"\\', 'é☕😀', 'a\nb\0', '\ud83d', 'a', '__proto__', '12 / part'];
  const table = tableOf(texts.map((text) => JSON.stringify(text)));

  it('gets every string, of the first page and of the last', () => {
    expect(table.length).toBe(texts.length);
    for (const [index, text] of texts.entries()) expect(table.get(index)).toBe(text);
  });

  it('says so of an index beyond the table', () => {
    for (const index of [texts.length, 4_294_967_295, -1, Number.NaN, 0.5 + texts.length]) {
      expect(table.get(index)).toBe(`(lost name ${index})`);
      expect(table.equals(index, `(lost name ${index})`)).toBe(false);
    }
    expect(new StringTable([]).length).toBe(0);
    expect(new StringTable([]).get(0)).toBe('(lost name 0)');
    expect(new StringTable([]).find('a')).toEqual([]);
  });

  it('compares escapes as it decodes them, also those that are none of JSON', () => {
    const odd = [
      '"\\x41b"',
      '"\\u12g4"',
      '"\\u00e9t"',
      '"\\/a\\t"',
      '"\\ud83d\\ude00"',
      '"a\\q"',
      '"\u0001\\n"',
    ];
    const table = tableOf(odd);
    const texts = odd.map((_, index) => table.get(index));
    for (const [index, text] of texts.entries()) {
      for (const other of [...texts, ...texts.map((each) => each.slice(0, 2)), 'a', '\\x'])
        expect(table.equals(index, other), `${odd[index]} and ${JSON.stringify(other)}`).toBe(text === other);
      expect(table.find(text.slice(0, 2), 'beginning')).toContain(index);
      expect(table.find(text)).toEqual([index]);
    }
  });

  it('measures texts without decoding them: escapes, surrogates, what is no JSON or UTF-8', {
    tags: 'slow',
  }, () => {
    for (const [index, text] of texts.entries()) expect(table.lengthOf(index)).toBe(text.length);
    expect(table.lengthOf(texts.length)).toBe(table.get(texts.length).length);
    const long = 'é☕😀\\"'.repeat(10_000);
    const measured = tableOf([JSON.stringify(long)]);
    expect([measured.lengthOf(0), measured.lengthOf(0)]).toEqual([long.length, long.length]);
    const byte = fc.oneof(
      fc.constantFrom(...Buffer.from('\\\\\\u00dDfFabx/"\t'), 0xed, 0xf0, 0xf4, 0xe0, 0xc0, 0x9f, 0xa0, 0x8f),
      fc.integer({ min: 0, max: 255 }),
    );
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 12 }), (bytes) => {
        const segment = Buffer.from([...bytes, 0x22]);
        const one = new StringTable([{ first: 0, segment, starts: Uint32Array.of(0) }]);
        expect(one.lengthOf(0)).toBe(one.get(0).length);
      }),
      { numRuns: 3000 },
    );
  });

  it('knows which string equals which text', () => {
    for (const [index, text] of texts.entries()) {
      for (const other of [...texts, 'abc', '"', '\\', 'b', 'é', 'a"', 'a,']) {
        expect(table.equals(index, other), `${JSON.stringify(text)} and ${JSON.stringify(other)}`).toBe(
          text === other,
        );
      }
    }
  });

  it('finds all places of a text', () => {
    expect(table.find('a')).toEqual([0, 7]);
    expect(table.find('')).toEqual([1]);
    expect(table.find('é☕😀')).toEqual([4]);
    expect(table.find('b"\\')).toEqual([3]);
    expect(table.find('nowhere')).toEqual([]);
    expect(table.find('a","')).toEqual([]);
  });

  it('finds texts of which the file spells the beginning with an escape', () => {
    const texts = ['\\u0041bc', 'A\\u0062c', 'Abc', '\\u0041', 'A', '\\n', 'x\\n', 'é', 'xé', '\\u00e9', ''];
    const json = texts.map((text) => `"${text}"`).join();
    const bytes = Buffer.from(json);
    const starts: number[] = [];
    for (let at = 0; at < bytes.length; ) {
      starts.push(at + 1);
      at = closingQuote(bytes, at + 1) + 2;
    }
    const spelled = new StringTable([{ first: 0, segment: bytes, starts: Uint32Array.from(starts) }]);
    expect(spelled.length).toBe(texts.length);
    expect(spelled.find('Abc')).toEqual([0, 1, 2]);
    expect(spelled.find('A')).toEqual([3, 4]);
    expect(spelled.find('\n')).toEqual([5]);
    expect(spelled.find('x\n')).toEqual([6]);
    expect(spelled.find('é')).toEqual([7, 9]);
    expect(spelled.find('xé')).toEqual([8]);
    expect(spelled.find('')).toEqual([10]);
    expect(spelled.find('"')).toEqual([]);
    const some = spelled.indexesOf('Abc', 'é');
    expect(some.size).toBe(5);
    expect(texts.map((_, i) => some.has(i))).toEqual(texts.map((_, i) => [0, 1, 2, 7, 9].includes(i)));
  });

  it('finds the place of every index through any number of pages', () => {
    const many = Array.from({ length: 100 }, (_, i) => `s${i}`);
    for (const pageSize of [1, 2, 7, 99, 100, 101]) {
      const paged = tableOf(
        many.map((text) => JSON.stringify(text)),
        pageSize,
      );
      expect(many.map((_, index) => paged.get(index))).toEqual(many);
      expect(paged.find('s57')).toEqual([57]);
    }
  });

  it('agrees with JSON.parse on any text in any spelling, and equals only that text (1,000 runs)', {
    tags: 'slow',
  }, () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
        fc.constantFrom('"', '\\', 'a'),
      ),
    });
    fc.assert(
      fc.property(text, text, fc.array(fc.boolean(), { minLength: 1 }), (one, other, escapes) => {
        const both = tableOf([spelled(one, escapes), spelled(other, escapes)], 1);
        expect(both.get(0)).toBe(JSON.parse(spelled(one, escapes)));
        expect(both.lengthOf(0)).toBe(one.length);
        for (const [index, stored] of [one, other].entries()) {
          for (const asked of [one, other, `${stored}x`, stored.slice(1)]) {
            expect(both.equals(index, asked)).toBe(stored === asked);
          }
        }
        expect(both.find(one)).toEqual(one === other ? [0, 1] : [0]);
      }),
      { seed: 31, numRuns: 1000 },
    );
  });

  it('knows names that begin like those of WeakMap pairs: digits and a space', () => {
    const names = ['12 / part of key', '1 ', '12', '1a ', ' 1', '', 'a 1', '/ part', '123456789012 x'];
    const pairs = tableOf(names.map((name) => JSON.stringify(name)));
    expect(names.filter((_, index) => pairs.startsLikePair(index))).toEqual([
      '12 / part of key',
      '1 ',
      '123456789012 x',
    ]);
    expect(pairs.startsLikePair(99)).toBe(false);
  });
});

describe('decodeJsonText', () => {
  const decode = (text: string | Uint8Array): string => {
    const bytes = typeof text === 'string' ? Buffer.from(text) : text;
    return decodeJsonText(bytes, 0, bytes.length);
  };

  it.each([
    ['plain', 'plain'],
    ['\\"\\\\\\/\\b\\f\\n\\r\\t', '"\\/\b\f\n\r\t'],
    ['\\u0041\\u00e9\\u2028\\uFFfF', 'Aé\u2028\uffff'],
    ['\\ud83d\\ude00', '😀'],
    ['\\ud83d', '\ud83d'],
    ['\\ude00\\ud83d', '\ude00\ud83d'],
    ['é☕😀', 'é☕😀'],
    ['\u0001 raw control', '\u0001 raw control'],
    ['a\nb\\n', 'a\nb\n'],
    ['\\x41', '\\x41'],
    ['\\u12', '\\u12'],
    ['\\u12\\n', '\\u12\n'],
    ['\\', '\\'],
    ['\\q\\\\', '\\q\\'],
    ['\\__proto__ \\constructor', '\\__proto__ \\constructor'],
    ['\ufeffx', '\ufeffx'],
  ])('%j is %j', (json, text) => {
    expect(decode(json)).toBe(text);
  });

  it('keeps what is around bytes that are not UTF-8', () => {
    expect(decode(Uint8Array.of(0x61, 0xff, 0x62))).toBe('a\ufffdb');
    expect(decode(Uint8Array.of(0x61, 0xc3))).toBe('a\ufffd');
  });

  it('decodes a part of the bytes', () => {
    const bytes = Buffer.from('xx"a\\n"yy').subarray(1);
    expect(decodeJsonText(bytes, 2, 5)).toBe('a\n');
  });
});

describe('closingQuote', () => {
  it.each([
    ['"', 0],
    ['abc"', 3],
    ['\\""', 2],
    ['\\\\"', 2],
    ['\\\\\\""', 4],
    ['no end', 6],
  ])('of %j is at %d', (json, place) => {
    expect(closingQuote(Buffer.from(json), 0)).toBe(place);
  });
});
