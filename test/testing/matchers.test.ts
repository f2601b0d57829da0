/** The matchers under Vitest, for real, and under Jest's own expect. */
import { createRequire } from 'node:module';
import { expect as jestExpect } from 'expect';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Graph } from '../../src/graph/graph.js';
import { loadSnapshot } from '../../src/load/load.js';
import { takeSnapshot } from '../../src/self/snapshot.js';
import { tag } from '../../src/self/tag.js';
import '../../src/testing/vitest.js';
import { fixturePath } from '../support/fixtures.js';

const require = createRequire(import.meta.url);
// As a test of Jest does it. It finds the package expect: no global of that name is here.
const jest = require('../../dist/testing/jest.cjs') as { matchers: object; takeSnapshot: unknown };

interface Matchers {
  toHaveInstances(type: unknown, expected?: unknown): void;
  toHaveGrownBy(type: unknown, expected?: unknown): void;
  toHaveGrown(type: unknown): void;
  toRetainLessThan(type: unknown, size: unknown): void;
  toBeUnreachable(): Promise<void>;
}

/** Both, as if they had one type. */
type AnyExpect = (value: unknown) => Matchers & { readonly not: Matchers };

const runners: readonly (readonly [string, AnyExpect])[] = [
  ['Vitest', expect as unknown as AnyExpect],
  ["Jest's expect", jestExpect as unknown as AnyExpect],
];

class Lonely {
  constructor(readonly payload = { text: 'payload' }) {}
}

/** What a failing assertion says, without colours. */
function saying(assertion: () => void): string {
  try {
    assertion();
  } catch (error) {
    return (error as Error).message.replace(/\x1b\[\d+m/g, '');
  }
  throw new Error('the assertion passes');
}

async function sayingLater(assertion: () => Promise<void>): Promise<string> {
  try {
    await assertion();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the assertion passes');
}

let before: Graph;
let after: Graph;
let other: Graph;
beforeAll(async () => {
  before = await loadSnapshot(fixturePath('node26-before'), { locations: true });
  other = await loadSnapshot(fixturePath('node22-before'), { locations: true });
  after = await loadSnapshot(fixturePath('node26-after'), { locations: true });
});

test('the file for Jest is CommonJS and brings what a test needs', () => {
  expect(Object.keys(jest).sort()).toEqual([
    'GrowthError',
    'collectGarbage',
    'expectNoGrowth',
    'matchers',
    'tag',
    'takeSnapshot',
    'writeSnapshot',
  ]);
});

test('types: the matchers are known to Vitest and to Jest', async () => {
  expect(after).toHaveInstances('OBJ', 100);
  expect({ before, after }).toHaveGrownBy('OBJ', { atLeast: 1 });
  await expect(new WeakRef(after)).not.toBeUnreachable();
  jestExpect(after).toHaveInstances('OBJ', 100);
  jestExpect({ before, after }).not.toHaveGrown('Nope');
});

describe.each(runners)('%s', (_, expects) => {
  test('toHaveInstances', () => {
    expects(after).toHaveInstances('OBJ', 100);
    expects(after).toHaveInstances('OBJ', { atMost: 100 });
    expects(after).toHaveInstances('OBJ', { atLeast: 1, atMost: 100 });
    expects(after).toHaveInstances(/^OBJ$/, { atLeast: 100 });
    expects(after).toHaveInstances('Nope', 0);
    expects(after).not.toHaveInstances('OBJ', 99);
    expect(saying(() => expects(after).toHaveInstances('OBJ', { atMost: 3 }))).toBe(
      [
        'expected at most 3 instances of OBJ, found 100',
        '',
        'one of them:',
        '                    system / Context {OBJ, _cache, handlers}  56 bytes  @7313',
        '  _cache (context)  Array [100 items]  1,168 bytes  @104609',
        '  [0]               OBJ {}  32 bytes  @119045',
        '  held by a variable of the module /tmp/corpus/leak.cjs',
        '  (variable _cache of /tmp/corpus/leak.cjs)[0]',
      ].join('\n'),
    );
    expect(saying(() => expects(after).toHaveInstances('Nope', 1))).toBe(
      'expected 1 instance of Nope, found 0',
    );
    expect(saying(() => expects(after).not.toHaveInstances('Nope', 0))).toBe(
      'expected other than 0 instances of Nope, found 0',
    );
  });

  test('toHaveGrownBy and toHaveGrown', () => {
    const both = { before, after };
    expects(both).toHaveGrownBy('OBJ', 100);
    expects(both).toHaveGrownBy('Foo', { atMost: 50 });
    expects(both).toHaveGrown('OBJ');
    expects(both).not.toHaveGrown('Nope');
    expects(both).toHaveGrownBy('Nope', { atMost: 0 });
    expect(saying(() => expects(both).not.toHaveGrown('OBJ'))).toMatch(
      /^expected OBJ not to have grown, and it has by 100 \(0 before, 100 after\)\n\nall 100 new ones are in _cache \(a variable of the module \/tmp\/corpus\/leak\.cjs\), made at \/tmp\/corpus\/leak\.cjs:3:24\none of them:\n[\s\S]*\(variable _cache of \/tmp\/corpus\/leak\.cjs\)\[0\]$/,
    );
    expect(saying(() => expects(both).toHaveGrownBy('Foo', 10))).toMatch(
      /^expected Foo to have grown by 10, and it has by 50 \(1 before, 51 after\)\n\nall 50 new ones are in globalThis\.registry\.byId \(a property of globalThis\), made at .*\none of them:\n[\s\S]*globalThis\.registry\.byId\.get\("id0"\)$/,
    );
    expect(saying(() => expects(both).toHaveGrown('Nope'))).toBe(
      'expected Nope to have grown: 0 (0 before, 0 after)',
    );
  });

  test('toRetainLessThan', () => {
    expects(after).toRetainLessThan('OBJ', 3329);
    expects(after).toRetainLessThan('OBJ', '10mb');
    expects(after).not.toRetainLessThan('OBJ', '3 KiB');
    expects(after).toRetainLessThan('Nope', 1);
    expect(saying(() => expects(after).toRetainLessThan('OBJ', '1kB'))).toMatch(
      /^expected OBJ to retain less than 1\.0 kB \(1,000 bytes\): 100 instances retain \d\.\d kB \(\d,\d{3} bytes\)\n\none of them:/,
    );
  });

  test('toBeUnreachable: WeakRefs', async () => {
    await expects(new WeakRef(new Lonely())).toBeUnreachable();
    const kept = { deep: [new Lonely()] };
    (globalThis as { keeper?: unknown }).keeper = kept;
    const ref = new WeakRef(kept.deep[0]!);
    await expects(ref).not.toBeUnreachable();
    const message = await sayingLater(() => expects(ref).toBeUnreachable());
    expect(message).toMatch(/^expected the Lonely to be unreachable, and it is alive\n\nwhat holds it:\n/);
    expect(message).toContain('Lonely {payload}');
    expect(message).toMatch(/globalThis\.keeper\.deep\[0\]$/);
    kept.deep.length = 0;
    delete (globalThis as { keeper?: unknown }).keeper;
    await expects(ref).toBeUnreachable();
    expect(await sayingLater(() => expects(ref).not.toBeUnreachable())).toBe(
      'expected the target of the WeakRef to be reachable, and it is gone',
    );
  });

  test('toBeUnreachable: tagged objects', async () => {
    const name = `unreachable for ${_}`;
    const holder: { lonely?: Lonely } = { lonely: tag(new Lonely(), name) };
    (globalThis as { keeper?: unknown }).keeper = holder;
    await expects(name).not.toBeUnreachable();
    const message = await sayingLater(() => expects(name).toBeUnreachable());
    expect(message).toContain(`expected the object tagged "${name}" to be unreachable, and it is alive`);
    expect(message).toMatch(/globalThis\.keeper\.lonely$/);
    delete holder.lonely;
    await expects(name).toBeUnreachable();
  });

  test('classes and queries are understood as names are', () => {
    class OBJ {}
    expects(after).toHaveInstances(OBJ, 100);
    expects(after).toHaveInstances('class = OBJ and retained > 1', 100);
    expects(after).toHaveInstances('OBJ and retained > 1mb', 0);
    expects(after).toHaveInstances('/^OBJ$/', 100);
    expects({ before, after }).toHaveGrownBy('OBJ and edges > 0', 100);
    expects(after).toRetainLessThan('OBJ or Array', '100mb');
    expect(saying(() => expects(after).toHaveInstances('OBJ and edges > 0', 1))).toContain(
      'expected 1 instance of OBJ and edges > 0, found 100',
    );
  });

  test('what makes no sense is told, also behind .not', async () => {
    const wrong: readonly (readonly [() => void, RegExp])[] = [
      [
        () => expects({}).toHaveInstances('OBJ', 1),
        /toHaveInstances takes a graph with edges\. Take one of this process/,
      ],
      [() => expects(undefined).not.toHaveInstances('OBJ', 1), /takes a graph with edges/],
      [() => expects({ ...after, edges: undefined }).toHaveInstances('OBJ', 1), /takes a graph with edges/],
      [() => expects(after).toHaveInstances('OBJ'), /the expected number is missing/],
      [() => expects(after).toHaveInstances('OBJ', {}), /the expected number is missing/],
      [() => expects(after).toHaveInstances('OBJ', { atMost: Number.NaN }), /the expected number is missing/],
      [() => expects(after).toHaveInstances(undefined, 1), /is not a class\. Write 'Session'/],
      [() => expects(after).toHaveInstances(() => 1, 1), /is not a class/],
      [
        () => expects(after).toHaveInstances('retaind > 1mb', 1),
        /no field "retaind".*Did you mean retained/s,
      ],
      [() => expects(after).toHaveInstances('OBJ and new', 1), /"new" cannot be asked here/],
      [() => expects(after).toHaveInstances('set("a.ids")', 1), /set\("FILE"\) cannot be asked here/],
      [() => expects(after).toHaveGrown('OBJ'), /takes \{ before, after \}/],
      [() => expects(after).toRetainLessThan('OBJ', 'much'), /"much" is not a size\. Write bytes/],
      [() => expects({ before: after, after: before }).not.toHaveGrown('OBJ'), /before seems to be later/],
      [() => expects({ before: other, after }).not.toHaveGrown('OBJ'), /before and after are of two/],
      [() => expects(after).toRetainLessThan('OBJ', undefined), /is not a size/],
    ];
    for (const [assertion, message] of wrong) expect(assertion).toThrow(message);
    await expect(expects({}).toBeUnreachable()).rejects.toThrow(/takes a WeakRef or the name of a tag/);
    await expect(expects('never given').not.toBeUnreachable()).rejects.toThrow(/nothing was ever tagged/);
  });
});

// A function that V8 is just compiling is held by a handle for as long, with all that it holds: then once more.
test('graphs of this process: earlier ones do not count', { retry: 2 }, async () => {
  const first = await takeSnapshot({ gc: false });
  const kept = [new Lonely(), new Lonely()];
  const second = await takeSnapshot({ gc: false });
  const third = await takeSnapshot({ gc: false });
  for (const [, expects] of runners) {
    expects(second).toHaveInstances('Lonely', 2);
    expects({ before: first, after: second }).toHaveGrownBy('Lonely', 2);
    expects({ before: second, after: third }).not.toHaveGrown('Uint32Array');
  }
  expect(kept).toHaveLength(2);
});
