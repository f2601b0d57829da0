/** What a window writes of what it reads, at whatever pace either side works. */
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openSource } from '../../src/load/source.js';
import { TeeWindow } from '../../src/load/tee-window.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();

/** Text that is different everywhere, and begins as a snapshot does. */
function someBytes(length: number): Buffer {
  const numbers = Array.from({ length: Math.ceil(length / 8) }, (_, i) => String(1_000_000 + i));
  return Buffer.from(`{${numbers.join(',')}`).subarray(0, length);
}

/** Consumes a file, so many bytes at a time, and gives what was written of it. */
async function copied(
  bytes: Buffer,
  steps: readonly number[],
  write?: (piece: Uint8Array) => Promise<void> | undefined,
): Promise<Buffer> {
  const file = path.join(folder, 'bytes');
  fs.writeFileSync(file, bytes);
  const pieces: Buffer[] = [];
  const source = await openSource(file);
  let queue = Promise.resolve();
  const window = new TeeWindow(source, (piece) => {
    if (!write) {
      pieces.push(Buffer.from(piece));
      return undefined;
    }
    queue = queue.then(async () => {
      await write(piece);
      pieces.push(Buffer.from(piece));
    });
    return queue;
  });
  window.begin();
  for (let step = 0; ; step++) {
    const wanted = steps[step % steps.length]!;
    const before = window.offset;
    while (window.end - window.start < wanted && !window.ended) await window.fill();
    if (window.offset !== before) throw new Error(`byte ${before} became ${window.offset}`);
    const taken = Math.min(wanted, window.end - window.start);
    const { bytes: held, start } = window;
    if (held[window.end] !== 0) throw new Error('there is no sentinel');
    if (Buffer.compare(held.subarray(start, start + taken), bytes.subarray(before, before + taken)) !== 0)
      throw new Error(`other bytes at ${before}`);
    window.start += taken;
    if (taken < wanted) break;
  }
  window.finish();
  await queue;
  window.close();
  return Buffer.concat(pieces);
}

describe('a window that writes what it reads', () => {
  const bytes = someBytes(5_000_003);

  it.each([
    ['small steps', [1000, 7, 70_000]],
    ['steps beyond a buffer', [3_000_000, 5, 1_500_000]],
    ['one step', [9_000_000]],
  ])('copies a file in %s', async (_, steps) => {
    expect(Buffer.compare(await copied(bytes, steps), bytes)).toBe(0);
  });

  it('waits for a writer that is slow before a buffer is used again', async () => {
    const slow = await copied(bytes, [60_000, 200_000], () => pause(3));
    expect(Buffer.compare(slow, bytes)).toBe(0);
    const large = await copied(bytes, [2_500_000, 10], () => pause(3));
    expect(Buffer.compare(large, bytes)).toBe(0);
  });

  it('tells what a writer threw', async () => {
    const broken = copied(bytes, [50_000], async () => {
      await pause(1);
      throw new Error('the disk is full');
    });
    await expect(broken).rejects.toThrow('the disk is full');
  });

  it('copies a file that is empty but for a byte, and one that ends with a stretch', async () => {
    for (const length of [1, 1 << 20, (1 << 20) + 1, 3 << 20]) {
      const part = bytes.subarray(0, length);
      expect((await copied(part, [4096])).length).toBe(length);
    }
  });
});
