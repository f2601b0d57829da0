#!/usr/bin/env node
/**
 * Evals of the MCP server: see README.md.
 *
 *   node evals/run.mjs [program…]     --work DIR   keeps the snapshots there, and takes those that are there
 *                                     --show       prints what the agent concluded
 *
 * Without programs it writes the table of docs/mcp.md. Exit code 1 where fewer than nine of ten were named with file and
 * line, or one took more than 8 calls or 40,000 characters.
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { investigate } from './agent.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.dirname(HERE);
const MOST_CALLS = 8;
const MOST_CHARACTERS = 40_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { work: { type: 'string' }, show: { type: 'boolean', default: false } },
});
const work = values.work ?? mkdtempSync(path.join(tmpdir(), 'heapgraph-evals-'));
const expected = JSON.parse(readFileSync(path.join(HERE, 'expected.json'), 'utf8'));
const programs = Object.keys(expected).filter(
  (name) => positionals.length === 0 || positionals.some((part) => name.startsWith(part)),
);

/** The programs, with the packages that they depend on. */
function install() {
  const home = path.join(work, 'home');
  const modules = path.join(home, 'node_modules');
  rmSync(home, { recursive: true, force: true });
  mkdirSync(modules, { recursive: true });
  cpSync(path.join(HERE, 'programs'), home, { recursive: true });
  cpSync(path.join(HERE, 'packages/acme-sdk'), path.join(modules, 'acme-sdk'), { recursive: true });
  cpSync(path.join(HERE, 'packages/tiny-dedupe'), path.join(modules, 'acme-sdk/node_modules/tiny-dedupe'), {
    recursive: true,
  });
  for (const name of ['express', 'ws'])
    symlinkSync(path.join(ROOT, 'node_modules', name), path.join(modules, name));
  return home;
}

function snapshotsOf(program, home) {
  const folder = path.join(work, program);
  const name = program.replace(/\.[cm]js$/, '');
  const files = [1, 2, 3].map((n) => path.join(folder, `${name}-${n}.heapsnapshot`));
  if (files.every((file) => existsSync(file))) return folder;
  mkdirSync(folder, { recursive: true });
  let run;
  // A busy machine may write a snapshot so slowly that a connection of the program ends meanwhile.
  for (let attempt = 0; attempt < 3; attempt++) {
    run = spawnSync(process.execPath, [path.join(home, program)], {
      cwd: home,
      env: { ...process.env, OUT: folder },
      encoding: 'utf8',
      timeout: 240_000,
    });
    if (files.every((file) => existsSync(file))) return folder;
    for (const file of files) rmSync(file, { force: true });
  }
  throw new Error(`${program} made no snapshots: ${run.stderr}`);
}

const home = install();
const results = [];
for (const program of programs) {
  const folder = snapshotsOf(program, home);
  const { names, place } = expected[program];
  const found = await investigate(process.execPath, [
    path.join(ROOT, 'bin/heapgraph.js'),
    'mcp',
    '--root',
    folder,
  ]);
  const named = names.every((name) => new RegExp(name).test(found.what));
  const at = found.places.find((one) => new RegExp(`${place}$`).test(one));
  results.push({ program, named, at, calls: found.calls, characters: found.characters });
  if (values.show) console.log(`== ${program}\n${found.what}\n${found.places.join('\n')}\n`);
}

const cells = results.map(({ program, named, at, calls, characters }) => [
  program,
  named ? 'yes' : 'no',
  at === undefined
    ? 'no'
    : path.basename(path.dirname(at)) === 'home'
      ? path.basename(at)
      : at.replace(/^.*node_modules\//, ''),
  String(calls),
  characters.toLocaleString('en-US'),
]);
const table = [
  '| program | named | file:line | calls | characters |',
  '| --- | --- | --- | --: | --: |',
  ...cells.map((row) => `| ${row.join(' | ')} |`),
].join('\n');
const good = results.filter(({ named, at }) => named && at !== undefined).length;
const said = `${good} of ${results.length} were named with file and line (Node.js ${process.version}).`;
console.log(`${table}\n\n${said}`);
if (positionals.length === 0) {
  const page = path.join(ROOT, 'docs/mcp.md');
  const text = readFileSync(page, 'utf8');
  const block = /(<!-- evals: .*? -->\n)[\s\S]*?(<!-- \/evals -->)/;
  writeFileSync(
    page,
    text.replace(block, (_, open, close) => `${open}\n${table}\n\n${said}\n\n${close}`),
  );
}
if (values.work === undefined) rmSync(work, { recursive: true, force: true });
const cheap = results.every(({ calls, characters }) => calls <= MOST_CALLS && characters <= MOST_CHARACTERS);
process.exitCode = good * 10 >= results.length * 9 && cheap ? 0 : 1;
