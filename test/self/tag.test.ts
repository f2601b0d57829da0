/** Objects that the program names itself. */
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { NodeView } from '../../src/analysis/classes/nodes.js';
import { heapgraphNodes } from '../../src/analysis/classes/own-objects.js';
import { UsageError } from '../../src/base/errors.js';
import { loadSnapshot } from '../../src/load/load.js';
import { takeSnapshot, writeSnapshot } from '../../src/self/snapshot.js';
import { tag, untag, wasTagged } from '../../src/self/tag.js';
import { TAG_CLASS, taggedNodes, tagsOf } from '../../src/v8/tags.js';
import { heapgraph } from '../support/cli.js';
import { fixturePath } from '../support/fixtures.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();

class Basket {
  readonly items: string[] = [];
}

/** Not inlined into a test, whose own variables live as long as it runs. */
function tagDead(name: string): void {
  tag(new Basket(), name);
}

describe('tag', () => {
  test('gives the object back; names one, several, functions, and one with several names', async () => {
    const kept = [new Basket(), new Basket()];
    expect(tag(kept[0]!, 'one')).toBe(kept[0]);
    for (const basket of kept) tag(basket, 'several');
    const named = tag(() => kept, 'a function: ünïcode "quoted"');
    tag(kept[0]!, 'several'); // the same name again is no second one
    tagDead('dead');
    const graph = await takeSnapshot();
    const types = (name: string) => taggedNodes(graph, name).map((node) => new NodeView(graph, node).type);
    expect(types('one')).toEqual(['Basket']);
    expect(types('several')).toEqual(['Basket', 'Basket']);
    expect(types('a function: ünïcode "quoted"')).toEqual(['Function']);
    expect(types('dead')).toEqual([]);
    expect(types('never')).toEqual([]);
    expect([...tagsOf(graph).keys()]).toEqual(expect.arrayContaining(['one', 'several']));
    expect(named()).toBe(kept);
  });

  test('a long name counts by its first 1,024 characters', async () => {
    const kept = tag(new Basket(), `${'n'.repeat(1024)}1`);
    const graph = await takeSnapshot({ gc: false });
    expect(taggedNodes(graph, `${'n'.repeat(1024)}2`)).toHaveLength(1);
    expect(kept.items).toEqual([]);
  });

  test('does not keep the object alive', async () => {
    const ref = (() => {
      const basket = tag(new Basket(), 'weak');
      return new WeakRef(basket);
    })();
    await takeSnapshot();
    expect(ref.deref()).toBeUndefined();
  });

  test('untag takes one name away', async () => {
    const kept = tag(tag(tag(new Basket(), 'first'), 'second'), 'third');
    untag(kept, 'second');
    const graph = await takeSnapshot({ gc: false });
    expect(['first', 'second', 'third'].map((name) => taggedNodes(graph, name).length)).toEqual([1, 0, 1]);
    untag(kept, 'first');
    untag(kept, 'third');
    expect(taggedNodes(await takeSnapshot({ gc: false }), 'third')).toEqual([]);
    expect([wasTagged('third'), wasTagged('nobody')]).toEqual([true, false]);
  });

  test('what cannot be tagged', () => {
    for (const value of ['text', 1, null, undefined, Symbol('s')])
      expect(() => tag(value as never, 'x')).toThrow(UsageError);
    expect(() => tag({}, '')).toThrow(UsageError);
  });

  test('a snapshot of another program has none', async () => {
    const graph = await loadSnapshot(fixturePath('node22-after'));
    expect([taggedNodes(graph, 'x'), tagsOf(graph).size, heapgraphNodes(graph)]).toEqual([[], 0, undefined]);
    expect(TAG_CLASS).toBe('HeapgraphTag');
  });
});

describe('--tag', () => {
  const file = path.join(folder, 'tagged.heapsnapshot');
  const holder = { baskets: [tag(new Basket(), 'cart'), tag(new Basket(), 'cart')] };
  (globalThis as { heldForTags?: unknown }).heldForTags = holder;

  test('find-backref-chain --tag cart F', async () => {
    await writeSnapshot(file);
    const { stdout, stderr, code } = await heapgraph(['find-backref-chain', '--tag', 'cart', file]);
    expect([code, stderr]).toEqual([0, 'heapgraph: the first of 2 "tag:cart"; --pick chooses\n']);
    expect(stdout).toContain('globalThis.heldForTags.baskets[');
  });

  test.each([
    [['find-ref-chain', '--tag', 'cart', '--to', 'Array', file], 'Array'],
    [['at', '--tag', 'cart', file], ' Basket'],
    [['retained', '--tag', 'cart', '--all', file], 'Basket'],
    [['dominators', '--tag', 'cart', '--depth', '1', file], 'Basket'],
    [['show-backrefs', '--tag', 'cart', '--pick', 'all', file], 'Basket'],
    [['show-refs', '--tag', 'cart', file], 'Basket'],
    [['show-chain', '--tag', 'cart', file], 'heldForTags'],
    [['find-backref-chain', 'tag:cart', file], 'heldForTags'],
    [['find-backref-chain', '--tag', 'cart', '-s', file], 'heldForTags'],
  ])('%j', async (args, text) => {
    const { stdout, code } = await heapgraph(args);
    expect(code).toBe(0);
    expect(stdout).toContain(text);
  });

  test('at --tag cart F --json: both, with their ids', async () => {
    const { stdout } = await heapgraph(['at', '--tag', 'cart', file, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ total: 2, notFound: [] });
  });

  test('a name that is not there: exit code 1, and which are', async () => {
    for (const command of ['find-backref-chain', 'at', 'retained']) {
      const { stderr, code } = await heapgraph([command, '--tag', 'cert', file]);
      expect(code).toBe(1);
      expect(stderr).toMatch(/no object "tag:cert" in .*; tags there: .*"cart"/);
    }
    const { stderr, code } = await heapgraph([
      'find-backref-chain',
      '--tag',
      'cart',
      fixturePath('node22-after'),
    ]);
    expect([code, stderr.includes('which has no tagged objects')]).toEqual([1, true]);
  });

  test('neither a target nor a tag: exit code 2', async () => {
    const { stderr, code } = await heapgraph(['find-backref-chain', '-s', file]);
    expect([code, stderr.includes('missing target')]).toEqual([2, true]);
  });
});
