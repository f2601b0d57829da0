/**
 * Loading and starting: who takes part, what is printed about it, and what is required of the product.
 *
 * A question returns {title, header, rows, notes, results}: a table, lines below it, and the raw samples.
 */
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formatMegabytes, formatRatio, formatSpread } from './format.mjs';
import { runRounds, spread } from './harness.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const PRODUCT = here('../bin/heapgraph.js');

/** A second copy of the graph would make it 2. */
const LOAD_PEAK = 1.25;
const NODE_BYTES = 46;
const EDGE_BYTES = 12;
const STARTUP_REQUIRED = 1.5;
/** Small figures need more runs, and runs of small things are cheap. */
const STARTUP_RUNS = 4;

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

function verdict(text, isMet, required) {
  return `${text} (required: ${required}): ${isMet ? 'met' : 'MISSED'}`;
}

function describe(heap, file, node, runs) {
  return `${heap} (${formatMegabytes(statSync(file).size)}), Node.js ${node.version}, runs: ${runs}`;
}
