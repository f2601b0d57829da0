/** examples/leaky-service for real: server, load over HTTP, snapshots, `npm run check`. Green as it is, red with LEAK=1. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { heapgraph } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const EXAMPLE = fileURLToPath(new URL('../../examples/leaky-service/', import.meta.url));
const { scripts } = JSON.parse(readFileSync(path.join(EXAMPLE, 'package.json'), 'utf8')) as {
  scripts: Record<'start' | 'load' | 'check', string>;
};
const folder = temporaryFolder();

/** Words of a script in package.json, without the program. */
function argumentsOf(script: keyof typeof scripts): string[] {
  return scripts[script].split(' ').slice(1);
}

class Service {
  private constructor(
    private readonly child: ChildProcess,
    private readonly urls: ReadonlyMap<string, string>,
  ) {}

  /** `npm start` in a folder, on free ports. */
  static async start(cwd: string, env: Readonly<Record<string, string>>): Promise<Service> {
    const args = argumentsOf('start').map((file) => path.join(EXAMPLE, file));
    const child = spawn(process.execPath, args, {
      cwd,
      env: { ...process.env, PORT: '0', ADMIN_PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const urls = new Map<string, string>();
    const service = new Service(child, urls);
    started.push(service);
    for await (const line of createInterface({ input: child.stdout })) {
      const [, name, url] = /^(\w+) on (http:\S+)$/.exec(line) ?? [];
      if (name && url) urls.set(name, url);
      if (urls.size === 2) return service;
    }
    throw new Error('the service ended before it listened');
  }

  url(name: 'shop' | 'admin'): string {
    return this.urls.get(name)!;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }
}

const started: Service[] = [];
afterAll(() => Promise.all(started.map((service) => service.stop())));

/** Runs the example up to its two snapshots, and returns the folder where they are. */
async function measured(name: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const cwd = path.join(folder, name);
  mkdirSync(cwd);
  copyFileSync(path.join(EXAMPLE, 'heapgraph.config.json'), path.join(cwd, 'heapgraph.config.json'));
  const service = await Service.start(cwd, env);
  try {
    const args = argumentsOf('load').map((file) => path.join(EXAMPLE, file));
    await promisify(execFile)(process.execPath, args, {
      cwd,
      env: { ...process.env, SHOP_URL: service.url('shop'), ADMIN_URL: service.url('admin') },
    });
  } finally {
    await service.stop();
  }
  return cwd;
}

interface GrowthRows {
  readonly rows: readonly { readonly type: string; readonly count: number; readonly countDelta: number }[];
}

async function growth(cwd: string): Promise<GrowthRows['rows']> {
  const args = ['show-growth', 'before.heapsnapshot', 'after.heapsnapshot', '--all', '--json'];
  return (JSON.parse((await heapgraph(args, { cwd })).stdout) as GrowthRows).rows;
}

describe('with the leak', () => {
  let cwd: string;
  beforeAll(async () => {
    cwd = await measured('leak', { LEAK: '1' });
  });

  test('every order of the load is still there', async () => {
    expect((await growth(cwd)).find(({ type }) => type === 'Order')).toMatchObject({
      count: 700,
      countDelta: 500,
    });
  });

  test('npm run check: exit code 1, the class, and who holds it', async () => {
    const { stdout, code } = await heapgraph(argumentsOf('check'), { cwd });
    expect(stdout).toMatch(/\bOrder\b/);
    expect(stdout).toContain('openOrders');
    expect(code).toBe(1);
  });
});

describe('without the leak', () => {
  let cwd: string;
  beforeAll(async () => {
    cwd = await measured('fixed');
  });

  test('no order is left', async () => {
    expect((await growth(cwd)).find(({ type }) => type === 'Order')).toBeUndefined();
    expect((await heapgraph(['count', 'Order', 'after.heapsnapshot'], { cwd })).stdout).toBe('0\n');
  });

  test('npm run check: exit code 0', async () => {
    expect((await heapgraph(argumentsOf('check'), { cwd })).code).toBe(0);
  });
});
