/** The benchmark: asks the questions, prints tables. See README.md. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, platform, release, tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { formatTable } from './format.mjs';
import { ensureHeap, ensurePair } from './make-heap.mjs';
import { chooseNode, findNode24 } from './node-binary.mjs';
import { chain, count, growth, index, load, startup } from './questions.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

const PEERS = {
  devtools: 'chrome-devtools-frontend',
  memlab: '@memlab/heap-analysis',
  'v8-heap-parser': '@vscode/v8-heap-parser',
};

const QUESTIONS = ['count', 'index', 'chain', 'load', 'growth', 'startup'];

const USAGE = `npm start -- [options]

  --heaps ts1,ts4                          which heaps
  --questions count,index,chain,load,growth,startup
                                           which questions
  --peers devtools,memlab,v8-heap-parser   whom count is asked beside heapgraph (index: devtools alone); none for
                                           nobody
  --runs 5                                 rounds
  --node 24                                24, or current: the one that runs this. startup takes both
  --time-limit 300                         seconds for one process
  --json FILE                              every single figure as well
`;

async function main() {
  const { values } = parseArgs({
    options: {
      heaps: { type: 'string', default: 'ts1,ts4' },
      questions: { type: 'string', default: QUESTIONS.join() },
      peers: { type: 'string', default: Object.keys(PEERS).join() },
      runs: { type: 'string', default: '5' },
      node: { type: 'string', default: '24' },
      'time-limit': { type: 'string', default: '300' },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  if (!existsSync(here('node_modules'))) throw new Error('run "npm ci" in this folder first.');
  const questions = listOf('questions', values.questions, QUESTIONS);
  const heaps = listOf('heaps', values.heaps, ['ts1', 'ts4']);
  const peers = values.peers === 'none' ? [] : listOf('peers', values.peers, Object.keys(PEERS));
  const runs = wholeNumber('runs', values.runs);
  const timeLimit = wholeNumber('time-limit', values['time-limit']) * 1000;
  const node = chooseNode(values.node);
  if (!existsSync(here('../dist/index.js'))) {
    throw new Error('heapgraph is not built: run "npm ci" in the folder above, which builds it.');
  }

  const facts = { machine: machine(), versions: versions(peers), date: new Date().toISOString() };
  process.stdout.write(
    `${facts.machine}\n${Object.entries(facts.versions)
      .map(([n, v]) => `${n} ${v}`)
      .join(', ')}\n`,
  );
  const tables = [];
  const report = (table) => {
    tables.push(table);
    const notes = table.notes.map((note) => `  ${note}\n`).join('');
    process.stdout.write(`\n${table.title}\n\n${formatTable(table.header, table.rows)}\n\n${notes}`);
    if (table.results[0].problem) process.exitCode = 1;
  };
  const asked = (question) => questions.includes(question);

  if (peers.includes('devtools') && (asked('count') || asked('index') || asked('growth'))) {
    const { makeBundle } = await import('./peers/devtools-bundle.mjs');
    await makeBundle();
  }
  if (['count', 'index', 'chain', 'load'].some(asked)) {
    for (const heap of heaps) {
      const file = ensureHeap(heap);
      const setting = { heap, file, node, runs, peers, timeLimit };
      if (asked('count')) report(await count(setting));
      if (asked('index')) report(await index(setting));
      if (asked('chain')) report(await chain(setting));
      if (asked('load')) report(await load(setting));
    }
  }
  if (asked('growth')) report(await growth({ files: ensurePair(), node, runs, peers, timeLimit }));
  if (asked('startup')) {
    const folder = mkdtempSync(path.join(tmpdir(), 'heapgraph-bench-'));
    try {
      const small = path.join(folder, 'small.heapsnapshot');
      writeFileSync(small, gunzipSync(readFileSync(here('../fixtures/node18-after.heapsnapshot.gz'))));
      for (const each of bothNodes(node)) report(await startup({ small, node: each, runs, timeLimit }));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  if (values.json) writeFileSync(values.json, `${JSON.stringify({ ...facts, tables }, null, 2)}\n`);
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
  ].join(', ');
}

function versions(peers) {
  const versionOf = (file) => JSON.parse(readFileSync(here(file), 'utf8')).version;
  return Object.fromEntries([
    ['heapgraph', versionOf('../package.json')],
    ...peers.map((peer) => [peer, versionOf(`node_modules/${PEERS[peer]}/package.json`)]),
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
