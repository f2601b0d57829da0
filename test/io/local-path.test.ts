import path from 'node:path';
import { expect, test } from 'vitest';
import { isInside } from '../../src/io/local-path.js';

test.each([
  ['/app', '/app/a.js.map', true],
  ['/app', '/app/sub/a.js.map', true],
  ['/app', '/application/a.js.map', false],
  ['/app', '/app', false],
  ['/', '/server.js.map', true],
])('isInside(%j, %j)', (folder, file, expected) => {
  const own = (place: string): string => place.replaceAll('/', path.sep);
  expect(isInside(own(folder), own(file))).toBe(expected);
});
