import { copyFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { baselineOf } from '../../src/analysis/growth/baseline.js';
import { UsageError } from '../../src/base/errors.js';
import { loadSnapshot } from '../../src/load/load.js';
import { formatBaseline } from '../../src/session/baseline-file.js';
import { type Need, serves } from '../../src/session/need.js';
import { createSession } from '../../src/session/open.js';
import { fixturePath } from '../support/fixtures.js';

const NODES: Need = { kind: 'graph', edges: false, locations: false };
const NAMED: Need = { kind: 'graph', edges: 'for-names', locations: false };
const WHOLE: Need = { kind: 'graph', edges: true, locations: true };
const TRACED: Need = { ...WHOLE, traces: true };
const CLASSES: Need = { kind: 'classes', types: () => true };

const folder = mkdtempSync(path.join(tmpdir(), 'heapgraph-session-'));
afterAll(() => rmSync(folder, { recursive: true }));
const snapshot = path.join(folder, 'a.heapsnapshot.gz');
copyFileSync(fixturePath('node22-after'), snapshot);

describe('what serves a need', () => {
  test.each([
    [WHOLE, NODES, true],
    [NODES, WHOLE, false],
    [NAMED, NODES, true],
    [NODES, NAMED, false],
    [WHOLE, TRACED, false],
    [TRACED, WHOLE, true],
    [NAMED, CLASSES, true],
    [NODES, CLASSES, false],
    [CLASSES, CLASSES, true],
    [CLASSES, { kind: 'classes', types: () => true }, false],
    [CLASSES, NODES, false],
    [{ kind: 'summary' }, { kind: 'head' }, true],
    [{ kind: 'summary' }, WHOLE, false],
    [WHOLE, { kind: 'summary' }, false],
    [WHOLE, { kind: 'head' }, true],
    [{ kind: 'head' }, { kind: 'nothing' }, true],
  ] satisfies [Need, Need, boolean][])('%o for %o: %s', (had, need, expected) => {
    expect(serves(had, need)).toBe(expected);
  });
});

describe('a session', () => {
  test('opens what is needed, and refuses the rest', async () => {
    const opened = await createSession().open(snapshot, CLASSES);
    expect(opened.name).toBe(snapshot);
    expect(opened.classes.rows.length).toBeGreaterThan(100);
    expect(opened.isReadable).toBe(true);
    expect(opened.truncation).toBeUndefined();
    expect(() => opened.graph).toThrow('did not say that it needs it');
    expect(() => opened.head).toThrow('did not say that it needs it');
  });

  test('finds what is open, and opens more of it', async () => {
    const session = createSession();
    const nodes = await session.open(snapshot, NODES);
    expect(await session.open(snapshot, NODES)).toBe(nodes);
    expect(nodes.graph.edges).toBeUndefined();
    const whole = await session.open(snapshot, WHOLE);
    expect(whole.graph.edges).toBeDefined();
    expect(await session.open(snapshot, NAMED)).toBe(whole);
    expect(nodes.graph.nodeCount).toBe(whole.graph.nodeCount);
  });

  test('reads a file again that was written anew', async () => {
    const file = path.join(folder, 'anew.heapsnapshot.gz');
    copyFileSync(fixturePath('node22-before'), file);
    utimesSync(file, 1, 1);
    const session = createSession({ keepLast: 2 });
    const before = await session.open(file, NODES);
    copyFileSync(fixturePath('node22-after'), file);
    const after = await session.open(file, NODES);
    expect(after.graph.nodeCount).not.toBe(before.graph.nodeCount);
  });

  test('knows a baseline from a snapshot, whatever their names', async () => {
    const graph = await loadSnapshot(snapshot);
    const file = path.join(folder, 'baseline.heapsnapshot');
    writeFileSync(file, formatBaseline(baselineOf([graph])));
    const session = createSession();
    const opened = await session.open(file, WHOLE, { baselines: true });
    expect(opened.isReadable).toBe(false);
    expect('rows' in opened.countable && opened.countable.nodeCount).toBe(graph.nodeCount);
    expect(() => opened.graph).toThrow('it has no objects and references');
    expect(await session.open(file, NODES, { baselines: true })).toBe(opened);
    await expect(session.open(file, WHOLE)).rejects.toThrow(UsageError);
    await expect(createSession().open(file, CLASSES)).rejects.toThrow('is a baseline');
  });

  test('says that a file is not there', async () => {
    await expect(createSession().open(path.join(folder, 'none.heapsnapshot'), NODES)).rejects.toThrow(
      'none.heapsnapshot',
    );
  });
});
