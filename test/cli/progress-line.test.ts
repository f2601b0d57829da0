import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createProgressLine } from '../../src/cli/progress-line.js';

const written: string[] = [];
const terminal = {
  isTTY: true,
  write: (text: string) => written.push(text) > 0,
} as unknown as NodeJS.WriteStream;

beforeEach(() => {
  written.length = 0;
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => void vi.useRealTimers());

const report = { phase: 'edges', done: 250e6, total: 1e9, unit: 'bytes' } as const;

test('nothing in the first half second, then phase, share and speed, and nothing stays', () => {
  const line = createProgressLine(terminal, false);
  line.onProgress?.(report);
  expect(written).toEqual([]);
  vi.advanceTimersByTime(1000);
  line.onProgress?.(report);
  expect(written.join('')).toBe('\r\x1b[2Kedges  25.0%  250.0 MB  250.0 MB/s');
  line.clear();
  expect(written.at(-1)).toBe('\r\x1b[2K');
});

test('none when it is not a terminal, none with --quiet', () => {
  const pipe = { isTTY: false } as NodeJS.WriteStream;
  expect(createProgressLine(pipe, false).onProgress).toBeUndefined();
  expect(createProgressLine(terminal, true).onProgress).toBeUndefined();
});
