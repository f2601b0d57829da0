/**
 * The README is true: its commands print what stands there, its programs run, its tables come from the definitions.
 * `UPDATE_README=1` writes outputs and tables again.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type Command, placeholderOf } from '../src/commands/command.js';
import { COMMANDS } from '../src/commands/index.js';
import { heapgraph } from './support/cli.js';
import { casePath, EXPRESS, expressPath, fixturePath } from './support/fixtures.js';
import { temporaryFolder } from './support/temporary-folder.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FILE = path.join(ROOT, 'README.md');
const update = process.env.UPDATE_README === '1';
const readme = readFileSync(FILE, 'utf8');

const folder = temporaryFolder();
copyFileSync(fixturePath('node26-before'), path.join(folder, 'before.heapsnapshot.gz'));
copyFileSync(fixturePath('node26-after'), path.join(folder, 'after.heapsnapshot.gz'));
copyFileSync(fixturePath('node26-after'), path.join(folder, 'app.heapsnapshot.gz'));
copyFileSync(
  casePath('node24-allocation-trace.heapsnapshot.gz'),
  path.join(folder, 'orders.heapsnapshot.gz'),
);
for (const name of EXPRESS) copyFileSync(expressPath(name), path.join(folder, `${name}.heapsnapshot.gz`));
mkdirSync(path.join(folder, 'node_modules'));
symlinkSync(ROOT, path.join(folder, 'node_modules', 'heapgraph'));

const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map((match) => match[1]!);

/** Words of a command line as a shell splits them: enough for the README's own. */
function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3]!);
}

/** A console block as it should stand there: each line's standard output, then what all its programs said. */
async function played(block: string): Promise<string> {
  const parts: string[] = [];
  for (const line of block.split('\n').filter((text) => text.startsWith('$ '))) {
    let piped = '';
    let said = '';
    for (const command of line.slice(2).split(' | ')) {
      const [program, ...args] = words(command);
      expect(program).toBe('heapgraph');
      const { stdout, stderr } = await heapgraph(args, { cwd: folder, input: Buffer.from(piped) });
      piped = stdout;
      said += stderr;
    }
    parts.push(`${line}\n${piped}${said}`);
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

function optionTables(): string {
  return COMMANDS.map((command: Command) => {
    const { name, summary, arguments: takes, options, snapshot } = command;
    const taken = takes ? ` ${bracketed(takes.name, takes.least > 0, takes.most > 1)}` : '';
    const program = command.program ? ' [-- program…]' : '';
    const usage = `heapgraph ${name}${taken}${snapshotUsage(snapshot)}${program}`;
    const rows = Object.entries(options).map(([option, spec]) => {
      const value =
        spec.kind === 'flag'
          ? ''
          : ` ${spec.kind === 'choice' ? spec.choices.join('\\|') : placeholderOf(spec)}`;
      const words = 'defaultWords' in spec ? spec.defaultWords : undefined;
      const fallback =
        'default' in spec && spec.default !== undefined ? ` (default ${words ?? spec.default})` : '';
      return `| \`--${option}${value}\` | ${spec.help}${fallback} |`;
    });
    const table = rows.length > 0 ? ['| option | |', '|---|---|', ...rows, ''] : [];
    return [`**\`${usage}\`**: ${summary}`, '', ...table].join('\n');
  }).join('\n');
}

const COMMON = [
  'Every command that reads a snapshot also takes `-s, --snapshot FILE`, `--salvage`, `--json`, `-o, --output FILE`',
  '(`.json`, `.csv` and `.md` choose the format) and `-q, --quiet`; tables take `--csv` and `--markdown`.',
].join('\n');

describe('README.md', () => {
  test('option tables', () => {
    const wanted = readme.replace(
      /(<!-- options: .*? -->\n)(.*?)(<!-- \/options -->)/s,
      (_, open: string, __, close: string) => `${open}\n${optionTables()}\n${COMMON}\n\n${close}`,
    );
    if (update) writeFileSync(FILE, wanted);
    else expect(readme).toBe(wanted);
  });

  test('console blocks print what stands there', async () => {
    let text = update ? readFileSync(FILE, 'utf8') : readme;
    expect(blocks('console').length).toBeGreaterThan(4);
    for (const block of blocks('console')) {
      const wanted = await played(block);
      if (update) text = text.replace(block, () => wanted);
      else expect(block).toBe(wanted);
    }
    if (update) writeFileSync(FILE, text);
  });

  test.each(blocks('js').map((code, i) => [i + 1, code] as const))('program %i runs', (_, code) => {
    const file = path.join(folder, 'program.mjs');
    writeFileSync(file, code);
    const stdout = execFileSync(process.execPath, [file], { cwd: folder, encoding: 'utf8' });
    const said = [...code.matchAll(/\/\/ prints (.+)/g)].map((match) => match[1]!);
    const wanted = code.includes('count(') ? ['100'] : ['system / NativeContext'];
    for (const text of said.length > 0 ? said : wanted) expect(stdout).toContain(text);
  });
});
