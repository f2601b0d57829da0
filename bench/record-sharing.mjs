/**
 * Records what the code of Chrome DevTools and of memlab says of copies that `anonymize` and `slice` make:
 * fixtures/sharing/recorded.json. test/session/sharing.test.ts holds heapgraph's numbers of the same copies
 * against it. Run it after `npm run build`, when what a slice has was changed: node record-sharing.mjs
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import analysis from '@memlab/heap-analysis';
import { bundle, makeBundle } from './peers/devtools-bundle.mjs';
import { loadWithDevTools } from './peers/devtools-load.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = mkdtempSync(path.join(tmpdir(), 'heapgraph-sharing-'));

/** Snapshots, and what slices of them are about. */
const FILES = [
  ['node18-after.heapsnapshot.gz', 'Parent'],
  ['node22-after.heapsnapshot.gz', 'Foo'],
  ['node26-after.heapsnapshot.gz', 'OBJ'],
  ['dead/server-node20-1.heapsnapshot.gz', 'Socket'],
  ['chromium156.heapsnapshot.gz', 'detached'],
];

function heapgraph(...args) {
  return execFileSync(process.execPath, [path.join(ROOT, 'bin/heapgraph.js'), ...args, '--quiet'], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
}

function digest(bytes) {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32);
}

const bytesOf = ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength);

async function devtools(file) {
  const snapshot = await loadWithDevTools(file);
  const { NodeFilter } = await import(bundle.library);
  const rows = Object.values(snapshot.aggregatesWithFilter(new NodeFilter()));
  const numbers = rows.map(({ count, self, maxRet, distance }) => `${count} ${self} ${maxRet} ${distance}`);
  return {
    nodes: snapshot.nodeCount,
    classes: rows.length,
    classRows: digest(numbers.sort().join('\n')),
    dominators: digest(bytesOf(Uint32Array.from(snapshot.dominatorsTree))),
    retainedSizes: digest(bytesOf(Float64Array.from(snapshot.retainedSizes))),
    distances: digest(bytesOf(Int32Array.from(snapshot.nodeDistances))),
    statistics: snapshot.getStatistics(),
  };
}

/** What memlab finds of objects by their ids. */
async function memlab(file, ids) {
  const heap = await analysis.getFullHeapFromFile(file);
  const found = ids.map((id) => heap.getNodeById(id));
  return {
    nodes: heap.nodes.length,
    edges: heap.edges.length,
    found: found.filter((node) => node !== null).length,
    held: found.filter((node) => node?.hasPathEdge).length,
  };
}

await makeBundle();
const recorded = {};
try {
  for (const [name, query] of FILES) {
    const packed = readFileSync(path.join(ROOT, 'fixtures', name));
    const original = path.join(FOLDER, 'original.heapsnapshot');
    const copy = path.join(FOLDER, 'copy.heapsnapshot');
    const slice = path.join(FOLDER, 'slice.heapsnapshot');
    writeFileSync(original, name.endsWith('.br') ? brotliDecompressSync(packed) : gunzipSync(packed));
    heapgraph('anonymize', original, '-o', copy, '--salt', 'recorded');
    const said = JSON.parse(heapgraph('slice', query, original, '-o', slice, '--json', '--limit', '20'));
    const ids = said.rows.map(({ id }) => id);
    recorded[name] = {
      query,
      original: await devtools(original),
      anonymized: await devtools(copy),
      slice: { ids, devtools: await devtools(slice), memlab: await memlab(slice, ids) },
    };
  }
} finally {
  rmSync(FOLDER, { recursive: true, force: true });
}
const folder = path.join(ROOT, 'fixtures/sharing');
mkdirSync(folder, { recursive: true });
writeFileSync(path.join(folder, 'recorded.json'), `${JSON.stringify(recorded, null, 2)}\n`);
