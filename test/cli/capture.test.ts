/** Snapshots of running processes, all on this machine's loopback. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import CDP from 'chrome-remote-interface';
import { describe, expect, test } from 'vitest';
import { heapgraph } from '../support/cli.js';
import {
  answering,
  counted,
  filesOf,
  freePort,
  inspectorOf,
  LARGE,
  LEAKING_SERVER,
  listens,
  PLAIN_SERVER,
  start,
  startHeapgraph,
  startNode,
  until,
} from '../support/processes.js';
import { folderMaker, temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const fresh = folderMaker(folder);
const linux = process.platform === 'linux';

const SIGUSR2 = 1n << 11n;
/** The signals that a process handles, a bit each. */
const signalsCaught = (pid: number): bigint =>
  BigInt(`0x${/^SigCgt:\s*([\da-f]+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]}`);

/** Sends requests one after the other; gives how many were answered. */
async function requests(url: string, count: number): Promise<number> {
  let answered = 0;
  for (let i = 0; i < count; i++) {
    const response = await fetch(`${url}/leak?${i}`);
    if ((await response.text()) === 'kept') answered++;
  }
  return answered;
}

describe('a server under requests', () => {
  test('capture PID: the snapshot, its path, the next command; the inspector is closed again', async () => {
    const cwd = fresh();
    const port = await freePort();
    const server = await startNode(folder, LEAKING_SERVER, [`--inspect-port=${port}`]);
    expect(await requests(server.said, 25)).toBe(25);
    let going = true;
    const load = (async () => {
      let answered = 0;
      while (going) answered += await requests(server.said, 1);
      return answered;
    })();
    const { stdout, stderr, code } = await heapgraph(['capture', String(server.pid)], { cwd });
    going = false;
    const answered = await load;
    expect(code).toBe(0);
    const file = stdout.trim();
    expect(file).toMatch(new RegExp(`^heapgraph-${server.pid}-\\d{8}-\\d{6}\\.heapsnapshot$`));
    expect(filesOf(cwd)).toEqual([file]);
    expect(stderr).toContain(`process ${server.pid} (Node.js ${process.version}) does nothing else`);
    expect(stderr).toContain(`next: heapgraph ${file}`);
    expect(stderr).toContain(
      `take all snapshots in one run, as the ids of objects end with it: heapgraph capture ${server.pid} --every 60s --count 3 (or --on signal)`,
    );
    const found = await counted('LeakedRequest', file, cwd);
    expect(found).toBeGreaterThanOrEqual(25);
    expect(found).toBeLessThanOrEqual(25 + answered + 1);
    expect(await requests(server.said, 3)).toBe(3);
    if (linux) await until('the inspector is closed', () => !listens(port));
    await server.stop();
  });

  test('capture --inspect ADDRESS -o FILE.gz --json, while a debugger is attached', async () => {
    const cwd = fresh();
    const server = await startNode(folder, LEAKING_SERVER, ['--inspect=127.0.0.1:0']);
    await requests(server.said, 10);
    const address = await inspectorOf(server);
    const [host, port] = address.split(':') as [string, string];
    const debuggerOfOthers = await CDP({ host, port: Number(port) });
    const { stdout, code } = await heapgraph(
      ['capture', '--inspect', address, '-o', 'app.heapsnapshot.gz', '--json'],
      { cwd },
    );
    expect(code).toBe(0);
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({
      schema: 'heapgraph/1',
      command: 'capture',
      snapshots: ['app.heapsnapshot.gz'],
      complete: true,
      total: 1,
      rows: [
        {
          file: 'app.heapsnapshot.gz',
          pid: server.pid,
          nodeVersion: process.version,
          runtime: `Node.js ${process.version}`,
          worker: null,
        },
      ],
    });
    const bytes = readFileSync(path.join(cwd, 'app.heapsnapshot.gz'));
    expect([bytes[0], bytes[1], bytes.length]).toEqual([0x1f, 0x8b, answer.rows[0].bytes]);
    expect([10, 11]).toContain(await counted('LeakedRequest', 'app.heapsnapshot.gz', cwd));
    // The other debugger is still there, and the inspector, which was not ours to close.
    expect((await debuggerOfOthers.Runtime.evaluate({ expression: '6 * 7' })).result.value).toBe(42);
    await debuggerOfOthers.close();
    const again = await heapgraph(['capture', String(server.pid), '-q', '-o', 'again.heapsnapshot'], { cwd });
    expect(again).toEqual({ stdout: 'again.heapsnapshot\n', stderr: '', code: 0 });
    expect(await fetch(`http://${address}/json/list`).then(({ status }) => status)).toBe(200);
    await server.stop();
  });

  test.runIf(linux).each([
    ['--inspect-port=0', 0],
    ['--inspect=127.0.0.1:0', 1],
  ])('capture PID of a server with %s: its own port is asked %i times at most', async (flag, most) => {
    const server = await startNode(folder, answering('hello'), [flag]);
    const run = await heapgraph(['capture', String(server.pid), '-q', '-o', 'a.heapsnapshot'], {
      cwd: fresh(),
    });
    expect(run).toEqual({ stdout: 'a.heapsnapshot\n', stderr: '', code: 0 });
    expect((server.stderr().match(/^asked/gm) ?? []).length).toBeLessThanOrEqual(most);
    await server.stop();
  });

  test('capture PID --every 200ms --count 2', async () => {
    const cwd = fresh();
    const server = await startNode(folder, PLAIN_SERVER, ['--inspect-port=0']);
    const { stdout, stderr, code } = await heapgraph(
      ['capture', String(server.pid), '--every', '200ms', '--count', '2', '-o', 's.heapsnapshot'],
      { cwd },
    );
    expect([stdout, code]).toEqual(['s-1.heapsnapshot\ns-2.heapsnapshot\n', 0]);
    expect(stderr).toContain('next: heapgraph diff --holders s-1.heapsnapshot s-2.heapsnapshot');
    expect(stderr).not.toContain('take all snapshots in one run');
    const compared = await heapgraph(['diff', 's-1.heapsnapshot', 's-2.heapsnapshot', '--json'], { cwd });
    expect(compared.stderr).not.toContain('seem to be');
    expect(JSON.parse(compared.stdout)).toMatchObject({ comparedBy: 'id' });
    await server.stop();
  });

  test('capture PID twice: not comparable by id, and told so', async () => {
    const cwd = fresh();
    const server = await startNode(folder, PLAIN_SERVER, ['--inspect-port=0']);
    for (const file of ['a.heapsnapshot', 'b.heapsnapshot']) {
      const { code } = await heapgraph(['capture', String(server.pid), '-q', '-o', file], { cwd });
      expect(code).toBe(0);
    }
    await server.stop();
    const { stdout, stderr, code } = await heapgraph(['get-new-ids', 'a.heapsnapshot', 'b.heapsnapshot'], {
      cwd,
    });
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toContain('or of one whose inspector session ended in between');
    expect(stderr).toMatch(/take all snapshots in one run .*--by-id goes on/);
  });

  test('capture PID --on signal --count 1', async () => {
    const cwd = fresh();
    const server = await startNode(folder, PLAIN_SERVER, ['--inspect-port=0']);
    const run = startHeapgraph(
      ['capture', String(server.pid), '--on', 'signal', '--count', '1', '-o', 's.heapsnapshot'],
      cwd,
    );
    let said = '';
    run.child.stderr!.on('data', (piece: Buffer) => {
      said += piece.toString();
    });
    await until('it waits', () => said.includes('kill -USR2'));
    expect(existsSync(path.join(cwd, 's.heapsnapshot'))).toBe(false);
    run.child.kill('SIGUSR2');
    expect(await run.ended).toMatchObject({ stdout: 's.heapsnapshot\n', code: 0 });
    await server.stop();
  });
});

test.runIf(linux)(
  'capture PID --on signal, Ctrl-C before the first: told also with -q, exit code 1',
  async () => {
    const cwd = fresh();
    const port = await freePort();
    const server = await startNode(folder, PLAIN_SERVER, [`--inspect-port=${port}`]);
    const run = startHeapgraph(['capture', String(server.pid), '--on', 'signal', '-q'], cwd);
    const waits = (): boolean => (signalsCaught(run.child.pid!) & SIGUSR2) !== 0n;
    await until('it waits for the signal', waits);
    run.child.kill('SIGINT');
    expect(await run.ended).toEqual({ stdout: '', stderr: 'heapgraph: no snapshot was taken\n', code: 1 });
    expect(filesOf(cwd)).toEqual([]);
    await until('the inspector is closed', () => !listens(port));
    await server.stop();
  },
);

/** Keeps an object with a small integer and a number on the heap. */
const WITH_NUMBERS = `
class Invoice { constructor() { this.items = 4321; this.total = 19.95; } }
globalThis.invoice = new Invoice();
setInterval(() => {}, 1000);
console.log('ready');
`;

/** What `at` shows of the invoice's properties. */
async function invoiceIn(file: string, cwd: string): Promise<readonly string[]> {
  const ids = await heapgraph(['by-type', 'Invoice', file, '--ids'], { cwd });
  const id = ids.stdout.trim().split('\n').at(-1)!;
  const { stdout } = await heapgraph(['at', id, file, '--json'], { cwd });
  type Shown = { references: { edgeName: string; name: string }[] };
  const { rows } = JSON.parse(stdout) as { rows: Shown[] };
  return rows[0]!.references
    .filter(({ edgeName }) => /^(items|total)$/.test(edgeName))
    .map(({ edgeName, name }) => `${edgeName}: ${name}`);
}

describe('numbers', () => {
  test('capture PID has them, capture PID --no-numbers has not', async () => {
    const cwd = fresh();
    const program = await startNode(folder, WITH_NUMBERS, ['--inspect-port=0']);
    const of = (...more: string[]) => heapgraph(['capture', String(program.pid), '-q', ...more], { cwd });
    expect((await of('-o', 'a.heapsnapshot')).code).toBe(0);
    expect(await invoiceIn('a.heapsnapshot', cwd)).toEqual(['items: 4321', 'total: 19.95']);
    expect((await of('--no-numbers', '-o', 'b.heapsnapshot')).code).toBe(0);
    expect(await invoiceIn('b.heapsnapshot', cwd)).toEqual([]);
    await program.stop();
  });

  test.each([
    [[], ['items: 4321', 'total: 19.95']],
    [['--no-numbers'], []],
  ])('capture %j -- node program: at its exit', async (flags, expected) => {
    const cwd = fresh();
    const program = path.join(cwd, 'program-exits.cjs');
    writeFileSync(program, `${WITH_NUMBERS} setTimeout(() => process.exit(), 50);`);
    const run = await heapgraph(['capture', ...flags, '-q', '-o', 'e.heapsnapshot', '--', 'node', program], {
      cwd,
    });
    expect(run.code).toBe(0);
    expect(await invoiceIn('e.heapsnapshot', cwd)).toEqual(expected);
  });
});

describe('a program that capture starts', () => {
  const file = (name: string, code: string): string => {
    const written = path.join(folder, name);
    writeFileSync(written, code);
    return written;
  };
  const kept =
    'class Kept {} globalThis.kept = Array.from({ length: 30 }, () => new Kept()); console.log("out");';

  test.each([
    ['ends', ''],
    ['calls process.exit(3)', 'setTimeout(() => process.exit(3), 50);'],
    ['throws', 'setTimeout(() => { throw new Error("thrown on purpose"); }, 50);'],
  ])('capture -- node program, which %s', async (_, end) => {
    const cwd = fresh();
    const program = file('exits.cjs', `${kept}${end}`);
    const { stdout, stderr, code } = await heapgraph(
      ['capture', '-o', 'exit.heapsnapshot', '--', 'node', program],
      { cwd },
    );
    expect([stdout, code]).toEqual(['exit.heapsnapshot\n', 0]);
    expect(stderr).toMatch(/^out\n/);
    expect(filesOf(cwd)).toEqual(['exit.heapsnapshot']);
    expect([30, 31]).toContain(await counted('Kept', 'exit.heapsnapshot', cwd));
  });

  test('capture -q -- node program, which fails: its exit code is told all the same', async () => {
    const { stdout, stderr, code } = await heapgraph(
      ['capture', '-q', '-o', 'f.heapsnapshot', '--', 'node', 'no-such-file.js'],
      { cwd: fresh() },
    );
    expect([stdout, code]).toEqual(['f.heapsnapshot\n', 0]);
    expect(stderr).toMatch(/^heapgraph: the program ended: exit code 1$/m);
  });

  test('capture --after 300ms -z -- node program: forked processes do not inherit our flags', async () => {
    const cwd = fresh();
    const program = file(
      'forks.cjs',
      `${kept} console.error('flags', JSON.stringify(process.execArgv), process.env.HEAPGRAPH_CAPTURE); setInterval(() => {}, 1000);`,
    );
    const { stdout, stderr, code } = await heapgraph(
      ['capture', '--after', '300ms', '-z', '-o', 'a.heapsnapshot', '--', 'node', program],
      { cwd },
    );
    expect([stdout, code]).toEqual(['a.heapsnapshot.gz\n', 0]);
    expect(stderr).toContain('flags [] undefined');
    expect([30, 31]).toContain(await counted('Kept', 'a.heapsnapshot.gz', cwd));
  });

  test('a worker: capture --worker jobs', async () => {
    const cwd = fresh();
    const program = file(
      'workers.cjs',
      `const { Worker } = require('node:worker_threads');
       new Worker('class InWorker {} globalThis.k = Array.from({ length: 7 }, () => new InWorker()); setInterval(() => {}, 1000)', { eval: true, name: 'jobs' });
       new Worker('setInterval(() => {}, 1000)', { eval: true, name: 'mail' });
       setTimeout(() => console.log('ready'), 300);`,
    );
    const running = await start(process.execPath, ['--inspect-port=0', program]);
    const of = (which: string) =>
      heapgraph(['capture', String(running.pid), '--worker', which, '-q', '-o', 'w.heapsnapshot'], { cwd });
    expect(await of('jobs')).toEqual({ stdout: 'w.heapsnapshot\n', stderr: '', code: 0 });
    expect([7, 8]).toContain(await counted('InWorker', 'w.heapsnapshot', cwd));
    expect(await of('2')).toMatchObject({ code: 0 });
    expect(await counted('InWorker', 'w.heapsnapshot', cwd)).toBe(0);
    const none = await of('nobody');
    expect(none.code).toBe(2);
    expect(none.stderr).toMatch(/no worker of process \d+ is called "nobody"\n.*worker 1\] jobs/);
    await running.stop();
  });

  test.each([
    [
      ['--after', '20s', '--', 'node', '-e', '0'],
      /ended before its snapshot was due|ended \(exit code 0\) before/,
    ],
    [
      ['--', 'node', '-e', 'process.kill(process.pid, "SIGKILL")'],
      /the program ended before its snapshot was written/,
    ],
    [['--', 'npm', 'test'], /npm does not run in the Node.js process/],
    [['--', 'no-such-program'], /there is no program "no-such-program"/],
    [['--'], /no program after --/],
  ])('capture %j', async (args, message) => {
    const cwd = fresh();
    const { stdout, stderr, code } = await heapgraph(['capture', ...args], { cwd });
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toMatch(message);
    expect(filesOf(cwd)).toEqual([]);
  });
});

describe('ends in the middle, and nothing is left', () => {
  test('the process is killed', async () => {
    const cwd = fresh();
    const program = await startNode(folder, LARGE, ['--inspect-port=0']);
    const run = startHeapgraph(['capture', String(program.pid)], cwd);
    await until('the file is begun', () => filesOf(cwd).length > 0);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await program.stop();
    const { stdout, stderr, code } = await run.ended;
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toMatch(/process \d+ ended, or closed the connection/);
    expect(filesOf(cwd)).toEqual([]);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('heapgraph gets %s', async (signal) => {
    const cwd = fresh();
    const port = await freePort();
    const program = await startNode(folder, LARGE, [`--inspect-port=${port}`]);
    const run = startHeapgraph(['capture', String(program.pid), '-z'], cwd);
    await until('the file is begun', () => filesOf(cwd).length > 0);
    run.child.kill(signal);
    const { stdout, code } = await run.ended;
    expect([stdout, code]).toEqual(['', signal === 'SIGINT' ? 130 : 143]);
    expect(filesOf(cwd)).toEqual([]);
    expect(program.child.exitCode).toBe(null);
    if (linux) await until('the inspector is closed', () => !listens(port));
    await program.stop();
  });

  test('a started program is ended with heapgraph', async () => {
    const cwd = fresh();
    const run = startHeapgraph(
      [
        'capture',
        '--after',
        '60s',
        '--',
        'node',
        '-e',
        'console.error("pid", process.pid); setInterval(() => {}, 1000)',
      ],
      cwd,
    );
    let said = '';
    run.child.stderr!.on('data', (piece: Buffer) => {
      said += piece.toString();
    });
    await until('it runs', () => /pid \d+/.test(said));
    const pid = Number(/pid (\d+)/.exec(said)![1]);
    run.child.kill('SIGTERM');
    expect((await run.ended).code).toBe(143);
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
  });
});

describe('cannot be', () => {
  const cannot = async (args: readonly string[], message: RegExp): Promise<void> => {
    const cwd = fresh();
    const { stdout, stderr, code } = await heapgraph(['capture', ...args], { cwd, spawned: false });
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('bug in heapgraph');
    expect(filesOf(cwd)).toEqual([]);
  };

  test.each([
    [[], /no process was named/],
    [['abc'], /"abc" is not a process id/],
    [['node', 'app.js'], /put -- before it/],
    [['127.0.0.1:9229'], /--inspect 127\.0\.0\.1:9229/],
    [['999999999'], /there is no process 999999999\n.*container/],
    [['12', '--inspect', ':1'], /exclude each other/],
    [['12', '--every', '1s'], /--every needs --count/],
    [['12', '--count', '3'], /--count needs --every/],
    [['12', '--every', 'soon'], /Expected a time such as/],
    [['12', '--on', 'exit'], /--on exit needs a program/],
    [['12', '--target', 'x'], /--target needs --inspect/],
    [['12', '-o', 'a.heapsnapshot.br'], /gzip, not to \.br\n.*-o a\.heapsnapshot\.gz/],
    [['12', '-z', '-o', 'a.heapsnapshot.zst'], /gzip, not to \.zst\n.*-o a\.heapsnapshot\.gz/],
    [['12', '-o', '-'], /not written to standard output/],
    [['--inspect', 'nowhere'], /is not the address of an inspector/],
    [['--inspect', 'wss://127.0.0.1:1/x'], /without encryption/],
  ])('capture %j', (args, message) => cannot(args, message));

  test('a refused address', async () => {
    await cannot(
      ['--inspect', `127.0.0.1:${await freePort()}`],
      /refuses the connection: nothing listens there/,
    );
  });

  test('an address where something else listens', async () => {
    const server = await startNode(folder, PLAIN_SERVER);
    await cannot(['--inspect', server.said.replace('http://', '')], /is not an inspector/);
    await server.stop();
  });

  test.each([
    ['text', 'hello'],
    ['an object', '{"ok":true}'],
    ['null', 'null'],
    ['a list of other things', '[{"id":1},null]'],
    ['half a list', '[{"id":"a","title":"'],
  ])('an address where something else answers every request with %s', async (_, body) => {
    const server = await startNode(folder, answering(body));
    await cannot(
      ['--inspect', server.said],
      /what listens at [\d.:]+ is not an inspector\n.*may belong to another program/,
    );
    await server.stop();
  });

  test('the port of another program, which is not an inspector', async () => {
    const other = await startNode(folder, answering('hello'));
    const port = other.said.split(':')[1]!;
    const program = await startNode(folder, PLAIN_SERVER, [`--inspect-port=${port}`]);
    await cannot(
      [String(program.pid)],
      new RegExp(`port ${port}, where process ${program.pid} .* is taken by process ${other.pid} \\(node\\)`),
    );
    await Promise.all([other.stop(), program.stop()]);
  });

  test.runIf(linux)('a process that is not Node.js is not ended by SIGUSR1', async () => {
    const other = await start('/bin/sh', ['-c', 'echo ready; read x < /dev/tty; sleep 60']);
    await cannot([String(other.pid)], /is not a Node\.js process .*\n.*it was not sent/);
    await other.stop();
  });

  test('the port of another process', async () => {
    const first = await startNode(folder, PLAIN_SERVER, ['--inspect=127.0.0.1:0']);
    const port = (await inspectorOf(first)).split(':')[1]!;
    const second = await startNode(folder, PLAIN_SERVER, [`--inspect-port=${port}`]);
    await cannot(
      [String(second.pid)],
      new RegExp(`port ${port}, where process ${second.pid} .* is taken by process ${first.pid}`),
    );
    expect(await requests(second.said, 1)).toBe(1);
    await Promise.all([first.stop(), second.stop()]);
  });

  test.each([
    [
      'nowhere/a.heapsnapshot',
      /cannot write nowhere\/a\.heapsnapshot: its folder does not exist\n.*not touched/,
    ],
    ['nowhere/', /cannot write nowhere\/: its folder does not exist\n.*name a file in it; .*not touched/],
    ['/', /\/ is a folder\n.*Name a file in it/],
  ])('-o %s: told before the process is touched', async (output, message) => {
    const server = await startNode(folder, PLAIN_SERVER, ['--inspect-port=0']);
    await cannot([String(server.pid), '-o', output], message);
    await cannot(['-o', output, '--', 'node', '-e', 'console.error("started")'], message);
    expect(server.stderr()).toBe('');
    await server.stop();
  });
});
