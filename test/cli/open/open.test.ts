/** `open` as a user has it: a process, its address, a browser. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LiveObject, LivePicture } from '../../../src/base/page-live.js';
import type { PageTable } from '../../../src/base/page-report.js';
import { spawnHeapgraph } from '../../support/cli.js';
import { CLI_ENV, NODE } from '../../support/cli-host.js';
import { EXPRESS, expressPath } from '../../support/fixtures.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const BIN = fileURLToPath(new URL('../../../bin/heapgraph.js', import.meta.url));
const FINAL = expressPath(EXPRESS[2]!);
const folder = temporaryFolder();

async function startOpen(args: readonly string[]): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(NODE, [BIN, 'open', '--no-browser', ...args], {
    cwd: folder,
    env: { ...CLI_ENV, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
  return { child, url: line };
}

describe('heapgraph open', () => {
  let child: ChildProcess;
  let url: string;
  beforeAll(async () => {
    ({ child, url } = await startOpen([FINAL]));
  });
  afterAll(() => child.kill('SIGKILL'));

  async function get<T>(name: string, values: Record<string, string>): Promise<{ status: number; value: T }> {
    const response = await fetch(`${url}api/${name}?${new URLSearchParams(values)}`);
    return { status: response.status, value: (await response.json()) as T };
  }

  it('prints an address, at which the page is', async () => {
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\/$/);
    const response = await fetch(url);
    const html = await response.text();
    expect(html).toContain('<div id="page" data-live>');
    const policy = response.headers.get('content-security-policy')!;
    expect(policy).toContain("connect-src 'self'; frame-ancestors 'none'");
    // What the page says of itself is the same, but for frames, which only a header can forbid.
    expect(html).toContain(`content="${policy.replace("; frame-ancestors 'none'", '')}"`);
  });

  it('tells all of an object: references, retainers, chain, what it dominates', async () => {
    const { status, value } = await get<LiveObject>('object', { id: '@79605' });
    expect(status).toBe(200);
    expect(value.object).toMatchObject({ id: 79605, class: 'Array', edgeCount: 423, retainerCount: 1 });
    expect(value.object.edges).toHaveLength(423);
    expect(value.steps.at(-1)).toMatchObject({ id: 79605, type: 'Array' });
    expect(value.expression).toBe('(variable auditLog of /srv/express-leak/server.cjs)');
    expect(value.dominated.total).toBeGreaterThan(400);
    expect((await get('object', { id: '1' })).status).toBe(200);
  });

  it('answers queries', async () => {
    const { value } = await get<PageTable>('query', { text: 'AuditEntry' });
    expect([value.total, value.rows.length]).toEqual([420, 420]);
    expect(value.command).toMatch(/^heapgraph select AuditEntry /);
  });

  it('draws', async () => {
    const { value } = await get<LivePicture>('picture', { id: '79605', kind: 'chain' });
    expect(value.svg).toContain('<svg');
    expect(value.svg).not.toContain('<script');
  });

  it.each([
    ['object', { id: '999999999' }, 'no object @999999999'],
    ['object', { id: 'x' }, 'is not an object id'],
    ['object', {}, 'is not an object id'],
    ['query', { text: 'class = = 1' }, ''],
    ['query', { text: '' }, ''],
    ['query', { text: 'class = A and (' }, ''],
    ['query', { text: 'set("/etc/passwd")' }, 'a page reads no files'],
    ['picture', { id: '79605', kind: 'other' }, 'there is no such picture'],
    ['picture', { id: '-1', kind: 'refs' }, 'is not an object id'],
    ['picture', { id: '95', kind: 'backrefs' }, '@95 has 16,915 references to draw, 10,000 at most'],
  ] as const)('says what is wrong with %s %j', async (name, values, message) => {
    const { status, value } = await get<{ error: string }>(name, values as unknown as Record<string, string>);
    expect([status, value.error.includes(message)]).toEqual([400, true]);
  });

  it('answers two at once, and goes on when one goes away', async () => {
    const controller = new AbortController();
    const gone = fetch(`${url}api/object?id=1`, { signal: controller.signal }).catch(() => 'gone');
    controller.abort();
    const [one, other] = await Promise.all([
      get<LiveObject>('object', { id: '79605' }),
      get<PageTable>('query', { text: 'Session' }),
    ]);
    expect(await gone).toBe('gone');
    expect([one.status, other.status]).toEqual([200, 200]);
  });

  it('ends with Ctrl-C, and leaves nothing', async () => {
    const before = readdirSync(folder);
    const { child: one, url: address } = await startOpen([FINAL, '--quiet']);
    const open = await fetch(address); // a connection that is kept
    await open.text();
    one.kill('SIGINT');
    await once(one, 'exit');
    await expect(fetch(address)).rejects.toThrow();
    expect(readdirSync(folder).sort()).toEqual(before.sort());
  });

  it.each([
    [['nothing.heapsnapshot'], 'nothing.heapsnapshot: no such file'],
    [[], 'no snapshot was named'],
    [[FINAL, '--port', '70000'], 'there is no port 70000'],
  ] as const)('%j is refused', async (args, message) => {
    const { code, stderr, stdout } = await spawnHeapgraph(['open', ...args], { cwd: path.join(folder) });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });
});
