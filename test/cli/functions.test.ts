/** Functions by name and place. Each test is named by its command line; B and A stand for the fixture before and after its leak. */
import { describe, expect, test } from 'vitest';
import { prototypeNodes } from '../../src/analysis/classes/instances.js';
import { nodesOfClass } from '../../src/analysis/classes/nodes.js';
import { loadSnapshot } from '../../src/load/load.js';
import { heapgraph } from '../support/cli.js';
import { expressPath, fixturePath } from '../support/fixtures.js';

const B = fixturePath('node26-before');
const A = fixturePath('node26-after');
const E1 = expressPath('baseline');
const E3 = expressPath('final');
const RELOAD = 'onSettingsChanged() server.cjs:54';

/** Event emitters of the server, without ten prototypes. */
const INSTANCES = 3;

type Rows = readonly Readonly<Record<string, unknown>>[];

async function rowsOf(...args: string[]): Promise<Rows> {
  const { stdout, stderr } = await heapgraph([...args, '--json']);
  expect(stderr).not.toContain('bug in heapgraph');
  return (JSON.parse(stdout) as { rows: Rows }).rows;
}

test('show-growth --functions --filter [()] B A', async () => {
  expect(await heapgraph(['show-growth', '--functions', '--filter', '[(][)]', B, A])).toEqual({
    stdout: 'handler() leak.cjs:13       20       +20\n',
    stderr: '',
    code: 0,
  });
});

test('show-growth --functions B A --json: the place in full', async () => {
  const rows = await rowsOf('show-growth', '--functions', B, A);
  expect(rows.find(({ type }) => type === 'handler() leak.cjs:13')).toMatchObject({
    count: 20,
    countDelta: 20,
    location: { script: expect.stringMatching(/[\\/]leak\.cjs$/), line: 13 },
  });
});

test('diff --functions E1 E3', async () => {
  const row = (await rowsOf('diff', '--functions', E1, E3)).find(({ type }) => type === RELOAD);
  expect(row).toMatchObject({
    newCount: 150,
    deletedCount: 0,
    newSize: 9600,
    location: { script: '/srv/express-leak/server.cjs', line: 54 },
  });
  expect(await rowsOf('diff', E1, E3, '--type', RELOAD, '--functions', '--all')).toHaveLength(150);
  expect(await rowsOf('diff', E1, E3, '--type', RELOAD)).toEqual([]);
});

test('show-most-common-types --functions --type closure E3', async () => {
  const rows = await rowsOf('show-most-common-types', '--functions', '--type', 'closure', E3);
  expect(rows.find(({ type }) => type === RELOAD)).toMatchObject({ count: 210, shallowSize: 13_440 });
});

test('typestats --functions E3: with all functions together they are as many as there are without it', async () => {
  const sum = (rows: Rows): number => rows.reduce((total, { count }) => total + (count as number), 0);
  const [split, whole] = await Promise.all([
    rowsOf('typestats', '--functions', '--type', 'closure', E3),
    rowsOf('typestats', '--type', 'closure', E3),
  ]);
  expect(whole).toHaveLength(1);
  expect(split.length).toBeGreaterThan(1000);
  expect(sum(split)).toBe(sum(whole));
});

describe('by-type', () => {
  test('by-type RELOAD E3: the name of a row is understood', async () => {
    const rows = await rowsOf('by-type', RELOAD, E3, '--all');
    expect(rows).toHaveLength(210);
    expect(rows[0]).toMatchObject({ type: 'Function', location: { line: 54 } });
    const { stdout } = await heapgraph(['by-type', RELOAD, E3, '--ids']);
    expect(stdout.trim().split('\n')).toEqual(rows.map(({ id }) => `${id}`));
  });

  test('by-type --functions --regex onSettings E3', async () => {
    const rows = await rowsOf('by-type', '--functions', '--regex', 'onSettings', E3, '--all');
    expect(new Set(rows.map(({ type }) => type))).toEqual(new Set([RELOAD]));
  });

  test('by-type --functions Function E3: each with its own name', async () => {
    const rows = await rowsOf('by-type', '--functions', 'Function', E3, '--all');
    expect(rows).toHaveLength((await rowsOf('by-type', 'Function', E3, '--all')).length);
    expect(rows.filter(({ type }) => type === RELOAD)).toHaveLength(210);
  });

  test('by-type "onSettingsChange() server.cjs:54" E3: the closest name', async () => {
    expect(await heapgraph(['by-type', 'onSettingsChange() server.cjs:54', E3])).toEqual({
      stdout: '',
      stderr: `heapgraph: no objects of type "onSettingsChange() server.cjs:54" in ${E3}; did you mean "${RELOAD}"?\n`,
      code: 0,
    });
  });
});

test('find-backref-chain RELOAD E3', async () => {
  const { stdout, stderr } = await heapgraph(['find-backref-chain', RELOAD, E3]);
  expect(stdout).toContain('(variable settings of /srv/express-leak/server.cjs)._events.changed[');
  expect(stderr).toBe(`heapgraph: the first of 210 "${RELOAD}"; --pick chooses\n`);
});

test('find-backref-chain Session E3 --to "onSettingsChanged() server.cjs:54" --ignore "nope() server.cjs:54"', async () => {
  const { stderr } = await heapgraph([
    'find-backref-chain',
    'Session',
    E3,
    '--to',
    RELOAD,
    '--ignore',
    'nope() a.js:1',
  ]);
  expect(stderr).toContain('no object "nope() a.js:1" for --ignore');
  expect(stderr).not.toContain(`no object "${RELOAD}"`);
});

describe('prototypes of subclasses, which V8 names after the class above', () => {
  test('show-backrefs EventEmitter E3 --pick all: they are no targets', async () => {
    const all = (await heapgraph(['count', 'EventEmitter', E3])).stdout;
    const { stdout, stderr } = await heapgraph([
      'show-backrefs',
      'EventEmitter',
      E3,
      '--pick',
      'all',
      '--json',
    ]);
    const { nodes } = JSON.parse(stdout) as { nodes: { asked: boolean; merged?: number }[] };
    const asked = nodes.filter((node) => node.asked).reduce((sum, { merged = 1 }) => sum + merged, 0);
    expect([asked, asked + 10]).toEqual([INSTANCES, Number(all)]);
    expect(stderr).toBe(
      'heapgraph: 10 prototypes are called "EventEmitter" too, and left out; @id names one\n',
    );
  });

  test('retained EventEmitter E3: the instances; @id takes a prototype', async () => {
    const { members } = JSON.parse((await heapgraph(['retained', 'EventEmitter', E3, '--json'])).stdout) as {
      members: number;
    };
    expect(members).toBe(INSTANCES);
    const graph = await loadSnapshot(E3);
    const isPrototype = prototypeNodes(graph);
    const prototype = nodesOfClass(graph, 'EventEmitter').find((node) => isPrototype[node] === 1)!;
    const id = `@${graph.ids[prototype]}`;
    const one = JSON.parse((await heapgraph(['retained', id, E3, '--json'])).stdout) as { members: number };
    expect(one.members).toBe(1);
  });

  test('retained HttpError E3: there is nothing but prototypes; one can be picked', async () => {
    expect(await heapgraph(['retained', 'HttpError', E3])).toEqual({
      stdout: '',
      stderr: expect.stringContaining(
        'heapgraph: all 41 objects called "HttpError" are prototypes; name one by @id, or take another --pick\n',
      ),
      code: 1,
    });
    const { stdout, code } = await heapgraph(['find-backref-chain', 'HttpError', E3]);
    expect([stdout.includes('HttpError'), code]).toEqual([true, 0]);
  });
});

test('dominators Session E3 --pick largest: by retained size', async () => {
  const rows = await rowsOf('by-type', 'Session', E3, '--sort', 'retained', '--limit', '1');
  const { stdout, stderr } = await heapgraph(['dominators', 'Session', E3, '--pick', 'largest', '--json']);
  expect((JSON.parse(stdout) as { rows: Rows }).rows[0]!.retainedSize).toBe(rows[0]!.retainedSize);
  expect(stderr).toContain('the largest (retained size) of 210 "Session"');
  const other = await heapgraph(['find-backref-chain', 'Session', E3, '--pick', 'largest']);
  expect(other.stderr).toContain('the largest (shallow size) of 210 "Session"');
});

test('survival --functions E1 E2 E3: a listener by its name and place, which leaks', async () => {
  const rows = await rowsOf('survival', '--functions', E1, expressPath('target'), E3);
  expect(rows.find(({ type }) => type === RELOAD)).toMatchObject({
    counts: [60, 160, 210],
    verdict: 'leak',
    location: { script: '/srv/express-leak/server.cjs', line: 54 },
  });
  expect(rows.some(({ type }) => type === 'Function')).toBe(false);
});

test('leaks --functions E1 E2 E3: as without it', async () => {
  const files = [E1, expressPath('target'), E3];
  const answer = await heapgraph(['leaks', '--functions', ...files]);
  expect(answer.stdout).toContain('× onSettingsChanged() in listeners of settings');
  expect(answer).toEqual(await heapgraph(['leaks', ...files]));
});
