/**
 * `schemas/*.json` describe what `--json` prints: the real output of every command is valid, a changed one is not.
 * `UPDATE_DOCS=1` adds the commands that no schema names, with a draft of their rows: read it.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import type { Result } from '../src/base/result.js';
import { COMMANDS } from '../src/commands/index.js';
import { renderJson } from '../src/render/json.js';
import { heapgraph, temporaryFolder } from './support/cli.js';
import { exampleLines } from './support/example-lines.js';
import { casePath, deadPath, EXPRESS, expressPath, fixturePath } from './support/fixtures.js';
import { commandsWithoutSchema, kindOf, readSchema, SCHEMAS, withCommand } from './support/json-schemas.js';
import { startNode } from './support/processes.js';

const folder = temporaryFolder();
const SNAPSHOTS = { before: fixturePath('node26-before'), after: fixturePath('node26-after') };

if (process.env.UPDATE_DOCS === '1') {
  for (const command of commandsWithoutSchema()) {
    const kind = kindOf(command);
    const answers = [];
    for (const line of exampleLines(command, SNAPSHOTS))
      answers.push(
        JSON.parse((await heapgraph([...line, '--json', '-q'], { cwd: folder })).stdout) as Record<
          string,
          unknown
        >,
      );
    const schema = withCommand(readSchema(kind), command.name, answers);
    writeFileSync(path.join(SCHEMAS, `${kind}.json`), JSON.stringify(schema, null, 2));
    spawnSync('npx', ['biome', 'format', '--write', SCHEMAS], { stdio: 'inherit' });
  }
}

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictTypes: false, strictRequired: false });
ajv.addFormat('date-time', (text) => !Number.isNaN(Date.parse(text)));
for (const file of readdirSync(SCHEMAS))
  ajv.addSchema(JSON.parse(readFileSync(path.join(SCHEMAS, file), 'utf8')) as object, file);

/** A tree is written as a table. */
type Schema = Exclude<Result['kind'], 'document' | 'tree'> | 'baseline' | 'watch';

function check(schema: Schema, value: unknown): void {
  const validate = ajv.getSchema(`${schema}.json`)!;
  expect(validate(value), JSON.stringify(validate.errors?.slice(0, 5), null, 1)).toBe(true);
}

const { before: B, after: A } = SNAPSHOTS;
const DEAD_24 = deadPath('server-node24-1');
const ALLOCATIONS = casePath('node24-allocation-trace.heapsnapshot.gz');
const WEAK = fileURLToPath(new URL('../fixtures/weak/node24.heapsnapshot.br', import.meta.url));
const WAITING = fileURLToPath(new URL('../fixtures/waiting/node24.heapsnapshot.br', import.meta.url));
const THREE = EXPRESS.map(expressPath);

/**
 * Command lines by the kind of their result. A command that is not among them is tried by its examples: lines are for
 * options that change what is printed.
 */
const TABLE: readonly (readonly [Schema, readonly (readonly string[])[]])[] = [
  [
    'report',
    [
      ['closures', A, '--min-size', '0', '--limit', '3'],
      ['closures', A, '--no-sources', '--runtime'],
    ],
  ],
  [
    'table',
    [
      ['anonymize', A, '-o', 'public.heapsnapshot'],
      ['anonymize', A, '--audit', '--limit', '3'],
      ['slice', 'Foo', A, '-o', 'foo.heapsnapshot', '--limit', '3'],
      ['count', 'OBJ', 'Foo', 'Nothing', A],
      ['by-type', 'Foo', A, '--limit', '3'],
      ['by-type', 'Foo', A, '--retained', '--raw'],
      ['by-type', 'Foo', A, '--ids'],
      ['by-type', 'Order', ALLOCATIONS, '--allocated'],
      ['show-most-common-types', A],
      ['show-most-common-types', A, '--retained', '--shapes'],
      ['typestats', A, '--raw'],
      ['typestats', A, '--functions', '--retained'],
      ['dominators', A],
      ['dominators', '--by-type', '--functions', A],
      ['retained', 'OBJ', '--pick', 'all', A],
      ['get-leaking-objects', A],
      ['weak', A],
      ['weak', '--all', A],
      ['weak', '--if-weak', 'Array[]', A],
      ['emitters', WAITING],
      ['emitters', WAITING, '--by', 'function'],
      ['timers', WAITING],
      ['timers', WAITING, '--by', 'function'],
      ['promises', WAITING],
      ['promises', WAITING, '--by', 'class'],
      ['show-growth', B, A],
      ['show-growth', ...THREE, '--detail', '--raw'],
      ['show-growth', B, A, '--by', 'retained', '--functions'],
      ['show-growth', 'base.json', A],
      ['survival', ...THREE],
      ['survival', ...THREE, '--functions', '--internals'],
      ['diff', B, A],
      ['diff', B, A, '--by-class', '--shapes'],
      ['diff', B, A, '--holders'],
      ['diff', B, A, '--functions', '--raw'],
      ['diff', B, A, '--type', 'OBJ'],
      ['diff', 'base.json', A],
      ['get-new-ids', B, A],
      ['get-new-ids', B, A, '--ids'],
      ['select', 'OBJ and retained > 10', A],
      ['select', 'OBJ', A, '--count'],
      ['select', 'type = closure', A, '--by', 'origin,package'],
      ['select', 'OBJ', A, '--sum', 'retained'],
      ['select', 'Foo and new', A, '--before', B, '--ids'],
      ['heap', A],
      ['heap', A, '--held-by-only', 'contexts'],
      ['strings', A, '--pinned', '--limit', '50'],
      ['strings', A, '--largest'],
      ['collections', A, '--by', 'class'],
      ['duplicates', A, '--by', 'class'],
      ['duplicates', A, '--by', 'holder', '--unsure'],
      ['collections', A, '--empty', '--where', 'origin = program'],
      ['strings', A, '--encodings'],
      ['strings', A, '--all-values', '--limit', '5'],
      ['strings', A, '--grep', 'node'],
      ['heap', A, '--by', 'package,class', '--sizes', 'retained'],
      ['heap', A, '--relative-to', B, '--where', 'origin = program'],
      ['patterns', 'OBJ', A],
      ['patterns', 'Foo', A, '--to-root'],
      ['cut', 'OBJ', A],
      ['cut', 'type = string', A, '--limit', '1'],
      ['census', A, 'gone.heapsnapshot', '--to', 'other'],
      ...['leaks', 'outliers', 'regressions', 'releases', 'hosts'].map((name) => [
        'fleet',
        'heaps',
        '--question',
        name,
      ]),
    ],
  ],
  [
    'details',
    [
      ['at', '@104609', '@3', '@999999999', A],
      ['at', '@108039', ALLOCATIONS, '--limit', '2'],
      ['info', A],
      ['garbage', A],
      ['garbage', WEAK],
      ['cycles', THREE[2]!],
      ['info', A, '--quick'],
      ['info', ALLOCATIONS, '--raw'],
      ['dominators', '--follow', THREE[2]!],
      ['dominators', '--follow', '@79981', A, '--limit', '1'],
      ['dominators', '--follow', A, '--functions'],
    ],
  ],
  [
    'chains',
    [
      ['find-backref-chain', 'OBJ', A],
      ['find-backref-chain', 'ServerResponse', DEAD_24, '--verdicts'],
      ['find-backref-chain', 'OBJ', A, '--no-sizes', '--paths', '3'],
      ['find-backref-chain', 'OBJ', A, '--max-depth', '1'],
      ['find-ref-chain', '@79981', '--to', 'Foo', A],
      ['find-backref-chain', '(string)', '--pick', 'random:3', THREE[2]!],
    ],
  ],
  [
    'leaks',
    [
      ['leaks', ...THREE],
      ['leaks', B, A, '--min-size', '1'],
    ],
  ],
  [
    'dead',
    [
      ['dead', DEAD_24],
      ['dead', A],
      ['dead', DEAD_24, '--min-count', '1', '--all', '--rule', 'OBJ and cached = false'],
    ],
  ],
  [
    'suspects',
    [
      ['suspects', DEAD_24],
      ['suspects', A, '--min-size', '1'],
      ['suspects', ...THREE],
    ],
  ],
  [
    'subgraph',
    [
      ['show-chain', 'ServerResponse', DEAD_24, '--verdicts'],
      ['show-backrefs', 'OBJ', '--pick', 'all', A, '--since', B, '--extra-info', 'retained'],
      ['show-refs', '@79981', A, '--too-many', '2'],
      ['show-chain', 'OBJ', A, '--paths', '2'],
    ],
  ],
  [
    'checks',
    [
      ['check', A, '--max', 'OBJ=9', '--max-total', '200mb', '--forbid', 'Foo', '--max-dup-strings', '1kb'],
      [
        'check',
        A,
        '--baseline',
        B,
        '--max-growth',
        '*=1',
        '--max-size',
        '(string)=1',
        '--max-retained',
        'X=1',
      ],
      ['check', A, '--baseline', 'base.json', '--max-growth', '*=1,1%'],
    ],
  ],
  [
    'page',
    [
      ['report', A],
      ['report', ...THREE, '--no-texts'],
    ],
  ],
  [
    'text',
    [
      ['completion', 'bash'],
      ['fleet', 'heaps', '--print-sql'],
    ],
  ],
  ['baseline', [['baseline', A]]],
];

const listed = new Set([
  ...TABLE.flatMap(([, lines]) => lines.map(([name]) => name!)),
  // A config file has heapgraph.schema.json; those on processes are below; a prompt has the answers of others.
  ...['init', 'capture', 'watch', 'memory', 'repl', 'tui', 'open', 'mcp'],
]);
const LINES = TABLE.map(
  ([schema, lines]) =>
    [
      schema,
      [
        ...lines,
        ...COMMANDS.filter((command) => !listed.has(command.name) && kindOf(command) === schema).flatMap(
          (command) => exampleLines(command, SNAPSHOTS),
        ),
      ],
    ] as const,
);

// An example names it.
writeFileSync(path.join(folder, 'CODEOWNERS'), '* @acme/core\n');

const ready = Promise.all([
  heapgraph(['baseline', B, A, '-o', 'base.json'], { cwd: folder }),
  heapgraph(['census', B, '--to', 'heaps', '--host', 'web-1', '--release', '1.4.0'], { cwd: folder }),
  heapgraph(['census', A, '--to', 'heaps', '--host', 'web-1', '--release', '1.5.0'], { cwd: folder }),
]);

describe.each(LINES)('schemas/%s.json', (schema, lines) => {
  test.concurrent.each(lines.map((line) => [line.join(' ').replaceAll(/\S*\//g, ''), line] as const))(
    '%s',
    async (_, line) => {
      await ready;
      const { stdout, stderr } = await heapgraph([...line, '--json', ...(schema === 'text' ? [] : ['-q'])], {
        cwd: folder,
        ...(line[0] === 'index' ? { env: { XDG_CACHE_HOME: folder } } : {}),
      });
      expect(stderr).toBe('');
      const answer = JSON.parse(stdout) as Record<string, unknown>;
      check(schema, answer);
      refusesChanges(schema, answer);
    },
  );
});

/** Another fact beside the others, in the head or in a row, and a missing one make the answer invalid. */
function refusesChanges(schema: Schema, answer: Record<string, unknown>): void {
  const validate = ajv.getSchema(`${schema}.json`)!;
  expect(validate({ ...answer, other: 1 })).toBe(false);
  const { schema: _, ...headless } = answer;
  expect(validate(headless)).toBe(false);
  if (answer.command === 'sql') return; // its rows are what it was asked for
  const key = ['rows', 'chains', 'nodes'].find((list) => list in answer);
  const rows = key === undefined ? [] : (answer[key] as Record<string, unknown>[]);
  for (const row of rows.slice(0, 1)) {
    expect(validate({ ...answer, [key!]: [{ ...row, other: 1 }] })).toBe(false);
    const [first] = Object.keys(row);
    const { [first!]: __, ...rest } = row;
    expect(validate({ ...answer, [key!]: [rest] })).toBe(false);
  }
}

test('a broken file that --salvage reads says where it stopped', async () => {
  const whole = gunzipSync(readFileSync(A));
  const { stdout } = await heapgraph(['count', 'OBJ', '-', '--salvage', '--json'], {
    input: whole.subarray(0, whole.length >> 1),
  });
  const answer = JSON.parse(stdout) as Record<string, unknown>;
  expect(answer).toMatchObject({ complete: false, truncation: { section: 'edges' } });
  check('table', answer);
});

test('a report', () => {
  const report: Result = {
    kind: 'report',
    parts: [
      {
        title: 'Classes',
        result: { kind: 'table', columns: [], rows: [{ type: 'A' }], total: 1, omitted: 0, layout: 'grid' },
      },
      { title: 'Chains', result: { kind: 'chains', chains: [] }, notes: ['nothing found'] },
    ],
  };
  const text = [...renderJson({ result: report }, { command: 'report', snapshots: [], complete: true })].join(
    '',
  );
  const answer = JSON.parse(text) as Record<string, unknown>;
  check('report', answer);
  expect(ajv.getSchema('report.json')!({ ...answer, other: 1 })).toBe(false);
});

test('baseline of two snapshots', () => {
  check('baseline', JSON.parse(readFileSync(path.join(folder, 'base.json'), 'utf8')));
});

test('capture, capture --profile, memory, watch --growth of a running process', async () => {
  const program = await startNode(
    folder,
    `globalThis.kept = []; setInterval(() => kept.push(new (class Kept {})()), 5); console.log('ready');`,
    ['--inspect-port=0'],
  );
  const pid = String(program.pid);
  const captured = await heapgraph(['capture', pid, '--json', '-o', 'a.heapsnapshot'], { cwd: folder });
  check('table', JSON.parse(captured.stdout));
  const profiled = await heapgraph(['capture', pid, '--json', '--profile', '500ms', '-o', 'a.heapprofile'], {
    cwd: folder,
  });
  check('table', JSON.parse(profiled.stdout));
  const sheet = await heapgraph(['memory', pid, '--json'], { cwd: folder });
  check('table', JSON.parse(sheet.stdout));
  const watched = await heapgraph(
    ['watch', pid, '--json', '--growth', '--every', '200ms', '--every-snapshot', '1s', '--count', '15'],
    { cwd: folder },
  );
  const lines = watched.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string });
  for (const line of lines) check('watch', line);
  expect(new Set(lines.map(({ kind }) => kind))).toEqual(new Set(['sample', 'growth']));
  await program.stop();
}, 60_000);

test('every command is named by a schema, and tried', () => {
  expect(
    commandsWithoutSchema().map(({ name }) => name),
    'UPDATE_DOCS=1 npx vitest run test/schemas.test.ts adds it',
  ).toEqual([]);
  const tried = LINES.flatMap(([, lines]) => lines.map(([name]) => name));
  expect(new Set([...tried, 'init', 'capture', 'watch', 'memory', 'repl', 'tui', 'open', 'mcp'])).toEqual(
    new Set([...COMMANDS.map(({ name }) => name), 'completion']),
  );
});
