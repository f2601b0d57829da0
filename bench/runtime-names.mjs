/**
 * Which names of build/runtime-names.txt no heap has: node bench/runtime-names.mjs NODE…
 *
 * Takes snapshots of an empty program and of busy-program.cjs with each of the Node.js binaries, and reads
 * fixtures/chromium156. What is printed may go from the list, unless older heaps have it: it then gets a
 * pseudonym in anonymous snapshots, and programs have such names, too.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const listed = new Set(
  readFileSync(path.join(ROOT, 'build/runtime-names.txt'), 'utf8').trimEnd().split('\n'),
);
const seen = new Set();

/** How V8 and Chromium put names together: the first group is a name. */
const PARTS = [
  /^\((.+) builtin(?: code| handle)?\)$/s,
  /^\((?:[a-z]+ )*for (.+)\)$/s,
  /^(?:get|set|bound|async|Detached) (.+)$/s,
  /^<symbol (.*)>$/s,
  /^\d{1,9} \/ (.+)$/s,
  /^system \/ ([^/]+?) \/ /s,
  /^system \/ [^/]+? \/ (.+?)(?: \(builtin\))?$/s,
  /^(.+?) \/ /s,
  /^(.+?) \(.*\)$/s,
  /^(.+) \[JSGlobalObject\]$/s,
  /^(.*?)[#/]/s,
];

function see(name) {
  if (seen.has(name)) return;
  seen.add(name);
  for (const part of PARTS) {
    const [, inner] = part.exec(name) ?? [];
    if (inner) see(inner);
  }
}

function read(file) {
  const bytes = readFileSync(file);
  const { snapshot, nodes, edges, strings } = JSON.parse(file.endsWith('.gz') ? gunzipSync(bytes) : bytes);
  const { node_fields, node_types, edge_fields, edge_types } = snapshot.meta;
  for (let i = 0; i < nodes.length; i += node_fields.length)
    if (!/string/.test(node_types[0][nodes[i]])) see(strings[nodes[i + 1]]);
  for (let i = 0; i < edges.length; i += edge_fields.length)
    if (!/element|hidden/.test(edge_types[0][edges[i]])) see(strings[edges[i + 1]]);
}

const folder = mkdtempSync(path.join(tmpdir(), 'heapgraph-names-'));
try {
  const file = path.join(folder, 'names.heapsnapshot');
  const write = `require('node:v8').writeHeapSnapshot(${JSON.stringify(file)})`;
  for (const node of process.argv.slice(2)) {
    for (const words of [
      ['-e', write],
      ['--no-warnings', path.join(ROOT, 'bench/busy-program.cjs'), file],
    ]) {
      execFileSync(node, words, { stdio: ['ignore', 'ignore', 'inherit'], timeout: 60_000 });
      read(file);
    }
  }
  read(path.join(ROOT, 'fixtures/chromium156.heapsnapshot.gz'));
} finally {
  rmSync(folder, { recursive: true });
}
for (const name of listed) if (!seen.has(name)) console.log(name);
