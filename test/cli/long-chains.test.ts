/** Chains through lists: hundreds and hundreds of thousands of references. Each test is named by its command line. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { type NodeSpec, snapshotBytes, snapshotText } from '../support/builder.js';
import { heapgraph } from '../support/cli.js';
import { casePath } from '../support/fixtures.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const ABORT = casePath('abort-listeners-3.heapsnapshot.gz');
const RING = casePath('timer-ring.heapsnapshot.gz');
const folder = temporaryFolder();

interface Answer {
  readonly chains: readonly {
    readonly found: boolean;
    readonly steps: readonly { readonly type: string }[];
    readonly repeats?: readonly unknown[];
    readonly expression: string;
  }[];
}

async function answer(...args: string[]): Promise<Answer> {
  const { stdout } = await heapgraph([...args, '--json']);
  return JSON.parse(stdout) as Answer;
}

describe('lists that leak', () => {
  test('find-backref-chain Job ABORT --pick all --json: a chain for every one, with all steps', async () => {
    const { chains } = await answer('find-backref-chain', 'Job', ABORT, '--pick', 'all');
    const lengths = chains.map(({ steps }) => steps.length - 1);
    expect(chains.every(({ found }) => found)).toBe(true);
    expect([lengths.length, Math.min(...lengths), Math.max(...lengths)]).toEqual([250, 9, 258]);
    const longest = chains[lengths.indexOf(258)]!;
    expect(longest.steps.filter(({ type }) => type === 'Listener')).toHaveLength(250);
    expect(longest.repeats).toEqual([{ from: 7, length: 1, count: 249, name: 'Listener.next' }]);
  });

  test('find-backref-chain Poller RING --pick all: a chain for every one', async () => {
    const { chains } = await answer('find-backref-chain', 'Poller', RING, '--pick', 'all');
    expect(chains.filter(({ found }) => found)).toHaveLength(200);
  });

  test('find-backref-chain @117213 ABORT: the middle left out, what repeats named', async () => {
    const { stdout, code } = await heapgraph(['find-backref-chain', '@117213', ABORT, '--no-sizes']);
    expect(stdout.split('\n')).toEqual([
      '                      system / Context {Job, controller, run}  @7193',
      'controller (context)  AbortController {#signal}  @88717',
      '.#signal              AbortSignal {<symbol kEvents>, <symbol events.maxEv…  @92061',
      '.<symbol kEvents>     Map [1 item]  @92067',
      'table (internal)      (array)   @92111',
      '6 (internal)          Object {next, resistStopPropagation}  @92113',
      '.next                 Listener {next, previous, listener, callback}  @92115',
      '.next                 Listener {next, previous, listener, callback}  @92121',
      '… 146 × Listener.next …',
      '.next                 Listener {next, previous, listener, callback}  @117209',
      '.listener             Function (anonymous)  @117223',
      'context (internal)    system / Context {job}  @117211',
      'job (context)         Job {name, payload}  @117213',
      'held by a variable of the module /srv/abort-t.cjs',
      '(variable job of the closure ((o) => { for (let i = 0; i < 149; i++) o = o.next; return o; })(((o) => o[Object.getOwnPropertySymbols(o).find((s) => s.description === "kEvents")])(private field #signal of (variable controller of /srv/abort-t.cjs)).get("abort")).listener in /srv/abort-t.cjs:5)',
      '',
    ]);
    expect(code).toBe(0);
  });

  test('--max-depth 100: too deep is said, and that there may be a chain', async () => {
    const { stderr, code } = await heapgraph(['find-backref-chain', '@117213', ABORT, '--max-depth', '100']);
    expect(stderr).toBe(
      'heapgraph: no chain from root to @117213 within 100 references (--max-depth); there may be a longer one\n',
    );
    expect(code).toBe(1);
  });

  test('show-chain Job ABORT --pick all -o jobs.dot: a box for the list', async () => {
    const file = path.join(folder, 'jobs.dot');
    await heapgraph(['show-chain', 'Job', ABORT, '--pick', 'all', '-o', file]);
    const text = readFileSync(file, 'utf8');
    expect(text.match(/^\s*"?o\d+"? \[/gm)!.length).toBeLessThan(20);
    expect(text).toContain('250 × Listener');
    expect(text).toContain('next ×249');
  });
});

test('find-backref-chain @… F: reactions of a promise, which V8 links without names', async () => {
  const spec: Record<string, NodeSpec> = {
    root: { edges: [['element', 1, 'app']] },
    app: { name: 'global', edges: [['property', 'pending', 'promise']] },
    promise: { name: 'Promise', edges: [['internal', 'reactions_or_result', 'r0']] },
  };
  const length = 287;
  for (let i = 0; i < length; i++)
    spec[`r${i}`] = {
      type: 'hidden',
      name: 'system / PromiseReaction',
      edges: i === length - 1 ? [['hidden', 1, 'handler']] : [['hidden', 0, `r${i + 1}`]],
    };
  spec.handler = { type: 'closure', name: 'onDone', edges: [['internal', 'context', 'scope']] };
  spec.scope = { name: 'system / Context', edges: [['context', 'job', 'job']] };
  spec.job = { name: 'Job' };
  const file = path.join(folder, 'reactions.heapsnapshot');
  writeFileSync(file, snapshotBytes(spec));
  const { stdout } = await heapgraph(['find-backref-chain', 'Job', file, '--no-sizes', '-q']);
  const lines = stdout.split('\n');
  expect(lines).toContain('… 284 × PromiseReaction.next …');
  expect(lines).toContain('next (hidden 0)                 (system) system / PromiseReaction  @9');
  expect(lines.length).toBeLessThan(20);
  const { chains } = await answer('find-backref-chain', 'Job', file);
  expect(chains[0]!.steps).toHaveLength(length + 5);
});

describe('an attack: 200,000 references', () => {
  const size = 200_000;

  function listFile(name: string, className: (i: number) => number, classes: readonly string[]): string {
    const nodes = ['9,0,1,0,1,0'];
    const edges: string[] = [];
    for (let i = 1; i <= size; i++) nodes.push(`3,${className(i)},${2 * i + 1},16,${i < size ? 1 : 0},0`);
    for (let i = 1; i <= size; i++) edges.push(`2,1,${6 * i}`);
    const text = snapshotText({ root: ['x'], x: [] })
      .replace(/"node_count":\d+/, `"node_count":${size + 1}`)
      .replace(/"edge_count":\d+/, `"edge_count":${size}`)
      .replace(/"nodes":\[.*?\]/, () => `"nodes":[${nodes}]`)
      .replace(/"edges":\[.*?\]/, () => `"edges":[${edges}]`)
      .replace(/"strings":\[.*\]/s, () => `"strings":${JSON.stringify(['', 'next', ...classes])}`);
    const file = path.join(folder, name);
    writeFileSync(file, text);
    return file;
  }

  test('of one class: the middle is left out', async () => {
    const file = listFile('list.heapsnapshot', () => 2, ['Item']);
    const { stdout, stderr, code } = await heapgraph(['find-backref-chain', `@${2 * size + 1}`, file]);
    expect([stderr, code]).toEqual(['', 0]);
    expect(stdout).toContain('… 199,997 × Item.next …\n');
    expect(stdout.length).toBeLessThan(2000);
    expect(stdout).toContain(`for (let i = 0; i < 199999; i++) o = o.next`);
  });

  test('of ever other classes: the middle is left out', async () => {
    const classes = Array.from({ length: size }, (_, i) => `Item${i}`);
    const file = listFile('zoo.heapsnapshot', (i) => i + 1, classes);
    const target = `@${2 * size + 1}`;
    const { stdout, code } = await heapgraph(['find-backref-chain', target, file]);
    expect(code).toBe(0);
    expect(stdout).toContain('… 199,960 more references …\n');
    expect(stdout.length).toBeLessThan(5000);
    const dot = path.join(folder, 'zoo.dot');
    await heapgraph(['show-chain', target, file, '-o', dot]);
    const text = readFileSync(dot, 'utf8');
    expect(text).toContain('… 199,960 more …');
    expect(text.length).toBeLessThan(20_000);
    const { chains } = await answer('find-backref-chain', target, file, '--no-sizes');
    expect(chains[0]!.steps).toHaveLength(size);
  });
});
