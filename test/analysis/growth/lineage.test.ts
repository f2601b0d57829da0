/** Are two snapshots of one process, and which came first? */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { lineage } from '../../../src/analysis/growth/lineage.js';
import type { Graph } from '../../../src/graph/graph.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { snapshotBytes, snapshotText } from '../../support/builder.js';
import { type Fixture, fixturePath } from '../../support/fixtures.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const WITHOUT_EDGES = { edges: false } as const;
const fixture = (name: Fixture): Promise<Graph> => loadSnapshot(fixturePath(name), WITHOUT_EDGES);

describe('the fixtures', async () => {
  const graphs = {
    node18: [await fixture('node18-before'), await fixture('node18-after')],
    node22: [await fixture('node22-before'), await fixture('node22-after')],
    node26: [await fixture('node26-before'), await fixture('node26-after')],
  } as const;
  const versions = ['node18', 'node22', 'node26'] as const;

  test.each(versions)('%s: one process, in order; nearly all objects in common', (version) => {
    const [before, after] = graphs[version];
    const facts = lineage(before, after);
    expect(facts).toMatchObject({ sameProcess: true, inOrder: true, identical: false });
    expect(facts.common).toBeGreaterThan(before.nodeCount * 0.95);
    expect(facts.agreeing / facts.compared).toBeGreaterThan(0.999);
  });

  test.each(versions)('%s: the wrong order is told', (version) => {
    const [before, after] = graphs[version];
    expect(lineage(after, before)).toMatchObject({ sameProcess: true, inOrder: false, identical: false });
  });

  test.each(versions)('%s: the same file twice', async (version) => {
    const [, after] = graphs[version];
    const again = await fixture(`${version}-after`);
    const facts = lineage(after, again);
    expect(facts).toMatchObject({ sameProcess: true, inOrder: true, identical: true });
    expect(facts.common).toBe(after.nodeCount);
  });

  test.each(
    versions.flatMap((one) => versions.filter((other) => other !== one).map((other) => [one, other])),
  )('%s and %s: two processes', (one, other) => {
    for (const before of graphs[one])
      for (const after of graphs[other]) {
        const facts = lineage(before, after);
        expect(facts).toMatchObject({ sameProcess: false, inOrder: true, identical: false });
        expect(facts.agreeing / facts.compared).toBeLessThan(0.5);
      }
  });
});

test('nothing died between the two: the wrong order is told by the objects that only the later one has', async () => {
  const names = Array.from({ length: 40 }, (_, i) => `text ${i}`);
  const holding = (count: number): Promise<Graph> =>
    loadSnapshot(
      snapshotBytes({
        root: { id: 1, edges: names.slice(0, count).map((_, i) => ['element', i, `s${i}`] as const) },
        ...Object.fromEntries(
          names.slice(0, count).map((name, i) => [`s${i}`, { id: 3 + 2 * i, type: 'string', name }]),
        ),
      }),
      WITHOUT_EDGES,
    );
  const [before, after] = [await holding(30), await holding(40)];
  expect(lineage(before, after)).toMatchObject({ sameProcess: true, inOrder: true });
  expect(lineage(after, before)).toMatchObject({ sameProcess: true, inOrder: false });
});

describe('live processes of one program', () => {
  const folder = temporaryFolder();
  const SCRIPT = `
    const v8 = require('node:v8');
    class Session { constructor(i) { this.name = 'session ' + i; this.at = Date.now() + Math.random(); } }
    const sessions = (globalThis.sessions = []);
    for (let step = 0; step < 2; step++) {
      for (let i = 0; i < 500; i++) sessions.push(new Session(i + process.argv[1]));
      globalThis.gc();
      v8.writeHeapSnapshot(process.argv[2] + '-' + step + '.heapsnapshot');
    }`;
  const runs = ['a', 'b'].map((name) => {
    const prefix = path.join(folder, name);
    execFileSync(process.execPath, ['--expose-gc', '-e', SCRIPT, name, prefix]);
    return [0, 1].map((step) => loadSnapshot(`${prefix}-${step}.heapsnapshot`, WITHOUT_EDGES));
  });

  test('the snapshots of each belong together', async () => {
    for (const run of runs) {
      const [before, after] = await Promise.all(run);
      expect(lineage(before!, after!)).toMatchObject({ sameProcess: true, inOrder: true, identical: false });
      expect(lineage(after!, before!)).toMatchObject({ sameProcess: true, inOrder: false });
    }
  });

  test('those of two do not, though program, version and arguments are the same', async () => {
    for (const one of runs[0]!)
      for (const other of runs[1]!) expect(lineage(await one, await other).sameProcess).toBe(false);
  });
});

describe('small graphs', () => {
  const strings = (...ids: readonly (readonly [id: number, name: string])[]): Promise<Graph> =>
    loadSnapshot(
      snapshotBytes({
        root: { id: 1, edges: ids.map(([id]) => `n${id}`) },
        ...Object.fromEntries(ids.map(([id, name]) => [`n${id}`, { id, name, type: 'string' }])),
      }),
    );

  test('an empty graph fits to any', async () => {
    const empty = await loadSnapshot(snapshotBytes({}));
    const some = await strings([3, 'a']);
    for (const facts of [lineage(empty, some), lineage(some, empty)])
      expect(facts).toMatchObject({
        sameProcess: true,
        common: 0,
        compared: 0,
        agreeing: 0,
        identical: false,
      });
    expect(lineage(empty, empty)).toMatchObject({ sameProcess: true, inOrder: true });
  });

  test('strings keep their text: other texts under the same ids are another process', async () => {
    const before = await strings([3, 'a'], [5, 'b'], [7, 'c']);
    expect(lineage(before, await strings([3, 'a'], [5, 'b'], [9, 'd']))).toMatchObject({
      sameProcess: true,
      inOrder: true,
      common: 3,
      compared: 2,
      agreeing: 2,
    });
    expect(lineage(before, await strings([3, 'a'], [5, 'x'], [7, 'y']))).toMatchObject({
      sameProcess: false,
      compared: 3,
      agreeing: 1,
    });
  });

  test('a program that does the same each time: whole ranges of ids differ, the rest of many agrees', async () => {
    const make = (run: string, end: number): Promise<Graph> =>
      strings(
        ...Array.from({ length: end }, (_, i): [number, string] => [
          3 + 2 * i,
          i < 120 && run !== '' && i % 40 < 39 ? `${run} ${i}` : `text ${i}`,
        ]),
        ...Array.from({ length: 90 }, (_, i): [number, string] => [
          100_001 + 2048 * Math.floor(i / 30) + 2 * i,
          `${run} ${i}`,
        ]),
      );
    const facts = lineage(await make('', 20_000), await make('again', 20_100));
    expect(facts.agreeing / facts.compared).toBeGreaterThan(0.98);
    expect(facts).toMatchObject({ sameProcess: false, differingRanges: 3 });
    const few = lineage(await strings([3, 'a'], [5, 'b']), await strings([3, 'a'], [5, 'b'], [7, 'c']));
    expect(few).toMatchObject({ sameProcess: true, differingRanges: 0 });
  });

  test('names that a salvaged file has lost say nothing', async () => {
    const text = snapshotText({
      root: { id: 1, edges: ['a', 'b'] },
      a: { id: 3, type: 'string' },
      b: { id: 5, type: 'string' },
    });
    const whole = new TextEncoder().encode(text);
    const cut = new TextEncoder().encode(text.slice(0, text.lastIndexOf('"b"')));
    const after = await loadSnapshot(cut, { salvage: true });
    expect(lineage(await loadSnapshot(whole), after)).toMatchObject({
      sameProcess: true,
      common: 3,
      compared: 1,
      agreeing: 1,
    });
  });

  test('no object in common', async () => {
    const before = await loadSnapshot(
      snapshotBytes({ root: { id: 1, edges: ['a'] }, a: { id: 3, type: 'string' } }),
    );
    const after = await loadSnapshot(
      snapshotBytes({ root: { id: 2, edges: ['a'] }, a: { id: 4, type: 'string' } }),
    );
    expect(lineage(before, after)).toMatchObject({ sameProcess: false, common: 0, compared: 0 });
  });

  test('bytecode that was dropped says nothing', async () => {
    const make = (name: string): Promise<Graph> =>
      loadSnapshot(
        snapshotBytes({
          root: { id: 1, edges: ['c', 's'] },
          c: { id: 3, type: 'code', name },
          s: { id: 5, type: 'string' },
        }),
      );
    expect(
      lineage(await make('system / BytecodeArray'), await make('system / UncompiledDataWithPreparseData')),
    ).toMatchObject({ sameProcess: true, compared: 1, agreeing: 1 });
  });

  test('names of objects may change, and say nothing', async () => {
    const make = (name: string): Promise<Graph> =>
      loadSnapshot(
        snapshotBytes({
          root: { id: 1, edges: ['o', 's'] },
          o: { id: 3, name },
          s: { id: 5, type: 'string' },
        }),
      );
    expect(lineage(await make('A'), await make('B'))).toMatchObject({
      sameProcess: true,
      compared: 1,
      agreeing: 1,
    });
  });
});
