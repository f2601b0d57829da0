/** Programs that the tests look at from outside. None is left when the test file is done. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterFile } from './after-file.js';
import { heapgraph, type Run } from './cli.js';

const BIN = fileURLToPath(new URL('../../bin/heapgraph.js', import.meta.url));
const EXPRESS = createRequire(import.meta.url).resolve('express');

const running = new Set<ChildProcess>();
afterFile(() => {
  for (const child of running) child.kill('SIGKILL');
});

export interface Program {
  readonly child: ChildProcess;
  readonly pid: number;
  /** The first line that it printed. */
  readonly said: string;
  /** All of its standard error up to now. */
  stderr(): string;
  stop(): Promise<void>;
}

/** Starts a program; it is there when it has printed its first line. */
export async function start(program: string, args: readonly string[] = []): Promise<Program> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const exited = once(child, 'exit').then(() => void running.delete(child));
  let stderr = '';
  child.stderr.on('data', (piece: Buffer) => {
    stderr += piece.toString();
  });
  let said = '';
  for await (const piece of child.stdout.iterator({ destroyOnReturn: false })) {
    said += String(piece);
    if (said.includes('\n')) break;
  }
  if (!said.includes('\n')) throw new Error(`${program} ended before it was ready: ${stderr}`);
  child.stdout.resume();
  return {
    child,
    pid: child.pid!,
    said: said.split('\n')[0]!,
    stderr: () => stderr,
    async stop() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Starts Node.js with a program text. The inspector port, if it is opened, is a free one. */
export function startNode(folder: string, code: string, flags: readonly string[] = []): Promise<Program> {
  const file = path.join(folder, `program-${running.size}-${Math.random().toString(36).slice(2)}.cjs`);
  writeFileSync(file, code);
  return start(process.execPath, [...flags, file]);
}

/** An Express server that keeps an object for every request, and prints its address. */
export const LEAKING_SERVER = `
const express = require(${JSON.stringify(EXPRESS)});
class LeakedRequest { constructor(url) { this.url = url; } }
const kept = [];
const app = express();
app.get('/leak', (request, response) => { kept.push(new LeakedRequest(request.url)); response.send('kept'); });
const server = app.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port));
`;

/** The same without Express: it starts sooner, and its snapshot is smaller. */
export const PLAIN_SERVER = `
class LeakedRequest { constructor(url) { this.url = url; } }
const kept = [];
const server = require('node:http').createServer((request, response) => {
  kept.push(new LeakedRequest(request.url));
  response.end('kept');
});
server.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port));
`;

/** A server that answers every request alike, with 200, tells standard error of it, and prints its address. */
export const answering = (body: string): string => `
const server = require('node:http').createServer((request, response) => {
  console.error('asked', request.url);
  response.end(${JSON.stringify(body)});
});
server.listen(0, '127.0.0.1', () => console.log('127.0.0.1:' + server.address().port));
`;

/** A program whose snapshot takes a good while. */
export const LARGE = `
class Large { constructor(i) { this.i = i; this.list = [i]; } }
globalThis.kept = Array.from({ length: 200000 }, (_, i) => new Large(i));
setInterval(() => {}, 1000);
console.log('ready');
`;

/** `heapgraph ARGS…` that goes on while the test does something. */
export function startHeapgraph(
  args: readonly string[],
  cwd: string,
): { child: ChildProcess; ended: Promise<Run> } {
  const child = spawn(process.execPath, [BIN, ...args], { cwd });
  running.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (piece: Buffer) => {
    stdout += piece.toString();
  });
  child.stderr.on('data', (piece: Buffer) => {
    stderr += piece.toString();
  });
  child.stdin.end();
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child);
    return { stdout, stderr, code: code as number | null };
  });
  return { child, ended };
}

/** Waits until it is so; throws after a while, which is long, as machines that run tests are busy. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  for (const begun = Date.now(); !condition(); ) {
    if (Date.now() - begun > 120_000) throw new Error(`not within two minutes: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** How many objects of a class a snapshot has. The prototype, which is named after its constructor, may count. */
export async function counted(type: string, file: string, cwd: string): Promise<number> {
  const { stdout } = await heapgraph(['count', type, file], { cwd });
  return Number(stdout);
}

/** Files of a folder, the hidden ones too. */
export function filesOf(folder: string): string[] {
  return readdirSync(folder).filter((name) => !/^program-/.test(name));
}

/** The address in what Node.js says of its inspector. */
export async function inspectorOf(program: Program): Promise<string> {
  await until('the inspector is open', () => /ws:\/\/\S+/.test(program.stderr()));
  return /ws:\/\/([\d.:]+)/.exec(program.stderr())![1]!;
}

/** Whether anybody listens at a port of this machine; false where /proc does not say. */
export function listens(port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return ['tcp', 'tcp6'].some((table) => {
    try {
      return new RegExp(`:${hex} \\S+ 0A `).test(readFileSync(`/proc/net/${table}`, 'latin1'));
    } catch {
      return false;
    }
  });
}

/** A port that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
