import { describe, expect, test } from 'vitest';
import { duplicateStrings } from '../../../src/analysis/classes/duplicate-strings.js';
import { shallowSizes } from '../../../src/analysis/sizes/shallow-sizes.js';
import type { Graph } from '../../../src/graph/graph.js';
import { EDGE, NODE } from '../../../src/graph/schema.js';
import { edgeTarget } from '../../../src/graph/walk.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { stringText } from '../../../src/v8/values.js';
import { type GraphSpec, type NodeSpec, snapshotBytes } from '../../support/builder.js';
import { fixtureGraph } from '../../support/fixture-graphs.js';
import { FIXTURES } from '../../support/fixtures.js';

const string = (name: string, size: number, edges: NodeSpec['edges'] = []): NodeSpec => ({
  type: 'string',
  name,
  size,
  edges,
});

const cons = (first: string, second: string): NodeSpec => ({
  type: 'concatenated string',
  name: '(concatenated string)',
  size: 32,
  edges: [
    ['internal', 'first', first],
    ['internal', 'second', second],
  ],
});

/** What the newest V8 notes below a string that it cut. */
const facts = (name: string, length: number, hash: number): GraphSpec => ({
  [`${name} length`]: { type: 'number', name: String(length), size: 0 },
  [`${name} hash`]: {
    type: 'number',
    name: 'int',
    size: 0,
    edges: [['internal', 'value', `${name} hash text`]],
  },
  [`${name} hash text`]: { type: 'string', name: String(hash), size: 0 },
});

const cut = (name: string, text: string, length: number, hash: number): GraphSpec => ({
  [name]: string(text, 100, [
    ['internal', 'length', `${name} length`],
    ['internal', 'hash', `${name} hash`],
  ]),
  ...facts(name, length, hash),
});

async function groups(spec: GraphSpec): Promise<unknown> {
  const keys = Object.keys(spec);
  const graph = await loadSnapshot(snapshotBytes({ root: keys, ...spec }));
  return duplicateStrings(graph).groups.map(({ text, count, wastedSize }) => [text, count, wastedSize]);
}

describe('duplicateStrings', () => {
  test('equal texts; the largest one is kept; most bytes first', async () => {
    expect(
      await groups({
        a: string('one', 20),
        b: string('one', 24),
        c: string('two', 100),
        d: string('two', 100),
        e: string('two', 100),
        f: string('three', 1000),
      }),
    ).toEqual([
      ['two', 3, 200],
      ['one', 2, 20],
    ]);
  });

  test('strings without a size, other types of nodes: not counted', async () => {
    expect(
      await groups({
        a: string('one', 20),
        b: string('one', 0),
        c: { type: 'symbol', name: 'one' },
        d: { type: 'object', name: 'one' },
      }),
    ).toEqual([]);
  });

  test('a concatenated string has its text; one that was flattened is left out', async () => {
    const parts = { a: string('ab', 16), b: string('cd', 16), '': string('', 0) };
    expect(await groups({ ...parts, whole: string('abcd', 24), joined: cons('a', 'b') })).toEqual([
      ['abcd', 2, 24],
    ]);
    expect(await groups({ ...parts, whole: string('abcd', 24), flat: cons('whole', '') })).toEqual([]);
  });

  test('a part whose text is not known makes no text equal', async () => {
    const part = { type: 'sliced string', name: '(sliced string)' };
    expect(
      await groups({ p: part, q: part, x: string('x', 16), c: cons('p', 'x'), d: cons('q', 'x') }),
    ).toEqual([]);
  });

  test('cut texts: only with the same true length and the same hash', async () => {
    const text = 'x'.repeat(1024);
    expect(await groups({ a: string(text, 100), b: string(text, 100) })).toEqual([]);
    expect(await groups({ ...cut('a', text, 5000, 7), ...cut('b', text, 5000, 7) })).toEqual([
      [text, 2, 100],
    ]);
    expect(await groups({ ...cut('a', text, 5000, 7), ...cut('b', text, 5001, 7) })).toEqual([]);
    expect(await groups({ ...cut('a', text, 5000, 7), ...cut('b', text, 5000, 8) })).toEqual([]);
    expect(await groups({ ...cut('a', text, 1024, 7), ...cut('b', text, 1024, 8) })).toEqual([
      [text, 2, 100],
    ]);
  });

  test('cut texts without length and hash: equal beginnings and equal sizes count as equal, and are counted', async () => {
    const text = 'x'.repeat(1024);
    const load = async (spec: GraphSpec): Promise<[unknown, number, number]> => {
      const graph = await loadSnapshot(snapshotBytes({ root: Object.keys(spec), ...spec }));
      const { groups, assumed, unknown } = duplicateStrings(graph);
      return [groups.map(({ count, wastedSize }) => [count, wastedSize]), assumed, unknown];
    };
    const long = string(text, 5016);
    expect(await load({ a: long, b: long, c: long })).toEqual([[[3, 10_032]], 3, 0]);
    expect(await load({ a: long, b: string(text, 5024), c: long })).toEqual([[[2, 5016]], 2, 0]);
    // The characters are not in a string that is too small for them: a part of another one, or outside of V8's heap.
    expect(await load({ a: string(text, 32), b: string(text, 32), c: string(text, 32) })).toEqual([[], 0, 2]);
    const parts = { p: string(text, 1040), q: string('y', 16) };
    expect(await load({ ...parts, a: cons('p', 'q'), b: cons('p', 'q') })).toEqual([[], 0, 2]);
    // Below the limit nothing is cut.
    const short = string('x'.repeat(1023), 1040);
    expect(await load({ a: short, b: short })).toEqual([[[2, 1040]], 0, 0]);
  });

  test('emoji count twice where V8 cuts: the text is shorter than the limit, and the size tells', async () => {
    const text = '\uf600'.repeat(512);
    expect(await groups({ a: string(text, 2064), b: string(text, 2072) })).toEqual([]);
    expect(await groups({ a: string(text, 2064), b: string(text, 2064) })).toEqual([[text, 2, 2064]]);
    expect(await groups({ a: string(text, 1040), b: string(text, 528) })).toEqual([[text, 2, 528]]);
  });

  test('a text that was cut earlier (--heap-snapshot-string-limit) is told by its length', async () => {
    expect(await groups({ ...cut('a', 'abc', 9, 1), ...cut('b', 'abc', 9, 2) })).toEqual([]);
    expect(await groups({ ...cut('a', 'abc', 9, 1), ...cut('b', 'abc', 9, 1) })).toEqual([['abc', 2, 100]]);
    expect(await groups({ ...cut('a', 'abc', 3, 1), b: string('abc', 100) })).toEqual([['abc', 2, 100]]);
  });

  test('whole and cut texts in turn, as names of one number: what comes first does not matter', async () => {
    const text = 'abc';
    const whole = (name: string): GraphSpec => ({ [name]: string(text, 24) });
    const long = (name: string): GraphSpec => cut(name, text, 9, 1);
    const both = [
      [text, 2, 100],
      [text, 3, 48],
    ];
    for (const order of [
      [whole('a'), long('b'), whole('c'), long('d'), whole('e')],
      [whole('a'), whole('b'), long('c'), whole('d'), long('e')],
      [long('a'), whole('b'), whole('c'), long('d'), whole('e')],
      [long('a'), long('b'), whole('c'), whole('d'), whole('e')],
    ])
      expect(await groups(Object.assign({}, ...order))).toEqual(both);
  });

  test.each<[string, (i: number) => NodeSpec]>([
    ['cut flat ones of different sizes', (i) => string('x'.repeat(1024), 5000 + 8 * i)],
    ['cut ones outside of the heap', () => string('x'.repeat(1024), 32)],
    ['concatenated ones that are cut', () => cons('p', 'q')],
    ['concatenated ones with a part that is not known', () => cons('s', 'q')],
  ])(
    '10,000 strings of one text that are equal to no other take a moment: %s',
    { tags: 'slow' },
    async (_, one) => {
      const n = 10_000;
      const graph = await loadSnapshot(
        snapshotBytes({
          root: ['p', 'q', 's', ...Array.from({ length: n }, (_, i) => `o${i}`)],
          p: string('x'.repeat(1024), 1040),
          q: string('y', 16),
          s: { type: 'sliced string', name: '(sliced string)', size: 32 },
          ...Object.fromEntries(Array.from({ length: n }, (_, i) => [`o${i}`, one(i)])),
        }),
      );
      const began = performance.now();
      expect(duplicateStrings(graph).groups).toEqual([]);
      expect(performance.now() - began).toBeLessThan(20_000); // each compared with each: minutes
    },
  );

  test('an empty heap, and one without strings', async () => {
    expect(await groups({})).toEqual([]);
    expect(await groups({ a: { type: 'object' } })).toEqual([]);
  });

  test.each(FIXTURES)('%s: as a plain map of texts counts', async (name) => {
    const graph = await fixtureGraph(name);
    const naive = naiveGroups(graph);
    const { groups: found, wastedSize } = duplicateStrings(graph);
    expect(found.length).toBe(naive.size);
    expect(found.length).toBeGreaterThan(0);
    for (const { text, count, size } of found)
      expect([count, size]).toEqual(naive.get(text.length < 1024 ? text : `${text} ${size / count}`));
    expect(wastedSize).toBe(found.reduce((sum, group) => sum + group.wastedSize, 0));
    expect(found.every((group, i) => i === 0 || found[i - 1]!.wastedSize >= group.wastedSize)).toBe(true);
  });
});

function naiveGroups(graph: Graph): Map<string, [number, number]> {
  const sizes = shallowSizes(graph);
  const groups = new Map<string, [number, number]>();
  for (let node = 0; node < graph.nodeCount; node++) {
    const type = graph.nodeTypes[node];
    if ((type !== NODE.string && type !== NODE['concatenated string']) || sizes[node] === 0) continue;
    const halves = ['first', 'second'].map((half) => edgeTarget(graph, node, EDGE.internal, [half]));
    const isFlat = halves.some(
      (half) =>
        half !== undefined &&
        graph.nodeTypes[half] === NODE.string &&
        graph.strings.get(graph.nodeNames[half]!) === '',
    );
    const text = stringText(graph, node, 1024);
    if (isFlat || text.includes('(sliced string)')) continue;
    const isCut = text.length >= 1024;
    if (isCut && (type !== NODE.string || sizes[node]! < 1024)) continue;
    const key = isCut ? `${text} ${sizes[node]}` : text;
    const [count, size] = groups.get(key) ?? [0, 0];
    groups.set(key, [count + 1, size + sizes[node]!]);
  }
  for (const [text, [count]] of groups) if (count < 2) groups.delete(text);
  return groups;
}
