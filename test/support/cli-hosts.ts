/**
 * The processes that answer the command lines of all test files: one for each file that asks at the same time. They
 * start at the first question and live until the end of the run, so that their code is compiled once. This is a global
 * setup, in the main process of Vitest; test files ask over a local socket, see ask-hosts.ts.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { TestProject } from 'vitest/node';
import type { Answer } from './ask-hosts.js';
import { CLI_ENV, CliHost, NODE, type Question } from './cli-host.js';

/** Several projects share them; the last one ends them. */
interface Shared {
  readonly address: string;
  users: number;
  end(): void;
}
const SHARED = Symbol.for('heapgraph tests: processes that answer command lines');

export default async function setup(project: TestProject): Promise<() => void> {
  const state = globalThis as { [SHARED]?: Promise<Shared> };
  state[SHARED] ??= listen();
  const shared = await state[SHARED];
  shared.users++;
  project.provide('cliHosts', shared.address);
  return () => {
    if (--shared.users > 0) return;
    delete state[SHARED];
    shared.end();
  };
}

async function listen(): Promise<Shared> {
  const folder = mkdtempSync(path.join(tmpdir(), 'heapgraph-hosts-'));
  const name = `${path.basename(folder)}.sock`;
  const address = process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : path.join(folder, name);
  const all = new Set<CliHost>();
  // The last one that was busy is the next one: it is the warmest.
  const idle: CliHost[] = [];
  const answer = async ({ args, cwd, ...more }: Question): Promise<Answer> => {
    const host = idle.pop() ?? new CliHost(NODE, CLI_ENV);
    all.add(host);
    try {
      return { run: await host.ask(args, cwd, more) };
    } catch (error) {
      return { error: (error as Error).message };
    } finally {
      idle.push(host);
    }
  };
  const server = net.createServer((socket) => {
    // A file's questions are answered one at a time, in order.
    let last = Promise.resolve();
    socket.on('error', () => {}); // the file is done
    createInterface({ input: socket }).on('line', (line) => {
      last = last.then(async () => {
        const text = JSON.stringify(await answer(JSON.parse(line) as Question));
        socket.write(`${text}\n`);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(address, resolve));
  server.unref();
  return {
    address,
    users: 0,
    end() {
      server.close();
      for (const host of all) host.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
