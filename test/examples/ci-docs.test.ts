/** The blocks of docs/ci.md that start the example, pasted into a shell as they stand; only the ports are others. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const docs = readFileSync(path.join(ROOT, 'docs/ci.md'), 'utf8');
const blocks = [...docs.matchAll(/^```sh\n(.*?)^```$/gms)].map((match) => match[1]!);
const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  const { port } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  return port;
}

describe.skipIf(process.platform === 'win32' || !has('bash') || !has('curl'))('pasted into bash', () => {
  const folder = temporaryFolder();
  let ports: readonly [shop: number, admin: number];

  beforeAll(async () => {
    cpSync(path.join(ROOT, 'examples/leaky-service'), folder, { recursive: true });
    const modules = path.join(folder, 'node_modules');
    mkdirSync(path.join(modules, '.bin'), { recursive: true });
    symlinkSync(path.join(ROOT, 'node_modules/express'), path.join(modules, 'express'));
    symlinkSync(ROOT, path.join(modules, 'heapgraph'));
    symlinkSync(path.join(ROOT, 'bin/heapgraph.js'), path.join(modules, '.bin/heapgraph'));
    ports = [await freePort(), await freePort()];
  });

  const paste = (block: string) => {
    const [shop, admin] = ports;
    const file = path.join(folder, 'block.sh');
    // A shell ends what it has started in the background only where the block says so.
    writeFileSync(
      file,
      `trap 'kill -9 $service 2> /dev/null' EXIT; trap 'exit 143' TERM\n${block.replaceAll(':3000', `:${shop}`)}\nresult=$?\nsleep 1\nkill -0 $service 2> /dev/null && echo STILL-RUNNING\nexit $result\n`,
    );
    return spawnSync('bash', [file], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 110_000,
      env: {
        ...process.env,
        PORT: String(shop),
        ADMIN_PORT: String(admin),
        SHOP_URL: `http://127.0.0.1:${shop}`,
        ADMIN_URL: `http://127.0.0.1:${admin}`,
        npm_config_yes: 'false',
      },
    });
  };

  test('two snapshots and a check: green, without a word about classes that have no objects', () => {
    const { stdout, stderr, status } = paste(blocks.find((block) => block.includes('npm run load'))!);
    expect(stdout).toContain('ok      max Order=50');
    expect(stderr).not.toContain('no objects of type "Order"');
    expect([status, stdout.includes('STILL-RUNNING')]).toEqual([0, false]);
  }, 120_000);

  test('the same with the leak: red', () => {
    const block = blocks.find((one) => one.includes('npm run load'))!;
    const { stdout, status } = paste(block.replace('node server.js', 'LEAK=1 node server.js'));
    expect(stdout).toContain('FAILED  max Order=50');
    expect([status, stdout.includes('STILL-RUNNING')]).toEqual([1, false]);
  }, 120_000);

  test('a signal: the snapshot is whole, and the service ended', () => {
    const { stdout } = paste(blocks.find((block) => block.includes('--heapsnapshot-signal'))!);
    expect(stdout).toMatch(/^0$/m);
    expect(stdout).not.toContain('STILL-RUNNING');
  }, 120_000);
});
