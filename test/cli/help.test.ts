/** `heapgraph COMMAND --help`, and the names that options had before. */
import { describe, expect, test } from 'vitest';
import { COMMANDS, THEMES } from '../../src/commands/index.js';
import { heapgraph } from '../support/cli.js';
import { fixturePath } from '../support/fixtures.js';

const B = fixturePath('node26-before');
const A = fixturePath('node26-after');

describe.each(COMMANDS.map(({ name }) => name))('%s --help', (name) => {
  test('fits into 80 columns, describes itself in five lines at most, and has examples', async () => {
    const { stdout, code } = await heapgraph([name, '--help']);
    expect(code).toBe(0);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).toMatch(/\nExamples:\n(.*\n)*? {2}\$ heapgraph /);
    const description = /^Usage: .*?\n\n(.*?)\n\n(?:Arguments|Options):/s.exec(stdout)![1]!;
    // The summary, an empty line, and the description.
    expect(description.split('\n').slice(2).length).toBeLessThanOrEqual(5);
    expect(stdout).not.toContain('default: none');
    expect(stdout).not.toContain('(default: [])');
  });
});

test('--help lists the commands by theme, the way to a leak first, in 80 columns', async () => {
  const { stdout } = await heapgraph(['--help']);
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  const headings = stdout.split('\n').filter((line) => /^[A-Z].*:$/.test(line));
  expect(headings).toEqual(['Options:', ...THEMES.map(({ title }) => `${title}:`), 'More:']);
  for (const { title, commands } of THEMES) {
    const [, part] = stdout.split(`\n${title}:\n`);
    const names = [...part!.split('\n\n')[0]!.matchAll(/^ {2}(\S+)/gm)].map((match) => match[1]);
    expect(names).toEqual(commands.map(({ name }) => name));
  }
});

test('what an option is for has one name, whatever the command: --by ranks, --order puts snapshots in order', () => {
  // The groups of select are --by, as those of heap.
  const ranking = COMMANDS.filter(({ name }) => !['select', 'packages'].includes(name));
  const names = new Set(ranking.flatMap(({ options }) => Object.keys(options)));
  for (const former of ['sort', 'sortBy']) expect(names).not.toContain(former);
  for (const { name, options } of COMMANDS) {
    const value = (options.type as { value?: string } | undefined)?.value;
    if ('type' in options) expect([name, value]).toEqual([name, 'class']);
  }
});

test.each([
  [
    ['by-type', 'Foo', A, '--sort', 'name'],
    ['by-type', 'Foo', A, '--by', 'name'],
  ],
  [
    ['typestats', A, '--type', 'closure'],
    ['typestats', A, '--node-type', 'closure'],
  ],
  [
    ['diff', B, A, '--sort-by', 'name'],
    ['diff', B, A, '--by', 'name'],
  ],
  [
    ['get-new-ids', B, A, '--sort-by', 'new'],
    ['get-new-ids', B, A, '--by', 'new'],
  ],
  [
    ['show-growth', A, B, '--sort-by', 'name'],
    ['show-growth', A, B, '--order', 'name'],
  ],
])('%j is understood as before', async (former, now) => {
  expect(await heapgraph(former)).toEqual(await heapgraph(now));
});
