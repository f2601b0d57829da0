/** A server on standard input and output, until the client closes them. */
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { UsageError } from '../../base/errors.js';
import { printable } from '../../base/printable.js';
import { parseMaxMemory } from '../memory-bound.js';
import { threadsFor } from '../threads-setting.js';
import { captureFor } from './capture-tool.js';
import { QuestionQueue } from './question-queue.js';
import { Root } from './root.js';
import { createServer } from './server.js';

/** What the command line gives. */
export interface McpOptions {
  readonly root?: string;
  readonly allowCapture?: boolean;
  readonly maxMemory?: string;
  readonly timeout?: number;
  readonly salvage?: boolean;
  readonly version: string;
}

/** The thread's program, beside this file in dist. */
const THREAD = new URL('./thread.js', import.meta.url);
const DEFAULT_TIMEOUT = 120_000;

/** Serves until standard input ends. Throws UsageError. */
export async function runMcp(options: McpOptions): Promise<void> {
  const { folder } = new Root(options.root ?? '.');
  const maxMemory = options.maxMemory === undefined ? undefined : parseMaxMemory(options.maxMemory);
  if (options.maxMemory !== undefined && maxMemory === undefined)
    throw new UsageError(
      `--max-memory is ${printable(JSON.stringify(options.maxMemory))}`,
      'Set it to a number of bytes, such as 4g or 512MB, or to none.',
    );
  const threads = threadsFor({});
  const queue = new QuestionQueue(
    THREAD,
    { root: folder, maxMemory, salvage: options.salvage === true, threads },
    options.timeout ?? DEFAULT_TIMEOUT,
  );
  const ended = new Promise<void>((resolve) => {
    process.stdin.once('end', resolve).once('close', resolve);
    // A client that is gone.
    process.stdout.once('error', () => resolve());
  });
  if (process.stdin.isTTY)
    process.stderr.write(
      'heapgraph mcp: an MCP client starts this; standard input is its protocol. See heapgraph mcp --help.\n',
    );
  const serving = serveStdio(
    () =>
      createServer({
        version: options.version,
        ask: (name, input, asking) => queue.ask(name, input, asking),
        ...(options.allowCapture ? { capture: (input, asking) => captureFor(folder, input, asking) } : {}),
      }),
    { onerror: (error) => process.stderr.write(`heapgraph mcp: ${printable(error.message)}\n`) },
  );
  await ended;
  await serving.close();
  await queue.close();
}
