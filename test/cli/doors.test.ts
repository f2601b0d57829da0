/** Files and texts that are made to do harm: what they lead to in the command line. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type GraphSpec, snapshotText } from '../support/builder.js';
import { heapgraph, type Run } from '../support/cli.js';
import { casePath } from '../support/fixtures.js';
import { until } from '../support/processes.js';
import { folderMaker, temporaryFolder } from '../support/temporary-folder.js';

const BIN = fileURLToPath(new URL('../../bin/heapgraph.js', import.meta.url));
const home = temporaryFolder();
const newFolder = folderMaker(home);

const SMALL: GraphSpec = { root: ['window'], window: ['a', 'b'], a: ['b'], b: [] };

function writeSmall(folder: string, name = 'app.heapsnapshot'): string {
  const file = path.join(folder, name);
  fs.writeFileSync(file, snapshotText(SMALL));
  return file;
}

/** One or two lines on stderr and nothing else: no stack, no raw control characters. */
function expectRefused({ stdout, stderr, code }: Run, message: RegExp | string): void {
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/^heapgraph: [^\n]+\n( {2}[^\n]+\n)?(Run with --help[^\n]*\n)?$/);
  expect(stderr).not.toContain('this is a bug');
  expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
}

function shell(script: string, cwd: string): Run {
  const { stdout, stderr, status } = spawnSync('bash', ['-c', script], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, HG: BIN, NODE: process.env.HEAPGRAPH_NODE ?? process.execPath },
  });
  return { stdout, stderr, code: status };
}

const modeOf = (file: string): string => (fs.statSync(file).mode & 0o777).toString(8);

describe('an answer does not replace what it is made of', () => {
  const folder = newFolder();
  const file = writeSmall(folder);
  const content = fs.readFileSync(file);
  fs.mkdirSync(path.join(folder, 'below'));
  fs.symlinkSync('app.heapsnapshot', path.join(folder, 'link'));
  fs.linkSync(file, path.join(folder, 'hard'));
  writeSmall(folder, 'other.heapsnapshot');
  fs.writeFileSync(path.join(folder, 'ids'), '1\n');

  test.each([
    ['typestats', 'app.heapsnapshot', '-o', 'app.heapsnapshot'],
    ['typestats', '-o', './app.heapsnapshot', '-s', 'app.heapsnapshot'],
    ['count', 'a', 'app.heapsnapshot', '-o', 'below/../app.heapsnapshot'],
    ['info', 'app.heapsnapshot', '--json', '-o', file],
    ['info', 'app.heapsnapshot', '-o', 'link'],
    ['info', 'link', '-o', 'app.heapsnapshot'],
    ['info', 'app.heapsnapshot', '-o', 'hard'],
    ['show-backrefs', 'b', 'app.heapsnapshot', '-o', 'link'],
    ['show-backrefs', 'b', 'app.heapsnapshot', '--since', 'other.heapsnapshot', '-o', 'other.heapsnapshot'],
    ['diff', 'other.heapsnapshot', 'app.heapsnapshot', '-o', 'app.heapsnapshot'],
    ['diff', 'app.heapsnapshot', 'other.heapsnapshot', '-o', 'app.heapsnapshot'],
    ['check', '--max', 'a=1', 'app.heapsnapshot', '-o', 'app.heapsnapshot'],
    ['baseline', 'app.heapsnapshot', '-o', 'app.heapsnapshot'],
    ['at', '--ids-from', 'ids', 'app.heapsnapshot', '-o', 'ids'],
  ])('%j', async (...args) => {
    const before = fs.readdirSync(folder);
    expectRefused(await heapgraph(args, { cwd: folder }), / is read, and .+ would replace it: they are one/);
    expect(fs.readFileSync(file).equals(content)).toBe(true);
    expect(fs.readFileSync(path.join(folder, 'ids'), 'utf8')).toBe('1\n');
    expect(fs.readdirSync(folder)).toEqual(before);
  });

  test('a config file and a baseline', async () => {
    const own = newFolder();
    const snapshot = writeSmall(own);
    const config = path.join(own, 'heapgraph.config.json');
    await heapgraph(['baseline', snapshot, '-o', 'b.json'], { cwd: own });
    fs.writeFileSync(config, '{"budgets":{"max":{"a":5}}}');
    for (const output of ['heapgraph.config.json', 'b.json']) {
      const before = fs.readFileSync(path.join(own, output));
      const run = await heapgraph(
        ['check', snapshot, '--baseline', 'b.json', '--max-growth', 'a=1', '-o', output],
        { cwd: own },
      );
      expectRefused(run, 'would replace it');
      expect(fs.readFileSync(path.join(own, output)).equals(before)).toBe(true);
    }
  });

  test('typestats F >> F; typestats - -o F < F', () => {
    const appended = shell('"$NODE" "$HG" typestats app.heapsnapshot >> app.heapsnapshot', folder);
    expectRefused(appended, 'app.heapsnapshot is read, and standard output leads into it');
    const piped = shell('"$NODE" "$HG" typestats - -o hard < app.heapsnapshot', folder);
    expectRefused(piped, 'standard input is read, and hard would replace it');
    expect(fs.readFileSync(file).equals(content)).toBe(true);
  });
});

describe('what holds contents of a heap is for its owner alone', () => {
  test.each([
    ['typestats', '-o', 'out.txt'],
    ['typestats', '-o', 'out.csv'],
    ['typestats', '-o', 'out.md'],
    ['info', '-o', 'out.json'],
    ['at', '@1', '-o', 'out.txt'],
    ['find-backref-chain', 'b', '-o', 'out.txt'],
    ['show-backrefs', 'b', '-o', 'out.dot'],
    ['show-refs', 'a', '-o', 'out.svg'],
    ['show-chain', 'b', '-o', 'out.png'],
    ['check', '--max', 'a=5', '-o', 'out.xml'],
    ['baseline', '-o', 'out.json'],
    ['init', '-o', 'out.json'],
  ])('%j', async (...args) => {
    const folder = newFolder();
    const file = writeSmall(folder);
    const output = path.join(folder, args.at(-1)!);
    const { code, stderr } = await heapgraph([...args, file], { cwd: folder });
    expect([code, stderr.includes('bug')]).toEqual([0, false]);
    expect(modeOf(output)).toBe('600');
    // A file that is replaced does not pass on its mode.
    fs.chmodSync(output, 0o644);
    await heapgraph([...args, ...(args[0] === 'init' ? ['--force'] : []), file], { cwd: folder });
    expect(modeOf(output)).toBe('600');
    expect(fs.readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('a completion script holds nothing of a heap', async () => {
    const folder = newFolder();
    await heapgraph(['completion', 'bash', '-o', 'hg.bash'], { cwd: folder });
    expect(modeOf(path.join(folder, 'hg.bash'))).toBe((0o666 & ~process.umask()).toString(8));
  });

  test('/dev/stdout and /dev/fd/3 in a file: others keep what they wrote', () => {
    const folder = newFolder();
    writeSmall(folder);
    const line = '"$NODE" "$HG" count a app.heapsnapshot';
    shell(`{ echo before; ${line} -o /dev/stdout; echo after; } > out`, folder);
    shell(`{ echo before >&3; ${line} -o /dev/fd/3; echo after >&3; } 3>> three`, folder);
    for (const name of ['out', 'three'])
      expect(fs.readFileSync(path.join(folder, name), 'utf8')).toBe('before\n1\nafter\n');
  });
});

describe('config files', () => {
  const depth = 20_000;

  test.each([
    ['nested deep', '['.repeat(depth) + ']'.repeat(depth), /expected an object, found \[\[\[\[?…/],
    ['nested deep below a key', `{"sigma":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`, /sigma: expected/],
    ['larger than 1 MB', `{"$schema":"${'x'.repeat(1 << 20)}"}`, /it has more than 1\.0 MB/],
    ['a key of a megabyte', `{"${'x'.repeat(1e6)}":1}`, /is not a key of it/],
    ['control characters', '{"\\u001b[31mred\\n":1}', /\\x1b\[31mred\\n is not a key of it/],
  ])('%s', async (_, text, message) => {
    const folder = newFolder();
    const file = writeSmall(folder);
    fs.writeFileSync(path.join(folder, 'heapgraph.config.json'), text);
    const run = await heapgraph(['check', file], { cwd: folder });
    expectRefused(run, message);
    expect(run.stderr.length).toBeLessThan(1000);
  });

  test('a folder, a pipe, a device of that name', async () => {
    const folder = newFolder();
    const file = writeSmall(folder);
    const config = path.join(folder, 'heapgraph.config.json');
    const message = /cannot read the config file heapgraph.config.json: it is a/;
    fs.mkdirSync(config);
    expectRefused(await heapgraph(['check', file], { cwd: folder }), message);
    fs.rmdirSync(config);
    fs.symlinkSync('/dev/zero', config);
    expectRefused(await heapgraph(['check', file], { cwd: folder }), message);
    fs.rmSync(config);
    execFileSync('mkfifo', [config]);
    expectRefused(await heapgraph(['check', file], { cwd: folder }), message);
    expectRefused(
      await heapgraph(['check', file, '--config', '/dev/zero']),
      /the config file \/dev\/zero: it has more than 1\.0 MB/,
    );
    const piped = shell(
      '"$NODE" "$HG" check app.heapsnapshot --config <(echo \'{"budgets":{"max":{"a":5}}}\')',
      folder,
    );
    expect([piped.stdout, piped.code]).toEqual(['ok      max a=5  1 object, at most 5\n', 0]);
  });
});

describe('inputs that are no files', () => {
  test('a pipe that nobody writes to: a signal ends it and leaves nothing', async () => {
    for (const args of [
      ['info', 'pipe', '-o', 'out.txt'],
      ['at', '--ids-from', 'pipe', 'app.heapsnapshot', '-o', 'out.txt'],
      ['diff', 'app.heapsnapshot', 'pipe', '-o', 'out.txt'],
    ]) {
      const folder = newFolder();
      writeSmall(folder);
      execFileSync('mkfifo', [path.join(folder, 'pipe')]);
      const child = spawn(process.execPath, [BIN, ...args], { cwd: folder, stdio: 'ignore' });
      const ended = new Promise((resolve) => child.on('close', resolve));
      await until('the output is open', () => fs.readdirSync(folder).some((name) => name.endsWith('.tmp')));
      child.kill('SIGINT');
      expect(await ended).toBe(130);
      expect(fs.readdirSync(folder).sort()).toEqual(['app.heapsnapshot', 'pipe']);
    }
  });

  test('a pipe is read, plain and compressed', () => {
    const folder = newFolder();
    const file = writeSmall(folder);
    fs.writeFileSync(`${file}.gz`, gzipSync(fs.readFileSync(file)));
    const script =
      'mkfifo p; cat app.heapsnapshot > p & "$NODE" "$HG" count a p; cat app.heapsnapshot.gz > p & "$NODE" "$HG" count a p; "$NODE" "$HG" count a <(cat app.heapsnapshot)';
    expect(shell(script, folder)).toEqual({ stdout: '1\n1\n1\n', stderr: '', code: 0 });
  });

  test('devices, folders and names that cannot be', async () => {
    const folder = newFolder();
    const file = writeSmall(folder);
    fs.symlinkSync('b', path.join(folder, 'a'));
    fs.symlinkSync('a', path.join(folder, 'b'));
    for (const [args, message] of [
      [['info', '/dev/zero'], 'found nothing but zero bytes'],
      [['info', '/dev/null'], 'is empty'],
      [['info', folder], 'is a folder'],
      [['info', '-s', 'a'], 'symbolic links lead in a circle'],
      [['info', '-s', 'n'.repeat(300)], 'its name is too long'],
      [['info', '-s', `${file}/x`], 'no such file'],
      [['diff', file, 'a'], 'symbolic links lead in a circle'],
      [['diff', 'n'.repeat(300), file], 'its name is too long'],
      [['check', file, '--max-growth', 'a=1', '--baseline', '/dev/zero'], 'found nothing but zero bytes'],
      [['check', file, '--max-growth', 'a=1', '--baseline', folder], 'is a folder'],
      [['at', '--ids-from', '/dev/zero', file], 'is not an object id'],
      [['at', '--ids-from', folder, file], 'it is a folder'],
      [['at', '--ids-from', 'a', file], 'symbolic links lead in a circle'],
    ] as const) {
      expectRefused(await heapgraph(args, { cwd: folder }), message);
    }
  });

  test('ids without an end', () => {
    const folder = newFolder();
    writeSmall(folder);
    const { stderr, code } = shell('yes 5 | "$NODE" "$HG" at --ids-from - app.heapsnapshot', folder);
    expect([stderr.includes('(standard input) has more than 5,000,000 ids'), code]).toEqual([true, 2]);
  });

  test('a baseline that is nested deep, or a bomb of gzip', async () => {
    const folder = newFolder();
    const file = writeSmall(folder);
    const start = '{"schema":"heapgraph-baseline/1","sizes":"devtools","classes":';
    const deep = `${start}${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    for (const [name, content] of [
      ['deep.json', deep],
      ['deep.json.gz', gzipSync(deep)],
      ['bomb.json.gz', gzipSync(`${start}"${'a'.repeat(80_000_000)}"}`)],
    ] as const) {
      fs.writeFileSync(path.join(folder, name), content);
      expectRefused(
        await heapgraph(['check', file, '--max-growth', 'a=1', '--baseline', name], { cwd: folder }),
        name,
      );
    }
  });
});

describe('memory', () => {
  /** The most bytes that the command ever had in RAM. */
  function peakOf(args: readonly string[], cwd: string): number {
    fs.writeFileSync(
      path.join(cwd, 'peak.cjs'),
      "process.once('exit', () => require('fs').writeFileSync('peak', String(process.resourceUsage().maxRSS)));",
    );
    const { status, stderr } = spawnSync(process.execPath, ['-r', './peak.cjs', BIN, ...args], {
      cwd,
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
    return Number(fs.readFileSync(path.join(cwd, 'peak'), 'utf8')) * 1024;
  }

  test('a few kilobytes of gzip with 300 MB of a section that is no column', () => {
    const folder = newFolder();
    const text = snapshotText(SMALL);
    const at = text.indexOf('"strings"');
    // Several gzip files one after the other are one: what is in the middle is packed only once.
    for (const [fill, before, after] of [
      ['a', '"junk":"', '",'],
      [' ', '', ''],
    ] as const) {
      const piece = gzipSync(Buffer.alloc(20_000_000, fill));
      const middle = Array.from({ length: 15 }, () => piece);
      fs.writeFileSync(
        path.join(folder, 'bomb.heapsnapshot.gz'),
        Buffer.concat([gzipSync(text.slice(0, at) + before), ...middle, gzipSync(after + text.slice(at))]),
      );
      for (const args of [['info'], ['count', 'a']])
        expect(peakOf([...args, '-q', '-s', 'bomb.heapsnapshot.gz'], folder)).toBeLessThan(250e6);
    }
  });
});

describe('depth', () => {
  const chain = (length: number): GraphSpec =>
    Object.fromEntries([
      ['root', ['window']],
      ['window', ['Node0']],
      ...Array.from({ length }, (_, i) => [
        `Node${i}`,
        { name: 'Node', edges: i + 1 < length ? [['property', 'next', `Node${i + 1}`]] : ['Target'] },
      ]),
      ['Target', []],
    ]) as GraphSpec;

  test('a list of 30,000 objects: chains, pictures and dominators of any depth', async () => {
    const folder = newFolder();
    const file = path.join(folder, 'chain.heapsnapshot');
    fs.writeFileSync(file, snapshotText(chain(30_000)));
    for (const args of [
      ['find-backref-chain', 'Target', '--max-depth', '5000000'],
      ['find-backref-chain', 'Target', '--max-depth', '5000000', '--json'],
      ['find-ref-chain', 'Node', '--to', 'Target', '--max-depth', '5000000'],
      ['show-chain', 'Target', '--max-depth', '5000000', '-o', 'chain.dot'],
      ['dominators', '--depth', '1000000'],
      ['dominators', '--depth', '1000000', '--json'],
      ['dominators', '--follow'],
      ['retained', 'Node', '--all'],
    ]) {
      const { stderr, code } = await heapgraph([...args, '-s', file], { cwd: folder });
      expect([args[0], code, /bug|RangeError|stack size/.test(stderr)]).toEqual([args[0], 0, false]);
    }
    const { stdout } = await heapgraph(['find-backref-chain', 'Target', '-s', file], { cwd: folder });
    expect(stdout.length).toBeLessThan(10_000); // the middle is left out
    expect(stdout).toMatch(/next/);
  });

  test('150,000 classes in one table', async () => {
    const folder = newFolder();
    const file = path.join(folder, 'classes.heapsnapshot');
    const { snapshot, strings } = JSON.parse(snapshotText({ root: ['a'], a: [] }));
    const n = 150_000; // a call takes some 120,000 arguments
    const fields = snapshot.meta.node_fields.length;
    const node = (type: number, name: number, id: number, edges: number): number[] => {
      return [type, name, id, 16, edges, ...Array(fields - 5).fill(0)];
    };
    const object = snapshot.meta.node_types[0].indexOf('object');
    const synthetic = snapshot.meta.node_types[0].indexOf('synthetic');
    const first = strings.length;
    fs.writeFileSync(
      file,
      JSON.stringify({
        snapshot: { ...snapshot, node_count: n + 1, edge_count: n },
        nodes: [
          ...node(synthetic, 0, 1, n),
          ...Array.from({ length: n }, (_, i) => node(object, first + i, 3 + 2 * i, 0)).flat(),
        ],
        edges: Array.from({ length: n }, (_, i) => [1, i, (i + 1) * fields]).flat(),
        strings: [...strings, ...Array.from({ length: n }, (_, i) => `C${i}`)],
      }),
    );
    const empty = writeSmall(folder);
    for (const args of [
      ['show-most-common-types', '--all', file],
      ['show-growth', '--all', empty, file],
      ['get-new-ids', '--by-id', empty, file],
    ]) {
      const { stderr, code } = await heapgraph(args, { cwd: folder });
      expect([args[0], code, /bug|RangeError|stack size/.test(stderr)]).toEqual([args[0], 0, false]);
    }
  });

  test('stacks of 100,000 calls for each of 500 objects: --all shows the innermost thousand', async () => {
    const folder = newFolder();
    const file = path.join(folder, 'stacks.heapsnapshot');
    const snapshot = JSON.parse(
      gunzipSync(fs.readFileSync(casePath('node24-allocation-trace.heapsnapshot.gz'))).toString(),
    );
    const { node_fields: fields } = snapshot.snapshot.meta;
    const depth = 100_000;
    const trace = fields.indexOf('trace_node_id');
    for (let i = trace; i < snapshot.nodes.length; i += fields.length)
      snapshot.nodes[i] = depth - (((i / fields.length) % 500) | 0);
    const { strings, trace_tree: _, ...rest } = snapshot;
    const tree = Array.from({ length: depth }, (_, i) => `${i === 0 ? '[' : ''}${i + 1},0,1,16,[`).join('');
    fs.writeFileSync(
      file,
      `${JSON.stringify(rest).slice(0, -1)},"trace_tree":${tree}${']'.repeat(depth + 1)},"strings":${JSON.stringify(strings)}}`,
    );
    const { stdout, code } = await heapgraph(['by-type', '(string)', '--allocated', '--all', '--json', file]);
    const { rows } = JSON.parse(stdout) as { rows: { callers: unknown[]; callersOmitted: number }[] };
    expect(code).toBe(0);
    expect(rows.length).toBeGreaterThan(100);
    expect(rows[0]!.callers.length).toBe(1000);
    expect(rows[0]!.callersOmitted).toBeGreaterThan(90_000);
  });
});

describe.skipIf(process.platform !== 'linux')('folders', () => {
  test('one that cannot be listed, and one that is gone', () => {
    const folder = newFolder();
    const gone = shell('mkdir gone; cd gone; rmdir ../gone; "$NODE" "$HG" info; "$NODE" "$HG" check', folder);
    expect(gone.stderr).not.toContain('bug');
    expect(gone.stderr).toMatch(/this folder has no \*\.heapsnapshot file|cannot be listed: it is gone/);
    expect(gone.stderr).toContain('the current folder is gone');
    expect(gone.code).toBe(2);
    if (process.geteuid?.() !== 0) {
      fs.chmodSync(folder, 0o300);
      expectRefused(shell('"$NODE" "$HG" info', folder), 'this folder cannot be listed: no permission');
    }
  });
});

describe('raw text in messages', () => {
  const evil = '\u001b[31mred\nheapgraph: all is well\u202e\u009b';

  test.each([
    [['by-type', 'a', '--limit', evil]],
    [['by-type', 'a', `--limit=${evil}`]],
    [['diff', '--by', evil, 'x', 'y']],
    [['by-type', 'a', `--${evil}`]],
    [[evil]],
    [['by-type', 'a', '--filter', `(${evil}`]],
    [['count', 'a', '-s', evil]],
    [['count', 'a', '--csv', '-o', `${evil}/x`]],
    [['info', '--config', evil]],
    [['check', '--config', evil]],
    [['check', '--baseline', evil, '--max', 'a=1', '-s', evil]],
    [['at', '--ids-from', evil, '-s', evil]],
    [['capture', evil]],
    [['completion', evil]],
  ])('%j', async (args) => {
    const { stdout, stderr, code } = await heapgraph(args, { cwd: newFolder() });
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(stderr).not.toMatch(/^heapgraph: all is well/m);
    expect(stderr).not.toContain('this is a bug');
  });

  test('a snapshot with a hostile path, in every format', async () => {
    const folder = newFolder();
    const name = `${evil.replaceAll('/', '')}.heapsnapshot`;
    const file = writeSmall(folder, name);
    writeSmall(folder, 'other.heapsnapshot');
    for (const args of [
      ['info', file],
      ['info', file, '--json'],
      ['at', '@1', file],
      ['count', 'nothing', file],
      ['check', '--max', 'a=0', file],
      ['check', '--max', 'a=0', file, '--format', 'junit'],
      ['check', '--max', 'a=0', file, '--format', 'github'],
      ['check', '--max', 'a=0', file, '--format', 'markdown'],
      ['show-growth', 'other.heapsnapshot', file],
      ['diff', file, 'other.heapsnapshot'],
      ['leaks', 'other.heapsnapshot', file, 'other.heapsnapshot'],
      ['baseline', file, '-o', '-'],
    ]) {
      const { stdout, stderr, code } = await heapgraph(args, { cwd: folder });
      expect([0, 1, ...(args[0] === 'leaks' ? [2] : [])], stderr).toContain(code);
      for (const text of [stdout, stderr]) {
        expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
        expect(text).not.toMatch(/^heapgraph: all is well/m);
      }
    }
  });
});
