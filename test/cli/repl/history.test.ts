import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { openHistory } from '../../../src/cli/repl/history.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const folder = temporaryFolder();

describe('lines that were typed before', () => {
  test('are there again, the last one first, in a file for the owner alone', () => {
    const file = path.join(folder, 'history');
    const first = openHistory(file);
    expect(first.lines).toEqual([]);
    first.save(['count B', 'count A']);
    expect(openHistory(file).lines).toEqual(['count B', 'count A']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('at most a thousand are kept', () => {
    const file = path.join(folder, 'long');
    const lines = Array.from({ length: 1500 }, (_, i) => `count C${i}`);
    openHistory(file).save(lines);
    expect(openHistory(file).lines).toEqual(lines.slice(0, 1000));
    writeFileSync(file, lines.join('\n'));
    expect(openHistory(file).lines).toHaveLength(1000);
  });

  test('no file, and one that cannot be written: done without', () => {
    openHistory('').save(['x']);
    const place = path.join(folder, 'a-folder');
    mkdirSync(place);
    const history = openHistory(place);
    expect(history.lines).toEqual([]);
    history.save(['x']);
    openHistory(path.join(folder, 'none', 'h')).save(['x']);
    expect(() => readFileSync(path.join(folder, 'none', 'h'))).toThrow('ENOENT');
  });
});
