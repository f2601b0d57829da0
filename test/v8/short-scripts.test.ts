import { expect, test } from 'vitest';
import { shortScriptNames } from '../../src/v8/short-scripts.js';
import { random } from '../support/random-graph.js';

const short = (...names: string[]): string[] => {
  const found = shortScriptNames(names);
  return names.map((name) => found.get(name)!);
};

test('the last part, and as many folders as are needed', () => {
  expect(short('/srv/app.js', '/srv/lib/db.js')).toEqual(['app.js', 'db.js']);
  expect(short('/srv/a/index.js', '/srv/b/index.js', '/srv/b/main.js')).toEqual([
    'a/index.js',
    'b/index.js',
    'main.js',
  ]);
  expect(short('/x/lib/a/i.js', '/y/lib/a/i.js', '/y/lib/b/i.js')).toEqual([
    'x/lib/a/i.js',
    'y/lib/a/i.js',
    'b/i.js',
  ]);
});

test('a name that is the end of another stays whole', () => {
  expect(short('app.js', '/srv/app.js', '/opt/srv/app.js')).toEqual([
    'app.js',
    '/srv/app.js',
    'opt/srv/app.js',
  ]);
});

test('URLs, Windows paths, modules of Node.js, names without folders', () => {
  expect(short('file:///srv/app.mjs', 'http://localhost:8080/', 'C:\\srv\\main.js')).toEqual([
    'app.mjs',
    'localhost:8080/',
    'main.js',
  ]);
  expect(short('node:internal/process/promises', 'node:fs', 'evalmachine.<anonymous>', '')).toEqual([
    'node:internal/process/promises',
    'node:fs',
    'evalmachine.<anonymous>',
    '',
  ]);
  expect(short('http://h/src/App.tsx?t=1/2', 'http://h/src/App.tsx?t=3')).toEqual([
    'App.tsx?t=1/2',
    'App.tsx?t=3',
  ]);
  expect(short()).toEqual([]);
});

test('random names: each short form is an end of its name, and no two are the same', () => {
  const next = random(7);
  const part = (): string => ['a', 'b', 'index.js', 'x?y', ''][Math.floor(next() * 5)]!;
  for (let round = 0; round < 200; round++) {
    const names = [
      ...new Set(
        Array.from({ length: 12 }, () =>
          Array.from({ length: 1 + Math.floor(next() * 4) }, part).join(next() < 0.8 ? '/' : '\\'),
        ),
      ),
    ];
    const found = short(...names);
    expect(names.filter((name, i) => !name.endsWith(found[i]!))).toEqual([]);
    expect(new Set(found).size).toBe(names.length);
  }
});
