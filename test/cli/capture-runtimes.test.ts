/** Snapshots of other runtimes by the address of their inspectors; each where it is in PATH, or where a variable names it. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { startChromium } from '../support/chromium.js';
import { heapgraph, type Run } from '../support/cli.js';
import { counted, freePort, inspectorOf, type Program, start, until } from '../support/processes.js';
import { chromiumFile, programFile } from '../support/runtimes.js';
import { folderMaker, temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const fresh = folderMaker(folder);

const running: { stop(): Promise<void> | void }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

const KEPT = `class Kept { constructor(i) { this.i = i; } }
globalThis.kept = Array.from({ length: 30 }, (_, i) => new Kept(i));
setInterval(() => {}, 1000);
console.log('ready');
`;

const script = (name: string, text: string): string => {
  const file = path.join(fresh(), name);
  writeFileSync(file, text);
  return file;
};

async function started(program: string, args: readonly string[]): Promise<Program> {
  const one = await start(program, args);
  running.push(one);
  return one;
}

const captured: Run = { stdout: 'a.heapsnapshot\n', stderr: '', code: 0 };
const capture = (cwd: string, ...args: string[]): Promise<Run> =>
  heapgraph(['capture', '--inspect', ...args, '-q', '-o', 'a.heapsnapshot'], { cwd });

const deno = programFile(['deno'], 'DENO_PATH');
describe.skipIf(deno === undefined)('Deno (DENO_PATH)', () => {
  test('by its address', async () => {
    const cwd = fresh();
    const program = await started(deno!, ['run', '--inspect=127.0.0.1:0', script('app.js', KEPT)]);
    const address = await inspectorOf(program);
    expect(await capture(cwd, address)).toEqual(captured);
    expect([30, 31]).toContain(await counted('Kept', 'a.heapsnapshot', cwd));
    const { stderr, code } = await heapgraph(['capture', '--inspect', address], { cwd });
    expect(stderr).toMatch(/process \d+ \(Deno \d+\.\d+\.\d+\) does nothing else/);
    expect(code).toBe(0);
    const watched = await heapgraph(['watch', address, '--count', '1'], { cwd });
    expect(watched.stdout).toMatch(/^0\.0( \d+){4}\n$/);
  });

  test('by its pid without an inspector: it is not signalled', async () => {
    const program = await started(deno!, ['run', script('app.js', KEPT)]);
    const { stderr, code } = await heapgraph(['capture', String(program.pid)], { cwd: fresh() });
    expect(code).toBe(2);
    expect(stderr).toMatch(/on a signal but Deno\n.*it was not sent\. Start it with deno run --inspect/);
  });

  test('a worker of it', async () => {
    const cwd = fresh();
    const worker = script('w.js', KEPT.replace("console.log('ready');", ''));
    const app = script(
      'app.js',
      `new Worker('file://${worker}', { type: 'module' }); setInterval(() => {}, 1000); setTimeout(() => console.log('ready'), 500);`,
    );
    const program = await started(deno!, ['run', '-A', '--inspect=127.0.0.1:0', app]);
    expect(await capture(cwd, await inspectorOf(program), '--worker', 'w.js')).toEqual(captured);
    expect([30, 31]).toContain(await counted('Kept', 'a.heapsnapshot', cwd));
  });
});

const bun = programFile(['bun'], 'BUN_PATH');
describe.skipIf(bun === undefined)('Bun (BUN_PATH)', () => {
  test('by the URL of its inspector', async () => {
    const cwd = fresh();
    const port = await freePort();
    const program = await started(bun!, [`--inspect=127.0.0.1:${port}`, script('app.js', KEPT)]);
    await until('the inspector is open', () => /ws:\/\/\S+/.test(program.stderr()));
    const url = /ws:\/\/[\w.:/-]+/.exec(program.stderr())![0];
    expect(await capture(cwd, url)).toMatchObject({ ...captured, stderr: '' });
    expect([30, 31]).toContain(await counted('Kept', 'a.heapsnapshot', cwd));
    const byAddress = await capture(cwd, `127.0.0.1:${port}`);
    expect(byAddress.code).toBe(2);
    expect(byAddress.stderr).toMatch(/does not list its targets\n.*the URL that bun --inspect printed/);
    const watched = await heapgraph(['watch', url, '--count', '1'], { cwd });
    expect(watched.stdout).toMatch(/^0\.0( \d+){4}\n$/);
  });

  test('by its pid: it is not signalled', async () => {
    const program = await started(bun!, [script('app.js', KEPT)]);
    const { stderr, code } = await heapgraph(['capture', String(program.pid)], { cwd: fresh() });
    expect(code).toBe(2);
    expect(stderr).toMatch(/on a signal but Bun\n.*it was not sent\. Start it with bun --inspect/);
  });
});

const workerd = programFile(['workerd'], 'WORKERD_PATH');
test.skipIf(workerd === undefined)(
  'workerd (WORKERD_PATH), which answers neither facts nor garbage collection',
  async () => {
    const cwd = fresh();
    const config = script(
      'config.capnp',
      `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .app)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const app :Workerd.Worker = (modules = [(name = "worker", esModule = embed "worker.mjs")], compatibilityDate = "2024-09-01");
`,
    );
    writeFileSync(
      path.join(path.dirname(config), 'worker.mjs'),
      'class Kept {} globalThis.kept = Array.from({ length: 30 }, () => new Kept()); export default { fetch() { return new Response("ok"); } };',
    );
    const port = await freePort();
    const child = spawn(workerd!, ['serve', config, `-i127.0.0.1:${port}`]);
    running.push({ stop: () => void child.kill('SIGKILL') });
    const isOpen = (): Promise<boolean> =>
      fetch(`http://127.0.0.1:${port}/json/list`).then(
        () => true,
        () => false,
      );
    for (let tries = 0; tries < 300 && !(await isOpen()); tries++)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await capture(cwd, `127.0.0.1:${port}`)).toEqual(captured);
    expect([30, 31]).toContain(await counted('Kept', 'a.heapsnapshot', cwd));
    const { stderr } = await heapgraph(['capture', '--inspect', `127.0.0.1:${port}`], { cwd });
    expect(stderr).toContain(`127.0.0.1:${port} (workerd) does nothing else`);
  },
);

const chromium = chromiumFile();
test.skipIf(chromium === undefined)('a page of Chromium and its worker (CHROME_PATH)', async () => {
  const cwd = fresh();
  const pages: Readonly<Record<string, string>> = {
    '/': '<title>leaky</title><script>class InPage {} window.kept = Array.from({ length: 9 }, () => new InPage()); new Worker("w.js", { name: "jobs" });</script>',
    '/w.js': KEPT,
  };
  const server = http.createServer(({ url = '' }, response) => {
    response.setHeader('content-type', url.endsWith('.js') ? 'text/javascript' : 'text/html');
    response.end(pages[url] ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  running.push({
    stop() {
      server.closeAllConnections();
      server.close();
    },
  });
  const page = await startChromium(chromium!, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  running.push(page);
  const { port } = page;
  const listed = async (): Promise<string> =>
    fetch(`http://127.0.0.1:${port}/json/list`)
      .then((answer) => answer.text())
      .catch(() => '');
  for (let tries = 0; tries < 300 && !(await listed()).includes('"leaky"'); tries++)
    await new Promise((resolve) => setTimeout(resolve, 100));
  const address = `127.0.0.1:${port}`;
  expect(await capture(cwd, address, '--target', 'leaky')).toEqual(captured);
  expect([9, 10]).toContain(await counted('InPage', 'a.heapsnapshot', cwd));
  expect(await capture(cwd, address, '--target', 'leaky', '--worker', 'jobs')).toEqual(captured);
  expect([30, 31]).toContain(await counted('Kept', 'a.heapsnapshot', cwd));
  const none = await capture(cwd, address, '--target', 'leaky', '--worker', 'mail');
  expect(none.code).toBe(2);
  expect(none.stderr).toMatch(/no worker of .* is called "mail"\n.*"jobs" http/);
});
