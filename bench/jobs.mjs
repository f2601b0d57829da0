/**
 * The five jobs: what heapgraph is asked, and who is measured beside it. All contenders of a heap
 * run in turn (A B C A B C …), and every ratio is of one run of the benchmark.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runRounds, spread } from './harness.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const PRODUCT = here('../bin/heapgraph.js');

/** A class that every heap has. */
export const CLASS = 'NodeObject';

/** Load averages from which on nothing is said of wall time. */
export const QUIET = 3;

/** JavaScript that DevTools' code keeps for two heaps. */
const LARGE_HEAP = '--max-old-space-size=8192';

const PEER_ARGS = {
  devtools: (file) => [here('peers/devtools.mjs'), CLASS, file, 'retained'],
  memlab: (file) => [here('peers/memlab.mjs'), CLASS, file],
  'v8-heap-parser': (file) => [here('peers/v8-heap-parser.mjs'), CLASS, file],
  'heap-snapshot-tool': (file) => [here('peers/heap-snapshot-tool.mjs'), CLASS, file],
  'JSON.parse': (file) => [here('peers/json-parse.mjs'), file],
};

const GROWTH_ARGS = {
  devtools: (files) => [LARGE_HEAP, here('peers/devtools-growth.mjs'), ...files],
  'heap-snapshot-tool': (files) => [here('peers/heap-snapshot-tool.mjs'), 'growth', ...files],
};

/** The peers that load a snapshot, and with it whatever they need for any question. */
export const PEERS = Object.keys(PEER_ARGS);

/** By job, how heapgraph is asked. `second` is asked twice: without an index and with one. */
const ASKED = {
  count: ({ file }) => [PRODUCT, 'count', CLASS, file],
  classes: ({ file }) => [here('index-product.mjs'), CLASS, file],
  chain: ({ file }) => [PRODUCT, 'find-backref-chain', '--no-sizes', CLASS, file],
  growth: ({ files }) => [PRODUCT, 'show-growth', '--limit', '1', '--quiet', ...files],
  second: ({ file }) => [PRODUCT, 'heap', '--quiet', file],
};

export const JOBS = Object.keys(ASKED);

const TITLES = {
  count: `count: how many ${CLASS} are there?`,
  classes: 'classes: every class with count, sizes and retained size, by the rules of DevTools',
  chain: `chain: who holds a ${CLASS}?`,
  growth: 'growth: which class grew most between two snapshots?',
  second: 'second question: the heap by class, with the index that the first one left',
};

/**
 * In: `heap`, its name; `file`; `files`, two snapshots of one process or none; `jobs`; `peers`.
 * Out: rows {heap, job, title, who, problem or wall, processor, peak, load, ratios, output}; the
 * first of a job is heapgraph. A ratio is the contender's figure divided by heapgraph's.
 */
export async function runJobs({ heap, file, files, jobs, peers, node, runs, timeLimit, memoryLimit }) {
  const cache = mkdtempSync(path.join(tmpdir(), 'heapgraph-bench-cache-'));
  const [none, kept] = [{ HEAPGRAPH_INDEX: '0' }, { XDG_CACHE_HOME: cache }];
  const asked = jobs.filter((job) => job !== 'growth' || files !== undefined);
  const contenders = asked.flatMap((job) => {
    const args = ASKED[job]({ file, files });
    if (job !== 'second') return [{ name: job, args, env: none }];
    return [
      { name: 'without', args, env: none },
      { name: 'index', args: [PRODUCT, 'index', '--quiet', file], env: kept },
      { name: 'second', args, env: kept },
    ];
  });
  const wantsPeers = ['count', 'classes', 'chain'].some((job) => asked.includes(job));
  if (wantsPeers) for (const who of peers) contenders.push({ name: who, args: PEER_ARGS[who](file) });
  if (asked.includes('growth'))
    for (const who of peers.filter((name) => GROWTH_ARGS[name]))
      contenders.push({ name: `${who}, growth`, args: GROWTH_ARGS[who](files) });
  try {
    mkdirSync(cache, { recursive: true });
    const results = await runRounds({
      node: node.path,
      contenders,
      runs,
      timeLimit,
      memoryLimit,
      label: heap,
    });
    const figures = new Map(results.map((result) => [result.name, figuresOf(result)]));
    return asked.flatMap((job) => rowsOf(job, heap, peers, figures));
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}

function figuresOf({ problem, samples }) {
  if (problem) return { problem };
  const of = (key) => spread(samples.map((sample) => sample[key]));
  return {
    wall: of('wall'),
    processor: of('processor'),
    peak: of('peak').median,
    load: of('load').max,
    output: samples[0].output.split('\n')[0].replace(/\s+/g, ' '),
  };
}

function rowsOf(job, heap, peers, figures) {
  const product = figures.get(job);
  const others = {
    growth: peers.filter((who) => GROWTH_ARGS[who]).map((who) => [who, figures.get(`${who}, growth`)]),
    second: [
      ['without an index', figures.get('without')],
      ['making the index', figures.get('index')],
    ],
  };
  const rows = [['heapgraph', product], ...(others[job] ?? peers.map((who) => [who, figures.get(who)]))];
  return rows.map(([who, found]) => ({
    heap,
    job,
    title: TITLES[job],
    who,
    ...found,
    output: job === 'second' || job === 'chain' ? undefined : found.output,
    ...(found.problem || product.problem || who === 'heapgraph' ? {} : { ratios: ratiosOf(found, product) }),
  }));
}

/** Wall time says nothing where the machine had other work. */
function ratiosOf(found, product) {
  const isQuiet = Math.max(found.load, product.load) < QUIET;
  return {
    processor: found.processor.median / product.processor.median,
    peak: found.peak / product.peak,
    ...(isQuiet ? { wall: found.wall.median / product.wall.median } : {}),
  };
}
