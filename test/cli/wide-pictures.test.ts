/** Pictures of many objects are merged until they can be looked at. Each test is named by its command line; E is the Express server. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PNG } from 'pngjs';
import { describe, expect, test } from 'vitest';
import { heapgraph } from '../support/cli.js';
import { expressPath } from '../support/fixtures.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const E = expressPath('final');
const folder = temporaryFolder();
const NOTE = 'heapgraph: objects share boxes so that the picture is not wider than 4,000 pixels: ';

/** Pixels of a screen, 96 an inch, by the points that an SVG says. */
const widthOf = (svg: string): number => (Number(/<svg width="([\d.]+)pt"/.exec(svg)![1]) * 96) / 72;

async function drawn(name: string, ...args: string[]) {
  const file = path.join(folder, name);
  const { stderr, code } = await heapgraph([...args, '-o', file]);
  expect(code).toBe(0);
  return { file, stderr };
}

describe.each([
  ['show-backrefs', 'Array'],
  ['show-refs', 'system / Context'],
  ['show-chain', 'Array'],
  ['show-backrefs', 'Promise'],
])('%s "%s" E --pick all', (command, type) => {
  test('-o wide.svg: at most 4,000 pixels wide, with a note', async () => {
    const { file, stderr } = await drawn('wide.svg', command, type, E, '--pick', 'all');
    const svg = readFileSync(file, 'utf8');
    expect(widthOf(svg)).toBeLessThanOrEqual(4000);
    expect(stderr).toContain(NOTE);
    expect(stderr).not.toContain('Graphviz may take minutes');
    expect(svg).toContain(` × ${type}`);
  }, 120_000);
});

test('show-backrefs Promise E --pick all -o wide.png: no PNG is wider either', async () => {
  const { file } = await drawn('wide.png', 'show-backrefs', 'Promise', E, '--pick', 'all');
  const { width, height } = PNG.sync.read(readFileSync(file));
  expect(width).toBeLessThanOrEqual(4000);
  expect(width).toBeGreaterThan(1500);
  expect(height).toBeGreaterThan(200);
}, 60_000);

test('show-backrefs EventEmitter E --pick all: without the prototypes nothing has to be merged further', async () => {
  const { file, stderr } = await drawn('emitters.svg', 'show-backrefs', 'EventEmitter', E, '--pick', 'all');
  expect(widthOf(readFileSync(file, 'utf8'))).toBeLessThan(2500);
  expect(stderr).not.toContain(NOTE);
});

test('show-backrefs Promise E --pick all: dot text on standard output is merged as well; --json is not', async () => {
  const [dot, json] = await Promise.all([
    heapgraph(['show-backrefs', 'Promise', E, '--pick', 'all']),
    heapgraph(['show-backrefs', 'Promise', E, '--pick', 'all', '--json']),
  ]);
  expect(dot.stderr).toContain(NOTE);
  expect(json.stderr).not.toContain(NOTE);
  const boxes = dot.stdout.match(/^ {2}"o\d+" \[/gm)!.length;
  expect(boxes).toBeLessThan((JSON.parse(json.stdout) as { nodes: unknown[] }).nodes.length);
});

test('show-backrefs ArrayBuffer E --pick all --no-merge --max-depth 1: as wide as it is, and said', async () => {
  const { stderr } = await drawn(
    'one.dot',
    'show-backrefs',
    'ArrayBuffer',
    E,
    '--pick',
    'all',
    '--no-merge',
    '--max-depth',
    '1',
  );
  expect(stderr).toMatch(
    /the picture is about \d+,\d{3} pixels wide: without --no-merge objects of a kind share a box/,
  );
});

test('show-backrefs Promise E --pick all --no-merge --max-depth 2 -o all.png: a PNG that has to be smaller is said', async () => {
  const args = ['show-backrefs', 'Promise', E, '--pick', 'all', '--no-merge', '--max-depth', '2'];
  const { file, stderr } = await drawn('all.png', ...args);
  const { width, height } = PNG.sync.read(readFileSync(file));
  expect(width * height).toBeLessThan(36_100_000);
  const [, pixels] = /the PNG is drawn at [\d.]+% of that size, ([\d,]+) pixels: as \.svg/.exec(stderr)!;
  expect(Number(pixels!.replaceAll(',', ''))).toBe(width);
}, 60_000);
