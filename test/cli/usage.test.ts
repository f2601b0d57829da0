/** Help, version and wrong usage. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { flag } from '../../src/base/notes.js';
import { COMMANDS } from '../../src/commands/index.js';
import { snapshotText } from '../support/builder.js';
import { heapgraph } from '../support/cli.js';
import { fixturePath } from '../support/fixtures.js';
import { fileMaker, temporaryFolder } from '../support/temporary-folder.js';

const F = fixturePath('node26-after');
const folder = temporaryFolder();
// The newest snapshot of the folder, for lines that name none.
fileMaker(folder)('here.heapsnapshot', snapshotText({ root: ['a'] }));

describe('help and usage', () => {
  test('heapgraph --help lists every command; heapgraph alone does too', async () => {
    const { stdout, code } = await heapgraph(['--help']);
    expect(code).toBe(0);
    for (const { name, summary } of COMMANDS)
      expect(stdout.replace(/\s+/g, ' ')).toContain(`${name} ${summary}`);
    expect((await heapgraph([])).stdout).toBe(stdout);
  });

  test.each(COMMANDS.map(({ name }) => name))('%s --help has examples and every option', async (name) => {
    const command = COMMANDS.find((candidate) => candidate.name === name)!;
    const { stdout, stderr, code } = await heapgraph([name, '--help']);
    expect([stderr, code]).toEqual(['', 0]);
    expect(stdout).toContain('Examples:');
    for (const option of Object.keys(command.options)) expect(stdout).toContain(flag(option));
    const unfolded = stdout.replaceAll(/ \\\n\s+/g, ' ');
    for (const { line } of command.examples) expect(unfolded).toContain(line);
  });

  test.each([
    [['nope'], /unknown command 'nope'/],
    [['cuont', 'Foo'], /unknown command 'cuont'[\s\S]*count/],
    [['count'], /missing type/],
    [['count', 'OBJ', F, '--limit', '3'], /unknown option '--limit'/],
    [['by-type', 'OBJ', F, '--limit', '0'], /Expected a whole number from 1 up/],
    [['by-type', 'OBJ', F, '--limit', '-1'], /Expected a whole number from 1 up|argument missing/],
    [['by-type', 'OBJ', 'Foo', 'Bar', F], /too many arguments: "Foo", "Bar"/],
    [['info', 'gone', F], /too many arguments: "gone"/],
    [['info', F, F], /one snapshot is taken, and 2 are named: ".*", ".*"\n {2}Name one of them/],
    [['by-type', 'OBJ', F, '-s', F], /one snapshot is taken, and 2 are named/],
    [['by-type', 'OBJ', F, '--sort', 'size'], /Allowed choices are id, self, retained, name/],
    [['show-most-common-types', F, '--type', 'objct'], /Expected some of hidden/],
    [['show-most-common-types', F, '--filter', '('], /is not a regular expression/],
    [['count', '--regex', '(', F], /is not a regular expression/],
    [['typestats', F, '--json', '--csv'], /cannot be used with/],
    [['at', F], /missing @id/],
    [['completion', 'tcsh'], /no completion for "tcsh"/],
  ])('%j: exit code 2, nothing on stdout', async (args, message) => {
    const { stdout, stderr, code } = await heapgraph(args, { cwd: folder });
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
  });

  test('--version', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect((await heapgraph(['--version'])).stdout).toBe(`${version}\n`);
  });
});
