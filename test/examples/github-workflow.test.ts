/** examples/github-workflow.yml: its scripts are scripts, and fit examples/leaky-service. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));
const lines = readFileSync(`${EXAMPLES}github-workflow.yml`, 'utf8').split('\n');

/** What stands behind `run:`, on its line or indented below it. */
const scripts = lines.flatMap((line, i) => {
  const [, indent, text] = /^( *)(?:- )?run: (.*)$/.exec(line) ?? [];
  if (indent === undefined || text === undefined) return [];
  if (text !== '|') return [text];
  const end = lines.findIndex((next, j) => j > i && next.trim() !== '' && next.search(/\S/) <= indent.length);
  return [lines.slice(i + 1, end).join('\n')];
});

describe('github-workflow.yml', () => {
  test('has no tabs, and no spaces at the ends of lines', () => {
    expect(lines.filter((line) => /\t| $/.test(line))).toEqual([]);
  });

  test('service, warm-up, snapshot, load, snapshot, check: in this order', () => {
    const order = [/^npm ci$/, /npm start/, /seq 200/, /snapshot\/before$/, /seq 500/, /snapshot\/after$/];
    expect(scripts).toHaveLength(order.length + 1);
    for (const [i, pattern] of order.entries()) expect(scripts[i]?.trim()).toMatch(pattern);
  });

  test.skipIf(process.platform === 'win32').each(scripts)('a script that a shell can read: %s', (script) => {
    execFileSync('bash', ['-n'], { input: script });
  });

  test('checks as the example does, and asks routes that the server has', () => {
    const { check } = (
      JSON.parse(readFileSync(`${EXAMPLES}leaky-service/package.json`, 'utf8')) as {
        scripts: { check: string };
      }
    ).scripts;
    expect(scripts.at(-1)).toBe(`npx ${check} --format github`);
    const server = readFileSync(`${EXAMPLES}leaky-service/server.js`, 'utf8');
    const asked = scripts.join('\n').matchAll(/http:\/\/127\.0\.0\.1:(\d+)\/([\w-]*)/g);
    for (const [url, port, route] of asked) {
      expect(server, url).toContain(`PORT ?? ${port}`);
      if (route) expect(server, url).toContain(`.post('/${route}`);
    }
  });
});
