/** examples/AGENTS.md: what it tells coding agents to run, runs. */
import { copyFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { THEMES } from '../../src/commands/index.js';
import { heapgraph, temporaryFolder } from '../support/cli.js';
import { EXPRESS, expressPath } from '../support/fixtures.js';

const TEXT = readFileSync(fileURLToPath(new URL('../../examples/AGENTS.md', import.meta.url)), 'utf8');
const cwd = temporaryFolder();
for (const [i, name] of EXPRESS.entries())
  copyFileSync(expressPath(name), path.join(cwd, `${i + 1}.heapsnapshot`));

const LINES = [...TEXT.matchAll(/^ *npx heapgraph (.*)$/gm)]
  .map(([, line]) => line!.replace(/ +#.*/, ''))
  .filter((line) => !line.startsWith('capture'));

test('sixty lines at most', () => {
  expect(TEXT.trimEnd().split('\n').length).toBeLessThanOrEqual(60);
  expect(LINES.length).toBeGreaterThan(10);
});

test.each(LINES)('%s', async (line) => {
  // The names and ids that stand for the reader's own.
  const args = line.replace('Session', 'AuditEntry').replace('@12345', '@71019').split(' ');
  const { code, stdout } = await heapgraph(args, { cwd });
  expect(code).toBe(args.includes('--fail-if-any') ? 1 : 0);
  expect(stdout).not.toBe('');
});

test('every command that it names is there', () => {
  const names = new Set<string>(THEMES.flatMap(({ commands }) => commands.map(({ name }) => name)));
  const named = [...TEXT.matchAll(/npx heapgraph ([a-z-]+)/g)].map(([, name]) => name!);
  expect(named.filter((name) => !names.has(name))).toEqual([]);
});
