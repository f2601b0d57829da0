#!/usr/bin/env node
/**
 * What two other MCP servers for heap snapshots say of the ten programs: see README.md.
 *
 *   node evals/peers.mjs --work DIR [program…]
 *     --chrome-devtools-mcp FILE    its build/src/bin/chrome-devtools-mcp.js (Node.js 22 or newer), CHROME_PATH a Chromium
 *     --heap-snapshot FILE          the binary of @heap-snapshot/tool, GLIBC_FOLDER a newer glibc where that is needed
 *     --show                        prints what each was told
 *
 * DIR has the snapshots that `node evals/run.mjs --work DIR` made. The client compares the first snapshot with the last,
 * takes the classes that grew most and are not V8's own, and asks for the ways from a root to the first new object of
 * each. Named: the names of the culprit stand in what it was told of them. It counts in their favour that a name is
 * somewhere in an answer, and that nobody had to choose.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

const HERE = path.dirname(fileURLToPath(import.meta.url));
/** Calls at most, as for heapgraph. */
const MOST_CALLS = 8;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    work: { type: 'string' },
    'chrome-devtools-mcp': { type: 'string' },
    'heap-snapshot': { type: 'string' },
    show: { type: 'boolean', default: false },
  },
});
if (values.work === undefined) throw new Error('--work DIR: the snapshots of node evals/run.mjs --work DIR');
const expected = JSON.parse(readFileSync(path.join(HERE, 'expected.json'), 'utf8'));
const programs = Object.keys(expected).filter(
  (name) => positionals.length === 0 || positionals.some((part) => name.startsWith(part)),
);

/** Classes of V8's own: what an agent passes over when it looks for a program's objects. */
const isOwn = (name) => /^\(|^system \//.test(name);

const chromeDevTools = {
  name: 'chrome-devtools-mcp',
  command: () => [
    process.execPath,
    [
      values['chrome-devtools-mcp'],
      ...['--memoryDebugging', '--headless', '--usageStatistics=false', '--chromeArg=--no-sandbox'],
      ...(process.env.CHROME_PATH ? ['--executablePath', process.env.CHROME_PATH] : []),
    ],
  ],
  async walk(call, [first, last]) {
    const files = { baseFilePath: first, currentFilePath: last };
    const table = await call('compare_heapsnapshots', files);
    const classes = [...table.matchAll(/^(\d+),(.*?),\d+,\d+,(-?\d+),/gm)].filter(
      ([, , name, delta]) => Number(delta) > 0 && !isOwn(name),
    );
    const told = [];
    for (const [, index, name] of classes) {
      const objects = await call('compare_heapsnapshots', { ...files, classIndex: Number(index) });
      const id = /\+ @(\d+)/.exec(objects)?.[1];
      const paths =
        id && (await call('get_heapsnapshot_retaining_paths', { filePath: last, nodeId: Number(id) }));
      if (!paths) break;
      told.push(name, paths);
    }
    return told;
  },
};

const heapSnapshot = {
  name: '@heap-snapshot/tool',
  command: () => {
    const folder = process.env.GLIBC_FOLDER;
    if (!folder) return [values['heap-snapshot'], ['mcp']];
    const loader = readdirSync(folder).find((name) => /^ld-linux.*\.so\.\d+$/.test(name));
    return [path.join(folder, loader), ['--library-path', folder, values['heap-snapshot'], 'mcp']];
  },
  async walk(call, [first, last]) {
    await call('load_snapshot', { path: first });
    await call('load_snapshot', { path: last });
    const both = { baseline_id: 1, snapshot_id: 2 };
    const table = await call('compare_snapshots', both);
    const classes = [...table.matchAll(/^((?:\S| (?! ))+) {2,}\d+ +\d+ +\+/gm)].filter(
      ([, name]) => !isOwn(name),
    );
    const told = [];
    for (const [, name] of classes) {
      const objects = await call('compare_snapshots', { ...both, class_name: name, limit: 3 });
      const id = /\+ (@\d+)/.exec(objects)?.[1];
      const paths = id && (await call('get_retaining_paths', { snapshot_id: 2, object_id: id }));
      if (!paths) break;
      told.push(name, paths);
    }
    return told;
  },
};

/** What a server tells, and what it costs. */
async function ask(server, files) {
  const [command, args] = server.command();
  const client = new Client({ name: 'heapgraph-evals', version: '1.0.0' });
  await client.connect(
    new StdioClientTransport({ command, args, env: { ...process.env, CI: '1' }, stderr: 'ignore' }),
  );
  const cost = { calls: 0, characters: 0 };
  const call = async (name, input) => {
    if (cost.calls >= MOST_CALLS) return '';
    const result = await client.callTool({ name, arguments: input });
    cost.calls++;
    cost.characters += JSON.stringify(result).length;
    return result.content.map(({ text }) => text).join('\n');
  };
  try {
    return { told: await server.walk(call, files), ...cost };
  } finally {
    await client.close();
  }
}

const servers = [
  ...(values['chrome-devtools-mcp'] ? [chromeDevTools] : []),
  ...(values['heap-snapshot'] ? [heapSnapshot] : []),
];
for (const server of servers) {
  console.log(`| program, ${server.name} | named | file:line | calls | characters |`);
  console.log('| --- | --- | --- | --: | --: |');
  for (const program of programs) {
    const name = program.replace(/\.[cm]js$/, '');
    const files = [1, 3].map((n) => path.resolve(values.work, program, `${name}-${n}.heapsnapshot`));
    const { told, calls, characters } = await ask(server, files);
    const text = told.join('\n');
    const { names, place } = expected[program];
    const named = names.every((one) => new RegExp(one).test(text)) ? 'yes' : 'no';
    const at = new RegExp(place).test(text) ? 'yes' : 'no';
    console.log(`| ${program} | ${named} | ${at} | ${calls} | ${characters.toLocaleString('en-US')} |`);
    if (values.show) console.log(text);
  }
  console.log('');
}
