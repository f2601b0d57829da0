/** garbage: a program with entries that never go, and one with an open inspector. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { heapgraph, temporaryFolder } from '../support/cli.js';
import { EXPRESS, expressPath } from '../support/fixtures.js';

const FIXTURES = fileURLToPath(new URL('../../fixtures/weak/', import.meta.url));
const folder = temporaryFolder();
const LIVE = path.join(folder, 'live.heapsnapshot');
const INSPECTED = path.join(folder, 'inspected.heapsnapshot');

const INSPECTED_PROGRAM = `
  class Printed {}
  class Kept {}
  class Evaluated {}
  const session = new (require('node:inspector').Session)();
  session.connect();
  session.post('Runtime.enable');
  globalThis.make = () => new Evaluated();
  session.post('Runtime.evaluate', { expression: 'make()' });
  globalThis.kept = new Kept();
  console.log(new Printed(), kept);
  setTimeout(() => require('node:v8').writeHeapSnapshot(process.argv[1]), 20);`;

beforeAll(() => {
  execFileSync(process.execPath, [path.join(FIXTURES, 'weak.cjs'), LIVE]);
  execFileSync(process.execPath, ['-e', INSPECTED_PROGRAM, INSPECTED]);
}, 60_000);

interface Group {
  readonly reachedBy: string;
  readonly count: number;
  readonly shallowSize: number;
  readonly retainedSize: number;
  readonly entries?: number;
  readonly registry?: string;
  readonly callback?: { readonly line: number };
  readonly chain?: readonly { readonly type: string; readonly reference: string | null }[];
  readonly classes: readonly { readonly type: string; readonly count: number }[];
}

async function garbage(...line: readonly string[]): Promise<readonly Group[]> {
  const { stdout } = await heapgraph(['garbage', ...line, '--all', '--json']);
  return (JSON.parse(stdout) as { readonly rows: readonly Group[] }).rows;
}

const countOf = (group: Group | undefined, type: string): number =>
  group?.classes.find((row) => row.type === type)?.count ?? 0;

describe.each([
  ['Node.js 20', path.join(FIXTURES, 'node20.heapsnapshot.br')],
  ['Node.js 24', path.join(FIXTURES, 'node24.heapsnapshot.br')],
  ['this Node.js', LIVE],
])('%s', (_, file) => {
  test('garbage: three requests that their own held value keeps, the registry, and the chain', async () => {
    const [own, registry] = await garbage(file);
    expect(own).toMatchObject({ reachedBy: 'own held value', count: 3, entries: 3 });
    expect(own!.registry).toMatch(/weak\.cjs: registry$/);
    expect(own!.callback!.line).toBe(39);
    expect(own!.classes).toMatchObject([{ type: 'Request', count: 3 }]);
    expect(own!.chain!.map(({ type, reference }) => [reference, type])).toEqual([
      [null, 'Object'],
      ['release', 'Function'],
      ['context', expect.stringContaining('Context')],
      ['this', 'Request'],
    ]);
    expect(own!.retainedSize).toBeGreaterThan(own!.shallowSize);
    expect(registry).toMatchObject({ reachedBy: 'registry' });
    // The socket and its held value are not among them: the program has the socket.
    expect([countOf(registry, 'Request'), countOf(registry, 'Socket')]).toEqual([3, 0]);
  });

  test("garbage --where 'class = Request'", async () => {
    const groups = await garbage(file, '--where', 'class = Request');
    expect(groups.map(({ reachedBy, count }) => [reachedBy, count])).toEqual([
      ['own held value', 3],
      ['registry', 3],
    ]);
  });
});

test('garbage: what only the console has, and not what the program has as well', async () => {
  const groups = await garbage(INSPECTED);
  const console = groups.find(({ reachedBy }) => reachedBy === 'debugger');
  expect(['Printed', 'Evaluated', 'Kept'].map((type) => countOf(console, type))).toEqual([1, 1, 0]);
  expect(console!.retainedSize).toBeGreaterThanOrEqual(208);
});

test.each(EXPRESS)('garbage: a server whose leaks are no garbage, %s', async (name) => {
  const groups = await garbage(expressPath(name));
  expect(groups.map(({ reachedBy }) => reachedBy)).toEqual(['nothing']);
  expect(groups[0]!.classes.map(({ type }) => type)).toEqual(['(compiled code)']);
  expect(groups[0]!.retainedSize).toBe(0);
});
