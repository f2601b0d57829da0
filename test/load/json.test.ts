import { describe, expect, it } from 'vitest';
import type { SnapshotError } from '../../src/base/errors.js';
import { expectToken, peekToken, readValue, skipNumbers, skipValue } from '../../src/load/json.js';
import { openSource } from '../../src/load/source.js';
import { ByteWindow } from '../../src/load/window.js';
import { bytesOf, chunksOf, expectReadable, failureOf } from './inputs.js';

/** Windows over a text: in one piece, and in pieces of every size from 1 to 9 bytes. */
async function windowsOver(text: string): Promise<ByteWindow[]> {
  const bytes = bytesOf(`{${text}`);
  const windows = [new ByteWindow(await openSource(bytes))];
  for (let size = 1; size <= 9; size++) {
    windows.push(new ByteWindow(await openSource(bytes), size));
    windows.push(new ByteWindow(await openSource(chunksOf(bytes, size)), 3));
  }
  for (const window of windows) await expectToken(window, 0x7b, 'snapshot'); // the { that says it is no brotli
  return windows;
}

async function failuresOf(
  text: string,
  read: (window: ByteWindow) => Promise<unknown>,
): Promise<SnapshotError> {
  let first: SnapshotError | undefined;
  for (const window of await windowsOver(text)) {
    const failure = await failureOf(read(window));
    first ??= failure;
    expect([failure.code, failure.offset]).toEqual([first.code, first.offset]);
  }
  expectReadable(first!, first!.file);
  return first!;
}

describe('peekToken and expectToken', () => {
  it('pass over the white space of JSON and leave the token', async () => {
    for (const window of await windowsOver(' \t\r\n   :x')) {
      expect(await peekToken(window)).toBe(0x3a);
      expect(window.offset).toBe(8);
      await expectToken(window, 0x3a, 'nodes');
      expect(await peekToken(window)).toBe(0x78);
    }
  });

  it('see the end as -1', async () => {
    for (const window of await windowsOver('  ')) expect(await peekToken(window)).toBe(-1);
  });

  it('take no other white space: a no-break space is malformed', async () => {
    const failure = await failuresOf(' \u00a0:', (window) => expectToken(window, 0x3a, 'nodes'));
    expect(failure).toMatchObject({ code: 'malformed', section: 'nodes', offset: 2, expected: '":"' });
  });

  it('say truncated at the end, malformed before it', async () => {
    const end = await failuresOf('  ', (window) => expectToken(window, 0x2c, 'edges'));
    expect(end).toMatchObject({
      code: 'truncated',
      offset: 3,
      found: 'the end of the file',
      expected: '","',
    });
    const damage = await failuresOf(' \u001b]0;x', (window) => expectToken(window, 0x2c, 'edges'));
    expect(damage).toMatchObject({ code: 'malformed', offset: 2 });
  });
});

const VALUES = [
  '1',
  '-1.5e+7',
  'true',
  'null',
  '""',
  '"a]},[{"',
  String.raw`"\"\\"`,
  String.raw`"\\\\\""`,
  '"é ☕ 😀"',
  '[]',
  '{}',
  '[ 1 , [ 2 , "]" ] , { "a" : "}" } ]',
  String.raw`{"a":["\\",{"b":"\"]"}],"c":{}}`,
];

describe('readValue and skipValue', () => {
  it.each(VALUES)('consume %s and nothing behind it', async (json) => {
    for (const behind of [',', '}', ']', ' ,', '\n}']) {
      for (const window of await windowsOver(` ${json}${behind}`)) {
        expect((await readValue(window, 'snapshot', 1000)).trim()).toBe(json);
        expect(await peekToken(window)).toBe(behind.trim().charCodeAt(0));
      }
      for (const window of await windowsOver(` ${json}${behind}`)) {
        const kept: Uint8Array[] = [];
        await skipValue(window, 'snapshot', (bytes, start, end) => kept.push(bytes.slice(start, end)));
        expect(Buffer.concat(kept).toString().trim()).toBe(json);
        expect(await peekToken(window)).toBe(behind.trim().charCodeAt(0));
      }
    }
  });

  it.each(VALUES.filter((json) => json.length > 1))(
    'say truncated wherever %s is cut',
    { tags: 'slow' },
    async (json) => {
      for (let cut = 0; cut < json.length; cut++) {
        const failure = await failuresOf(json.slice(0, cut), (window) => skipValue(window, 'trace_tree'));
        const offset = 1 + bytesOf(json.slice(0, cut)).length;
        expect(failure).toMatchObject({ code: 'truncated', section: 'trace_tree', offset });
      }
    },
  );

  it.each([',', ']', '}', ' ,'])('say malformed where a value is missing in front of %j', async (behind) => {
    const failure = await failuresOf(behind, (window) => skipValue(window, 'samples'));
    expect(failure).toMatchObject({ code: 'malformed', section: 'samples', expected: 'a value' });
  });

  it('refuse a value of more bytes than the limit', async () => {
    const value = JSON.stringify('x'.repeat(98));
    for (const window of await windowsOver(value)) expect(await readValue(window, 'a', 100)).toBe(value);
    for (const window of await windowsOver(value)) {
      const failure = await failureOf(readValue(window, 'a', 99));
      expect(failure).toMatchObject({ code: 'malformed', section: 'a', expected: 'at most 99 bytes' });
    }
  });
});

describe('skipNumbers', () => {
  it.each(['[]', '[1,2,3]', `[${'12345,'.repeat(50)}6]`, '[ 1 ,\n2 ]'])('passes over %s', async (json) => {
    for (const window of await windowsOver(`${json},`)) {
      const kept: Uint8Array[] = [];
      await skipNumbers(window, 'samples', (bytes, start, end) => kept.push(bytes.slice(start, end)));
      expect(Buffer.concat(kept).toString()).toBe(json);
      expect(window.offset).toBe(1 + json.length);
    }
  });

  it('is not led astray by what an earlier fill left behind the end of the window', async () => {
    const window = new ByteWindow(await openSource(chunksOf(bytesOf('{]]]]]]]1,2,3]x'), 8)), 64);
    await window.fill();
    window.start = 8;
    await skipNumbers(window, 'samples');
    expect(window.offset).toBe(14);
  });

  it('says truncated at the end of the file', async () => {
    const failure = await failuresOf('[1,2', (window) => skipNumbers(window, 'samples'));
    expect(failure).toMatchObject({ code: 'truncated', section: 'samples', offset: 5 });
  });
});
