/** Who is holding it? Each test is named by its command line. F stands for a fixture. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { type NodeSpec, snapshotBytes } from '../support/builder.js';
import { heapgraph } from '../support/cli.js';
import { casePath, fixturePath } from '../support/fixtures.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const F = fixturePath('node26-after');
const folder = temporaryFolder();

interface Listed {
  readonly total: number;
  readonly omitted: number;
  readonly rows: readonly unknown[];
}

interface ChainAnswer {
  readonly chains: readonly {
    readonly found: boolean;
    readonly steps: readonly { readonly id: number; readonly type: string; readonly edge: unknown }[];
    readonly expression: string | null;
    readonly evaluable: boolean;
    readonly heldBy: string | null;
  }[];
}

async function chains(...args: string[]): Promise<ChainAnswer['chains']> {
  const { stdout } = await heapgraph([...args, '--json']);
  return (JSON.parse(stdout) as ChainAnswer).chains;
}

test('find-backref-chain Cart bun-1.4.4: what JavaScriptCore does not write is said', async () => {
  const { stderr, code } = await heapgraph([
    'find-backref-chain',
    'Cart',
    casePath('bun-1.4.4.heapsnapshot.gz'),
  ]);
  expect(stderr).toContain('no chain from root to @10559: nothing holds it\n');
  expect(stderr).toContain('JavaScriptCore does not write what a Map or a Set holds');
  expect(code).toBe(1);
});

describe('find-backref-chain', () => {
  test('find-backref-chain OBJ F: one step a line, the holder in words, the expression', async () => {
    const { stdout, stderr, code } = await heapgraph(['find-backref-chain', 'OBJ', F]);
    expect(stdout).toBe(
      [
        '                  system / Context {OBJ, _cache, handlers}  56 bytes  @7313',
        '_cache (context)  Array [100 items]  1,168 bytes  @104609',
        '[0]               OBJ {}  32 bytes  @119045',
        'held by a variable of the module /tmp/corpus/leak.cjs',
        '(variable _cache of /tmp/corpus/leak.cjs)[0]',
        '',
      ].join('\n'),
    );
    expect(stderr).toBe('heapgraph: the first of 100 "OBJ"; --pick chooses\n');
    expect(code).toBe(0);
  });

  test('find-backref-chain @118869 F --to global --json', async () => {
    const [chain] = await chains('find-backref-chain', '@118869', F, '--to', 'global');
    expect(chain).toMatchObject({
      found: true,
      expression: 'globalThis.registry.byId.get("id0")',
      evaluable: true,
    });
    expect(chain?.steps.at(-1)).toMatchObject({ id: 118869, type: 'Foo' });
    expect(chain?.steps[0]?.edge).toBeNull();
  });

  test('find-backref-chain OBJ F --paths 10: the module and the global, and no step twice', async () => {
    const found = await chains('find-backref-chain', '@119045', F, '--paths', '10');
    expect(found.map(({ expression }) => expression)).toEqual([
      '(variable _cache of /tmp/corpus/leak.cjs)[0]',
      'globalThis.registry._cache[0]',
    ]);
  });

  test.each([
    [['--to', 'Map'], 'Map'],
    [['--to', '/^Module$/'], 'Module'],
    [['--to', '@79981'], 'Object'],
  ])('find-backref-chain @118869 F %j', async (args, type) => {
    const [chain] = await chains('find-backref-chain', '@118869', F, ...args);
    expect([chain?.found, chain?.steps[0]?.type]).toEqual([true, type]);
  });

  test('an object on globalThis itself, and one that only the system holds', async () => {
    const [own] = await chains('find-backref-chain', '@79981', F);
    expect(own).toMatchObject({ found: true, expression: 'globalThis.registry' });
    const { stdout } = await heapgraph([
      'get-leaking-objects',
      F,
      '--json',
      '--all',
      '--filter',
      '^Uint8Array$',
    ]);
    const { rows } = JSON.parse(stdout) as { rows: { id: number; heldBy: string }[] };
    const system = rows.find(({ heldBy }) => heldBy === '(Global handles)')!;
    const [chain] = await chains('find-backref-chain', `@${system.id}`, F);
    expect(chain?.found).toBe(true);
    expect(chain?.heldBy).toMatch(/handle/);
  });

  test('--max-depth 1, --extra-ignore, --ignore-edge: nothing found is said, exit code 1', async () => {
    for (const args of [
      ['--max-depth', '1'],
      ['--ignore', '@104609', '--extra-ignore', '/^\\(array\\)$/'],
      ['--ignore-edge', 'Array.0', '--extra-ignore', '(array)'],
    ]) {
      const { stdout, stderr, code } = await heapgraph(['find-backref-chain', '@119045', F, ...args]);
      expect(stdout).toBe('');
      expect(stderr).toContain('no chain from root to @119045');
      expect(code).toBe(1);
    }
    for (const command of ['find-backref-chain', 'show-chain']) {
      const { stderr } = await heapgraph([command, '@119045', F, '--to', '(string)']);
      expect(stderr).toBe(
        'heapgraph: no chain from (string) to @119045: none of the 14,722 objects that hold it is one\n',
      );
      const { stderr: near } = await heapgraph([command, '@119045', F, '--max-depth', '1']);
      expect(near).toBe(
        'heapgraph: no chain from root to @119045 within 1 reference (--max-depth); there may be a longer one\n',
      );
    }
    const [alone] = await chains('find-backref-chain', '@119045', F, '--max-depth', '1');
    expect(alone).toMatchObject({ found: false, expression: null, heldBy: null });
  });

  test.each([
    [['--pick', 'first'], 'the first of 100'],
    [['--pick', 'largest'], 'the largest (shallow size) of 100'],
    [['--pick', 'random:7'], 'random (seed 7) of 100'],
  ])('find-backref-chain OBJ F %j says what it picked', async (args, note) => {
    const { stderr, code } = await heapgraph(['find-backref-chain', 'OBJ', F, ...args]);
    expect([stderr.includes(note), code]).toEqual([true, 0]);
  });

  test('find-backref-chain OBJ F --pick all', async () => {
    expect(await chains('find-backref-chain', 'OBJ', F, '--pick', 'all')).toHaveLength(100);
  });

  test.each([
    [['find-backref-chain', 'OBJ', F, '--pick', 'best'], /cannot be picked/],
    [['find-backref-chain', '@abc', F], /"@abc" is not an object id\n {2}Ids look like @123/],
    [['retained', 'OBJ', '@', F], /"@" is not an object id/],
    [['show-refs', '@1e3', F], /"@1e3" is not an object id/],
    [['find-backref-chain', 'OBJ', F, '--to', '@abc'], /"@abc" is not an object id/],
    [['find-backref-chain', 'OBJ', F, '--to', '/(/'], /not a regular expression/],
    [['find-backref-chain', 'OBJ', F, '--ignore-edge', 'nodot'], /not a reference/],
    [['find-ref-chain', 'OBJ', F], /missing --to/],
    [['show-backrefs', 'OBJ', F, '--node-attr', 'shape'], /not a Graphviz attribute/],
    [['show-backrefs', 'OBJ', F, '-o', path.join(folder, 'x.xyz')], /xyz/],
  ])('%j: exit code 2', async (args, message) => {
    const { stdout, stderr, code } = await heapgraph(args);
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
  });

  test('find-backref-chain Nope F: exit code 1', async () => {
    const { stdout, stderr, code } = await heapgraph(['find-backref-chain', 'Nope', F]);
    expect([stdout, code]).toEqual(['', 1]);
    expect(stderr).toContain('no object "Nope"');
  });

  test.each([
    [['find-backref-chain', 'Obj'], 'no object "Obj" in F; did you mean "OBJ"?'],
    [['retained', 'Parnt'], 'no object "Parnt" in F; did you mean "Parent"?'],
    [['dominators', 'parent'], 'no object "parent" in F; did you mean "Parent"?'],
    [
      ['find-backref-chain', '@119045', '--to', 'modul'],
      /no object "modul" for --to in F; did you mean .*"module"/,
    ],
    [['find-ref-chain', 'Parent', '--to', 'Chidl'], 'no object "Chidl" for --to in F; did you mean "Child"?'],
    [
      ['find-backref-chain', '@119045', '--ignore', 'Parnt'],
      'no object "Parnt" for --ignore in F; did you mean "Parent"?',
    ],
    [
      ['show-chain', '@119045', '--extra-ignore', 'Parnt'],
      'no object "Parnt" for --extra-ignore in F; did you mean "Parent"?',
    ],
    [['show-refs', 'Parent', '--highlight', 'qqqqqqqq'], 'no object "qqqqqqqq" for --highlight in F'],
    [
      ['show-backrefs', '@119045', '--filter', 'Arrray'],
      'no object "Arrray" for --filter in F; did you mean "Array"?',
    ],
  ])('%j F: a class that is not there is told', async (args, note) => {
    const { stderr } = await heapgraph([...args, F]);
    expect(stderr.replaceAll(F, 'F')).toMatch(note);
  });

  test('queries of options that are no class names, or fit, need no note', async () => {
    for (const query of ['OBJ', '/nope/', '@99999999', 'tag:nope']) {
      const { stderr } = await heapgraph(['show-backrefs', '@119045', F, '--highlight', query]);
      expect(stderr).toBe('');
    }
  });

  test('find-backref-chain 119045 F: ids have an @', async () => {
    const { stdout, stderr, code } = await heapgraph(['find-backref-chain', '119045', F]);
    expect([stdout, code]).toEqual(['', 1]);
    expect(stderr).toBe('heapgraph: no class "119045"; an object by its id is @119045\n');
    const { stderr: neither } = await heapgraph(['find-backref-chain', '4000000001', F]);
    expect(neither).toMatch(/no object "4000000001" in /);
  });
});

test('find-ref-chain Parent F --to Nope: nothing on standard output, and it is said once', async () => {
  for (const command of ['find-ref-chain', 'find-backref-chain'])
    expect(await heapgraph([command, '@119045', F, '--to', 'Nope'])).toEqual({
      stdout: '',
      stderr: `heapgraph: no object "Nope" for --to in ${F}\n`,
      code: 1,
    });
  const { stdout, stderr } = await heapgraph([
    'find-ref-chain',
    '@119045',
    F,
    '--to',
    'WeakRef',
    '--max-depth',
    '1',
  ]);
  expect([stdout, stderr.split('\n')]).toEqual([
    '',
    [expect.stringMatching(/^heapgraph: no chain to WeakRef from @119045/), ''],
  ]);
});

test('find-ref-chain Parent F --to Child', async () => {
  const { stdout } = await heapgraph(['find-ref-chain', 'Parent', F, '--to', 'Child']);
  expect(stdout.split('\n').slice(0, 3)).toEqual([
    '           Parent {children}  32 bytes  @118649',
    '.children  Array [5 items]  184 bytes  @119535',
    '[0]        Child {parent}  32 bytes  @119537',
  ]);
});

describe('retained and dominators', () => {
  test('retained OBJ F: all of them together, by class', async () => {
    const { stdout, stderr } = await heapgraph(['retained', 'OBJ', F, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ members: 100, count: 102, retainedSize: 3328, total: 2 });
    expect(stderr).toContain('100 objects retain 102 with 3,328 bytes');
  });

  test('retained @104609 F is its retained size', async () => {
    const { stdout } = await heapgraph(['retained', '@104609', F, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ members: 1, retainedSize: 4496 });
  });

  test('dominators F --depth 1 --limit 2', async () => {
    const args = ['dominators', F, '--depth', '1', '--limit', '2'];
    const { stdout, stderr } = await heapgraph(args);
    expect(stdout).toBe(
      [
        'Retained size       %  Shallow size  Id     Object',
        '    7,239,793  100.0%             0  @1     (synthetic)',
        '    6,844,545   94.5%         2,472  @7169    (system) system / NativeContext',
        '      379,007    5.2%             0  @3       (synthetic) (GC roots)',
        '',
      ].join('\n'),
    );
    const { stdout: all } = await heapgraph([...args.slice(0, -2), '--json', '--all']);
    const { rows } = JSON.parse(all) as Listed;
    expect(stderr).toBe(`heapgraph: ${rows.length - 3} more; --all shows them\n`);
  });

  test('dominators F --limit says what it leaves out of the first level', async () => {
    for (const [args, note] of [
      [['--depth', '1'], /^heapgraph: [\d,]+ more; --all shows them\n$/],
      [['--depth', '2'], /^heapgraph: [\d,]+ more; --all shows them\n$/],
      [['--by-type'], /^heapgraph: [\d,]+ more classes; --all shows them\n$/],
    ] as const) {
      const { stdout, stderr } = await heapgraph(['dominators', F, '--limit', '2', '--json', ...args]);
      expect(stderr).toMatch(note);
      const { total, omitted, rows } = JSON.parse(stdout) as Listed;
      expect(omitted).toBe(Number(stderr.replace(/\D/g, '')));
      expect(total).toBe(rows.length + omitted);
    }
    const all = await heapgraph(['dominators', F, '--depth', '1', '--json', '--all']);
    expect(all.stderr).toBe('');
    const { total, omitted, rows } = JSON.parse(all.stdout) as Listed;
    expect([total, omitted]).toEqual([rows.length, 0]);
  });

  test('dominators --help: the target may be left out', async () => {
    expect((await heapgraph(['dominators', '--help'])).stdout).toContain('[options] [target...] [snapshot]');
  });

  test('dominators @104609 F --by-type --json', async () => {
    const { stdout } = await heapgraph(['dominators', '@104609', F, '--by-type', '--json']);
    const { rows } = JSON.parse(stdout) as { rows: { type: string; count: number }[] };
    expect(rows.find(({ type }) => type === 'OBJ')).toMatchObject({ count: 100, retainedSize: 3200 });
  });
});

describe('get-leaking-objects', () => {
  test('get-leaking-objects F --all: what nothing holds, and what only internal roots hold', async () => {
    const { stdout } = await heapgraph(['get-leaking-objects', F, '--all', '--json']);
    const { rows } = JSON.parse(stdout) as { rows: { heldBy: string; type: string }[] };
    const kinds = new Set(rows.map(({ heldBy }) => heldBy));
    expect([...kinds].every((kind) => kind === 'nothing' || /^\(.*\)$|^Node|^C\+\+/.test(kind))).toBe(true);
    expect(kinds.has('(Global handles)')).toBe(true);
    expect(rows.some(({ type }) => type === 'OBJ')).toBe(false);
  });
});

test.each([
  [['get-leaking-objects', '--filter', '^Nope$'], 'no such objects of classes that match /^Nope$/ in F', 0],
  [['retained', 'Nope'], 'no object "Nope" in F', 1],
])('%j F: a note, and nothing on stdout', async (args, note, exit) => {
  const { stdout, stderr, code } = await heapgraph([...args, F]);
  expect([stdout, stderr.replaceAll(F, 'F'), code]).toEqual(['', `heapgraph: ${note}\n`, exit]);
});

describe('pictures', () => {
  const home = mkdtempSync(path.join(folder, 'pictures-'));

  test('show-backrefs OBJ F: dot on stdout', async () => {
    const { stdout, stderr } = await heapgraph(['show-backrefs', 'OBJ', F]);
    expect(stdout).toMatch(/^digraph "ObjectGraph" \{/);
    expect(stdout).toContain('o119045');
    expect(stderr).toContain('the first of 100 "OBJ"');
  });

  test('show-backrefs OBJ F --pick all -o leak.svg: the leak at a glance', async () => {
    const file = path.join(home, 'leak.svg');
    const { stdout, stderr, code } = await heapgraph([
      'show-backrefs',
      'OBJ',
      F,
      '--pick',
      'all',
      '-o',
      file,
    ]);
    expect([stdout, code]).toEqual(['', 0]);
    expect(stderr).toBe(`Image generated as ${file}\n`);
    const svg = readFileSync(file, 'utf8');
    for (const text of ['100 × OBJ', '[0…99]', '_cache', 'registry', 'a variable of the module'])
      expect(svg).toContain(text);
  });

  test('show-refs @119045 F -q -o quiet.svg: nothing is said', async () => {
    const file = path.join(home, 'quiet.svg');
    const { stderr, code } = await heapgraph(['show-refs', '@119045', F, '-q', '-o', file]);
    expect([stderr, code]).toEqual(['', 0]);
    expect(readFileSync(file, 'utf8')).toContain('<svg');
  });

  test('show-chain OBJ F --pick all --paths 2 --json: a hundred are one box, and with --no-merge a hundred', async () => {
    const boxes = async (...more: string[]): Promise<{ type: string; merged?: number }[]> => {
      const { stdout } = await heapgraph([
        ...['show-chain', 'OBJ', F, '--pick', 'all', '--paths', '2', '--json', ...more],
      ]);
      return (JSON.parse(stdout) as { nodes: { type: string; merged?: number }[] }).nodes;
    };
    const merged = await boxes();
    expect(merged.filter(({ type }) => type === 'OBJ').map((box) => box.merged)).toEqual([100]);
    expect(merged.map(({ type }) => type).sort()).toEqual([
      'Array',
      'OBJ',
      'Object',
      'global (global*)',
      'system / Context',
    ]);
    expect((await boxes('--no-merge')).filter(({ type }) => type === 'OBJ')).toHaveLength(100);
  });

  test('show-backrefs OBJ F -o leak.dot; show-refs, show-chain; PNG', async () => {
    const dot = path.join(home, 'leak.dot');
    const { stderr } = await heapgraph([
      'show-backrefs',
      '@119045',
      F,
      '-o',
      dot,
      '--extra-info',
      'retained',
      '--refcounts',
      '--legend',
    ]);
    expect(stderr).toMatch(/^Graph written to .*leak\.dot \(\d+ nodes\)\n$/);
    expect(readFileSync(dot, 'utf8')).toContain('retains 32 B');
    const png = path.join(home, 'refs.png');
    await heapgraph(['show-refs', 'Parent', F, '-o', png]);
    expect(readFileSync(png).subarray(1, 4).toString()).toBe('PNG');
    const chain = path.join(home, 'chain.svg');
    await heapgraph(['show-chain', 'Child', F, '-o', chain]);
    expect(readFileSync(chain, 'utf8')).toContain('globalThis');
  });

  test.each([
    ['show-backrefs', 'Nope', 'nothing.svg'],
    ['show-refs', '@99999999', 'nothing.png'],
    ['show-backrefs', 'Nope', 'nothing.dot'],
    ['show-chain', '@119045', 'nothing.svg', '--to', 'Nope'],
  ])(
    '%s %s F -o %s with nothing to draw: the file stays as it was',
    async (command, target, name, ...args) => {
      const file = path.join(home, name);
      const draw = () => heapgraph([command, target, F, ...args, '-o', file]);
      const { stdout, stderr, code } = await draw();
      expect([stdout, code, existsSync(file)]).toEqual(['', 1, false]);
      expect(stderr).not.toMatch(/generated|written/);
      writeFileSync(file, 'an earlier picture');
      expect((await draw()).code).toBe(1);
      expect(readFileSync(file, 'utf8')).toBe('an earlier picture');
      rmSync(file);
      expect(readdirSync(home).filter((entry) => entry.endsWith('.tmp'))).toEqual([]);
    },
  );

  test('show-backrefs ListNode LIST --pick all --extra-info retained: a box does not count twice', async () => {
    const list = Object.fromEntries(
      Array.from({ length: 10 }, (_, i): [string, NodeSpec] => [
        `n${i}`,
        { name: 'ListNode', edges: i < 9 ? [['property', 'next', `n${i + 1}`]] : [] },
      ]),
    );
    const file = path.join(home, 'list.heapsnapshot');
    writeFileSync(file, snapshotBytes({ root: ['n0'], ...list }));
    const { stdout } = await heapgraph([
      'show-backrefs',
      'ListNode',
      file,
      '--pick',
      'all',
      '--extra-info',
      'retained',
      '--json',
    ]);
    const { nodes } = JSON.parse(stdout) as { nodes: { merged?: number; extra: string }[] };
    expect(nodes.map(({ merged, extra }) => [merged, extra])).toEqual([
      [undefined, 'retains 160 B'],
      [9, 'retains 144 B'],
    ]);
  });

  test('show-backrefs OBJ F --no-merge --too-many 5 --pick all: a box each', async () => {
    const { stdout } = await heapgraph([
      'show-backrefs',
      'OBJ',
      F,
      '--pick',
      'all',
      '--no-merge',
      '--too-many',
      '5',
      '--json',
    ]);
    const { nodes } = JSON.parse(stdout) as { nodes: unknown[] };
    expect(nodes.length).toBeGreaterThan(100);
  });
});
