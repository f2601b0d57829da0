/** `--ids-from FILE`: objects by ids out of a file or a pipe. Each test is named by its command line. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/commands/index.js';
import { heapgraph, type Run } from '../support/cli.js';
import { fixtureBytes, fixturePath } from '../support/fixtures.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const B = fixturePath('node26-before');
const A = fixturePath('node26-after');
const folder = temporaryFolder();
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const inFolder = (name: string, text: string): string => {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
};
const idsOf = ({ stdout }: Run): number[] =>
  (JSON.parse(stdout) as { rows: { id: number }[] }).rows.map(({ id }) => id);

const TAKERS = [
  'at',
  'find-backref-chain',
  'find-ref-chain',
  'show-backrefs',
  'show-refs',
  'show-chain',
  'retained',
] as const;
const extra: Readonly<Record<string, readonly string[]>> = { 'find-ref-chain': ['--to', '(string)'] };

test('get-new-ids B A --type Foo --ids | at --ids-from - A', async () => {
  const { stdout } = await heapgraph(['get-new-ids', B, A, '--type', 'Foo', '--ids']);
  const wanted = stdout.trimEnd().split('\n').map(Number);
  expect(wanted).toHaveLength(50);
  const run = await heapgraph(['at', '--ids-from', '-', A, '--json'], { input: bytes(stdout) });
  expect(idsOf(run)).toEqual(wanted);
  expect([run.stderr, run.code]).toEqual(['', 0]);
});

describe.each(TAKERS)('%s', (name) => {
  const list = inFolder(`${name}.txt`, '@118869\r\n\r\n  118873  \n\n@118869');

  test(`${name} --ids-from FILE A: with @ and without, blank lines, \\r\\n, no end of line`, async () => {
    const listed = await heapgraph([name, '--ids-from', list, A, ...(extra[name] ?? []), '--json']);
    const ids = name === 'at' ? ['@118869', '@118873', '@118869'] : ['@118869', '@118873'];
    const named = await heapgraph([name, ...ids, A, ...(extra[name] ?? []), '--json']);
    expect(listed).toEqual(named);
    expect(listed.code).toBe(0);
  });

  test(`${name} --ids-from - A, an empty list: said, exit code 1, an answer without objects`, async () => {
    const { stdout, stderr, code } = await heapgraph(
      [name, '--ids-from', '-', A, ...(extra[name] ?? []), '--json'],
      {
        input: bytes('\n\r\n'),
      },
    );
    expect(code).toBe(1);
    expect(stderr).toContain('heapgraph: no ids in (standard input)\n');
    const { rows, chains, nodes } = JSON.parse(stdout) as Record<string, unknown[] | undefined>;
    expect(rows ?? chains ?? nodes).toEqual([]);
  });

  test(`${name} --ids-from - -: standard input twice`, async () => {
    const { stdout, stderr, code } = await heapgraph([name, '--ids-from', '-', '-', ...(extra[name] ?? [])]);
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toContain('standard input can be read only once');
  });
});

test('help says it for each of them, and no other command takes it', () => {
  const takers = COMMANDS.filter(({ options }) => 'idsFrom' in options).map(({ name }) => name);
  expect(takers.sort()).toEqual([...TAKERS].sort());
});

test('retained @118869 --ids-from FILE A: beside other targets', async () => {
  const list = inFolder('more.txt', '118873\n');
  const { stdout } = await heapgraph(['retained', '@118869', '--ids-from', list, A, '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ members: 2 });
});

test('at --ids-from FILE file: a snapshot whose name does not say so', async () => {
  const file = path.join(folder, 'heap');
  writeFileSync(file, readFileSync(A));
  const run = await heapgraph(['at', '--ids-from', inFolder('one.txt', '1'), file, '--json']);
  expect(idsOf(run)).toEqual([1]);
});

test('at --ids-from FILE -: the ids from a file, the snapshot from standard input', async () => {
  const run = await heapgraph(['at', '--ids-from', inFolder('one.txt', '@1\n'), '-', '--json'], {
    input: fixtureBytes('node26-after'),
  });
  expect(idsOf(run)).toEqual([1]);
});

describe('wrong lists: exit code 2, nothing on stdout, the snapshot is not read', () => {
  test.each([
    ['1\n\n@3\nfoo\n', /wrong\.txt, line 4: "foo" is not an object id/],
    ['@@5', /line 1: "@@5"/],
    ['1 3', /line 1: "1 3"/],
    ['9007199254740992', /line 1/],
    ['-1', /line 1/],
    ['\x1b[2J', /line 1: "\\x1b\[2J"/],
    [`1\n${'x'.repeat(5000)}`, /line 2: "x{39}…"/],
  ])('%j', async (text, message) => {
    const list = inFolder('wrong.txt', text);
    const { stdout, stderr, code } = await heapgraph(['at', '--ids-from', list, 'gone.heapsnapshot'], {
      cwd: folder,
    });
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toMatch(message);
    expect(stderr).toContain('\n  Ids stand one a line');
  });

  test('a file that is not there; a folder; a snapshot by mistake', async () => {
    const run = (file: string): Promise<Run> => heapgraph(['retained', '--ids-from', file, A]);
    expect(await run(path.join(folder, 'none'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no such file'),
    });
    expect(await run(folder)).toMatchObject({ code: 2, stderr: expect.stringContaining('it is a folder') });
    expect(await run(A)).toMatchObject({ code: 2, stderr: expect.stringContaining('line 1') });
  });
});

describe('many ids', () => {
  const many = Array.from({ length: 4000 }, (_, i) => 2 * i + 1).join('\n');

  test.each(TAKERS.filter((name) => name !== 'show-chain'))(
    '%s --ids-from - A: 4,000 of them',
    async (name) => {
      const { stdout, stderr } = await heapgraph(
        [name, '--ids-from', '-', A, ...(extra[name] ?? []), '--json'],
        {
          input: bytes(many),
        },
      );
      expect(stdout.length).toBeGreaterThan(1000);
      // What is said of one object is said of the first few, and then summed up.
      expect(stderr.split('\n').length).toBeLessThan(20);
    },
  );

  test('show-refs --ids-from - A as dot text: larger than a layout can be, and told', async () => {
    const { stdout, stderr } = await heapgraph(['show-refs', '--ids-from', '-', A, '--no-merge'], {
      input: bytes(many),
    });
    expect(stdout.startsWith('digraph')).toBe(true);
    expect(stderr).toMatch(/[\d,]+ boxes: Graphviz may take minutes/);
  });

  test('at --ids-from - A: ids that are not there', async () => {
    const { stderr, code } = await heapgraph(['at', '--ids-from', '-', A], {
      input: bytes(Array.from({ length: 100 }, (_, i) => 4_000_000_001 + 2 * i).join('\n')),
    });
    expect(code).toBe(1);
    expect(stderr).toContain('no object @4000000001');
    expect(stderr).toContain('95 more');
  });
});
