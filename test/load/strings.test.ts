import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StringTable } from '../../src/graph/strings.js';
import { openSource } from '../../src/load/source.js';
import { StringPicker, StringTableReader } from '../../src/load/strings.js';
import { ByteWindow } from '../../src/load/window.js';
import { bytesOf, chunksOf, expectReadable, failureOf } from './inputs.js';

/** Window sizes and chunk sizes: one piece, tiny windows, tiny chunks. */
const WAYS = [[undefined], [1], [5], [100, 1], [100, 3]] as const;

/** The window stands at the array; in front of it is a `{`, so that the bytes are no brotli. */
async function windowOver(json: string | Uint8Array, size?: number, chunk?: number): Promise<ByteWindow> {
  const bytes = Buffer.concat([bytesOf('{'), typeof json === 'string' ? bytesOf(json) : json]);
  const window = new ByteWindow(await openSource(chunk ? chunksOf(bytes, chunk) : bytes), size);
  await window.fill();
  window.start = 1;
  return window;
}

function textsOf(table: StringTable): string[] {
  return Array.from({ length: table.length }, (_, index) => table.get(index));
}

async function readTable(window: ByteWindow): Promise<StringTable> {
  const reader = new StringTableReader();
  await reader.read(window, 'strings');
  return reader.table;
}

async function pick(window: ByteWindow, wanted: readonly number[]): Promise<StringPicker> {
  const picker = new StringPicker();
  await picker.read(window, 'strings', wanted);
  return picker;
}

/** Reads a section in every way, as a table and picking every string and every third; checks what follows it. */
async function expectStrings(
  json: string,
  texts: readonly string[],
  ways = WAYS as readonly unknown[],
): Promise<void> {
  const length = bytesOf(json).length;
  for (const [size, chunk] of ways as readonly (readonly [number?, number?])[]) {
    const window = await windowOver(`${json}, "after":1}`, size, chunk);
    const table = await readTable(window);
    expect(textsOf(table)).toEqual(texts);
    expect(window.offset).toBe(1 + length);
    for (const step of [1, 3]) {
      const wanted = [...texts.keys()].filter((index) => index % step === 0).reverse();
      const other = await windowOver(`${json}, "after":1}`, size, chunk);
      const picked = await pick(other, wanted);
      expect(picked.total).toBe(texts.length);
      expect(picked.texts.size).toBe(wanted.length);
      for (const index of wanted) expect(picked.texts.get(index)).toBe(texts[index]);
      expect(other.offset).toBe(1 + length);
    }
  }
}

describe('the strings section', () => {
  it('may be empty', async () => {
    await expectStrings('[]', []);
    await expectStrings('[ \n]', []);
    await expectStrings('[""]', ['']);
  });

  it.each([
    ['all short escapes', String.raw`"\"\\\/\b\f\n\r\t"`],
    ['four-digit escapes', String.raw`"\u0041\u00e9\u2028\uFFFF\u0000"`],
    ['a surrogate pair in escapes', String.raw`"\ud83d\ude00"`],
    ['lone surrogates', String.raw`"\ud83d x \ude00"`],
    ['half a pair at the end', String.raw`"x\ud83d"`],
    ['backslashes at the end', String.raw`"\\","\\\\","\\\""`],
    ['UTF-8 of 2, 3 and 4 bytes', '"é","☕","😀","日本語"'],
    ['escapes next to UTF-8', String.raw`"é\n☕\"😀"`],
    ['commas and brackets', '"],[","{}",",","]"'],
    ['names of Object.prototype', '"__proto__","constructor","toString","hasOwnProperty"'],
    ['the key "strings":[ as text', JSON.stringify('","strings":["x","')],
    ['white space between the strings', '"a" ,\n"b"\r\n\t,  "c"  '],
    ['one string many times', '"a","a","a"'],
    ['a byte order mark', '"\ufeff","\ufeffx"'],
    ['DEL and C1 controls', '"\u007f\u0085\u009f"'],
  ])('may hold %s', async (_, strings) => {
    await expectStrings(`[${strings}]`, JSON.parse(`[${strings}]`) as string[]);
  });

  it('may hold control characters that JSON forbids', async () => {
    await expectStrings('["a\u0001b","c\nd","\u0000","tab\there"]', ['a\u0001b', 'c\nd', '\0', 'tab\there']);
  });

  it('may hold escapes that JSON does not know, which stay as they are', async () => {
    await expectStrings(String.raw`["\x41\n","\u12","\q\\"]`, ['\\x41\n', '\\u12', '\\q\\']);
  });

  it('may hold bytes that are not UTF-8, which become U+FFFD', async () => {
    const bytes = Buffer.concat([bytesOf('["a'), Uint8Array.of(0xff, 0xc3), bytesOf('","b"]')]);
    for (const [size, chunk] of WAYS) {
      const table = await readTable(await windowOver(bytes, size, chunk));
      expect(textsOf(table)).toEqual(['a\ufffd\ufffd', 'b']);
    }
  });

  it('is what JSON.parse reads, for any strings and spaces, in any pieces', { tags: 'slow' }, async () => {
    const space = fc.constantFrom('', '', '', '\n', ' ', '\r\n\t');
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('"', '\\', 'u', ',', ']', 'é') }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(text, fc.boolean(), space, space), { maxLength: 20 }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1, 2, 3),
        async (items, size, chunk) => {
          const spelled = items.map(([item, escapes, before, after]) => {
            const json = JSON.stringify(item);
            const ascii = json.replace(
              /[^ -~]/g,
              (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
            );
            return before + (escapes ? ascii : json) + after;
          });
          const json = `[${spelled.join(',')}]`;
          await expectStrings(json, JSON.parse(json) as string[], [[size, chunk]]);
        },
      ),
      { seed: 11, numRuns: 150 },
    );
  });

  it.each([65_535, 65_536, 65_537, 131_073])(
    'may hold %d strings: a page has 65,536',
    { tags: 'slow' },
    async (n) => {
      const texts = Array.from({ length: n }, (_, i) => i.toString(36));
      const json = JSON.stringify(texts);
      for (const [size, chunk] of [[undefined], [1000], [1 << 16, 5000]] as const) {
        const window = await windowOver(json, size, chunk);
        const table = await readTable(window);
        expect(table.length).toBe(n);
        const wanted = [0, 1, 65_534, 65_535, 65_536, 65_537, 131_071, 131_072, n - 1].filter((i) => i < n);
        for (const index of wanted) expect(table.get(index)).toBe(texts[index]);
        expect(textsOf(table)).toEqual(texts);
        const picked = await pick(await windowOver(json, size, chunk), wanted);
        expect(picked.total).toBe(n);
        for (const index of wanted) expect(picked.texts.get(index)).toBe(texts[index]);
      }
    },
  );

  it('may hold strings longer than a segment of 4 MiB and than the window, with short ones around them', {
    tags: 'slow',
  }, async () => {
    const long = (letter: string, mebibytes: number): string => letter.repeat((mebibytes << 20) + 5);
    const texts = ['a', long('x', 5), 'b', '', long('\n', 3), long('é', 2), 'c'];
    const json = JSON.stringify(texts);
    for (const [size, chunk] of [[undefined], [undefined, 1 << 18]] as const) {
      const table = await readTable(await windowOver(json, size, chunk));
      expect(table.length).toBe(texts.length);
      for (const [index, text] of texts.entries())
        expect(table.get(index) === text, `string ${index}`).toBe(true);
      const picked = await pick(await windowOver(json, size, chunk), [1, 5]);
      expect(picked.total).toBe(texts.length);
      expect(picked.texts.get(1) === texts[1] && picked.texts.get(5) === texts[5]).toBe(true);
    }
  });

  it.each([-1, 0, 1])(
    'may end %d bytes behind a segment of 4 MiB, or behind two',
    { tags: 'slow' },
    async (shift) => {
      for (const segments of [1, 2]) {
        const texts = Array.from({ length: segments << 12 }, (_, i) => `${i} `.padEnd(1021, 'x'));
        texts.push('y'.repeat(1022 + shift), 'z');
        texts.splice(0, 1);
        const json = JSON.stringify(texts.slice(0, -1));
        expect(json.length).toBe((segments << 22) + 2 + shift); // two brackets
        for (const end of [']', ' ]', '\n\n\n]', ',"z"]']) {
          const window = await windowOver(`${json.slice(0, -1)}${end}}`);
          const table = await readTable(window);
          const expected = end.includes('z') ? texts : texts.slice(0, -1);
          expect(table.length).toBe(expected.length);
          expect(expected.findIndex((text, index) => table.get(index) !== text)).toBe(-1);
        }
      }
    },
  );
});

describe('a strings section that is not whole', () => {
  const json = String.raw`["a", "b\"\\" ,"é\n","" ,"long enough"]`;
  const texts = JSON.parse(json) as string[];

  it(`is truncated wherever its ${bytesOf(json).length} bytes are cut, with the whole strings before the cut`, {
    tags: 'slow',
  }, async () => {
    const bytes = bytesOf(json);
    for (let cut = 0; cut < bytes.length; cut++) {
      for (const [size, chunk] of WAYS) {
        const reader = new StringTableReader();
        const window = await windowOver(bytes.subarray(0, cut), size, chunk);
        const failure = await failureOf(reader.read(window, 'strings'));
        expect(failure).toMatchObject({ code: 'truncated', section: 'strings', offset: 1 + cut });
        expectReadable(failure, failure.file);
        if (cut === 0) continue;
        const whole = textsOf(reader.table);
        expect(whole).toEqual(texts.slice(0, whole.length));
        const text = Buffer.from(bytes.subarray(0, cut)).toString();
        expect(whole.length).toBe(text.match(/"(?:[^"\\]|\\.)*"/gs)?.length ?? 0);

        const picker = new StringPicker();
        const other = await windowOver(bytes.subarray(0, cut), size, chunk);
        const second = await failureOf(picker.read(other, 'strings', [0, 1, 2, 3, 4]));
        expect(second).toMatchObject({ code: 'truncated', section: 'strings', offset: 1 + cut });
        expect(picker.total).toBe(whole.length);
        expect([...picker.texts.values()]).toEqual(whole);
      }
    }
  });

  it.each([
    ['["a" "b"]', 'a comma or "]"', 6, 1],
    ['["a",,"b"]', 'a string', 6, 1],
    ['["a",]', 'a string', 6, 1],
    ['[,"a"]', 'a string', 2, 0],
    ['["a",1]', 'a string', 6, 1],
    ['["a",null]', 'a string', 6, 1],
    ['["a","b"}', 'a comma or "]"', 9, 2],
    ['["a";"b"]', 'a comma or "]"', 5, 1],
    ["['a']", 'a string', 2, 0],
    ['[["a"]]', 'a string', 2, 0],
    ['["a",\u0000"b"]', 'a string', 6, 1],
  ])('is malformed: %j, expected %s at byte %d', async (damaged, expected, offset, count) => {
    for (const [size, chunk] of WAYS) {
      const reader = new StringTableReader();
      const failure = await failureOf(
        reader.read(await windowOver(`${damaged}\n  `, size, chunk), 'strings'),
      );
      expect(failure).toMatchObject({ code: 'malformed', section: 'strings', offset });
      expect(failure.expected).toContain(expected);
      expectReadable(failure, failure.file);
      expect(reader.table.length).toBe(count);

      const picker = new StringPicker();
      const second = await failureOf(
        picker.read(await windowOver(`${damaged}\n  `, size, chunk), 'strings', [0, 1]),
      );
      expect(second).toMatchObject({ code: 'malformed', section: 'strings', offset });
      expect(second.expected).toContain(expected);
      expect(picker.total).toBe(count);
    }
  });

  it.each(['{"a":1}', '"a"', '1', 'null'])('is malformed: %s in the place of an array', async (value) => {
    const failure = await failureOf(readTable(await windowOver(value)));
    expect(failure).toMatchObject({ code: 'malformed', section: 'strings', offset: 1, expected: '"["' });
    expect(await failureOf(pick(await windowOver(value), []))).toMatchObject({
      code: 'malformed',
      offset: 1,
    });
  });
});
