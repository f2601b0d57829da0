import { expect, test } from 'vitest';
import { stringLimitFlag, stringLimitIn } from '../../src/inspector/string-limit.js';

test.each<[string, readonly string[], number | undefined]>([
  ['none', ['--inspect', '--max-old-space-size=60'], undefined],
  ['one', ['--heap-snapshot-string-limit=3000'], 3000],
  ['as V8 writes it', ['--heap_snapshot_string_limit=3000'], 3000],
  ['the last one', ['--heap-snapshot-string-limit=3000', '--heap_snapshot-string-limit=5'], 5],
  ['no number', ['--heap-snapshot-string-limit=', '--heap-snapshot-string-limit=1e3'], undefined],
  ['another flag', ['--heap-snapshot-string-limits=3000'], undefined],
  ['what we set', [stringLimitFlag(70)], 70],
])('stringLimitIn: %s', (_, flags, limit) => {
  expect(stringLimitIn(flags)).toBe(limit);
});
