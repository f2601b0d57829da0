/** Text out of a snapshot is data: no control character reaches a terminal, no formula a spreadsheet. */
import { describe, expect, test } from 'vitest';
import { snapshotBytes } from '../support/builder.js';
import { heapgraph } from '../support/cli.js';

describe('text out of a snapshot is data', () => {
  const evil = '\x1b[2J\x1b]0;owned\x07=cmd|"/c calc"\u202e\u009b31m\r\nnext';
  const input = snapshotBytes({ root: [evil, '=1+1', '@x'] });
  const RAW = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/;

  test.each([
    ['typestats', '-'],
    ['typestats', '-', '--json'],
    ['typestats', '-', '--csv'],
    ['typestats', '-', '--markdown'],
    ['by-type', evil, '-'],
    ['by-type', evil, '-', '--json'],
    ['at', '@1', '-'],
    ['at', '@1', '-', '--json'],
    ['count', 'owned', '-'],
  ])('%s %s %s: no control character comes out', async (...args) => {
    const { stdout, stderr } = await heapgraph(args, { input });
    expect(stdout.length + stderr.length).toBeGreaterThan(0);
    expect(stdout).not.toMatch(RAW);
    expect(stderr).not.toMatch(RAW);
  });

  test('typestats - --json keeps the name as it is', async () => {
    const { stdout } = await heapgraph(['typestats', '-', '--json'], { input });
    const { rows } = JSON.parse(stdout) as { rows: { type: string }[] };
    expect(rows.map(({ type }) => type)).toContain(evil);
  });

  test('typestats - --csv: no cell is a formula', async () => {
    const { stdout } = await heapgraph(['typestats', '-', '--csv'], { input });
    expect(stdout).toContain("\n'=1+1,object,");
    expect(stdout).toContain("\n'@x,object,");
    expect(stdout).not.toMatch(/(^|,|\n)"?[=+@]/);
  });
});
