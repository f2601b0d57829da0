/**
 * README.md and docs/*.md are true: commands print what is shown, programs run, tables come from the definitions, links
 * lead somewhere. A block that is not run says why, in a comment above it. `UPDATE_DOCS=1` writes outputs and tables.
 */

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { flag } from '../src/base/notes.js';
import type { Command } from '../src/commands/command.js';
import { COMMANDS, THEMES } from '../src/commands/index.js';
import { optionOf } from '../src/commands/options.js';
import { heapgraph } from './support/cli.js';
import { shellWords } from './support/example-lines.js';
import { casePath, deadPath, EXPRESS, expressPath, fixturePath } from './support/fixtures.js';
import { commandsOf, SCHEMAS } from './support/json-schemas.js';
import { temporaryFolder } from './support/temporary-folder.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const update = process.env.UPDATE_DOCS === '1';
const PAGES = [
  'README.md',
  ...readdirSync(path.join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const textOf = (page: string): string => readFileSync(path.join(ROOT, page), 'utf8');

const folder = temporaryFolder();
copyFileSync(fixturePath('node26-before'), path.join(folder, 'before.heapsnapshot.gz'));
copyFileSync(fixturePath('node26-after'), path.join(folder, 'after.heapsnapshot.gz'));
copyFileSync(fixturePath('node26-after'), path.join(folder, 'app.heapsnapshot.gz'));
copyFileSync(
  casePath('node24-allocation-trace.heapsnapshot.gz'),
  path.join(folder, 'orders.heapsnapshot.gz'),
);
for (const step of [1, 2])
  copyFileSync(deadPath(`server-node24-${step}`), path.join(folder, `server-${step}.heapsnapshot.gz`));
copyFileSync(
  fileURLToPath(new URL('../fixtures/weak/node24.heapsnapshot.br', import.meta.url)),
  path.join(folder, 'weak.heapsnapshot.br'),
);
copyFileSync(
  fileURLToPath(new URL('../fixtures/dead/frames-chromium.heapsnapshot.br', import.meta.url)),
  path.join(folder, 'frames-chromium.heapsnapshot.br'),
);
copyFileSync(
  fileURLToPath(new URL('../fixtures/closures/node26.heapsnapshot.br', import.meta.url)),
  path.join(folder, 'reports.heapsnapshot.br'),
);
copyFileSync(
  fileURLToPath(new URL('../fixtures/waiting/node24.heapsnapshot.br', import.meta.url)),
  path.join(folder, 'waiting.heapsnapshot.br'),
);
for (const step of ['before', 'after'])
  copyFileSync(
    fileURLToPath(new URL(`../fixtures/packages/node24-${step}.heapsnapshot.br`, import.meta.url)),
    path.join(folder, `shop-${step}.heapsnapshot.br`),
  );
copyFileSync(
  fileURLToPath(new URL('../fixtures/realms/node26.heapsnapshot.br', import.meta.url)),
  path.join(folder, 'realms.heapsnapshot.br'),
);
copyFileSync(
  fileURLToPath(new URL('../fixtures/waste/node26.heapsnapshot.br', import.meta.url)),
  path.join(folder, 'waste.heapsnapshot.br'),
);
for (const name of EXPRESS) copyFileSync(expressPath(name), path.join(folder, `${name}.heapsnapshot.gz`));
// The same without compression, and the beginning of it.
const whole = gunzipSync(readFileSync(fixturePath('node26-after')));
writeFileSync(path.join(folder, 'cut.heapsnapshot'), whole.subarray(0, 3_000_000));
mkdirSync(path.join(folder, 'node_modules'));
symlinkSync(ROOT, path.join(folder, 'node_modules', 'heapgraph'));
const programs = path.join(folder, 'bin');
mkdirSync(programs);
writeFileSync(
  path.join(programs, 'heapgraph'),
  `#!/bin/sh\nexec "${process.execPath}" "${path.join(ROOT, 'bin/heapgraph.js')}" "$@"\n`,
);
chmodSync(path.join(programs, 'heapgraph'), 0o755);

interface Block {
  readonly language: string;
  readonly code: string;
  /** What the comment above it says: why it is not run, or which test does it. */
  readonly excuse: string | undefined;
}

function blocksOf(text: string): readonly Block[] {
  const pattern = /(?:^<!-- (not run: .+|run by .+) -->\n)?^```(.*)\n([\s\S]*?)^```$/gm;
  return [...text.matchAll(pattern)].map(([, excuse, language, code]) => ({
    language: language!,
    code: code!,
    excuse,
  }));
}

/**
 * A console block as it should be: of each line the command, its standard output, then what its programs said; an exit
 * code that is not 0 in a comment.
 */
async function played(block: string): Promise<string> {
  const parts: string[] = [];
  const showsCodes = block.includes('\n# exit code');
  for (const line of block.split('\n').filter((text) => text.startsWith('$ '))) {
    let piped = '';
    let said = '';
    let failed = '';
    for (const command of line.slice(2).split(' | ')) {
      const [program, ...args] = shellWords(command);
      expect(program).toBe('heapgraph');
      const { stdout, stderr, code } = await heapgraph(args, { cwd: folder, input: Buffer.from(piped) });
      piped = stdout;
      said += stderr;
      if (code !== 0 && showsCodes) failed = `# exit code ${code}\n`;
    }
    parts.push(`${line}\n${piped}${said}${failed}`);
  }
  return parts.join('');
}

function bracketed(name: string, needed: boolean, many: boolean): string {
  const text = `${name}${many ? '…' : ''}`;
  return needed ? `<${text}>` : `[${text}]`;
}

function snapshotUsage(snapshot: Command['snapshot']): string {
  if (typeof snapshot !== 'object') return snapshot ? ' [snapshot]' : '';
  const { names, least, most } = snapshot;
  return names
    .map((name, i) => ` ${bracketed(name, i < least, i === names.length - 1 && most > names.length)}`)
    .join('');
}

function usageOf({ name, arguments: takes, snapshot, program }: Command): string {
  const taken = takes ? ` ${bracketed(takes.name, takes.least > 0, takes.most > 1)}` : '';
  return `heapgraph ${name}${taken}${snapshotUsage(snapshot)}${program ? ' [-- program…]' : ''}`;
}

function optionTable(command: Command): string {
  const rows = Object.entries(command.options).map(([option, spec]) => {
    const value =
      spec.kind === 'flag'
        ? ''
        : ` ${spec.kind === 'choice' ? spec.choices.join('\\|') : optionOf(spec).placeholder}`;
    const inWords = 'defaultWords' in spec ? spec.defaultWords : undefined;
    const fallback =
      'default' in spec && spec.default !== undefined ? ` (default ${inWords ?? spec.default})` : '';
    return `| \`${flag(option)}${value}\` | ${spec.help}${fallback} |`;
  });
  const table = rows.length > 0 ? ['| option | |', '|---|---|', ...rows, ''] : [];
  return [`**\`${usageOf(command)}\`**: ${command.summary}`, '', ...table].join('\n');
}

const COMMON = [
  'Every command that reads a snapshot also takes `-s, --snapshot FILE`, `--salvage`, `--source-maps`',
  '([source-maps.md](source-maps.md)), `--threads N`, `--max-memory BYTES`, `--json`, `-o, --output FILE` (`.json`, `.csv` and',
  '`.md` choose the format), `-q, --quiet` and `--stats`; tables take `--csv` and `--markdown`.',
].join('\n');

const options = (): string =>
  `${THEMES.map(({ title, commands }) => `## ${title}\n\n${commands.map(optionTable).join('\n')}`).join('\n')}\n${COMMON}\n`;

/** One row a theme: README's. */
const themeTable = (): string =>
  [
    '| | |',
    '|---|---|',
    ...THEMES.map(
      ({ title, commands }) => `| **${title}** | ${commands.map(({ name }) => `\`${name}\``).join(', ')} |`,
    ),
    '',
  ].join('\n');

/** One row a command. */
const commandTable = (): string =>
  [
    '| theme | command | |',
    '|---|---|---|',
    ...THEMES.flatMap(({ title, commands }) =>
      commands.map(
        ({ name, summary }, i) => `| ${i === 0 ? `**${title}**` : ''} | \`${name}\` | ${summary} |`,
      ),
    ),
    '',
  ].join('\n');

/** What JSON of each kind has beside the head. Which commands print it, its schema says. */
const KINDS: readonly (readonly [string, string])[] = [
  ['table', '`total`, `omitted`, and `rows`, an object each'],
  ['details', 'the same; a row has facts and lists, and `LISTOmitted` where a list is cut'],
  ['chains', '`chains`'],
  ['leaks', '`summary` in sentences, sizes, and `rows`, a container that grows each'],
  [
    'dead',
    '`summary`, how many were `judged`, and `rows`, a group of dead objects each, with a verdict for each step',
  ],
  ['suspects', '`summary`, and `rows`, a place each, with a verdict, a headline and its evidence'],
  ['subgraph', '`nodes`, `edges`, and `cut`, where neighbours were left out'],
  ['checks', '`ok`, `failed`, and `rows`, a budget each'],
  ['page', 'the data of a page: `suspects`, `tree`, `classes`, `objects` and more'],
  ['text', '`shell`, `script`'],
];

/** A command whose option makes it answer in a second kind of JSON, by kind. */
const ASKED_BY: Readonly<Record<string, string>> = {
  'details dominators': 'dominators --follow',
  'text fleet': 'fleet --print-sql',
};

const kindTable = (): string =>
  [
    '| kind | commands | what it has |',
    '| --- | --- | --- |',
    ...KINDS.map(([kind, has]) => {
      const names = commandsOf(kind).map((name) => `\`${ASKED_BY[`${kind} ${name}`] ?? name}\``);
      return `| \`${kind}\` | ${names.join(', ')} | ${has} |`;
    }),
    '| `baseline` | `baseline` | a baseline file, `heapgraph-baseline/1` |',
    '| `watch` | `watch` | one object a line: `kind` is `sample` or `growth` |',
    '',
  ].join('\n');

test.each([
  ['docs/commands.md', 'options', options],
  ['docs/output.md', 'kinds', kindTable],
  ['README.md', 'commands', themeTable],
  ['docs/commands.md', 'commands', commandTable],
] as const)('%s: the table of %s', (page, name, table) => {
  const text = textOf(page);
  const pattern = new RegExp(`(<!-- ${name}: .*? -->\\n)[^]*?(<!-- /${name} -->)`);
  expect(text).toMatch(pattern);
  const wanted = text.replace(pattern, (_, open: string, close: string) => `${open}\n${table()}\n${close}`);
  if (update) writeFileSync(path.join(ROOT, page), wanted);
  else expect(text).toBe(wanted);
});

test('every command is in the tables, and every schema of an answer', () => {
  const described = [...KINDS.map(([kind]) => kind), 'baseline', 'watch', 'common', 'report'];
  expect(readdirSync(SCHEMAS).sort()).toEqual(described.map((kind) => `${kind}.json`).sort());
  for (const { name } of COMMANDS) {
    expect(commandTable()).toContain(`| \`${name}\` |`);
    expect(themeTable()).toContain(`\`${name}\``);
  }
});

test('README.md has 180 lines at most', () => {
  expect(textOf('README.md').split('\n').length - 1).toBeLessThanOrEqual(180);
});

describe.each(PAGES)('%s', (page) => {
  const blocks = blocksOf(textOf(page));

  test('blocks are run, or say why not', () => {
    for (const { language, code, excuse } of blocks) {
      const runs = ['console', 'js', 'sh', 'sh readme'].includes(language);
      if (excuse?.startsWith('run by ')) expect(existsSync(path.join(ROOT, excuse.slice(7)))).toBe(true);
      else if (!runs) expect([language, code, excuse]).toEqual([language, code, expect.any(String)]);
    }
  });

  const consoles = blocks.filter(({ language, excuse }) => language === 'console' && !excuse);
  test.each(consoles.length > 0 ? ['console blocks print what is shown'] : [])('%s', async () => {
    let text = textOf(page);
    for (const { code } of consoles) {
      const wanted = await played(code);
      expect(wanted).not.toBe('');
      if (update) text = text.replace(`\`\`\`console\n${code}`, () => `\`\`\`console\n${wanted}`);
      else expect(code).toBe(wanted);
    }
    if (update) writeFileSync(path.join(ROOT, page), text);
  });

  const scripts = blocks.filter(({ language, excuse }) => language === 'js' && !excuse);
  test.each(scripts.map(({ code }, i) => [i + 1, code] as const))('program %i runs', (_, code) => {
    const file = path.join(folder, 'program.mjs');
    writeFileSync(file, code);
    const { stdout, stderr, status } = spawnSync(process.execPath, [file], { cwd: folder, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    const said = [...code.matchAll(/\/\/ prints (.+)/g)].map((match) => match[1]!);
    const wanted = code.includes('count(') ? ['100'] : ['system / NativeContext'];
    for (const text of said.length > 0 ? said : wanted) expect(stdout).toContain(text);
  });

  const shells = blocks.filter(({ language, excuse }) => language === 'sh' && !excuse);
  test.each(shells.map(({ code }) => [code.trim().split('\n')[0]!, code] as const))('$ %s', (_, code) => {
    const { stderr, status } = spawnSync('bash', ['-euc', code], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${programs}:${process.env.PATH}` },
    });
    expect([status, stderr.split('\n').filter((line) => line.includes('error'))]).toEqual([0, []]);
  });

  test('links lead to files and headings that are there', () => {
    const anchors = (text: string): string[] =>
      [...text.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
        title!
          .toLowerCase()
          .replace(/[^\w\- ]/g, '')
          .replaceAll(' ', '-'),
      );
    for (const [, target] of textOf(page)
      .replace(/^```[\s\S]*?^```$/gm, '')
      .matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target!)) continue;
      const [file, anchor] = target!.split('#') as [string, string?];
      const found = file === '' ? page : path.join(path.dirname(page), file);
      expect([target, existsSync(path.join(ROOT, found))]).toEqual([target, true]);
      if (anchor !== undefined) expect(anchors(textOf(found))).toContain(anchor);
    }
  });
});
