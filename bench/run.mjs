/** The benchmark: makes its heaps, asks, prints tables, compares with recorded ratios. See README. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, platform, release, tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { compareRatios, TOLERANCE } from './compare.mjs';
import { formatMegabytes, formatTable } from './format.mjs';
import { JOBS, PEERS, QUIET, runJobs } from './jobs.mjs';
import { ensureHeap, ensurePair, HEAPS } from './make-heap.mjs';
import { chooseNode, findNode24 } from './node-binary.mjs';
import { load, startup } from './questions.mjs';
import { jobsAsMarkdown, jobsAsText } from './results.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const RECORDED = here('recorded.json');

const PACKAGES = {
  devtools: 'chrome-devtools-frontend',
  memlab: '@memlab/heap-analysis',
  'v8-heap-parser': '@vscode/v8-heap-parser',
  'heap-snapshot-tool': '@heap-snapshot/tool',
};

const QUESTIONS = [...JOBS, 'load', 'startup'];

const USAGE = `npm run bench -- [options]

  --heaps 10mb,ts1,ts4         which heaps; there is 5gb, too
  --questions ${QUESTIONS.join()}
                               which questions
  --peers LIST                 whom to measure beside heapgraph: ${PEERS.join()};
                               none for nobody
  --runs 5                     rounds; startup makes four times as many
  --node 24                    24, or current: the one that runs this. startup takes both
  --time-limit 300             seconds for one process
  --memory-limit GB            gigabytes after which a process is stopped (Linux); default: none
  --json FILE                  every figure
  --markdown FILE              the tables
  --record                     keep the ratios in recorded.json, of those asked for
  --check                      exit with 1 when a ratio is more than 15 % below the recorded one
`;

async function main() {
  const { values } = parseArgs({
    options: {
      heaps: { type: 'string', default: '10mb,ts1,ts4' },
      questions: { type: 'string' },
      peers: { type: 'string', default: PEERS.join() },
      runs: { type: 'string', default: '5' },
      node: { type: 'string', default: '24' },
      'time-limit': { type: 'string', default: '300' },
      'memory-limit': { type: 'string' },
      json: { type: 'string' },
      markdown: { type: 'string' },
      record: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  // Loading and starting have requirements of their own and no recorded ratios.
  const usual = values.check || values.record ? JOBS : QUESTIONS;
  const questions = values.questions ? listOf('questions', values.questions, QUESTIONS) : usual;
  const heaps = listOf('heaps', values.heaps, HEAPS);
  const peers = values.peers === 'none' ? [] : listOf('peers', values.peers, PEERS);
  const runs = wholeNumber('runs', values.runs);
  const timeLimit = wholeNumber('time-limit', values['time-limit']) * 1000;
  install();
  const node = chooseNode(values.node);
  const gigabytes = values['memory-limit'];
  const memoryLimit = gigabytes && wholeNumber('memory-limit', gigabytes) * 1e9;
  const setting = { node, runs, timeLimit, memoryLimit };
  const facts = { machine: machine(), node: node.version, runs, versions: versions(peers), date: today() };
  process.stdout.write(`${provenance(facts)}\n`);

  const started = await startingPeers(peers);
  const sections = [provenance(facts)];
  const rows = [];
  const jobs = JOBS.filter((job) => questions.includes(job));
  for (const heap of jobs.length > 0 ? heaps : []) {
    const file = ensureHeap(heap);
    const files = jobs.includes('growth') ? ensurePair(heap) : undefined;
    const found = await runJobs({ heap, file, files, jobs, peers: started.able, ...setting });
    const all = withSkipped(found, started.skipped);
    rows.push(...all);
    const heading = `${heap}: ${formatMegabytes(statSync(file).size)}`;
    process.stdout.write(`${jobsAsText(heading, all, QUIET)}\n`);
    sections.push(jobsAsMarkdown(heading, all, QUIET));
    if (all.some(({ who, problem }) => who === 'heapgraph' && problem)) process.exitCode = 1;
  }
  const tables = await otherQuestions(questions, heaps, setting);
  if (values.json) write(values.json, `${JSON.stringify({ ...facts, rows, tables }, null, 2)}\n`);
  if (values.markdown) write(values.markdown, `${sections.join('\n\n')}\n`);
  if (values.check) check(rows);
  if (values.record) record(facts, rows);
}

/** What is measured besides: reading a whole file, and starting. */
async function otherQuestions(questions, heaps, setting) {
  const tables = [];
  const report = (table) => {
    tables.push(table);
    const notes = table.notes.map((note) => `  ${note}\n`).join('');
    process.stdout.write(`\n${table.title}\n\n${formatTable(table.header, table.rows)}\n\n${notes}`);
    if (table.results[0].problem) process.exitCode = 1;
  };
  if (questions.includes('load'))
    for (const heap of heaps) report(await load({ heap, file: ensureHeap(heap), ...setting }));
  if (questions.includes('startup')) {
    const folder = mkdtempSync(path.join(tmpdir(), 'heapgraph-bench-'));
    try {
      const small = path.join(folder, 'small.heapsnapshot');
      writeFileSync(small, gunzipSync(readFileSync(here('../fixtures/node18-after.heapsnapshot.gz'))));
      for (const each of bothNodes(setting.node)) report(await startup({ small, ...setting, node: each }));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return tables;
}

/** Peers, and heapgraph itself, are there: installs and builds what is not. */
function install() {
  const npm = (args, folder) => {
    process.stderr.write(`npm ${args.join(' ')} in ${folder}\n`);
    const { status } = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 2, 2], shell: false });
    if (status !== 0) throw new Error(`npm ${args.join(' ')} failed in ${folder}`);
  };
  const isThere = Object.values(PACKAGES).every((name) =>
    existsSync(here(`node_modules/${name}/package.json`)),
  );
  if (!isThere) npm(['ci'], here('.'));
  if (!existsSync(here('../node_modules'))) npm(['ci'], here('..'));
  else if (!existsSync(here('../dist/index.js'))) npm(['run', 'build'], here('..'));
}

/** Which peers run on this machine, and why others do not. */
async function startingPeers(peers) {
  const skipped = new Map();
  if (peers.includes('devtools')) {
    const { makeBundle } = await import('./peers/devtools-bundle.mjs');
    await makeBundle();
  }
  if (peers.includes('heap-snapshot-tool')) {
    try {
      const args = [here('peers/heap-snapshot-tool.mjs'), 'starts'];
      execFileSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    } catch (error) {
      const [line] = error.stderr.toString().trim().split('\n');
      const reason = /version `(GLIBC_[\d.]+)' not found/.exec(line)?.[1];
      const why = reason ? `needs ${reason.replace('_', ' ')}, which this machine does not have` : line;
      skipped.set('heap-snapshot-tool', `skipped: ${why}`);
      process.stderr.write(`heap-snapshot-tool ${skipped.get('heap-snapshot-tool')}\n`);
    }
  }
  return { able: peers.filter((who) => !skipped.has(who)), skipped };
}

/** The rows of a heap, and one for each skipped peer where peers are. */
function withSkipped(rows, skipped) {
  if (skipped.size === 0) return rows;
  const jobs = [...new Set(rows.map(({ job }) => job))];
  return jobs.flatMap((job) => {
    const own = rows.filter((row) => row.job === job);
    if (job === 'second') return own;
    return [...own, ...[...skipped].map(([who, problem]) => ({ ...pick(own[0]), who, problem }))];
  });
}

const pick = ({ heap, job, title }) => ({ heap, job, title });

function check(rows) {
  if (!existsSync(RECORDED)) throw new Error('there is no recorded.json: run with --record first');
  const { compared, fallen } = compareRatios(rows, JSON.parse(readFileSync(RECORDED, 'utf8')).rows);
  if (compared === 0 && fallen.length === 0)
    throw new Error('nothing to compare: recorded.json has none of these heaps, jobs and peers');
  for (const line of fallen) process.stdout.write(`fell: ${line}\n`);
  const percent = Math.round(TOLERANCE * 100);
  process.stdout.write(
    fallen.length === 0
      ? `${compared} ratios compared with the recorded ones: none fell by more than ${percent} %\n`
      : `${fallen.length} of ${compared} ratios fell by more than ${percent} %\n`,
  );
  if (fallen.length > 0) process.exitCode = 1;
}

/** Keeps rows; those of other heaps and jobs stay as they were. */
function record(facts, rows) {
  const { rows: old, versions: known } = existsSync(RECORDED)
    ? JSON.parse(readFileSync(RECORDED, 'utf8'))
    : { rows: [], versions: {} };
  const merged = { ...facts, versions: { ...known, ...facts.versions } };
  const keys = new Set(rows.map(({ heap, job }) => `${heap} ${job}`));
  const kept = old.filter(({ heap, job }) => !keys.has(`${heap} ${job}`));
  const of = ({ heap }) => HEAPS.indexOf(heap);
  const all = [...kept, ...rows].sort((a, b) => of(a) - of(b) || JOBS.indexOf(a.job) - JOBS.indexOf(b.job));
  write(RECORDED, `${JSON.stringify({ ...merged, rows: all }, null, 2)}\n`);
  const heaps = HEAPS.filter((heap) => all.some((row) => row.heap === heap));
  const tables = heaps.map((heap) =>
    jobsAsMarkdown(
      heap,
      all.filter((row) => row.heap === heap),
      QUIET,
    ),
  );
  write(here('RESULTS.md'), `${['# Results', provenance(merged), ...tables].join('\n\n').trimEnd()}\n`);
}

function provenance({ machine: where, node, runs, versions: of, date }) {
  const list = Object.entries(of).map(([name, version]) => `${name} ${version}`);
  return (
    `${where}. Node.js ${node}; runs: ${runs}; ${date}; ${list.join(', ')}.\n\n` +
    `× is a figure divided by that of heapgraph. Wall time is given where the load average was below ` +
    `${QUIET} all the time; processor time is that of all threads of a process.`
  );
}

const today = () => new Date().toISOString().slice(0, 10);

function write(file, text) {
  writeFileSync(file, text);
  process.stderr.write(`written: ${file}\n`);
}

/** The chosen one, Node.js 24 and the current one, each once. */
function bothNodes(chosen) {
  const nodes = [chosen, findNode24(), chooseNode('current')].filter(Boolean);
  return nodes.filter(({ version }, i) => nodes.findIndex((other) => other.version === version) === i);
}

function machine() {
  const [cpu] = cpus();
  return [
    cpu?.model ?? 'unknown processor',
    `${availableParallelism()} threads`,
    `${Math.round(totalmem() / 2 ** 30)} GiB`,
    `${platform()} ${release()}`,
    `load average ${loadavg()[0].toFixed(1)} at the start`,
  ].join(', ');
}

function versions(peers) {
  const versionOf = (file) => JSON.parse(readFileSync(here(file), 'utf8')).version;
  const named = peers.filter((peer) => PACKAGES[peer]);
  return Object.fromEntries([
    ['heapgraph', versionOf('../package.json')],
    ...named.map((peer) => [peer, versionOf(`node_modules/${PACKAGES[peer]}/package.json`)]),
  ]);
}

function listOf(option, text, known) {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  throw new Error(`--${option}: there is no "${unknown}"; expected some of ${known.join()}`);
}

function wholeNumber(option, text) {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new Error(`--${option} ${text}: expected a whole number above 0`);
}

try {
  await main();
} catch (error) {
  // A mistake in the options, or something that has to be there first: no need for a stack.
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
