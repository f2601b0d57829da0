/** Each test is named by its command line. F stands for a fixture. */
import { describe, expect, test } from 'vitest';
import { heapgraph } from '../support/cli.js';
import { fixturePath, recorded } from '../support/fixtures.js';
import { jsonAnswer } from '../support/json-answer.js';

const F = fixturePath('node26-after');

describe('show-most-common-types', () => {
  test('show-most-common-types F: two columns, ten rows', async () => {
    const { stdout, stderr, code } = await heapgraph(['show-most-common-types', F]);
    expect(stdout).toBe(
      [
        '(compiled code)       27589',
        '(string)              12740',
        'Function              6056',
        '(object shape)        4531',
        '(system)              3725',
        '(array)               1071',
        'Object                738',
        'system / Context      736',
        '(concatenated string) 679',
        'BuiltinModule         441',
        '',
      ].join('\n'),
    );
    expect([stderr, code]).toEqual(['', 0]);
  });

  test('show-most-common-types F --by size --limit 2', async () => {
    const { stdout, stderr } = await heapgraph(['show-most-common-types', F, '--by', 'size', '--limit', '2']);
    expect(stdout).toBe(
      [
        'Type              Count      %  Shallow size      %',
        '(string)         12,740  21.3%     2,178,822  30.1%',
        '(compiled code)  27,589  46.0%     1,953,720  27.0%',
        '',
      ].join('\n'),
    );
    expect(stderr).toBe('heapgraph: 157 more classes; --all shows them\n');
  });

  test('show-most-common-types F --all has every class, and typestats has the same', async () => {
    const all = await jsonAnswer('show-most-common-types', F, '--all');
    const stats = await jsonAnswer('typestats', F);
    expect(all.rows).toEqual(stats.rows);
    expect([all.total, all.omitted]).toEqual([159, 0]);
    expect(all.rows.reduce((sum, row) => sum + (row.count as number), 0)).toBe(all.nodeCount);
    expect(all.rows.reduce((sum, row) => sum + (row.shallowSize as number), 0)).toBe(all.totalSize);
    expect(all.rows[0]).toEqual({
      type: '(compiled code)',
      nodeType: 'code',
      count: 27589,
      shallowSize: 1953720,
      countShare: 27589 / 59951,
      sizeShare: 1953720 / 7239793,
    });
  });

  test("typestats F --raw: V8's own sizes, without reading the edges", async () => {
    const answer = await jsonAnswer('typestats', F, '--raw');
    expect(answer).toMatchObject({ sizes: 'raw', totalSize: 7239793 });
    expect(answer.rows[0]).toMatchObject({ type: '(compiled code)', shallowSize: 1912632 });
  });

  test('typestats F --shapes --retained: every row as DevTools has it', async () => {
    const { rows } = await jsonAnswer('typestats', F, '--shapes', '--retained');
    const theirs = recorded('node26-after').classes;
    const sizeless = new Set(['(system)', '(array)', '(object shape)', '(code)']);
    let compared = 0;
    for (const [type, { self, maxRet, distance }] of Object.entries(theirs)) {
      const row = rows.find((candidate) => candidate.type === type);
      if (sizeless.has(type)) continue; // their members of size 0 have distances, too
      expect(row).toMatchObject({ shallowSize: self, retainedSize: maxRet });
      expect([type, row?.distance]).toEqual([type, distance >= 0 && distance < 1e8 ? distance : null]);
      compared++;
    }
    expect(compared).toBeGreaterThan(150);
  });

  test('show-most-common-types F --by retained --limit 2', async () => {
    const { stdout } = await heapgraph(['show-most-common-types', F, '--by', 'retained', '--limit', '2']);
    expect(stdout).toBe(
      [
        'Type              Count      %  Shallow size      %  Retained size      %  Distance',
        '(system)          3,725   6.2%        94,544   1.3%      6,861,049  94.8%         1',
        '(compiled code)  27,589  46.0%     1,953,720  27.0%      3,823,521  52.8%         3',
        '',
      ].join('\n'),
    );
  });

  test('show-most-common-types F --type closure,regexp --filter "^F"', async () => {
    const { rows } = await jsonAnswer(
      'show-most-common-types',
      F,
      '--type',
      'closure,regexp',
      '--filter',
      '^F',
    );
    expect(rows.map(({ type, count }) => [type, count])).toEqual([['Function', 6056]]);
  });

  test('show-most-common-types F --limit 2 --markdown', async () => {
    const { stdout } = await heapgraph(['show-most-common-types', F, '--limit', '2', '--markdown']);
    expect(stdout).toBe(
      [
        '| Type            |  Count |',
        '| :-------------- | -----: |',
        '| (compiled code) | 27,589 |',
        '| (string)        | 12,740 |',
        '',
      ].join('\n'),
    );
  });

  test('typestats F --csv: raw numbers, keys as headings', async () => {
    const { stdout } = await heapgraph(['typestats', F, '--csv']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toBe('type,nodeType,count,countShare,shallowSize,sizeShare');
    expect(lines).toHaveLength(160);
  });
});
