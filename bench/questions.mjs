/**
 * What is asked: who takes part, what is printed about it, and what is required of the product.
 *
 * A question returns {title, header, rows, notes, results}: a table, lines below it, and the raw samples.
 */
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formatMegabytes, formatRatio, formatSpread } from './format.mjs';
import { runRounds, spread } from './harness.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const PRODUCT = here('../bin/heapgraph.js');

/** How many times faster than DevTools' code `count` has to be on Node.js 24, and what memory it may take. */
const COUNT_REQUIRED = { ts1: 35, ts4: 80 };
const COUNT_PEAK = 150e6;
/** The same for `index`, and the share of DevTools' memory that it may take. */
const INDEX_REQUIRED = { ts1: 3.5, ts4: 5 };
const INDEX_PEAK = 0.45;
/** A question that needs no dominators must not wait for them. */
const CHAIN_REQUIRED = 2;
/** Two loads and a comparison by DevTools, on Node.js 24; and the memory that `show-growth` may take. */
const GROWTH_REQUIRED = 20;
const GROWTH_PEAK = 500e6;
/** A second copy of the graph would make it 2. */
const LOAD_PEAK = 1.25;
const NODE_BYTES = 46;
const EDGE_BYTES = 12;
const STARTUP_REQUIRED = 1.5;
/** Small figures need more runs, and runs of small things are cheap. */
const STARTUP_RUNS = 4;

const CLASS = 'NodeObject';

/** The question that a whole process answers: how many objects of a class are there? */
export async function count({ heap, file, node, runs, peers, timeLimit }) {
  const contenders = [
    { name: 'heapgraph', args: [PRODUCT, 'count', CLASS, file] },
    ...peers.map((name) => ({ name, args: [here(`peers/${name}.mjs`), CLASS, file] })),
  ];
  const results = await runRounds({ node: node.path, contenders, runs, timeLimit, label: `count ${heap}` });
  const summaries = results.map((result) => summarise(result, ({ wall }) => wall));
  const [product, ...others] = summaries;
  const rows = summaries.map((summary, i) => [
    ...cells(summary, product),
    ...(summary.problem ? [] : [formatMegabytes(summary.peak), results[i].samples[0].output]),
  ]);
  const notes = [];
  const devtools = others.find(({ name }) => name === 'devtools');
  if (product.time && devtools?.time) {
    const ratio = devtools.time.median / product.time.median;
    const required = COUNT_REQUIRED[heap];
    notes.push(
      verdict(`${formatRatio(ratio)} times faster than devtools`, ratio >= required, `at least ${required}`),
    );
  }
  if (product.time) {
    notes.push(verdict(`peak ${formatMegabytes(product.peak)}`, product.peak < COUNT_PEAK, 'below 150 MB'));
  }
  notes.push(...differences(results));
  return {
    title: `count: heapgraph count ${CLASS} ${describe(heap, file, node, runs)}`,
    header: ['', 'median', 'min–max', '× heapgraph', 'peak memory', 'answer'],
    rows,
    notes,
    results,
  };
}

/** All that DevTools computes when it opens a file, by the same rules, on one thread. */
export async function index({ heap, file, node, runs, peers, timeLimit }) {
  const contenders = [{ name: 'heapgraph', args: [here('index-product.mjs'), CLASS, file] }];
  if (peers.includes('devtools')) {
    contenders.push({ name: 'devtools', args: [here('peers/devtools.mjs'), CLASS, file, 'retained'] });
  }
  const results = await runRounds({ node: node.path, contenders, runs, timeLimit, label: `index ${heap}` });
  const summaries = results.map((result) => summarise(result, ({ wall }) => wall));
  const [product, devtools] = summaries;
  const rows = summaries.map((summary, i) => [
    ...cells(summary, product),
    ...(summary.problem ? [] : [formatMegabytes(summary.peak), results[i].samples[0].output]),
  ]);
  const notes = [];
  if (product.time && devtools?.time) {
    const ratio = devtools.time.median / product.time.median;
    const share = product.peak / devtools.peak;
    const required = INDEX_REQUIRED[heap];
    notes.push(
      verdict(`${formatRatio(ratio)} times faster than devtools`, ratio >= required, `at least ${required}`),
      verdict(`peak ${formatRatio(share)} of that of devtools`, share <= INDEX_PEAK, `at most ${INDEX_PEAK}`),
    );
  }
  notes.push(...differences(results));
  return {
    title: `index: load, distances, dominators, retained sizes ${describe(heap, file, node, runs)}`,
    header: ['', 'median', 'min–max', '× heapgraph', 'peak memory', `${CLASS}: count, retained bytes`],
    rows,
    notes,
    results,
  };
}

/** A question that needs the whole graph and no dominators, beside all that there is to compute. */
export async function chain({ heap, file, node, runs, timeLimit }) {
  const contenders = [
    { name: 'heapgraph', args: [PRODUCT, 'find-backref-chain', '--no-sizes', CLASS, file] },
    { name: 'full index', args: [here('index-product.mjs'), CLASS, file] },
  ];
  const results = await runRounds({ node: node.path, contenders, runs, timeLimit, label: `chain ${heap}` });
  const summaries = results.map((result) => summarise(result, ({ wall }) => wall));
  const [product, full] = summaries;
  const notes = [];
  if (product.time && full.time) {
    const ratio = full.time.median / product.time.median;
    const text = `${formatRatio(ratio)} times faster than the full index`;
    notes.push(verdict(text, ratio >= CHAIN_REQUIRED, `at least ${CHAIN_REQUIRED}`));
  }
  return {
    title: `chain: heapgraph find-backref-chain --no-sizes ${CLASS} ${describe(heap, file, node, runs)}`,
    header: ['', 'median', 'min–max', '× heapgraph', 'peak memory'],
    rows: summaries.map((summary) => [
      ...cells(summary, product),
      ...(summary.problem ? [] : [formatMegabytes(summary.peak)]),
    ]),
    notes,
    results,
  };
}

/** What grew between two snapshots, in number: ids, types and names are all that it needs. */
export async function growth({ files, node, runs, peers, timeLimit }) {
  const contenders = [
    { name: 'heapgraph', args: [PRODUCT, 'show-growth', '--limit', '1', '--quiet', ...files] },
  ];
  if (peers.includes('devtools')) {
    const args = ['--max-old-space-size=8192', here('peers/devtools-growth.mjs'), ...files];
    contenders.push({ name: 'devtools', args });
  }
  const results = await runRounds({ node: node.path, contenders, runs, timeLimit, label: 'growth' });
  const summaries = results.map((result) => summarise(result, ({ wall }) => wall));
  const [product, devtools] = summaries;
  const notes = [];
  if (product.time && devtools?.time) {
    const ratio = devtools.time.median / product.time.median;
    const text = `${formatRatio(ratio)} times faster than devtools`;
    notes.push(verdict(text, ratio >= GROWTH_REQUIRED, `at least ${GROWTH_REQUIRED}`));
  }
  if (product.time) {
    notes.push(verdict(`peak ${formatMegabytes(product.peak)}`, product.peak < GROWTH_PEAK, 'below 500 MB'));
  }
  return {
    title: `growth: heapgraph show-growth ${describe('pair', files[1], node, runs)}`,
    header: ['', 'median', 'min–max', '× heapgraph', 'peak memory', 'grew most'],
    rows: summaries.map((summary, i) => [
      ...cells(summary, product),
      ...(summary.problem ? [] : [formatMegabytes(summary.peak), results[i].samples[0].output]),
    ]),
    notes,
    results,
  };
}

/** Everything that is in the file as columns, on one thread. */
export async function load({ heap, file, node, runs, timeLimit }) {
  const contenders = [
    { name: 'heapgraph', args: [here('load-product.mjs'), file] },
    { name: 'floor', args: [here('load-floor.mjs'), file] },
    { name: 'empty process', args: [here('empty.mjs')] },
  ];
  const results = await runRounds({ node: node.path, contenders, runs, timeLimit, label: `load ${heap}` });
  const inside = results.map((result) =>
    summarise(result, ({ output }) => output && JSON.parse(output).milliseconds),
  );
  const whole = results.map((result) => summarise(result, ({ wall }) => wall));
  const rows = whole.map((summary, i) => {
    if (summary.problem) return cells(summary);
    const isEmpty = i === 2;
    const insideCells = isEmpty ? ['', '', ''] : cells(inside[i], inside[0]).slice(1);
    return [
      summary.name,
      ...insideCells,
      ...cells(summary, whole[0]).slice(1),
      formatMegabytes(summary.peak),
    ];
  });
  const notes = results[0].problem ? [] : loadNotes(JSON.parse(results[0].samples[0].output), inside, whole);
  return {
    title: `load: loadSnapshot ${describe(heap, file, node, runs)}`,
    header: ['', 'inside', 'min–max', '× heapgraph', 'process', 'min–max', '× heapgraph', 'peak memory'],
    rows,
    notes,
    results,
  };
}

function loadNotes(facts, inside, whole) {
  const { nodeCount, edgeCount, stringCount, nodeBytes, edgeBytes, stringBytes } = facts;
  const graphBytes = nodeBytes + edgeBytes + stringBytes;
  const [perNode, perEdge] = [nodeBytes / nodeCount, edgeBytes / edgeCount];
  const number = (value) => value.toLocaleString('en');
  const notes = [
    `at rest: ${number(nodeCount)} nodes, ${formatMegabytes(nodeBytes)}; ${number(edgeCount)} edges, ` +
      `${formatMegabytes(edgeBytes)}; ${number(stringCount)} strings, ${formatMegabytes(stringBytes)}`,
    verdict(`${perNode.toFixed(1)} bytes a node`, perNode <= NODE_BYTES, `at most ${NODE_BYTES}`),
    verdict(`${perEdge.toFixed(1)} bytes an edge`, perEdge <= EDGE_BYTES, `at most ${EDGE_BYTES}`),
  ];
  const [product, , empty] = whole;
  if (!empty.problem) {
    const extra = product.peak - empty.peak;
    const copies = extra / graphBytes;
    const text = `peak ${formatMegabytes(extra)} above an empty process, ${formatRatio(copies)} × the graph`;
    notes.push(verdict(text, copies <= LOAD_PEAK, `at most ${LOAD_PEAK}`));
  }
  if (!inside[1].problem) {
    const ratio = inside[0].time.median / inside[1].time.median;
    notes.push(`${formatRatio(ratio)} times the floor, inside the process`);
  }
  return notes;
}

/** How long a command line takes that has next to nothing to do, beside one that has nothing to do. */
export async function startup({ small, node, runs, timeLimit }) {
  const contenders = [
    { name: 'heapgraph', args: [PRODUCT, 'count', 'OBJ', small] },
    { name: 'empty commander', args: [here('empty-commander.mjs'), 'count', 'OBJ', small] },
    { name: 'empty process', args: [here('empty.mjs')] },
  ].map((contender) => ({ ...contender, measured: false }));
  const rounds = runs * STARTUP_RUNS;
  const label = `startup ${node.version}`;
  const results = await runRounds({ node: node.path, contenders, runs: rounds, timeLimit, label });
  const summaries = results.map((result) => summarise(result, ({ wall }) => wall));
  const [product, commander] = summaries;
  const notes = [];
  if (product.time && commander.time) {
    const ratio = product.time.median / commander.time.median;
    const text = `${formatRatio(ratio)} times an empty commander program`;
    notes.push(verdict(text, ratio <= STARTUP_REQUIRED, `at most ${STARTUP_REQUIRED}`));
  }
  return {
    title: `startup: heapgraph count OBJ ${describe('a small snapshot', small, node, rounds)}`,
    header: ['', 'median', 'min–max', '× heapgraph'],
    rows: summaries.map((summary) => cells(summary, product)),
    notes,
    results,
  };
}

function summarise({ name, problem, samples }, timeOf) {
  if (problem) return { name, problem };
  return {
    name,
    time: spread(samples.map(timeOf)),
    peak: spread(samples.map(({ peak }) => peak)).median,
  };
}

/** Name, median, min–max, ratio; or the name and what went wrong. */
function cells({ name, problem, time }, product) {
  if (problem) return [name, problem];
  return [name, ...formatSpread(time), product?.time ? formatRatio(time.median / product.time.median) : ''];
}

/** A line when not everybody gave the same answer. */
function differences(results) {
  const answers = new Set(results.flatMap(({ samples }) => samples.map(({ output }) => output)));
  return answers.size > 1 ? [`the answers differ: ${[...answers].join('; ')}`] : [];
}

function verdict(text, isMet, required) {
  return `${text} (required: ${required}): ${isMet ? 'met' : 'MISSED'}`;
}

function describe(heap, file, node, runs) {
  return `${heap} (${formatMegabytes(statSync(file).size)}), Node.js ${node.version}, runs: ${runs}`;
}
