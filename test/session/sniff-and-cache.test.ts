/** What a session makes of a file by its first bytes, and when a second need opens it again. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { baselineOf } from '../../src/analysis/growth/baseline.js';
import { loadSnapshot } from '../../src/load/load.js';
import { formatBaseline } from '../../src/session/baseline-file.js';
import type { Need } from '../../src/session/need.js';
import { createSession } from '../../src/session/open.js';
import { snapshotBytes } from '../support/builder.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const HEAD: Need = { kind: 'head' };
const SUMMARY: Need = { kind: 'summary' };
const NODES: Need = { kind: 'graph', edges: false, locations: false };
const NAMED: Need = { kind: 'graph', edges: 'for-names', locations: false };
const WHOLE: Need = { kind: 'graph', edges: true, locations: true };
const TRACED: Need = { ...WHOLE, traces: true };
const CLASSES: Need = { kind: 'classes', types: () => true };
const OTHER_CLASSES: Need = { kind: 'classes', types: () => true };

const folder = temporaryFolder();
const bytes = snapshotBytes({ root: ['Foo', 'Bar'], Foo: ['Baz'] });
const write = (name: string, content: string | Uint8Array): string => {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
};
const plain = write('plain.heapsnapshot', bytes);
const baseline = formatBaseline(baselineOf([await loadSnapshot(plain)]));

describe('the contents decide, not the name', () => {
  test.each([
    ['a snapshot', 'a.heapsnapshot', bytes, true],
    ['a snapshot in gzip', 'a.heapsnapshot.gz', gzipSync(bytes), true],
    ['a snapshot in gzip, called plain', 'b.heapsnapshot', gzipSync(bytes), true],
    ['a plain snapshot, called gzip', 'c.heapsnapshot.gz', bytes, true],
    ['a snapshot, called baseline', 'baseline.json', bytes, true],
    ['a baseline', 'd.json', baseline, false],
    ['a baseline, called snapshot', 'e.heapsnapshot', baseline, false],
  ])('%s: %s', async (_, name, content, isReadable) => {
    const opened = await createSession().open(write(name, content), NODES, { baselines: true });
    expect(opened.isReadable).toBe(isReadable);
    expect(opened.countable.nodeCount).toBe(4);
  });

  test.each([
    ['nothing', '', /is empty/],
    ['HTML', '<!doctype html>', /HTML/],
    ['other JSON', '{"a":1}', /first key is "a"/],
  ])('%s is refused', async (name, content, message) => {
    await expect(
      createSession().open(write(`${name}.x`, content), NODES, { baselines: true }),
    ).rejects.toThrow(message);
  });
});

describe('one file, two needs', () => {
  test.each([
    ['head', HEAD, 'head', HEAD, 'found'],
    ['head', HEAD, 'summary', SUMMARY, 'read again'],
    ['head', HEAD, 'nodes', NODES, 'read again'],
    ['summary', SUMMARY, 'head', HEAD, 'found'],
    ['summary', SUMMARY, 'nodes', NODES, 'read again'],
    ['classes', CLASSES, 'the same classes', CLASSES, 'found'],
    ['classes', CLASSES, 'other classes', OTHER_CLASSES, 'read again'],
    ['classes', CLASSES, 'nodes', NODES, 'read again'],
    ['nodes', NODES, 'nodes', NODES, 'found'],
    ['nodes', NODES, 'edges for names', NAMED, 'read again'],
    ['nodes', NODES, 'everything', WHOLE, 'read again'],
    ['edges for names', NAMED, 'nodes', NODES, 'found'],
    ['edges for names', NAMED, 'classes', CLASSES, 'found'],
    ['everything', WHOLE, 'nodes', NODES, 'found'],
    ['everything', WHOLE, 'head', HEAD, 'found'],
    ['everything', WHOLE, 'traces too', TRACED, 'read again'],
    ['traces too', TRACED, 'everything', WHOLE, 'found'],
  ] as const)('$0, then $2: $4', async (_, first, __, second, expected) => {
    const session = createSession();
    const one = await session.open(plain, first);
    const other = await session.open(plain, second);
    expect(other === one ? 'found' : 'read again').toBe(expected);
    expect(await session.open(plain, second)).toBe(other);
  });
});
