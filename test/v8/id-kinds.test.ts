/** What ids say, by the program that wrote them, and what is concluded from those of two snapshots. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { diff } from '../../src/analysis/growth/diff.js';
import { lineage } from '../../src/analysis/growth/lineage.js';
import type { Graph } from '../../src/graph/graph.js';
import { loadSnapshot } from '../../src/load/load.js';
import { idKind } from '../../src/v8/id-kinds.js';
import { snapshotText } from '../support/builder.js';
import { casePath, expressPath, FIXTURES, fixturePath } from '../support/fixtures.js';
import { renumbered } from '../support/renumbered.js';

const load = (file: string): Promise<Graph> => loadSnapshot(casePath(`${file}.heapsnapshot.gz`));
const textOf = (file: string): string =>
  gunzipSync(readFileSync(casePath(`${file}.heapsnapshot.gz`))).toString();
const loadText = (text: string): Promise<Graph> => loadSnapshot(Buffer.from(text));

describe('idKind', () => {
  test.each([
    ...FIXTURES.map(fixturePath),
    expressPath('final'),
    casePath('hermes-zero-counts.heapsnapshot.gz'),
  ])('numbered: %s', async (file) => {
    expect(idKind(await loadSnapshot(file, { edges: false }))).toBe('numbered');
  });

  test.each([
    ['bun-1.2.21-1', 'hashes'],
    ['bun-1.2.21-2', 'hashes'],
    ['bun-1.4.4', 'renumbered'],
    ['julia-1.10', 'addresses'],
  ])('%s: %s', async (file, kind) => {
    expect(idKind(await load(file))).toBe(kind);
  });

  test('rounded; an empty snapshot is like any other', async () => {
    const text = snapshotText({ root: { edges: ['a'] }, a: { id: 77_777 } });
    expect(idKind(await loadText(text.replace('77777', '18446744073709551615')))).toBe('rounded');
    expect(idKind(await loadText(snapshotText({})))).toBe('numbered');
  });
});

describe('lineage', () => {
  test('bun-1.2.21-1 and -2: one process, and no order follows, whichever is named first', async () => {
    const [one, two] = [await load('bun-1.2.21-1'), await load('bun-1.2.21-2')];
    for (const facts of [lineage(one, two), lineage(two, one)])
      expect(facts).toMatchObject({ ids: 'hashes', sameProcess: true, inOrder: true, identical: false });
    expect(diff(one, two).find(({ type }) => type === 'Session')).toMatchObject({
      newCount: 100,
      deletedCount: 0,
    });
  });

  test('newer Bun: two snapshots are never compared by id, and one twice is seen', async () => {
    const one = await load('bun-1.4.4');
    const two = await loadText(renumbered(textOf('bun-1.4.4')));
    expect(idKind(two)).toBe('renumbered');
    expect(lineage(one, two)).toMatchObject({ ids: 'renumbered', sameProcess: false, identical: false });
    // Even where the numbers happen to be the same ones.
    const again = await loadText(textOf('bun-1.4.4').replace('"Session"', '"Sitting"'));
    expect(lineage(one, again)).toMatchObject({ sameProcess: false });
    expect(lineage(one, await load('bun-1.4.4'))).toMatchObject({ sameProcess: true, identical: true });
  });

  test('julia: one process by its addresses, in no order; another one has others', async () => {
    const text = textOf('julia-1.10');
    const one = await loadText(text);
    // Two addresses are others: objects that came and went.
    const two = await loadText(text.replaceAll('1398892323150', '1398892329150'));
    for (const facts of [lineage(one, two), lineage(two, one)])
      expect(facts).toMatchObject({ ids: 'addresses', sameProcess: true, inOrder: true, identical: false });
    const other = await loadText(text.replaceAll('13988', '13977'));
    expect(lineage(one, other)).toMatchObject({ sameProcess: false, ids: 'addresses' });
    expect(lineage(one, await loadText(text))).toMatchObject({ sameProcess: true, identical: true });
  });

  test('of two kinds of ids, and with rounded ones: not of one process', async () => {
    const [bun, julia] = [await load('bun-1.2.21-1'), await load('julia-1.10')];
    expect(lineage(bun, julia)).toMatchObject({ sameProcess: false });
    const text = snapshotText({ root: { edges: ['a'] }, a: { id: 77_777 } });
    const rounded = (last: string): Promise<Graph> =>
      loadText(text.replace('77777', `1844674407370955${last}`));
    expect(lineage(await rounded('1615'), await rounded('1613'))).toMatchObject({ ids: 'rounded' });
  });
});
