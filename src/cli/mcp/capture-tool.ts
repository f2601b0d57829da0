/** The tool that takes a snapshot: another process of heapgraph does it. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { printable, shortened } from '../../base/printable.js';
import { errorPage, type Page, pageOf } from './answer.js';
import { errorOf } from './engine.js';
import type { Asking } from './question-queue.js';
import { Root } from './root.js';
import type { Input } from './tools.js';

const BIN = fileURLToPath(new URL('../../../bin/heapgraph.js', import.meta.url));

/** Takes a snapshot of a process into a new file below the root. Never rejects. */
export async function captureFor(folder: string, { pid, path }: Input, asking: Asking): Promise<Page> {
  try {
    const root = new Root(folder);
    const file = root.newFile(String(path));
    const { code, stderr } = await run(['capture', String(pid), '-o', file, '--quiet'], asking.signal);
    if (asking.signal?.aborted) return errorPage('the capture was cancelled');
    if (code !== 0) return errorPage(stderr.trim() || `heapgraph capture ended with ${code}`);
    const { size } = fs.statSync(file);
    const name = printable(root.nameOf(file));
    const whole = {
      text: `${name} is a snapshot of process ${String(pid)}: ${size} bytes. Next: suspects {"paths":[${JSON.stringify(name)}]}`,
      rows: [{ path: name, pid, bytes: size }],
      notes: [],
      snapshots: [name],
      found: true,
    };
    return pageOf(whole, file);
  } catch (error) {
    return errorOf(error);
  }
}

function run(
  words: readonly string[],
  signal: AbortSignal | undefined,
): Promise<{ readonly code: number | null; readonly stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [BIN, ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr = shortened(stderr + chunk.toString(), 4000);
    });
    // As Ctrl-C: the process that is asked is left as it was found.
    const cancel = (): void => void child.kill('SIGINT');
    signal?.addEventListener('abort', cancel, { once: true });
    child.on('error', reject);
    child.on('close', (code) => {
      signal?.removeEventListener('abort', cancel);
      resolve({ code, stderr });
    });
  });
}
