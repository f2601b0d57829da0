/** Functions by their labels, wherever objects are named; two timers are told apart. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { heapgraph } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const PROGRAM = `
const v8 = require('node:v8');
function beats(count) { for (let i = 0; i < count; i++) setInterval(function heartbeat() {}, 1e6); }
function pings(count) { for (let i = 0; i < count; i++) setInterval(function ping() {}, 2e6); }
const grow = process.argv[2] === 'pings' ? pings : beats;
for (const file of ['1', '2', '3']) { grow(30); v8.writeHeapSnapshot(process.argv[2] + file + '.heapsnapshot'); }
process.exit();
`;
const LABEL = 'heartbeat() timers.cjs:3';

beforeAll(() => {
  writeFileSync(path.join(folder, 'timers.cjs'), PROGRAM);
  for (const name of ['beats', 'pings'])
    execFileSync(process.execPath, ['timers.cjs', name], { cwd: folder });
});
const ask = (...args: string[]) => heapgraph(args, { cwd: folder });
const FILE = 'beats3.heapsnapshot';

describe('heartbeat() timers.cjs:3', () => {
  test('count', async () => {
    expect(await ask('count', LABEL, FILE)).toEqual({ stdout: '90\n', stderr: '', code: 0 });
  });

  test.each([
    [['--max', `${LABEL}=5`], '90 objects, at most 5'],
    [['--forbid', LABEL], '90 objects, none allowed'],
    [['--max-growth', `${LABEL}=5`, '--baseline', 'beats1.heapsnapshot'], '+60'],
  ])('check %j', async (budget, found) => {
    const { stdout, code } = await ask('check', FILE, ...budget);
    expect(stdout).toContain(found);
    expect([stdout.slice(0, 6), code]).toEqual(['FAILED', 1]);
  });
});

describe('the fingerprint of timers', () => {
  const printsOf = async (name: string, ...line: string[]): Promise<string[]> => {
    const files = [1, 2, 3].map((step) => `${name}${step}.heapsnapshot`);
    const { stdout } = await ask(...line, ...files, '--json', '-q');
    const answer = JSON.parse(stdout) as { leaks?: Print[]; rows?: Print[] };
    return (answer.rows ?? answer.leaks ?? []).map(({ fingerprint }) => fingerprint);
  };
  interface Print {
    readonly fingerprint: string;
  }

  test('is that of their function: known timers hide no others', async () => {
    const [beats] = await printsOf('beats', 'leaks');
    const [pings] = await printsOf('pings', 'leaks');
    expect(beats).toMatch(/^[0-9a-f]{8}$/);
    expect(pings).not.toBe(beats);
    expect((await printsOf('pings', 'suspects'))[0]).toBe(pings);
    const files = [1, 2, 3].map((step) => `pings${step}.heapsnapshot`);
    expect((await ask('leaks', ...files, '--known', beats!, '--fail-if-any')).code).toBe(1);
    expect((await ask('leaks', ...files, '--known', pings!, '--fail-if-any')).code).toBe(0);
  });
});

test.each([
  ['suspects', '--fail-if-any'],
  ['suspects', '--fail-if', 'large'],
  ['dead', '--fail-if-any'],
])(
  '%s --salvage %s of a part of a snapshot: exit code 2, as what is lost may be the leak',
  async (...line) => {
    writeFileSync(
      path.join(folder, 'cut.heapsnapshot'),
      readFileSync(path.join(folder, FILE)).subarray(0, 3e5),
    );
    const { stdout, stderr, code } = await ask(...line, '--salvage', 'cut.heapsnapshot');
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toContain(`is not whole`);
    expect(stderr).toMatch(/--fail-if(-any)? needs all of a snapshot/);
  },
);
