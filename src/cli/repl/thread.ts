/**
 * The thread that answers the questions of a prompt. The prompt stays awake, and Ctrl-C can end the
 * thread; the next one gets the same columns.
 */
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { Engine, ThreadData, ThreadMessage } from './engine.js';

Object.assign(globalThis, { [Symbol.for('heapgraph.engine')]: true });
const { engine } = createRequire(import.meta.url)('../../cli.cjs') as { readonly engine: Engine };
const { loaded, salvage, columns, isErrorTerminal } = workerData as ThreadData;
/** Snapshots beside the given ones that are kept for the next question. */
const KEPT_BESIDE = 1;

const port = parentPort!;
const tell = (message: ThreadMessage): void => port.postMessage(message);

engine.onTemporaryFile((file) => tell({ kind: 'temporary', file }));
const given = loaded.map(({ file, time, graph }) => ({ file, time, graph: engine.graphOf(graph) }));
const session = engine.session({ given, keepLast: KEPT_BESIDE, salvage });
const context = { session: () => session, snapshots: loaded.map(({ file }) => file) };

const streams = [process.stdout, process.stderr] as const;
const written: [number, number] = [0, 0];
for (const [i, stream] of streams.entries()) {
  stream.setMaxListeners(0); // each question listens
  if (i === 0 ? columns !== undefined : isErrorTerminal)
    Object.assign(stream, { isTTY: true, ...(columns === undefined ? {} : { columns }) });
  const write = stream.write.bind(stream) as (chunk: string | Uint8Array, ...rest: never[]) => boolean;
  stream.write = (chunk: string | Uint8Array, ...rest: never[]): boolean => {
    written[i]! += Buffer.byteLength(chunk);
    return write(chunk, ...rest);
  };
}

port.on('message', async (words: readonly string[]) => {
  process.exitCode = 0;
  await engine.run(words, context);
  tell({ kind: 'done', code: Number(process.exitCode), written: [written[0], written[1]] });
});
