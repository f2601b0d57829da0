import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseMaxMemory } from '../../src/cli/memory-bound.js';
import { MemoryCgroup } from '../support/cgroup.js';
import { heapgraph, temporaryFolder } from '../support/cli.js';
import { NODE } from '../support/cli-host.js';
import { fixtureBytes, fixturePath } from '../support/fixtures.js';
import { writeLargeFile } from '../support/large-file.js';
import { until } from '../support/processes.js';

const F = fixturePath('node26-after');
const BIN = fileURLToPath(new URL('../../bin/heapgraph.js', import.meta.url));

test('sizes are written as elsewhere, and as containers have them', () => {
  const read = ['4g', '512m', '1.5GB', '1GiB', '1000', '10,000 kB', '0', '0GB', 'none'].map(parseMaxMemory);
  expect(read).toEqual([4e9, 512e6, 1.5e9, 2 ** 30, 1000, 1e7, 'none', 'none', 'none']);
  expect(['', 'much', '-1', '4x', '4 g b'].map(parseMaxMemory)).toEqual(Array(5).fill(undefined));
});

describe('--max-memory', () => {
  test('typestats F --max-memory 30MB: refused, with what it would take', async () => {
    const { stdout, stderr, code } = await heapgraph(['typestats', F, '--max-memory', '30MB']);
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
    expect(stderr).toMatch(
      /^heapgraph: \S+ is not read: the process would take about [\d.]+ MB of memory, and --max-memory allows 30\.0 MB\. That is [\d.]+ MB for the program, [\d.]+ MB for [\d,]+ nodes, [\d.]+ MB for [\d,]+ edges, [\d.]+ .B for strings, [\d.]+ MB for what is computed of them\n {2}count, .*--no-sizes.*--max-memory none.*\n$/,
    );
  });

  test('typestats F --max-memory 4g, and none: answered', async () => {
    const plain = await heapgraph(['typestats', F, '--max-memory', '4g']);
    expect(plain.code).toBe(0);
    expect(await heapgraph(['typestats', F, '--max-memory', 'none'])).toEqual(plain);
  });

  test('info --quick F --max-memory 1: only the head is read', async () => {
    expect((await heapgraph(['info', '--quick', F, '--max-memory', '1'])).code).toBe(0);
  });

  test('typestats - --max-memory 30MB: standard input, too', async () => {
    const input = fixtureBytes('node26-after');
    const { code, stderr } = await heapgraph(['typestats', '-', '--max-memory', '30MB'], { input });
    expect(code).toBe(2);
    expect(stderr).toContain('(standard input) is not read');
  });

  test('count OBJ F --max-memory lots', async () => {
    const { code, stderr } = await heapgraph(['count', 'OBJ', F, '--max-memory', 'lots']);
    expect(code).toBe(2);
    expect(stderr).toContain('Expected a number of bytes, such as 4g or 512MB, or none.');
  });

  test('HEAPGRAPH_MAX_MEMORY=30MB typestats F; the option goes before it', async () => {
    const ask = (value: string, ...args: readonly string[]) =>
      heapgraph(['typestats', F, '-q', ...args], { env: { HEAPGRAPH_MAX_MEMORY: value } });
    const [small, none, over, wrong] = await Promise.all([
      ask('30MB'),
      ask('none'),
      ask('30MB', '--max-memory', '1GB'),
      ask('lots'),
    ]);
    expect([small, none, over, wrong].map(({ code }) => code)).toEqual([2, 0, 0, 2]);
    expect(small.stderr).toContain('and HEAPGRAPH_MAX_MEMORY allows 30.0 MB');
    expect(wrong.stderr).toContain('HEAPGRAPH_MAX_MEMORY is "lots"');
  });

  test('get-new-ids BEFORE F: what both take together', async () => {
    const before = fixturePath('node26-before');
    const { code, stderr } = await heapgraph(['get-new-ids', before, F, '--max-memory', '30MB']);
    expect(code).toBe(2);
    expect(stderr).toContain('node26-before');
  });
});

describe('a file of 110 MB', { tags: 'slow' }, () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'large.heapsnapshot');
  beforeAll(() => {
    expect(writeLargeFile(file, { nodes: 720_000, degree: 8, strings: 80_000 })).toBeGreaterThan(1e8);
  });

  test.each([
    'count Class1',
    'by-type Class1 --ids',
    'typestats',
    'show-backrefs @1001',
    'typestats --retained',
    'at @1001',
  ])('%s: the estimate is within 15 % of the peak', async (line) => {
    const { stderr, code } = await heapgraph([...line.split(' '), file, '--stats', '-q'], { spawned: true });
    expect(code).toBe(0);
    const [, peak, estimate] = /^peak memory: ([\d.]+) MB \(estimated: ([\d.]+) MB\)$/m.exec(stderr)!;
    expect(Number(estimate) / Number(peak), `${estimate} MB for ${peak} MB`).toBeGreaterThan(0.85);
    expect(Number(estimate) / Number(peak), `${estimate} MB for ${peak} MB`).toBeLessThan(1.15);
  });

  const cgroup = MemoryCgroup.make();
  afterAll(() =>
    until('its processes have gone', () => {
      try {
        cgroup?.remove();
        return true;
      } catch {
        return false;
      }
    }),
  );

  // Needs root, and cgroups that can be written to.
  test.skipIf(cgroup === undefined)('typestats --retained in a cgroup: its limit is the bound', () => {
    const ask = (...args: readonly string[]) =>
      spawnSync(
        'sh',
        ['-c', 'echo $$ > "$0/cgroup.procs" && exec "$@"', cgroup!.folder, NODE, BIN, ...args, file],
        { encoding: 'utf8' },
      );
    cgroup!.limit(150e6);
    const refused = ask('typestats', '--retained');
    expect([refused.status, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toMatch(/and its cgroup has [\d.]+ MB left: memory\.\S+ is 1[45]\d\.\d MB/);
    expect(ask('count', 'Class1').status).toBe(0);
    cgroup!.limit(2e9);
    expect(ask('typestats', '--retained').status).toBe(0);
  });
});
