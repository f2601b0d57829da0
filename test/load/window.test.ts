import { describe, expect, it, vi } from 'vitest';
import type { ByteSource } from '../../src/load/byte-sources.js';
import { openSource } from '../../src/load/source.js';
import { ByteWindow } from '../../src/load/window.js';
import { bytesOf, chunksOf, failureOf } from './inputs.js';

async function windowOver(text: string, size: number, chunk?: number): Promise<ByteWindow> {
  const bytes = bytesOf(text);
  return new ByteWindow(await openSource(chunk === undefined ? bytes : chunksOf(bytes, chunk)), size);
}

/** What is in the window and not consumed. */
function contentOf({ bytes, start, end }: ByteWindow): string {
  return Buffer.from(bytes.subarray(start, end)).toString();
}

describe('fill', () => {
  it('keeps what was not consumed, reads on, and ends the text with a 0 byte', async () => {
    const window = await windowOver('{abcdefghij}', 5);
    await window.fill();
    expect(contentOf(window)).toBe('{abcd');
    window.start = 3;
    await window.fill();
    expect(contentOf(window)).toBe('cdefg');
    expect(window.bytes[window.end]).toBe(0);
    expect(window.offset).toBe(3);
    expect(window.offsetOf(window.start + 2)).toBe(5);
  });

  it('grows when nothing was consumed, and says so when nothing follows', async () => {
    const window = await windowOver('{abcdefghij}', 5);
    for (let i = 0; i < 4; i++) await window.fill();
    expect(contentOf(window)).toBe('{abcdefghij}');
    expect(window.ended).toBe(true);
    expect(window.fill()).toBeUndefined();
    expect(contentOf(window)).toBe('{abcdefghij}');
  });

  it('waits only for a source that has to be waited for', async () => {
    expect((await windowOver('{}', 5)).fill()).toBeUndefined();
    expect((await windowOver('{}', 5, 1)).fill()).toBeInstanceOf(Promise);
  });

  it('reads chunks of 1 byte one by one, and tells offsets the same', async () => {
    const window = await windowOver('{"key":[1]}', 4, 1);
    let text = '';
    while (!window.ended) {
      await window.fill();
      expect(window.offset).toBe(text.length);
      text += contentOf(window);
      window.start = window.end;
    }
    expect(text).toBe('{"key":[1]}');
  });

  it('refuses a token of more than 64 MiB', async () => {
    const source: ByteSource = {
      name: 'endless',
      compression: undefined,
      isRereadable: false,
      size: undefined,
      storedSize: undefined,
      taken: 0,
      read: (into, offset, length) => {
        into.fill(0x31, offset, offset + length);
        return length;
      },
      close: () => {},
    };
    const window = new ByteWindow(source, 1 << 20);
    const failure = await failureOf(
      (async () => {
        for (let i = 0; i < 100; i++) await window.fill();
      })(),
    );
    expect(failure).toMatchObject({ code: 'malformed', file: 'endless', offset: 0 });
    expect(failure.message).toContain('one token is longer than 67.1 MB');
  });

  it('lets timers run once every 64 MiB', async () => {
    const bytes = new Uint8Array(65 << 20).fill(0x20);
    const window = new ByteWindow(await openSource(bytes), 1 << 20);
    let waits = 0;
    while (!window.ended) {
      const wait = window.fill();
      if (wait) waits++;
      await wait;
      window.start = window.end;
    }
    expect(waits).toBe(1);
  });

  it('calls back before it reads', async () => {
    const onFill = vi.fn();
    const window = new ByteWindow(await openSource(bytesOf('{}')), 8, onFill);
    await window.fill();
    expect(onFill).toHaveBeenCalledTimes(1);
    await window.readInto(new Uint8Array(8), 0, 8); // what waits in the window needs no reading
    expect(onFill).toHaveBeenCalledTimes(1);
    await window.readInto(new Uint8Array(8), 0, 8);
    expect(onFill).toHaveBeenCalledTimes(2);
  });
});

describe('readInto and unread', () => {
  it.each([undefined, 1, 3])(
    'hand out what waits, then what the source has (chunks of %s)',
    async (chunk) => {
      const window = await windowOver('{abcdefghijklmnop}', 5, chunk);
      await window.fill();
      window.start++;
      const into = new Uint8Array(30);
      let length = 0;
      for (;;) {
        const count = await window.readInto(into, length, 4);
        expect(count).toBeLessThanOrEqual(4);
        if (count === 0) break;
        length += count;
        expect(window.offset).toBe(1 + length);
      }
      expect(Buffer.from(into.subarray(0, length)).toString()).toBe('abcdefghijklmnop}');
      expect(window.ended).toBe(true);
    },
  );

  it('never give more than a window holds, so that it can be taken back', async () => {
    const window = await windowOver('{abcdefghijklmnop}', 5);
    const into = new Uint8Array(30);
    expect(await window.readInto(into, 0, 30)).toBe(5);
    window.unread(into.subarray(0, 5));
    expect(window.offset).toBe(0);
    expect(contentOf(window)).toBe('{abcd');
    expect(window.bytes[window.end]).toBe(0);
    await window.fill();
    expect(contentOf(window)).toBe('{abcdefghi');
  });

  it('take back the end of what was given, in front of what still waits', async () => {
    const window = await windowOver('{abcdefgh}', 8);
    await window.fill();
    const into = new Uint8Array(8);
    expect(await window.readInto(into, 0, 4)).toBe(4);
    window.unread(into.subarray(2, 4));
    expect(window.offset).toBe(2);
    expect(contentOf(window)).toBe('bcdefg');
    window.start = window.end;
    await window.fill();
    expect(contentOf(window)).toBe('h}');
    expect(window.offset).toBe(8);
  });
});

describe('seek', () => {
  it('goes on at another offset, also behind the end that was reached', async () => {
    const window = await windowOver('{abcdefgh}', 4);
    while (!window.ended) {
      window.start = window.end;
      await window.fill();
    }
    window.seek(3);
    expect(window.ended).toBe(false);
    await window.fill();
    expect(contentOf(window)).toBe('cdef');
    expect(window.offset).toBe(3);
  });
});
