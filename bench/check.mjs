/**
 * Checks that what is measured is the real thing: DevTools' code, driven from here, gives on the fixtures
 * what it gave when they were recorded, and on a generated heap what that was made to hold; the other peers
 * find the same objects, and the floor reads what the product reads.
 */
import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { loadSnapshot } from '../dist/index.js';
import { parse } from './floor.mjs';
import { generate } from './generate.mjs';
import { bundle, makeBundle } from './peers/devtools-bundle.mjs';
import { loadWithDevTools } from './peers/devtools-load.mjs';

const FIXTURES = fileURLToPath(new URL('../fixtures', import.meta.url));
const gunzip = (name) => gunzipSync(readFileSync(path.join(FIXTURES, name)));

async function checkDevTools(file, recorded) {
  const snapshot = await loadWithDevTools(file);
  strictEqual(snapshot.nodeCount, recorded.nodeCount, 'nodes');
  deepStrictEqual(plain(snapshot.getStatistics()), recorded.statistics, 'statistics');
  const { NodeFilter } = await import(bundle.library);
  const classes = {};
  for (const { name, count, self } of Object.values(snapshot.aggregatesWithFilter(new NodeFilter()))) {
    classes[name] ??= { count: 0, self: 0 };
    classes[name].count += count;
    classes[name].self += self;
  }
  const expected = Object.entries(recorded.classes).map(([name, { count, self }]) => [name, { count, self }]);
  deepStrictEqual(classes, Object.fromEntries(expected), 'classes');
}

async function checkFloor(file) {
  const [graph, floor] = [await loadSnapshot(file), parse(file)];
  strictEqual(floor.stringCount, graph.strings.length, 'strings');
  deepStrictEqual(floor.nodes.names, graph.nodeNames, 'node names');
  deepStrictEqual(floor.nodes.ids, graph.ids, 'ids');
  deepStrictEqual(floor.nodes.selfSizes, graph.selfSizes, 'self sizes');
  deepStrictEqual(floor.nodes.firstEdge, graph.firstEdge, 'first edges');
  deepStrictEqual(floor.nodes.detachedness, graph.detachedness, 'detachedness');
  deepStrictEqual(floor.edges.names, graph.edges.names, 'edge names');
  deepStrictEqual(
    floor.edges.targets.map((edge) => edge & 0x1fffffff),
    graph.edges.targets,
    'targets',
  );
  const { segment, starts } = floor.strings;
  for (let i = 0; i < starts.length; i += 97) {
    const json = Buffer.from(
      segment.subarray(starts[i] - 1, (starts[i + 1] ?? segment.length) - 1),
    ).toString();
    strictEqual(JSON.parse(json.slice(0, json.lastIndexOf('"') + 1)), graph.strings.get(i), `string ${i}`);
  }
}

function checkPeers(file) {
  for (const peer of ['devtools', 'memlab', 'v8-heap-parser']) {
    const script = fileURLToPath(new URL(`peers/${peer}.mjs`, import.meta.url));
    const env = { ...process.env, TMPDIR: path.dirname(file) };
    const answer = execFileSync(process.execPath, [script, 'OBJ', file], {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    strictEqual(answer.toString(), '100\n', `${peer} counts OBJ`);
  }
}

/** DevTools finds in a generated heap what it was made to hold; it counts no nodes without a size. */
async function checkGenerated(file) {
  const { bytes } = generate({ file, size: 8e6 });
  const { classes, total } = JSON.parse(readFileSync(`${file}.answers.json`, 'utf8'));
  const snapshot = await loadWithDevTools(file);
  const { NodeFilter } = await import(bundle.library);
  const found = new Map();
  for (const { name, self, maxRet } of Object.values(snapshot.aggregatesWithFilter(new NodeFilter()))) {
    // Plain objects are filed under their shapes, and a shape retains something else than the class.
    const isPlain = name === 'Object' || name.startsWith('{');
    const key = isPlain ? 'Object' : name;
    const row = found.get(key) ?? { shallow: 0, retained: 0 };
    const retained = isPlain ? classes.Object.retained : row.retained + maxRet;
    found.set(key, { shallow: row.shallow + self, retained });
  }
  for (const [name, { shallow, retained }] of Object.entries(classes))
    deepStrictEqual(found.get(name) ?? { shallow: 0, retained: 0 }, { shallow, retained }, name);
  strictEqual(snapshot.totalSize, total, 'total');
  return bytes;
}

const plain = (value) => JSON.parse(JSON.stringify(value));

const folder = mkdtempSync(path.join(tmpdir(), 'heapgraph-bench-'));
// DevTools reports nodes that nothing leads to; the fixtures have some.
console.warn = () => {};
try {
  await makeBundle();
  for (const record of readdirSync(FIXTURES).filter((name) => /^devtools-.*\.json\.gz$/.test(name))) {
    for (const [name, recorded] of Object.entries(JSON.parse(gunzip(record).toString()))) {
      const file = path.join(folder, name);
      writeFileSync(file, gunzip(`${name}.gz`));
      await checkDevTools(file, recorded);
      await checkFloor(file);
      if (name.endsWith('-after.heapsnapshot')) checkPeers(file);
      process.stdout.write(`${name}: as it should be\n`);
    }
  }
  const bytes = await checkGenerated(path.join(folder, 'generated.heapsnapshot'));
  process.stdout.write(`a generated heap of ${bytes} bytes: as it should be\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
