import { expect, test } from 'vitest';
import { Stats } from '../../src/cli/stats.js';
import { heapgraph } from '../support/cli.js';
import { fixturePath } from '../support/fixtures.js';

const F = fixturePath('node26-after');

/** A clock that the test sets. */
function clocked(): { readonly stats: Stats; pass(ms: number): void } {
  let time = 1000;
  const stats = new Stats({ now: () => time, peak: () => 123_456_789 });
  return {
    stats,
    pass(ms) {
      time += ms;
    },
  };
}

test('the time of a phase inside another counts once; phases under 1 ms are left out', () => {
  const { stats, pass } = clocked();
  pass(5);
  stats.begin('reading');
  pass(200);
  stats.end();
  stats.loaded({
    kind: 'columns',
    file: 'a.heapsnapshot',
    bytes: 50_000_000,
    nodes: 1_000_000,
    edges: 4_000_000,
    nodeBytes: 18_000_000,
    edgeBytes: 36_000_000,
    strings: 10,
    stringBytes: 2_000,
  });
  stats.begin('retained sizes');
  pass(10);
  stats.begin('dominators');
  pass(1000);
  stats.begin('distances');
  pass(300);
  stats.end();
  pass(1);
  stats.end();
  stats.begin('tags');
  pass(0.9);
  stats.end();
  pass(20);
  stats.begin('dominators'); // of another file
  pass(500);
  stats.end();
  stats.end();
  expect(stats.text()).toBe(
    `time by phase:
  reading           200 ms  50.0 MB, 250.0 MB/s
  retained sizes     30 ms
  dominators      1,501 ms
  distances         300 ms
  the rest            5 ms
  in all          2,037 ms
peak memory: 123.5 MB
a.heapsnapshot: 1,000,000 nodes of 18.0 bytes, 4,000,000 edges of 9.0 bytes, 10 strings (2.0 kB)
`,
  );
});

test('typestats --retained F --stats: the same answer, and then the phases', async () => {
  const plain = ['typestats', '--retained', F];
  const told = await heapgraph([...plain, '--stats', '-q']);
  const without = await heapgraph(plain);
  expect(told.stdout).toBe(without.stdout);
  expect(without.stderr).not.toContain('phase');
  expect(told.code).toBe(0);
  expect(told.stderr).toMatch(/^time by phase:\n {2}reading +\d+ ms {2}\d+\.\d MB, \d+\.\d MB\/s\n/);
  expect(told.stderr).toMatch(
    /\n {2}in all +[\d,]+ ms\npeak memory: [\d.]+ [MG]B \(estimated: [\d.]+ MB\)\n/,
  );
  expect(told.stderr).toMatch(
    /node26-after\.heapsnapshot\.gz: [\d,]+ nodes of 18\.0 bytes, [\d,]+ edges of 9\.0 bytes, [\d,]+ strings \([\d.]+ .B\)\n$/,
  );
});

test('count OBJ F --stats', async () => {
  const { stdout, stderr, code } = await heapgraph(['count', 'OBJ', F, '--stats']);
  expect({ stdout, code }).toEqual({ stdout: '100\n', code: 0 });
  expect(stderr).toMatch(/node26-after\.heapsnapshot\.gz: [\d,]+ nodes counted, no edges kept\n$/);
});

test('show-growth BEFORE AFTER --stats names both files', async () => {
  const files = [fixturePath('node26-before'), F];
  const { stderr } = await heapgraph(['show-growth', ...files, '--stats']);
  for (const file of files) expect(stderr).toContain(`\n${file}: `);
});
