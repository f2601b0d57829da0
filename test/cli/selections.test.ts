/** Options that select nothing or contradict each other: told, or refused. */
import { describe, expect, test } from 'vitest';
import { snapshotText } from '../support/builder.js';
import { heapgraph } from '../support/cli.js';
import { deadPath, EXPRESS, expressPath, fixturePath } from '../support/fixtures.js';
import { fileMaker, temporaryFolder } from '../support/temporary-folder.js';

const F = fixturePath('node26-after');
const BEFORE = fixturePath('node26-before');
const SERVER = deadPath('server-node24-1');
const THREE = EXPRESS.map(expressPath);
const folder = temporaryFolder();

describe('a fingerprint that nothing has: told, with those that there are', () => {
  test.each([
    [['dead', SERVER, '--fail-if-any'], /these are here: c6f87ff9, /],
    [['suspects', SERVER, '--fail-if-any'], /these are here: .*c6f87ff9/],
    [['leaks', ...THREE, '--fail-if-any'], /these are here: .*9d054b00/],
    [['check', SERVER, '--forbid-dead'], /these are here: .*c6f87ff9/],
    [['dead', F, '--fail-if-any'], /there is no other either$/],
  ] as const)('%j --fingerprint deadbeef: a gate stays green', async (args, here) => {
    const { stderr, code } = await heapgraph([...args, '--no-config', '--fingerprint', 'deadbeef']);
    expect(stderr).toContain('heapgraph: no entry has the fingerprint deadbeef; ');
    expect(stderr.trim().split('\n').at(-1)).toMatch(here);
    expect(code).toBe(0);
  });

  test('leaks does not say that nothing grew', async () => {
    const { stdout } = await heapgraph(['leaks', ...THREE, '--no-config', '--fingerprint', 'deadbeef']);
    expect(stdout).toBe('Nothing that grew has this fingerprint; 3 places that grew are left out.\n');
  });

  test('diff --holders: exit code 1, as nothing was found', async () => {
    const run = await heapgraph(['diff', BEFORE, F, '--holders', '--fingerprint', 'deadbeef']);
    expect(run.stderr).toMatch(/no entry has the fingerprint deadbeef; these are here: .*f3e5ca06/);
    expect(run.code).toBe(1);
  });
});

describe('a kind that cannot be there', () => {
  test('suspects F --kind growth: refused for one snapshot', async () => {
    const { stdout, stderr, code } = await heapgraph(['suspects', F, '--kind', 'growth']);
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toContain('--kind growth is about what grows from snapshot to snapshot, and there is one');
  });

  test('suspects F --kind growth,timers: told', async () => {
    const { stderr, code } = await heapgraph(['suspects', F, '--kind', 'growth,timers', '--no-config']);
    expect([stderr, code]).toEqual(['heapgraph: --kind growth finds nothing in one snapshot\n', 0]);
  });
});

describe('classes that are not there', () => {
  test('check --forbid: kept, and told what is probably meant; a class without objects is not misspelt', async () => {
    const forbidden = ['Fooo', 'Foo and value = 3', 'Fooo and value = 3', 'Immediate', 'Fo*'];
    const budgets = forbidden.flatMap((text) => ['--forbid', text]);
    const { stderr } = await heapgraph(['check', F, '--no-config', ...budgets]);
    expect(stderr.trim().split('\n')).toEqual([
      `heapgraph: forbid Fooo: no objects of type "Fooo" in ${F}; did you mean "Foo"?`,
      `heapgraph: forbid Fooo and value = 3: no objects of type "Fooo" in ${F}; did you mean "Foo"?`,
    ]);
  });

  test('check --max-dead, --rule, --expect; dead and suspects: told', async () => {
    const said = 'no objects of type "Timeot" in';
    const runs = await Promise.all(
      [
        ['check', SERVER, '--max-dead', 'Timeot=3'],
        ['check', SERVER, '--forbid-dead', '--expect', 'Timeot'],
        ['dead', SERVER, '--rule', 'Timeot and x = true'],
        ['dead', SERVER, '--expect', 'Timeot'],
        ['suspects', SERVER, '--expect', 'Timeot'],
      ].map((args) => heapgraph([...args, '--no-config'])),
    );
    for (const { stderr } of runs)
      expect(stderr).toMatch(new RegExp(`${said} .*; did you mean "Timeout"\\?`));
  });

  test('names that are not near are not named', async () => {
    const said = async (name: string) => (await heapgraph(['count', name, F])).stderr;
    expect(await said('Usr')).toBe(`heapgraph: no objects of type "Usr" in ${F}\n`);
    expect(await said('Buf')).toBe(`heapgraph: no objects of type "Buf" in ${F}; did you mean "Buffer"?\n`);
    expect(await said('Prarent')).toContain('did you mean "Parent"?');
  });

  test('cycles --where: no cycle with such an object', async () => {
    const { stderr } = await heapgraph(['cycles', '--where', 'Fooo', F]);
    expect(stderr).toContain(
      `no cycle of the program's own objects has an object that "Fooo" accepts in ${F}`,
    );
  });
});

describe('options that contradict each other', () => {
  fileMaker(folder)('here.heapsnapshot', snapshotText({ root: ['a'] }));
  test.each([
    [['suspects', F, '--format', 'json', '--markdown'], '--markdown and --format json are two formats'],
    [['diff', BEFORE, F, '--by-id', '--by-class'], "'--by-class' cannot be used with option '--by-id'"],
    [['diff', BEFORE, F, '--holders', '--by-class'], '--holders needs objects, and --by-class compares none'],
    [
      ['diff', BEFORE, F, '--type', 'Foo', '--by-class'],
      '--type needs objects, and --by-class compares none',
    ],
    [['by-type', 'Foo', F, '--limit', '3', '--all'], "'--all' cannot be used with option '--limit <n>'"],
    [['check', F, '--config', 'x.json', '--no-config'], '--config and --no-config contradict each other'],
    [['check', F, '--no-config', '--config', 'x.json'], '--config and --no-config contradict each other'],
    [['index', '--list', F], '--list is about all indexes, and a snapshot is named'],
    [['closures', F, '--sources', 'gone'], 'the folder gone of the sources cannot be read: no such file'],
    [['timers', F, '--where', 'new'], '"new" compares two snapshots, and there is one'],
    [['cycles', F, '--where', 'died'], '"died" compares two snapshots, and there is one'],
    [['dead', SERVER, '--expect', '@1', '--stuck', '@1'], '@1 cannot be both expected and stuck'],
    [['dead', SERVER, '--stuck', '@1', '--forget', '@1'], '@1 is to be forgotten, and has a verdict'],
    [
      ['show-chain', 'Foo', F, '-o', 'x.md'],
      "this command's answer is a picture and cannot be written as .md",
    ],
    [['heap', F, '--where', 'new', '--relative-to', BEFORE], '--relative-to counts only what is new anyway'],
    [['info', F, '--threads', '99999'], 'Expected a whole number from 1 to 9999.'],
  ] as const)('%j: exit code 2', async (args, message) => {
    const { stdout, stderr, code } = await heapgraph([...args]);
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toContain(message);
  });
});

test('--help of -o names the endings that the answer has', async () => {
  const said = async (command: string) =>
    /--output <file> +(.*?) {2,}-q/
      .exec((await heapgraph([command, '--help'])).stdout.replace(/\s*\n/g, ' '))![1]!
      .replace(/ +/g, ' ');
  expect(await said('leaks')).toBe('write the answer to a file; .json chooses the format');
  expect(await said('dead')).toBe('write the answer to a file; .json, .md and .svg choose the format');
  expect(await said('count')).toBe('write the answer to a file; .json, .csv and .md choose the format');
});

test('check --fail-if suspect is called so in its rows', async () => {
  const { stdout } = await heapgraph(['check', SERVER, '--no-config', '--fail-if', 'suspect']);
  expect(stdout).toMatch(/^FAILED {2}fail-if suspect {2}/);
});

test('patterns --to-root: the entries of a Map are one branch', async () => {
  const { stdout } = await heapgraph(['patterns', 'Foo', F, '--to-root']);
  expect(stdout).toMatch(/\n +50 +2,000 +\.byId Map\n +50 +2,000 +\[…\] Foo\n/);
});
