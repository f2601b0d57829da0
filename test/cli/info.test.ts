/** Each test is named by its command line. F stands for a fixture. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { heapgraph } from '../support/cli.js';
import { fixtureBytes, fixturePath } from '../support/fixtures.js';
import { jsonAnswer } from '../support/json-answer.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const F = fixturePath('node26-after');

describe('info', () => {
  const folder = temporaryFolder();
  beforeAll(() => writeFileSync(path.join(folder, 'plain.heapsnapshot'), fixtureBytes('node18-after')));

  test('info F --json: counts, fields, statistics as DevTools has them, sections', async () => {
    const { rows } = await jsonAnswer('info', F);
    expect(rows[0]).toMatchObject({
      compression: 'gzip',
      nodeCount: 59951,
      edgeCount: 257871,
      stringCount: 29535,
      totalSize: 7239793,
      nodeFields: ['type', 'name', 'id', 'self_size', 'edge_count', 'detachedness'],
      hasTraces: false,
      hasSamples: false,
      locationCount: 5035,
      unreachableCount: 8,
    });
    const kinds = rows[0]?.statistics as { kind: string; shallowSize: number }[];
    expect(kinds.reduce((sum, { shallowSize }) => sum + shallowSize, 0)).toBe(7239793);
    const sections = rows[0]?.sections as { name: string }[];
    expect(sections.map(({ name }) => name)).toEqual([
      'nodes',
      'edges',
      'trace_function_infos',
      'trace_tree',
      'samples',
      'locations',
      'strings',
    ]);
  });

  test('info --quick: from the head alone, also of a file that is cut behind it', async () => {
    const file = path.join(folder, 'cut.heapsnapshot');
    writeFileSync(file, fixtureBytes('node18-after').subarray(0, 5000));
    const { stdout, code } = await heapgraph(['info', '--quick', file]);
    expect(code).toBe(0);
    expect(stdout).toContain('Nodes               33,481');
  });

  test('info plain.heapsnapshot: not compressed', async () => {
    const { rows } = await jsonAnswer('info', path.join(folder, 'plain.heapsnapshot'));
    expect(rows[0]).toMatchObject({ compression: null, fileSize: 3320718, nodeCount: 33481 });
  });
});
