/** Where objects were made. Each test is named by its command line; A stands for a snapshot with allocation stacks. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { heapgraph } from '../support/cli.js';
import { casePath, fixturePath } from '../support/fixtures.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const A = casePath('node24-allocation-trace.heapsnapshot.gz');
const folder = temporaryFolder();

interface Snapshot {
  trace_tree: unknown;
  trace_function_infos: unknown;
}

/** The snapshot with something changed in it, as a file. */
function changed(name: string, change: (file: Snapshot) => void): string {
  const file = JSON.parse(gunzipSync(readFileSync(A)).toString()) as Snapshot;
  change(file);
  const target = path.join(folder, name);
  writeFileSync(target, JSON.stringify(file));
  return target;
}

describe('at', () => {
  test('at @108039 A: the stack, innermost first', async () => {
    const { stdout, stderr, code } = await heapgraph(['at', '@108039', A]);
    expect(stdout).toContain(
      [
        '  Allocation stack (5 functions, innermost first)',
        '    Function       Function begins at',
        '    addOrder       /tmp/hg/browser/app1.cjs:2:33',
        '    handleRequest  /tmp/hg/browser/app1.cjs:2:87',
        '    batch          /tmp/hg/browser/app1.cjs:2:121',
        '    (anonymous)    (script 89):1:1',
        '    (root)         −',
        '',
      ].join('\n'),
    );
    expect([stderr, code]).toEqual(['', 0]);
  });

  test('at @108039 @1 A --limit 2 --json', async () => {
    const { stdout } = await heapgraph(['at', '@108039', '@1', A, '--limit', '2', '--json']);
    const { rows } = JSON.parse(stdout) as { rows: Record<string, unknown>[] };
    const script = '/tmp/hg/browser/app1.cjs';
    expect(rows[0]!.allocatedBy).toEqual([
      { function: 'addOrder', location: { script, scriptId: 88, line: 2, column: 33 } },
      { function: 'handleRequest', location: { script, scriptId: 88, line: 2, column: 87 } },
    ]);
    expect(rows[0]!.allocatedByOmitted).toBe(3);
    expect(rows[1]!.allocatedBy).toEqual([]);
  });

  test('at @1 A: says that nothing was recorded', async () => {
    const { stdout } = await heapgraph(['at', '@1', A]);
    expect(stdout).toContain('  Allocation stack (not recorded: made before tracking began, or where V8');
  });

  test('at @1 F, without allocation stacks: says nothing of them', async () => {
    const { stdout, code } = await heapgraph(['at', '@1', fixturePath('node22-after')]);
    expect(stdout).not.toContain('Allocation');
    expect(code).toBe(0);
  });

  test('at @108039 A, stacks damaged: everything else is answered', async () => {
    const file = changed('damaged.heapsnapshot', (snapshot) => {
      snapshot.trace_tree = [1, 0, 16, 680, [2, 'x']];
    });
    const { stdout, stderr, code } = await heapgraph(['at', '@108039', file]);
    expect(stdout).toContain('Allocation stack (lost: trace 6 is not in the file)');
    expect(stdout).toContain('Retained size  192');
    expect(stderr).toMatch(
      /the allocation stacks of .* are not whole: the section "trace_tree" is damaged \(byte [\d,]+\): expected a whole number, found ".*; 2 calls come before/,
    );
    expect(code).toBe(0);
  });
});

describe('by-type --allocated', () => {
  test('by-type Order --allocated A', async () => {
    const { stdout, stderr, code } = await heapgraph(['by-type', 'Order', '--allocated', A]);
    expect(stdout).toBe(
      [
        'Allocated by  Location                       Count  Shallow size  Example',
        'addOrder      /tmp/hg/browser/app1.cjs:2:33    200         8,000  @108039',
        '  handleRequest  /tmp/hg/browser/app1.cjs:2:87',
        '  batch          /tmp/hg/browser/app1.cjs:2:121',
        '  (anonymous)    (script 89):1:1',
        '  (root)         −',
        'addOrder      /tmp/hg/browser/app1.cjs:2:33     50         2,000  @111297',
        '  viaImport    /tmp/hg/browser/app1.cjs:3:19',
        '  (anonymous)  (script 90):1:1',
        '  (root)       −',
        '',
      ].join('\n'),
    );
    expect([stderr, code]).toEqual(['', 0]);
  });

  test('by-type Object --allocated A --limit 1 --json', async () => {
    const { stdout, stderr } = await heapgraph([
      'by-type',
      'Object',
      '--allocated',
      A,
      '--limit',
      '1',
      '--json',
    ]);
    const answer = JSON.parse(stdout) as { rows: Record<string, unknown>[] } & Record<string, unknown>;
    expect(answer).toMatchObject({ sizes: 'devtools', objects: 507, withoutStack: 7, total: 3, omitted: 2 });
    expect(answer.rows[0]).toMatchObject({ count: 400, function: 'Order', callersOmitted: 0 });
    expect((answer.rows[0]!.callers as { function: string }[]).map((caller) => caller.function)).toEqual([
      'addOrder',
      'handleRequest',
      'batch',
      '(anonymous)',
      '(root)',
    ]);
    expect(stderr).toContain('2 more stacks; --all shows them');
    expect(stderr).toContain('7 of 507 objects have no stack (not recorded: made before tracking began');
  });

  test('by-type Order --allocated A --csv', async () => {
    const { stdout } = await heapgraph(['by-type', 'Order', '--allocated', A, '--csv', '--sort', 'self']);
    expect(stdout).toBe(
      'function,location,count,shallowSize,example\n' +
        'addOrder,/tmp/hg/browser/app1.cjs:2:33,200,8000,108039\n' +
        'addOrder,/tmp/hg/browser/app1.cjs:2:33,50,2000,111297\n',
    );
  });

  test('by-type Nothing --allocated A --fail-if-none', async () => {
    const { stdout, stderr, code } = await heapgraph(['by-type', 'Ordr', '--allocated', A, '--fail-if-none']);
    expect([stdout, code]).toEqual(['', 1]);
    expect(stderr).toContain('no objects of type "Ordr"');
  });

  test('by-type Foo --allocated F, without allocation stacks', async () => {
    const { stdout, stderr, code } = await heapgraph([
      'by-type',
      'Foo',
      '--allocated',
      fixturePath('node22-after'),
    ]);
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toMatch(/has no allocation stacks\n.*heapgraph capture --track-allocations/);
  });

  test('by-type Order --allocated --ids A', async () => {
    const { stderr, code } = await heapgraph(['by-type', 'Order', '--allocated', '--ids', A]);
    expect(stderr).toContain('--allocated groups objects by their stacks, and --ids is about single objects');
    expect(code).toBe(2);
  });

  test('by-type Order --allocated A, sections missing: says so', async () => {
    const file = changed('missing.heapsnapshot', (snapshot) => {
      delete (snapshot as Partial<Snapshot>).trace_tree;
    });
    const { stdout, stderr, code } = await heapgraph(['by-type', 'Order', '--allocated', file]);
    expect(stdout).toMatch(/^− +− +250 +10,000 +@108039$/m);
    expect(stderr).toContain('are not whole: the section "trace_tree" is missing');
    const leaks = await heapgraph(['leaks', A, file, '--by-id']);
    expect(leaks.stderr).toContain('are not whole: the section "trace_tree" is missing');
    expect(leaks.code).toBe(0);
    expect(stderr).toContain('250 of them have a stack that is not in the file');
    expect(code).toBe(0);
  });
});

describe('a running Node.js', () => {
  const program = `
    const { Session } = require('node:inspector');
    const fs = require('node:fs');
    const [, , file, stacks] = process.argv;
    const session = new Session();
    session.connect();
    const out = fs.openSync(file, 'w');
    session.on('HeapProfiler.addHeapSnapshotChunk', ({ params }) => fs.writeSync(out, params.chunk));
    class Order { constructor(n) { this.label = 'order ' + n; } }
    globalThis.orders = [new Order(0)];
    function addOrder(n) { orders.push(new Order(n)); }
    function handleRequest(n) { addOrder(n); }
    session.post('HeapProfiler.startTrackingHeapObjects', { trackAllocations: stacks === 'yes' });
    for (let i = 1; i <= 100; i++) handleRequest(i);
    session.post('HeapProfiler.stopTrackingHeapObjects', {});
    fs.closeSync(out);`;
  const record = (name: string, stacks: 'yes' | 'no'): string => {
    const file = path.join(folder, name);
    const node = process.env.HEAPGRAPH_NODE ?? process.execPath;
    const script = path.join(folder, 'orders.cjs');
    writeFileSync(script, program);
    // V8 forgets the stacks of objects that it moves: with so much room for new ones it does not yet.
    const flags = ['--single-threaded-gc', '--min-semi-space-size=64', '--max-semi-space-size=64'];
    execFileSync(node, [...flags, script, file, stacks]);
    return file;
  };

  // On a busy machine V8 sometimes has none of the stacks: then it is recorded anew.
  test('by-type Order --allocated FILE, allocations tracked by the inspector', { retry: 4 }, async () => {
    const file = record('tracked.heapsnapshot', 'yes');
    const { stdout, code } = await heapgraph(['by-type', 'Order', '--allocated', file, '--json']);
    const { rows } = JSON.parse(stdout) as {
      rows: { count: number; function: string | null; callers: { function: string }[] }[];
    };
    expect(code).toBe(0);
    const row = rows.find(({ function: name }) => name === 'addOrder')!;
    expect(row.count).toBeGreaterThan(50);
    const names = [row.function, ...row.callers.map((caller) => caller.function)];
    expect(names.slice(0, 2)).toEqual(['addOrder', 'handleRequest']);
    expect(rows.at(-1)).toMatchObject({ function: null });
  });

  test('count Order FILE.heaptimeline, without stacks', async () => {
    const file = record('tracked.heaptimeline', 'no');
    expect((await heapgraph(['count', 'Order', file])).stdout).toBe('101\n');
    const { stderr, code } = await heapgraph(['by-type', 'Order', '--allocated', file]);
    expect(stderr).toContain('has no allocation stacks');
    expect(code).toBe(2);
  });
});
