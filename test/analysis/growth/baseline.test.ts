import { describe, expect, test } from 'vitest';
import { classesOf, typeStats } from '../../../src/analysis/classes/classes.js';
import {
  type Baseline,
  baselineOf,
  classesOfBaseline,
  noiseOf,
  totalSizeOf,
} from '../../../src/analysis/growth/baseline.js';
import { diffByClass } from '../../../src/analysis/growth/diff.js';
import { growth } from '../../../src/analysis/growth/growth.js';
import { statistics } from '../../../src/analysis/sizes/statistics.js';
import { SnapshotError } from '../../../src/base/errors.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { formatBaseline, isBaselineText, parseBaseline } from '../../../src/session/baseline-file.js';
import { type GraphSpec, snapshotBytes } from '../../support/builder.js';
import { fixtureGraph } from '../../support/fixture-graphs.js';
import type { Fixture } from '../../support/fixtures.js';

const FILE = 'heap-baseline.json';
const load = (name: Fixture) => fixtureGraph(name);
const built = (spec: GraphSpec) => loadSnapshot(snapshotBytes(spec));
const again = (baseline: Baseline) => parseBaseline(formatBaseline(baseline), FILE);

describe('a baseline of one snapshot', () => {
  test.each(['node18-after', 'node26-after', 'chromium156'] as const)(
    '%s: written and read again it has the same classes as the graph',
    async (name) => {
      const graph = await load(name);
      const baseline = baselineOf([graph]);
      expect(again(baseline)).toEqual(baseline);
      const classes = classesOfBaseline(again(baseline), FILE);
      for (const by of ['count', 'size', 'retained'] as const)
        expect(typeStats(classes, { by, retained: true })).toEqual(typeStats(graph, { by, retained: true }));
      expect(diffByClass(classes, graph)).toEqual([]);
      expect(totalSizeOf(classes)).toBe(statistics(graph).total);
      expect(baseline.totalSize).toBe(statistics(graph).total);
    },
  );

  test('a class a line, sorted, a few kilobytes, the same every time', async () => {
    const graph = await load('node26-before');
    const text = formatBaseline(baselineOf([graph]));
    expect(text).toBe(formatBaseline(baselineOf([await load('node26-before')])));
    expect(text.length).toBeLessThan(10_000);
    expect(text).toContain('\n    "Foo": ["object",1,');
    const names = [...text.matchAll(/^ {4}("(?:[^"\\]|\\.)*"): \[/gm)].map((match) => JSON.parse(match[1]!));
    expect(names).toEqual([...names].sort());
    expect(names.length).toBe(typeStats(graph).length);
  });

  test('growth against it is growth against the snapshot', async () => {
    const [before, after] = await Promise.all([load('node22-before'), load('node22-after')]);
    const classes = classesOfBaseline(baselineOf([before]), FILE);
    for (const by of ['count', 'size', 'retained'] as const)
      expect(growth(classes, after, { by })).toEqual(growth(before, after, { by }));
  });

  test('hostile class names survive', async () => {
    const names = ['__proto__', 'constructor', '12', 'a"b\\c', '\u2028\u202e\x1b[2J', '', 'é ☃'];
    const spec = Object.fromEntries(names.map((name, i) => [`n${i}`, { name }]));
    const graph = await built({ root: names.map((_, i) => `n${i}`), ...spec });
    const text = formatBaseline(baselineOf([graph]));
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\u2028\u202e]/);
    const classes = classesOfBaseline(parseBaseline(text, FILE), FILE);
    expect(typeStats(classes).map(({ type }) => type)).toEqual(expect.arrayContaining(names));
  });
});

describe('a baseline of several snapshots', () => {
  const heap = (count: number): GraphSpec => ({
    root: Array.from({ length: count }, (_, i) => `s${i}`),
    ...Object.fromEntries(Array.from({ length: count }, (_, i) => [`s${i}`, { name: 'Session', size: 10 }])),
  });

  test('means and standard deviations of a sample; what one has not counts 0', async () => {
    const graphs = await Promise.all([built(heap(8)), built(heap(10)), built(heap(0))]);
    const baseline = again(baselineOf(graphs));
    expect(baseline).toMatchObject({ snapshots: 3, nodeCount: 7 });
    expect(baseline.classes.get('Session')).toMatchObject({
      count: 6,
      shallowSize: 60,
      retainedSize: 60,
      jitter: { count: 5.29, shallowSize: 52.92, retainedSize: 52.92 },
    });
    const classes = classesOfBaseline(baseline, FILE);
    expect(noiseOf(classes, 3)('Session', 'count')).toBeCloseTo(15.87);
    expect(noiseOf(classes, 3)('Unknown', 'count')).toBe(0);
    expect(noiseOf(classesOf(graphs[0]!), 3)('Session', 'count')).toBe(0);
  });

  test('the same snapshot twice: no deviation', async () => {
    const graph = await load('node18-before');
    const { classes } = baselineOf([graph, graph]);
    expect([...classes.values()].every(({ jitter }) => jitter?.count === 0)).toBe(true);
  });

  test('none at all: RangeError', () => {
    expect(() => baselineOf([])).toThrow(RangeError);
  });
});

describe('what cannot be read says where, what was expected and what was found', () => {
  const whole = (): Record<string, unknown> => ({
    schema: 'heapgraph-baseline/1',
    snapshots: 1,
    nodeCount: 1,
    totalSize: 1,
    extraNativeBytes: 0,
    nodeFields: [],
    edgeFields: [],
    locationFields: [],
    sizes: 'devtools',
    columns: ['nodeType', 'count', 'shallowSize', 'retainedSize', 'distance'],
    classes: { Foo: ['object', 1, 1, 1, null] },
  });

  test('it is read', () => {
    expect(parseBaseline(JSON.stringify(whole()), FILE).classes.get('Foo')?.count).toBe(1);
    expect(parseBaseline(`\uFEFF${JSON.stringify(whole())}`, FILE).snapshots).toBe(1);
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    [
      'a later version',
      { schema: 'heapgraph-baseline/2' },
      /"schema".*expected "heapgraph-baseline\/1".*\/2/,
    ],
    ['no snapshots', { snapshots: 0 }, /"snapshots".*from 1 up.*found 0/],
    ['raw sizes', { sizes: 'raw' }, /"sizes".*found "raw"/],
    ['other columns', { columns: ['count'] }, /"columns"/],
    ['classes as a list', { classes: [] }, /"classes".*found \[\]/],
    ['a short class', { classes: { Foo: [1] } }, /classes\["Foo"\].*array of 5.*found \[1\]/],
    ['a text for a count', { classes: { Foo: ['object', 'x', 1, 1, 1] } }, /Foo.*count.*found "x"/],
    ['a negative count', { classes: { Foo: ['object', -1, 1, 1, 1] } }, /Foo.*count.*found -1/],
    ['a number for a type', { classes: { Foo: [1, 1, 1, 1, 1] } }, /nodeType.*a text/],
    ['fields that are no list', { nodeFields: 7 }, /"nodeFields".*found 7/],
    ['no total', { totalSize: null }, /"totalSize".*found null/],
  ])('%s', (_, change, message) => {
    const read = () => parseBaseline(JSON.stringify({ ...whole(), ...change }), FILE);
    expect(read).toThrow(SnapshotError);
    expect(read).toThrow(message);
    expect(read).toThrow(/^heap-baseline\.json: /);
  });

  test('every cut of the text', () => {
    const text = JSON.stringify(whole());
    for (let length = 0; length < text.length; length++)
      expect(() => parseBaseline(text.slice(0, length), FILE)).toThrow(SnapshotError);
  });

  test('is told from snapshots and other files by its content', async () => {
    expect(isBaselineText(formatBaseline(baselineOf([await built({ root: [] })])))).toBe(true);
    expect(isBaselineText('{"classes":{},"schema": "heapgraph-baseline/9"')).toBe(true);
    for (const text of ['', '[]', '{}', '{"snapshot":{}}', '"schema":"heapgraph-baseline/1"'])
      expect(isBaselineText(text)).toBe(false);
  });
});
