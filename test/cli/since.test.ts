/** Pictures with `--since`. Each test is named by its command line. B and A stand for the fixture before and after its leak. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { snapshotBytes } from '../support/builder.js';
import { heapgraph } from '../support/cli.js';
import { fixtureBytes, fixturePath } from '../support/fixtures.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const B = fixturePath('node26-before');
const A = fixturePath('node26-after');
const OTHER = fixturePath('node22-before');
const folder = temporaryFolder();

interface Picture {
  readonly snapshots: readonly string[];
  readonly since?: string;
  readonly nodes: readonly { id: number; type: string; change?: string; merged?: number }[];
}

describe('show-backrefs OBJ A --since B', () => {
  test('--pick all -o leak.svg: what leaks is new, who holds it is not; a legend', async () => {
    const file = path.join(folder, 'leak.svg');
    const { stdout, stderr, code } = await heapgraph([
      'show-backrefs',
      'OBJ',
      A,
      '--since',
      B,
      '--pick',
      'all',
      '-o',
      file,
    ]);
    expect([stdout, code]).toEqual(['', 0]);
    expect(stderr).toBe(
      `Image generated as ${file}\nheapgraph: 100 of the objects shown are new since ${B}, 4 survived; 0 of their neighbours died\n`,
    );
    const svg = readFileSync(file, 'utf8');
    for (const text of ['+ 100 × OBJ', '[100 items]', 'since node26', '+ new', 'survived'])
      expect(svg).toContain(text);
    expect(svg).not.toContain('asked for');
  });

  test('--json: the change of each box', async () => {
    const { stdout } = await heapgraph(['show-backrefs', 'OBJ', A, '--since', B, '--pick', 'all', '--json']);
    const { snapshots, since, nodes } = JSON.parse(stdout) as Picture;
    expect([snapshots, since]).toEqual([[A, B], B]);
    expect(nodes.map(({ type, change, merged }) => [type, change, merged])).toEqual([
      ['OBJ', 'new', 100],
      ['Array', 'survived', undefined],
      ['system / Context', 'survived', undefined],
      ['Object', 'survived', undefined],
      ['global (global*)', 'survived', undefined],
    ]);
    const plain = await heapgraph(['show-backrefs', 'OBJ', A, '--pick', 'all', '--json']);
    expect(plain.stdout).not.toContain('"change"');
  });

  test('--legend: the legend has all that occurs', async () => {
    const { stdout } = await heapgraph(['show-backrefs', 'OBJ', A, '--since', B, '--legend']);
    for (const text of ['+ new', 'survived', 'asked for', 'root', 'arrows lead from'])
      expect(stdout).toContain(text);
  });

  test('- as the earlier snapshot', async () => {
    const { stdout, stderr } = await heapgraph(['show-backrefs', 'OBJ', A, '--since', '-'], {
      input: fixtureBytes('node26-before'),
    });
    expect(stdout).toContain('+ OBJ');
    expect(stderr).toContain('new since (standard input)');
  });
});

test('show-refs and show-chain A --since B', async () => {
  const refs = await heapgraph(['show-refs', '@79981', A, '--since', B]);
  for (const text of ['+ 100 × OBJ', '+ 50 × Foo', '+ 20 × Function']) expect(refs.stdout).toContain(text);
  const chain = await heapgraph(['show-chain', '@119045', A, '--since', B]);
  expect(chain.stdout).toContain('+ OBJ');
  expect(chain.stderr).toMatch(/1 of the objects shown are new since .*, \d survived\n$/);
});

describe('what died', () => {
  const heap = (first: number): Uint8Array => {
    const ids = Array.from({ length: 8 }, (_, i) => first + 2 * i);
    return snapshotBytes({
      root: { id: 1, edges: ['list', 'text'] },
      text: { id: 3, type: 'string' },
      list: { id: 5, name: 'Array', edges: ids.map((id, i) => ['element', i, `s${id}`] as const) },
      ...Object.fromEntries(ids.map((id) => [`s${id}`, { id, name: 'Session' }])),
    });
  };

  test('show-refs Array - --since FILE: dashed and grey, beside the new and the surviving', async () => {
    const before = path.join(folder, 'before.heapsnapshot');
    writeFileSync(before, heap(7));
    const { stdout, stderr } = await heapgraph(['show-refs', 'Array', '-', '--since', before], {
      input: heap(15),
    });
    expect(stderr).toContain(
      `4 of the objects shown are new since ${before}, 5 survived; 4 of their neighbours died`,
    );
    const box = (text: string): string =>
      new RegExp(`\\[\\s*label = "${text}"[^\\]]*\\]`).exec(stdout)?.[0] ?? '';
    expect(box('\\+ 4 × Session')).toContain('penwidth = 3');
    expect(box('4 × Session')).not.toContain('penwidth');
    expect(box('− 4 × Session')).toMatch(/color = "gray55"[\s\S]*style = "filled,dashed"/);
    expect(box('− died')).toContain('dashed');
    const png = path.join(folder, 'died.png');
    await heapgraph(['show-refs', 'Array', '-', '--since', before, '-o', png], { input: heap(15) });
    expect(readFileSync(png).subarray(1, 4).toString()).toBe('PNG');
  });
});

describe('odd pairs', () => {
  test.each(['show-backrefs', 'show-refs', 'show-chain'])(
    '%s Foo A --since OTHER: exit code 2; --by-id',
    async (name) => {
      const { stdout, stderr, code } = await heapgraph([name, 'Foo', A, '--since', OTHER]);
      expect([stdout, code]).toEqual(['', 2]);
      expect(stderr).toMatch(/seem to be of two processes[\s\S]*--by-id goes on/);
      const forced = await heapgraph([name, 'Foo', A, '--since', OTHER, '--by-id']);
      expect(forced.code).toBe(0);
      expect(forced.stderr).toContain('compared by id all the same');
    },
  );

  test('show-refs Foo B --since A: the wrong order; A --since A: the same twice', async () => {
    const wrong = await heapgraph(['show-refs', 'Foo', B, '--since', A]);
    expect([wrong.code, wrong.stderr]).toEqual([0, expect.stringContaining('--since takes the earlier one')]);
    const twice = await heapgraph(['show-refs', 'Foo', A, '--since', A]);
    expect(twice.stderr).toContain('one snapshot twice?');
    expect(twice.stdout).not.toContain('+ ');
  });

  test('- twice, a file that is not there', async () => {
    const dash = await heapgraph(['show-refs', 'Foo', '-', '--since', '-']);
    expect([dash.code, dash.stderr]).toEqual([
      2,
      expect.stringContaining('standard input can be read only once'),
    ]);
    const gone = await heapgraph(['show-refs', 'Foo', A, '--since', 'gone.heapsnapshot'], { cwd: folder });
    expect([gone.code, gone.stderr]).toEqual([2, expect.stringContaining('gone.heapsnapshot: no such file')]);
  });
});
