/** The MCP server as a process: streams, two clients, cancellation, questions that do not end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { beforeAll, describe, expect, test } from 'vitest';
import { heapgraph } from '../../support/cli.js';
import { CLI_ENV, NODE } from '../../support/cli-host.js';
import { expressPath } from '../../support/fixtures.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const BIN = fileURLToPath(new URL('../../../bin/heapgraph.js', import.meta.url));
const folder = temporaryFolder();
const root = path.join(folder, 'root');
const ASKED = { path: 'final.heapsnapshot.gz', filter: '^Session$' };

beforeAll(() => {
  mkdirSync(root);
  copyFileSync(expressPath('final'), path.join(root, 'final.heapsnapshot.gz'));
});

async function connected(...options: string[]): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  const args = [BIN, 'mcp', '--root', root, ...options];
  await client.connect(new StdioClientTransport({ command: NODE, args, stderr: 'ignore' }));
  return client;
}

async function textOf(
  client: Client,
  name: string,
  given: Readonly<Record<string, unknown>>,
): Promise<string> {
  const { content } = await client.callTool({ name, arguments: given });
  return (content as { readonly text: string }[])[0]!.text;
}

describe('heapgraph mcp', () => {
  test('two clients at once, and two questions at once of one', async () => {
    const clients = await Promise.all([connected(), connected()]);
    try {
      const texts = await Promise.all(
        clients.flatMap((client) => [
          textOf(client, 'types', ASKED),
          textOf(client, 'why', { path: ASKED.path, target: 'Session' }),
        ]),
      );
      expect(texts[0]).toContain('Session');
      expect(texts[1]).toContain('sessions');
      expect(texts.slice(2)).toEqual(texts.slice(0, 2));
    } finally {
      await Promise.all(clients.map((client) => client.close()));
    }
  });

  test('a pattern without an end, and a cancelled question: the next one is answered', async () => {
    const client = await connected('--timeout', '6s');
    try {
      const endless = await textOf(client, 'types', { path: ASKED.path, filter: '^(([^x]+)+)+\\d$' });
      expect(endless).toContain('took longer than 6 s');
      const ending = new AbortController();
      const asked = client.callTool(
        { name: 'suspects', arguments: { paths: [ASKED.path] } },
        { signal: ending.signal },
      );
      setTimeout(() => ending.abort(), 100);
      await expect(asked).rejects.toThrow();
      expect(await textOf(client, 'types', ASKED)).toContain('Session');
    } finally {
      await client.close();
    }
  });

  test('standard output is the protocol; lines that are none are survived; it ends with its input', async () => {
    const child = spawn(NODE, [BIN, 'mcp', '--root', root], { env: CLI_ENV });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stdin.write('this is no JSON\n{"jsonrpc":"2.0"}\n[]\n{"jsonrpc":"2.0","id":1,"method":"nosuch"}\n');
    child.stdin.write(
      `${JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } } })}\n`,
    );
    await until(() => output.includes('"serverInfo"'));
    const code = exitCode(child);
    child.stdin.end();
    expect(await code).toBe(0);
    for (const line of output.trim().split('\n')) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
  });

  test('--allow-capture: a snapshot of a process, into a new file below the root', async () => {
    const target = spawn(NODE, ['-e', 'setInterval(() => {}, 1000); console.log("ready")']);
    const client = await connected('--allow-capture');
    try {
      await new Promise((resolve) => target.stdout.once('data', resolve));
      expect((await client.listTools()).tools.map(({ name }) => name)).toHaveLength(9);
      const text = await textOf(client, 'capture', { pid: target.pid, path: 'new.heapsnapshot' });
      expect(text).toContain('new.heapsnapshot is a snapshot of process');
      expect(statSync(path.join(root, 'new.heapsnapshot')).mode & 0o777).toBe(0o600);
      for (const [name, message] of [
        ['new.heapsnapshot', 'is there already'],
        ['../out.heapsnapshot', 'outside of the root'],
        ['/tmp/out.heapsnapshot', 'outside of the root'],
        ['no/folder.heapsnapshot', 'there is no folder'],
        ['script.js', 'is no name of a snapshot'],
        ['a\0b.heapsnapshot', 'is no path'],
      ] as const)
        expect(await textOf(client, 'capture', { pid: target.pid, path: name })).toContain(message);
      for (const given of [{}, { pid: '1; rm', path: 'a' }, { pid: -1, path: 'a.heapsnapshot' }, { pid: 1 }])
        expect(await textOf(client, 'capture', given)).toContain('Invalid arguments');
      expect(existsSync(path.join(folder, 'out.heapsnapshot'))).toBe(false);
    } finally {
      target.kill();
      await client.close();
    }
  });

  test('--root gone, --max-memory lots, an argument: exit code 2', async () => {
    const runs = await Promise.all(
      [['--root', path.join(folder, 'gone')], ['--max-memory', 'lots'], ['final.heapsnapshot.gz']].map(
        (words) => heapgraph(['mcp', ...words], { cwd: root }),
      ),
    );
    expect(runs.map(({ code, stdout }) => [code, stdout])).toEqual([
      [2, ''],
      [2, ''],
      [2, ''],
    ]);
    expect(runs[0]!.stderr).toMatch(/^heapgraph: --root .* cannot be used: no such file\n/);
    expect(runs[1]!.stderr).toContain('--max-memory');
    expect(runs[2]!.stderr).toContain('takes no arguments');
  });
});

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 20));
}

function exitCode(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', resolve));
}
