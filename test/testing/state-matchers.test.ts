/** toHaveNoDeadObjects and toHaveNoSuspects, under Vitest and under Jest's own expect. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect as jestExpect } from 'expect';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Graph } from '../../src/graph/graph.js';
import { loadSnapshot } from '../../src/load/load.js';
import { takeSnapshot } from '../../src/self/snapshot.js';
import '../../src/testing/vitest.js';
import { deadPath, EXPRESS, expressPath, fixturePath } from '../support/fixtures.js';

// Extends the package expect.
createRequire(import.meta.url)('../../dist/testing/jest.cjs');

interface Matchers {
  toHaveNoDeadObjects(options?: unknown): void;
  toHaveNoSuspects(options?: unknown): void;
}
type AnyExpect = (value: unknown) => Matchers & { readonly not: Matchers };
const runners: readonly (readonly [string, AnyExpect])[] = [
  ['Vitest', expect as unknown as AnyExpect],
  ["Jest's expect", jestExpect as unknown as AnyExpect],
];

/** What a failing assertion says, without colours. */
function saying(assertion: () => void): string {
  try {
    assertion();
  } catch (error) {
    return (error as Error).message.replace(/\x1b\[\d+m/g, '');
  }
  throw new Error('the assertion passes');
}

let first: Graph;
let second: Graph;
let three: readonly Graph[];
let stranger: Graph;
beforeAll(async () => {
  const load = (file: string) => loadSnapshot(file, { locations: true });
  [first, second] = (await Promise.all([1, 2].map((step) => load(deadPath(`server-node24-${step}`))))) as [
    Graph,
    Graph,
  ];
  three = await Promise.all(EXPRESS.map(expressPath).map(load));
  stranger = await load(fixturePath('node26-before'));
});

describe.each(runners)('%s', (_, expects) => {
  test('toHaveNoDeadObjects: the message is that of docs/testing.md', () => {
    const page = readFileSync(new URL('../../docs/testing.md', import.meta.url), 'utf8');
    const message = /state-matchers\.test\.ts -->\n```text\n(.*?)\n```/s.exec(page)![1]!;
    expect(saying(() => expects(first).toHaveNoDeadObjects({ type: 'Timeout' }))).toBe(message);
  });

  test('toHaveNoDeadObjects: all of them; rules, expected and known ones; types', () => {
    expect(saying(() => expects(first).toHaveNoDeadObjects())).toMatch(
      /^expected no objects that are finished and still held, found 20 ServerResponse, 20 Socket, 20 Timeout, 20 AbortSignal\n[\s\S]*\nand 1 more$/,
    );
    expects(first).toHaveNoDeadObjects({
      known: ['c6f87ff9', '4333d8a7'],
      expected: ['Timeout', /^AbortSignal$/],
    });
    expects(first).toHaveNoDeadObjects({ type: 'Timeout', minCount: 21 });
    expects(first).toHaveNoDeadObjects({ type: 'Nope' });
    const rules = [{ class: 'AbortController', when: 'has("#signal")', why: 'is of a test' }];
    expect(saying(() => expects(first).toHaveNoDeadObjects({ rules, type: 'AbortController' }))).toContain(
      '20 AbortController: each is of a test.',
    );
    expects(first).not.toHaveNoDeadObjects();
    expect(saying(() => expects(first).not.toHaveNoDeadObjects({ type: 'Nope' }))).toMatch(
      /^expected Nope that are finished and still held, found none among \d+ objects/,
    );
  });

  test('toHaveNoDeadObjects: of two snapshots what was dead in both', () => {
    const said = saying(() =>
      expects({ before: first, after: second }).toHaveNoDeadObjects({ type: 'Timeout', minCount: 100 }),
    );
    expect(said).toContain('found 40 Timeout');
    expect(said).toContain('20 were dead in the earlier snapshot, too');
  });

  test('toHaveNoSuspects: leaks by state, and by growth of three', () => {
    const dead = saying(() => expects(first).toHaveNoSuspects());
    expect(dead).toMatch(/^expected no leak, and 4 are there\n\n {2}leak: 20 ServerResponse, each of which/);
    expect(dead).toContain('dead: _closed is true, destroyed is true');
    expect(dead).toMatch(/\nand 1 more$/);
    const last = three[2]!;
    expects(last).toHaveNoSuspects();
    expect(saying(() => expects(last).toHaveNoSuspects({ level: 'suspect' }))).toContain(
      '210 listeners of settings for "changed"',
    );
    expects(last).toHaveNoSuspects({ level: 'suspect', kinds: ['timers'] });
    expects(last).toHaveNoSuspects({ level: 'large', minSize: '1gb' });
    const grown = saying(() => expects(three).toHaveNoSuspects());
    expect(grown).toMatch(/^expected no leak, and 3 are there\n/);
    expect(grown).toContain('leak: 120 → 320 → 420 × AuditEntry in auditLog');
    expects(three).toHaveNoSuspects({ known: ['9d054b00', '69d24468', '58314cd5'] });
    expects(three).not.toHaveNoSuspects();
    expect(saying(() => expects(last).not.toHaveNoSuspects())).toMatch(
      /^expected a leak, found none; \d of less$/,
    );
  });

  test.each([
    [(e: AnyExpect) => e(1).toHaveNoSuspects(), /takes a graph with edges, a list of them, or/],
    [(e: AnyExpect) => e([]).toHaveNoDeadObjects(), /takes a graph with edges/],
    [(e: AnyExpect) => e([second, first]).toHaveNoSuspects(), /are not in their order/],
    [(e: AnyExpect) => e([stranger, first]).toHaveNoDeadObjects(), /are not of one process/],
    [(e: AnyExpect) => e(first).toHaveNoSuspects({ lvel: 'leak' }), /toHaveNoSuspects has no option "lvel"/],
    [(e: AnyExpect) => e(first).toHaveNoSuspects({ level: 'lek' }), /level is "lek"/],
    [(e: AnyExpect) => e(first).toHaveNoSuspects({ kinds: ['x'] }), /"x" is not a kind of suspect/],
    [(e: AnyExpect) => e(first).toHaveNoSuspects({ minSize: 'much' }), /"much" is not a size/],
    [(e: AnyExpect) => e(first).toHaveNoSuspects({ known: ['C6F'] }), /"C6F" is not a fingerprint/],
    [(e: AnyExpect) => e(first).toHaveNoDeadObjects({ minCount: 0 }), /minCount is 0/],
    [(e: AnyExpect) => e(first).toHaveNoDeadObjects({ rules: [{ when: 'a and' }] }), /a and|expected/],
  ])('%s is refused', (assertion, message) => {
    expect(saying(() => assertion(expects))).toMatch(message);
  });
});

describe('the heap of this very test', () => {
  const holder = globalThis as { finishedTimers?: unknown[] };
  afterAll(() => {
    delete holder.finishedTimers;
  });

  test('what a test holds is found, and what it let go is not', async () => {
    const addTimers = (): void => {
      holder.finishedTimers = Array.from({ length: 5 }, () => setTimeout(() => {}, 1000));
      for (const timer of holder.finishedTimers) clearTimeout(timer as NodeJS.Timeout);
    };
    addTimers();
    const held = await takeSnapshot();
    expect(saying(() => expect(held).toHaveNoDeadObjects({ type: 'Timeout' }))).toContain(
      'globalThis.finishedTimers',
    );
    holder.finishedTimers = [];
    expect(await takeSnapshot()).toHaveNoDeadObjects({ type: 'Timeout' });
  });
});
