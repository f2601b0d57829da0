/** `heapgraph dead`, spawned. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { snapshotText } from '../support/builder.js';
import { heapgraph, temporaryFolder } from '../support/cli.js';
import { deadPath, expressPath, fixturePath } from '../support/fixtures.js';

interface Group {
  readonly type: string;
  readonly kind: string;
  readonly count: number;
  readonly deadBefore: readonly number[];
  readonly fingerprint: string;
  readonly below: readonly { readonly type: string; readonly count: number }[];
  readonly container: { readonly text: string; readonly heldBy: string };
  readonly steps: readonly {
    readonly verdict: string;
    readonly suspect: boolean;
    readonly reference: string | null;
  }[];
  readonly suspects: number;
}

async function groupsOf(...args: string[]): Promise<{ rows: Group[]; code: number | null }> {
  const { stdout, code } = await heapgraph(['dead', ...args, '--json', '--no-config']);
  return { rows: (JSON.parse(stdout) as { rows: Group[] }).rows, code };
}

const LINES = [18, 20, 22, 24, 26];

describe.each(LINES)('heapgraph dead server-node%i-1', (line) => {
  const answer = groupsOf(deadPath(`server-node${line}-1`));

  test('what the server keeps, how many, and in which variable', async () => {
    const { rows, code } = await answer;
    expect(code).toBe(0);
    const found = rows.map(({ kind, count, container }) => [kind, count, container.text]);
    expect(found.sort()).toEqual([
      ['AbortSignal', 20, 'registry.sessions'],
      ['ServerResponse', 20, 'audit'],
      ['Socket', 20, 'connections'],
      ['Timeout', 20, 'globalThis.timers'],
    ]);
    const response = rows.find(({ kind }) => kind === 'ServerResponse')!;
    expect(response.container.heldBy).toMatch(/^a variable of the module \S*\/server\.cjs$/);
    expect(response.below).toEqual(
      expect.arrayContaining([
        { type: 'IncomingMessage', count: 20 },
        { type: 'Socket', count: 20 },
      ]),
    );
    expect(response.steps.map(({ verdict, suspect }) => [verdict, suspect])).toEqual([
      ['alive', false],
      ['unknown', true],
      ['dead', true],
    ]);
    expect(response.suspects).toBe(2);
  });

  test('the fingerprints are those of every other line of Node.js', async () => {
    const { rows } = await answer;
    const fingerprints = Object.fromEntries(rows.map(({ kind, fingerprint }) => [kind, fingerprint]));
    expect(fingerprints).toEqual({
      ServerResponse: 'c6f87ff9',
      Socket: '4333d8a7',
      Timeout: 'c0934dc0',
      AbortSignal: '10b89d17',
    });
  });
});

test.each([20, 24])('heapgraph dead server-node%i-1 server-node%i-2', async (line) => {
  const { rows } = await groupsOf(deadPath(`server-node${line}-1`), deadPath(`server-node${line}-2`));
  const response = rows.find(({ kind }) => kind === 'ServerResponse')!;
  expect([response.count, response.deadBefore]).toEqual([40, [20]]);
  expect(response.fingerprint).toBe('c6f87ff9');
});

test('heapgraph dead server-node24-1 server-node24-2: in words', async () => {
  const { stdout, stderr, code } = await heapgraph([
    'dead',
    deadPath('server-node24-1'),
    deadPath('server-node24-2'),
    '--class',
    'ServerResponse',
    '--no-config',
  ]);
  expect([stderr, code]).toEqual(['', 0]);
  const lines = stdout.split('\n');
  expect(lines[0]).toMatch(
    /^40 × ServerResponse, with 40 IncomingMessage, 40 Socket {2}\S+ kB {2}fingerprint c6f87ff9$/,
  );
  expect(lines.filter((line) => /^ {2}~+$/.test(line))).toHaveLength(2);
  expect(lines[5]).toBe('  ~~~');
  expect(stdout).toContain('20 were dead in the earlier snapshot, too');
  expect(stdout).toContain('still reachable from audit (a variable of the module /srv/audit/server.cjs)');
});

describe('heapgraph dead --fail-if-any', () => {
  test('exit code 1 where there is a group', async () => {
    const { code } = await groupsOf(deadPath('server-node24-1'), '--fail-if-any');
    expect(code).toBe(1);
  });

  test('exit code 0 where there is none, and what was looked at', async () => {
    const { stdout, code } = await heapgraph(['dead', expressPath('final'), '--fail-if-any', '--no-config']);
    expect(code).toBe(0);
    expect(stdout).toBe(
      'Nothing dead found: of 46 objects that may say of themselves that they are finished, 0 do, 1 do not say.\n',
    );
  });
});

describe('no dead object in fixtures without one', () => {
  test.each(['node18-after', 'node22-after', 'node26-after'] as const)('%s', async (name) => {
    expect(await groupsOf(fixturePath(name), '--min-count', '1')).toMatchObject({ rows: [] });
  });

  test('chromium156: none but the elements that are in no document', async () => {
    expect(await groupsOf(fixturePath('chromium156'), '--min-count', '1')).toMatchObject({
      rows: [{ type: 'Detached <div>', kind: 'detached element', count: 100 }],
    });
  });
});

describe('options', () => {
  const file = deadPath('server-node24-1');

  test('--class, --where, --min-count, --limit', async () => {
    const kinds = async (...args: string[]) =>
      (await groupsOf(file, ...args)).rows.map(({ kind }) => kind).sort();
    expect(await kinds('--class', 'Time*', '--class', '/^Soc/')).toEqual(['Socket', 'Timeout']);
    expect(await kinds('--where', 'heldby(Map)')).toEqual(['Socket']);
    expect(await kinds('--min-count', '21')).toEqual([]);
    expect(await kinds('--limit', '1')).toEqual(['ServerResponse']);
  });

  test('--expect takes objects out', async () => {
    const { rows } = await groupsOf(file, '--expect', 'Timeout', '--expect', 'class = AbortSignal');
    expect(rows.map(({ kind }) => kind).sort()).toEqual(['ServerResponse', 'Socket']);
  });

  test('--rule adds a rule', async () => {
    const { rows } = await groupsOf(
      file,
      '--rule',
      'AbortController and has("#signal")',
      '--class',
      'AbortController',
    );
    expect(rows).toMatchObject([
      { type: 'AbortController', count: 20, below: [{ type: 'AbortSignal', count: 20 }] },
    ]);
  });

  test('a mistake in a query is exit code 2', async () => {
    const { stderr, code } = await heapgraph(['dead', file, '--rule', 'Session and retaind > 1mb']);
    expect(code).toBe(2);
    expect(stderr).toContain('there is no field "retaind"');
  });

  test('--markdown', async () => {
    const { stdout } = await heapgraph(['dead', file, '--class', 'Timeout', '--markdown', '--no-config']);
    expect(stdout).toMatch(/^### 20 × Timeout \(/);
    expect(stdout).toMatch(/^ {4}\.timers {2}Array \[20 items\]/m);
  });
});

describe('heapgraph.config.json', () => {
  const folder = temporaryFolder();
  const dead = async (config: unknown) => {
    const file = path.join(folder, 'c.json');
    writeFileSync(file, JSON.stringify(config));
    return heapgraph(['dead', deadPath('server-node24-1'), '--config', file, '--json']);
  };

  test('rules and expected objects', async () => {
    const { stdout } = await dead({
      dead: [{ class: 'Regis*', when: 'has("sessions")', why: 'was replaced' }],
      expected: ['Timeout', 'Socket or ServerResponse'],
    });
    const { rows } = JSON.parse(stdout) as { rows: { type: string; why: string }[] };
    expect(rows).toEqual([expect.objectContaining({ type: 'IncomingMessage', count: 20 })]);
    const all = await dead({ dead: [{ class: 'Regis*', when: 'has("sessions")', why: 'was replaced' }] });
    // The registry holds the signals: they are below it now.
    expect(JSON.parse(all.stdout)).toMatchObject({ smallGroups: 1, inner: expect.any(Number) as number });
  });

  test('a mistake in it is exit code 2', async () => {
    const { stderr, code } = await dead({ dead: [{ class: 'A', when: 'retaind > 1mb' }] });
    expect(code).toBe(2);
    expect(stderr).toContain('dead[0].when');
  });
});

test('what only code of the runtime holds takes 30 times as many', async () => {
  const file = path.join(temporaryFolder(), 'runtime.heapsnapshot');
  const timers = (count: number, script: string) => {
    const list = Array.from({ length: count }, (_, i) => `t${i}`);
    return snapshotText({
      root: ['roots'],
      roots: { type: 'synthetic', name: '(Global handles)', edges: [['element', 1, 'waits']] },
      waits: {
        type: 'closure',
        name: 'waits',
        edges: [
          ['internal', 'shared', 'shared'],
          ['internal', 'context', 'scope'],
        ],
      },
      shared: { type: 'code', name: 'waits', edges: [['internal', 'script', 'script']] },
      script: { type: 'code', name: script },
      scope: { name: 'system / Context', edges: [['context', 'pending', 'pending']] },
      pending: { name: 'Array', edges: list.map((name, i) => ['element', i, name] as const) },
      ...Object.fromEntries(
        list.map((name) => [
          name,
          {
            name: 'Timeout',
            edges: [
              ['property', '_idleNext', 'null'],
              ['property', '_idlePrev', 'null'],
              ['property', '_onTimeout', 'null'],
              ['property', '_destroyed', 'true'],
            ] as const,
          },
        ]),
      ),
      null: { type: 'hidden' },
      true: { type: 'hidden' },
    });
  };
  const counts = async (count: number, script: string) => {
    writeFileSync(file, timers(count, script));
    return (await groupsOf(file)).rows.map((row) => row.count);
  };
  expect(await counts(10, 'node:internal/timers')).toEqual([]);
  expect(await counts(90, 'node:internal/timers')).toEqual([90]);
  expect(await counts(3, '/srv/server.js')).toEqual([3]);
});

describe('known leaks', () => {
  const folder = temporaryFolder();
  const dead = (known: unknown, ...args: string[]) => {
    const file = path.join(folder, 'known.json');
    writeFileSync(file, JSON.stringify({ known }));
    return heapgraph(['dead', deadPath('server-node24-1'), '--config', file, '--fail-if-any', ...args]);
  };
  const ALL = ['c6f87ff9', '4333d8a7', 'c0934dc0', '10b89d17'].map((fingerprint) => ({ fingerprint }));

  test('when all are known, the job does not fail; what was not found and what is overdue is told', async () => {
    const { code, stderr } = await dead([...ALL, { fingerprint: '00000000', why: 'the leak of before' }]);
    expect(code).toBe(0);
    expect(stderr).toContain('the known 00000000 (the leak of before) was not found');
    const late = await dead([...ALL.slice(1), { ...ALL[0], until: '2020-01-31', why: 'a bug.' }]);
    expect(late.code).toBe(1);
    expect(late.stderr).toContain('the known c6f87ff9 (a bug.) is overdue: it was accepted until 2020-01-31');
    expect(late.stdout).toContain('Known, accepted until 2020-01-31 and overdue: a bug.');
  });

  test('one that is new fails', async () => {
    const { code, stdout, stderr } = await dead([
      ...ALL.slice(1),
      { fingerprint: '10b89d17', until: '2999-12-31' },
    ]);
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout.match(/Known/g)).toHaveLength(3);
    expect(stdout).toContain('Known, accepted until 2999-12-31.');
  });

  test('--fingerprint selects, --known accepts', async () => {
    const { stdout, code } = await dead([], '--fingerprint', 'C6F87FF9', '--known', 'c6f87ff9', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      known: 1,
      total: 1,
      rows: [{ kind: 'ServerResponse', known: { why: null, until: null, overdue: false } }],
    });
    const bad = await dead([], '--fingerprint', 'abc');
    expect([bad.code, bad.stderr]).toEqual([2, expect.stringContaining('8 hexadecimal digits, found "abc"')]);
  });
});

test('heapgraph dead -o dead.dot: chains with verdicts in words, suspects, a legend', async () => {
  const file = path.join(temporaryFolder(), 'dead.dot');
  const { stderr, code } = await heapgraph(['dead', deadPath('server-node22-1'), '--no-config', '-o', file]);
  expect(code).toBe(0);
  expect(stderr).toContain(`Graph written to ${file} (13 nodes)\n`);
  const dot = readFileSync(file, 'utf8');
  expect(dot).toMatch(/alive: scope of a module {2}@\d+/);
  expect(dot).toMatch(/dead: _closed is true, destroyed is true {2}@\d+\\none of 20, which keep/);
  expect(dot).toContain('fingerprint c6f87ff9');
  expect(dot.match(/~~~ suspect"/g)).toHaveLength(11);
  expect(dot).toContain('dead: finished, and still held');
});
