/** Loads a snapshot as Chrome DevTools does when a file is opened in its Memory panel. */
import { open } from 'node:fs/promises';
import { MessageChannel, Worker } from 'node:worker_threads';
import { bundle } from './devtools-bundle.mjs';

/** As in DevTools' HeapSnapshotView.loadFromFile. */
const CHUNK_SIZE = 10_000_000;

/** Progress messages go nowhere: there is no panel to show them. */
const DISPATCHER = { sendEvent() {} };

/** Returns DevTools' JSHeapSnapshot, all of it initialised, the second worker having done its half. */
export async function loadWithDevTools(file) {
  const { HeapSnapshotLoader } = await import(bundle.library);
  const loader = new HeapSnapshotLoader(DISPATCHER);
  const handle = await open(file);
  const decoder = new TextDecoder();
  const bytes = new Uint8Array(CHUNK_SIZE);
  for (;;) {
    const { bytesRead } = await handle.read(bytes, 0, CHUNK_SIZE);
    if (bytesRead === 0) break;
    loader.write(decoder.decode(bytes.subarray(0, bytesRead), { stream: true }));
  }
  await handle.close();
  loader.close();
  const { worker, port } = await startSecondWorker();
  try {
    return await loader.buildSnapshot(port);
  } finally {
    port.close();
    await worker.terminate();
  }
}

/** The worker for retainers, dominators and retained sizes, set up as HeapSnapshotLoaderProxy.close does. */
async function startSecondWorker() {
  const worker = new Worker(bundle.worker);
  const answer = () =>
    new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  await answer(); // 'workerReady'
  const { port1, port2 } = new MessageChannel();
  const ready = answer();
  worker.postMessage({ callId: 1, disposition: 'setupForSecondaryInit', objectId: 1 }, [port2]);
  const { error } = await ready;
  if (error) throw new Error(`DevTools' second worker: ${error}`);
  return { worker, port: port1 };
}
