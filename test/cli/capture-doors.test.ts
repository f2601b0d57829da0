/** What `capture` and `watch` never do: ask a stranger, signal who is not meant, leave an inspector open or a file readable. */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { heapgraph } from '../support/cli.js';
import { facts, type Inspector, SNAPSHOT, SOUND, startInspector } from '../support/inspectors.js';
import {
  counted,
  filesOf,
  freePort,
  LARGE,
  listens,
  PLAIN_SERVER,
  type Program,
  start,
  startHeapgraph,
  startNode,
  until,
} from '../support/processes.js';
import { folderMaker, temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const fresh = folderMaker(folder);
const BIN = fileURLToPath(new URL('../../bin/heapgraph.js', import.meta.url));

const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.stop()));
});

async function node(code: string, flags: readonly string[]): Promise<Program> {
  const program = await startNode(folder, code, flags);
  open.push(program);
  return program;
}

const IDLE = 'setInterval(() => {}, 1000); console.log("ready");';

/** Is busy in native code until `done` is there, and idle afterwards. */
const busyUntil = (done: string): string =>
  `console.log('ready'); require('node:child_process').execSync('until [ -e "${done}" ]; do sleep 0.1; done'); ${IDLE}`;

/** What stands after State: in /proc. */
const stateOf = (pid: number): string =>
  /^State:\s*(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]!;

/** Programs that wait, or work, in order to close the inspector of a process. */
const closersOf = (pid: number): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [readFileSync(`/proc/${name}/cmdline`, 'latin1')];
      } catch {
        return [];
      }
    })
    .filter((words) => words.includes('close-inspector.js') && words.includes(`{"pid":${pid},`));

describe('capture --inspect ADDRESS', () => {
  const stranger = async (answers = SOUND): Promise<Inspector> => {
    const one = await startInspector({ answers });
    open.push(one);
    return one;
  };

  test('whose pid is a path: a name of our own, in the working folder, readable for its owner alone', async () => {
    const cwd = fresh();
    const { address } = await stranger({ ...SOUND, 'Runtime.evaluate': () => facts('../../../evil') });
    const { stdout, code } = await heapgraph(['capture', '--inspect', address, '-q'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^heapgraph-page-\d{8}-\d{6}\.heapsnapshot\n$/);
    expect(filesOf(cwd)).toEqual([stdout.trim()]);
    const file = path.join(cwd, stdout.trim());
    expect(readFileSync(file, 'utf8')).toBe(SNAPSHOT);
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('--timeout 1s, of one that never answers: what is waited for, exit code 2, no file', async () => {
    const cwd = fresh();
    const { address } = await stranger({
      ...SOUND,
      'HeapProfiler.takeHeapSnapshot': (_, { send }) => {
        send({ method: 'HeapProfiler.addHeapSnapshotChunk', params: { chunk: '{"snapshot":{' } });
        return undefined;
      },
    });
    const { stdout, stderr, code } = await heapgraph(['capture', '--inspect', address, '--timeout', '1s'], {
      cwd,
    });
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toMatch(/the snapshot of .* was not there within 1 second|has said nothing for 1 second/);
    expect(stderr).toContain('--timeout waits longer');
    expect(filesOf(cwd)).toEqual([]);
  });

  test('of one that never answers: what is waited for is told; Ctrl-C ends at once', async () => {
    const cwd = fresh();
    const { address } = await stranger({
      'Runtime.evaluate': () => undefined,
      'Runtime.getHeapUsage': () => undefined,
    });
    const run = startHeapgraph(['capture', '--inspect', address, '--timeout', '10m'], cwd);
    let said = '';
    run.child.stderr!.on('data', (piece: Buffer) => {
      said += piece.toString();
    });
    await until('it says what it waits for', () =>
      said.includes(`waiting for ${address} to answer Runtime.`),
    );
    const begun = performance.now();
    run.child.kill('SIGINT');
    expect((await run.ended).code).toBe(130);
    expect(performance.now() - begun).toBeLessThan(30_000);
    expect(filesOf(cwd)).toEqual([]);
  });
});

describe.runIf(process.platform === 'linux')('capture PID', () => {
  const cannot = async (pid: number, message: RegExp, ...options: string[]): Promise<void> => {
    const cwd = fresh();
    const { stdout, stderr, code } = await heapgraph(['capture', String(pid), ...options], { cwd });
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('bug in heapgraph');
    expect(filesOf(cwd)).toEqual([]);
  };

  test.each(['127.0.0.1', '0.0.0.0'])('a stranger at its port, at %s: is asked nothing', async (host) => {
    const stranger = await startInspector({ answers: SOUND }, { host });
    open.push(stranger);
    const program = await node(IDLE, [`--inspect-port=${stranger.port}`]);
    await cannot(program.pid, new RegExp(`port ${stranger.port}.* is taken by process ${process.pid} \\(`));
    expect(stranger.asked).toEqual([]);
    expect(program.stderr()).toBe('');
  });

  test('a service of its own that says it is another process', async () => {
    const port = await freePort();
    const program = await node(
      `const { WebSocketServer } = require(${JSON.stringify(path.resolve('node_modules/ws'))});
       const answers = { 'Runtime.evaluate': { result: { value: { name: 'Node.js', version: 'v20.0.0', pid: 1, node: 'v20.0.0', heapUsed: null } } }, 'Runtime.getHeapUsage': { usedSize: 1 } };
       const server = require('node:http').createServer((_, response) => response.end(JSON.stringify([{ id: 'x', webSocketDebuggerUrl: 'ws://127.0.0.1:${port}/x' }])));
       new WebSocketServer({ server }).on('connection', (socket) => socket.on('message', (text) => {
         const { id, method } = JSON.parse(text);
         socket.send(JSON.stringify({ id, result: answers[method] ?? {} }));
       }));
       server.listen(${port}, '127.0.0.1', () => console.log('ready'));`,
      [`--inspect-port=${port}`],
    );
    await cannot(program.pid, /says that it is process 1\n.*use --inspect/);
    expect(program.stderr()).toBe('');
  });

  test('two captures at once: each has its snapshot, or is told that the other has closed the inspector', async () => {
    const cwd = fresh();
    const port = await freePort();
    const program = await node(IDLE, [`--inspect-port=${port}`]);
    const runs = await Promise.all(
      ['a', 'b'].map((name) =>
        heapgraph(['capture', String(program.pid), '-q', '-o', `${name}.heapsnapshot`], { cwd }),
      ),
    );
    for (const { code, stderr } of runs) {
      expect([0, 2]).toContain(code);
      if (code === 2)
        expect(stderr).toMatch(/ended, or closed the connection|cannot connect|refuses the conn/);
    }
    expect(runs.map(({ code }) => code)).toContain(0);
    await until('the inspector is closed', () => !listens(port));
    await until('nobody waits any more', () => closersOf(program.pid).length === 0);
  });

  test('a stopped process is told and not signalled', async () => {
    const port = await freePort();
    const program = await node(IDLE, [`--inspect-port=${port}`]);
    program.child.kill('SIGSTOP');
    await until('it is stopped', () => stateOf(program.pid) === 'T');
    await cannot(program.pid, /\(node\) is stopped \(state T\).*sent nothing\n.*kill -CONT/);
    program.child.kill('SIGCONT');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(listens(port)).toBe(false);
    expect(program.stderr()).toBe('');
  });

  test('a zombie, a thread', async () => {
    // It ends after the shell has become the sleep that never collects it.
    const parent = await start('/bin/sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 60']);
    open.push(parent);
    const zombie = Number(parent.said);
    await until('it has ended', () => stateOf(zombie) === 'Z');
    await cannot(zombie, /has ended: its parent has not collected it yet/);
    const program = await node(IDLE, ['--inspect-port=0']);
    const thread = readdirSync(`/proc/${program.pid}/task`)
      .map(Number)
      .find((id) => id !== program.pid)!;
    await cannot(thread, new RegExp(`${thread} is a thread of process ${program.pid}\n`));
    expect(program.stderr()).toBe('');
  });

  test('a program that handles SIGUSR1 and is not Node.js gets it only with --force', async () => {
    const code = 'trap "echo signalled >&2" USR1; echo ready; while :; do sleep 0.1; done';
    const program = await start('/bin/sh', ['-c', code]);
    open.push(program);
    await cannot(program.pid, /is not a Node\.js process .*\n.*so it was not sent.*--force sends it/);
    expect(program.stderr()).toBe('');
    await cannot(program.pid, /opened no inspector within 1 second of SIGUSR1/, '--force', '--timeout', '1s');
    await until('it was signalled', () => program.stderr().includes('signalled'));
  });

  test('Node.js by another name', async () => {
    const cwd = fresh();
    const other = path.join(folder, 'payments');
    try {
      linkSync(process.execPath, other);
    } catch {
      copyFileSync(process.execPath, other); // another file system
    }
    chmodSync(other, 0o755);
    const program = await start(other, ['--inspect-port=0', '-e', IDLE]);
    open.push(program);
    const run = await heapgraph(['capture', String(program.pid), '-q', '-o', 'a.heapsnapshot'], { cwd });
    expect(run).toEqual({ stdout: 'a.heapsnapshot\n', stderr: '', code: 0 });
  });

  test('Node.js that handles SIGUSR1 itself: told, and nothing opens', async () => {
    const port = await freePort();
    const program = await node(`process.on('SIGUSR1', () => console.error('signalled')); ${IDLE}`, [
      `--inspect-port=${port}`,
    ]);
    await cannot(
      program.pid,
      /opened no inspector within 1 second.*\n.*handle SIGUSR1 itself/,
      '--timeout',
      '1s',
    );
    expect(program.stderr()).toBe('signalled\n');
  });

  test('a busy loop is no obstacle with Node.js 20; later ones take the snapshot when it is done', async () => {
    const cwd = fresh();
    const program = await node(
      'class Busy {} globalThis.kept = [new Busy(), new Busy()]; console.log("ready"); for (;;) globalThis.x = Math.sin(1);',
      ['--inspect-port=0'],
    );
    const waits = Number(process.versions.node.split('.')[0]) >= 22;
    const line = ['capture', String(program.pid), '-q', '-o', 'a.heapsnapshot'];
    const run = await heapgraph([...line, ...(waits ? ['--timeout', '3s'] : [])], { cwd });
    if (waits) {
      expect(run.code).toBe(2);
      expect(run.stderr).toContain('was not there within 3 seconds');
      return;
    }
    expect(run).toEqual({ stdout: 'a.heapsnapshot\n', stderr: '', code: 0 });
    expect([2, 3]).toContain(await counted('Busy', 'a.heapsnapshot', cwd));
  });

  test('a process that is busy in native code: told; the inspector that it opens afterwards is closed', async () => {
    const port = await freePort();
    const done = path.join(fresh(), 'done');
    const program = await node(busyUntil(done), [`--inspect-port=${port}`]);
    await cannot(
      program.pid,
      /opened no inspector within 1 second.*\n.*busy in native code/,
      '--timeout',
      '1s',
    );
    writeFileSync(done, '');
    await until('it opens it', () => program.stderr().includes('Debugger listening'));
    await until('it is closed', () => !listens(port));
    await until('nobody waits any more', () => closersOf(program.pid).length === 0);
  });

  test('Ctrl-C while it waits for the inspector ends at once, and the inspector is closed later', async () => {
    const port = await freePort();
    const done = path.join(fresh(), 'done');
    const program = await node(busyUntil(done), [`--inspect-port=${port}`]);
    const run = startHeapgraph(['capture', String(program.pid), '--timeout', '10m'], fresh());
    let said = '';
    run.child.stderr!.on('data', (piece: Buffer) => {
      said += piece.toString();
    });
    await until('it waits', () => said.includes(`waiting for process ${program.pid} to open its inspector`));
    const begun = performance.now();
    run.child.kill('SIGINT');
    expect((await run.ended).code).toBe(130);
    expect(performance.now() - begun).toBeLessThan(30_000);
    writeFileSync(done, '');
    await until('it opens it', () => program.stderr().includes('Debugger listening'));
    await until('it is closed', () => !listens(port));
  });

  test('heapgraph is killed while a snapshot is taken: the inspector is closed, and nobody waits', async () => {
    const port = await freePort();
    const program = await node(LARGE, [`--inspect-port=${port}`]);
    const cwd = fresh();
    const run = startHeapgraph(['capture', String(program.pid)], cwd);
    await until('the file is begun', () => filesOf(cwd).length > 0);
    expect(listens(port)).toBe(true);
    run.child.kill('SIGKILL');
    await run.ended;
    await until('the inspector is closed', () => !listens(port));
    await until('nobody waits any more', () => closersOf(program.pid).length === 0);
  });

  test('watch PID > /dev/full: told, exit code 2, the inspector is closed', async () => {
    const port = await freePort();
    const program = await node(PLAIN_SERVER, [`--inspect-port=${port}`]);
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [BIN, 'watch', String(program.pid), '--every', '100ms'], {
      stdio: ['ignore', full, 'pipe'],
    });
    let said = '';
    child.stderr!.on('data', (piece: Buffer) => {
      said += piece.toString();
    });
    const code = await new Promise((resolve) => void child.once('close', resolve));
    expect(code).toBe(2);
    expect(said).toContain('cannot write to standard output: the disk is full');
    await until('the inspector is closed', () => !listens(port));
    expect(closersOf(program.pid)).toEqual([]);
  });
});

describe.runIf(process.platform === 'linux')('capture -- node program', () => {
  const isThere = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      return stateOf(pid) !== 'Z';
    } catch {
      return false;
    }
  };

  test.each([
    ['--on', 'exit'],
    ['--after', '60s'],
  ])('%s %s, and heapgraph is killed: the program is ended, and nothing is left', async (...options) => {
    const cwd = fresh();
    const code = 'console.error("pid", process.pid); setInterval(() => {}, 1000)';
    const run = startHeapgraph(['capture', ...options, '--', 'node', '-e', code], cwd);
    let said = '';
    run.child.stderr!.on('data', (piece: Buffer) => {
      said += piece.toString();
    });
    await until('it runs', () => /pid \d+\n/.test(said));
    const pid = Number(/pid (\d+)/.exec(said)![1]);
    for (const name of filesOf(cwd)) expect(statSync(path.join(cwd, name)).mode & 0o077).toBe(0);
    run.child.kill('SIGKILL');
    await until('the program is ended', () => !isThere(pid));
    await until('nothing is left', () => filesOf(cwd).length === 0);
  });

  test('the place of its snapshot cannot be guessed, and nobody else can write there', async () => {
    const cwd = fresh();
    const code =
      'const fs = require("node:fs"); const [name] = fs.readdirSync("."); console.error(name, (fs.statSync(name).mode & 0o777).toString(8))';
    const {
      stdout,
      stderr,
      code: exit,
    } = await heapgraph(['capture', '-o', 'a.heapsnapshot', '--', 'node', '-e', code], { cwd });
    expect([stdout, exit]).toEqual(['a.heapsnapshot\n', 0]);
    expect(stderr).toMatch(/^\.heapgraph-\w{6} 700$/m);
    expect(filesOf(cwd)).toEqual(['a.heapsnapshot']);
    expect(statSync(path.join(cwd, 'a.heapsnapshot')).mode & 0o777).toBe(0o600);
  });
});
