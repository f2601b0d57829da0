import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SnapshotProblem } from '../../src/base/errors.js';
import { type RecordSink, readRecords } from '../../src/load/records.js';
import { openSource } from '../../src/load/source.js';
import { ByteWindow } from '../../src/load/window.js';
import { bytesOf, chunksOf, expectReadable, failureOf } from './inputs.js';

/** A sink that keeps all records; fields `x`, `y` and `z`, where `y` has to be below 1,000. */
class Kept implements RecordSink {
  readonly section = 'edges';
  readonly countKey = 'edge_count';
  readonly fields = ['x', 'y', 'z'];
  readonly records: number[][] = [];
  count = 0;
  constructor(readonly declaredCount: number | undefined) {}

  refuse(field: number, value: number): { code: SnapshotProblem; expected: string } | undefined {
    return field === 1 && value >= 1000 ? { code: 'range', expected: 'a number below 1,000' } : undefined;
  }

  take(values: Float64Array): void {
    this.records.push([...values]);
  }
}

/** The window stands at the array; in front of it is a `{`, so that the bytes are no brotli. */
async function windowOver(json: string, size?: number, chunk?: number): Promise<ByteWindow> {
  const bytes = bytesOf(`{${json}`);
  const window = new ByteWindow(await openSource(chunk ? chunksOf(bytes, chunk) : bytes), size);
  await window.fill();
  window.start = 1;
  return window;
}

async function failing(
  json: string,
  declaredCount?: number,
): Promise<{ sink: Kept; text: string; [key: string]: unknown }> {
  let first: { sink: Kept; text: string; [key: string]: unknown } | undefined;
  for (const [size, chunk] of [[undefined], [1], [2], [5], [100, 1], [100, 3]] as const) {
    const sink = new Kept(declaredCount);
    const error = await failureOf(readRecords(await windowOver(json, size, chunk), sink));
    expectReadable(error, error.file);
    const { code, section, offset, expected, found, message: text } = error;
    const facts = { code, section, offset, expected };
    if (first)
      expect({ ...facts, records: sink.records }).toEqual({ ...first.facts!, records: first.sink.records });
    first ??= { sink, text, found, ...facts, facts };
  }
  return first!;
}

describe('readRecords', () => {
  it('takes records in any spelling of JSON, through windows of 1 to 12 bytes and chunks of 1 to 3', {
    tags: 'slow',
  }, async () => {
    const number = fc.oneof(
      fc.integer({ min: 0, max: 999 }),
      fc.nat(),
      fc.constantFrom(0, 9, 10, 999_999_999, 1_000_000_000, 4_294_967_296, Number.MAX_SAFE_INTEGER),
    );
    const space = fc.oneof(
      { weight: 5, arbitrary: fc.constant('') },
      fc.constantFrom('\n', ' ', '\r\n', '\t', '\n\n', '  \n '),
    );
    const record = fc.tuple(number, fc.nat(999), number);
    const spelled = fc.array(fc.tuple(record, fc.array(space, { minLength: 6, maxLength: 6 })));
    await fc.assert(
      fc.asyncProperty(
        spelled,
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 0, max: 3 }),
        async (records, size, chunk) => {
          const texts = records.map(([values, spaces]) =>
            values.map((value, i) => `${spaces[i * 2]}${value}${spaces[i * 2 + 1]}`).join(','),
          );
          const json = `[${texts.join(',')}]`;
          const sink = new Kept(records.length);
          const window = await windowOver(`${json},`, size, chunk);
          await readRecords(window, sink);
          expect(sink.records).toEqual(records.map(([values]) => values));
          expect(sink.count).toBe(records.length);
          expect(window.offset).toBe(1 + json.length);
        },
      ),
      { seed: 7, numRuns: 1000 },
    );
  });

  it('takes an empty array, and one without a promise', async () => {
    for (const json of ['[]', '[ \n ]']) {
      const sink = new Kept(0);
      await readRecords(await windowOver(json), sink);
      expect(sink.records).toEqual([]);
    }
    const sink = new Kept(undefined);
    await readRecords(await windowOver('[1,2,3,4,5,6]'), sink);
    expect(sink.records).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  it.each([
    ['-1', 'a minus'],
    ['1.5', 'a fraction'],
    ['1e3', 'an exponent'],
    ['1E3', 'an exponent'],
    ['0x10', 'a hexadecimal number'],
    ['NaN', 'a word'],
    ['null', 'a word'],
    ['"1"', 'a string'],
    ['[1]', 'an array'],
    [',', 'nothing'],
    [']', 'an end in the middle'],
    ['١', 'a digit of another script'],
    ['\u0000', 'a NUL'],
  ])('refuses %j (%s) in each of the three fields, and names its byte', async (bad) => {
    for (const field of [0, 1, 2]) {
      const values = ['1', '2', '3'];
      values[field] = bad;
      const before = `[1,2,3,${values
        .slice(0, field)
        .map((value) => `${value},`)
        .join('')}`;
      const failure = await failing(`${before}${values.slice(field).join(',')},7,8,9]`, 3);
      expect(failure).toMatchObject({ code: 'malformed', section: 'edges' });
      expect(failure.sink.records).toEqual([[1, 2, 3]]);
      expect(failure.offset).toBeGreaterThanOrEqual(1 + before.length);
      expect(failure.offset).toBeLessThanOrEqual(1 + before.length + 1);
    }
  });

  it('says which field of which record is not a whole number', async () => {
    const failure = await failing('[1,2,3,4,-5,6]', 2);
    expect(failure).toMatchObject({
      code: 'malformed',
      offset: 10,
      expected: 'a whole number (y of record 1)',
      found: '"-5,6]"',
    });
  });

  it.each([
    ['[1,2,3,4,1000,6]', 10, '1000'],
    ['[1,2,3,4,999999999999,6]', 10, '999999999999'],
    ['[1,1000,3]', 4, '1000'],
    ['[1,2,3,\n4,\n 5000 ,6]', 13, '5000'],
  ])('says what the sink refuses in %j: byte %d', async (json, offset, found) => {
    const failure = await failing(json, 2);
    expect(failure).toMatchObject({ code: 'range', offset, expected: 'a number below 1,000', found });
    expect(failure.text).toMatch(/y of record [01] is out of range/);
  });

  it.each([
    ['9007199254740992'],
    ['18446744073709551616'],
    ['a number of 50 digits', '9'.repeat(50)],
    ['a number of 1,000 digits', '9'.repeat(1000)],
  ])('refuses %s as too large: 9,007,199,254,740,991 is the most', async (text, number = text) => {
    const failure = await failing(`[1,2,3,${number},5,6]`, 2);
    expect(failure).toMatchObject({
      code: 'too-large',
      offset: 8,
      expected: 'at most 9,007,199,254,740,991',
    });
    expect(failure.text).toContain('x of record 1 is too large');
  });

  it.each([
    ['[1,2,3', 1, 'mismatch', '1'],
    ['[1,2,3]', 2, 'mismatch', '1 before "]"'],
    ['[]', 1, 'mismatch', '0 before "]"'],
    ['[1,2,3,4,5,6]', 1, 'mismatch', 'more of them'],
    ['[1,2,3]', 0, 'mismatch', 'more of them'],
  ])('counts: %s with %d declaredCount', async (json, declaredCount, code, found) => {
    const failure = await failing(json, declaredCount);
    if (json.endsWith(']')) expect(failure).toMatchObject({ code, found });
    else expect(failure.code).toBe('truncated');
  });

  it('says how many numbers of the last record are there', async () => {
    const failure = await failing('[1,2,3,4,5]', 2);
    expect(failure).toMatchObject({
      code: 'mismatch',
      offset: 11,
      expected: '3 numbers (x, y, z)',
      found: '2',
    });
  });

  it('says truncated at each of the 13 bytes of a text, with the records up to there', async () => {
    const json = '[10,2,3\n,4 ,5,60';
    for (let cut = 0; cut <= json.length; cut++) {
      const failure = await failing(json.slice(0, cut), 2);
      expect(failure).toMatchObject({ code: 'truncated', section: 'edges', offset: 1 + cut });
      expect(failure.sink.records).toEqual(cut >= 9 ? [[10, 2, 3]] : []);
      if (cut > 0) expect(failure).toMatchObject({ expected: '2 edges (edge_count)' });
    }
  });

  it.each(['[1,2,3,]', '[,1,2,3]', '[1,2,3,,4,5,6]', '[1 2 3]', '[1,2,3;4,5,6]', '{1,2,3}', '"[1,2,3]"'])(
    'refuses %s',
    async (json) => {
      expect((await failing(json, 2)).code).toBe('malformed');
    },
  );
});
