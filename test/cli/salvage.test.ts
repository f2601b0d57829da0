/** `--salvage`: what is left of a broken file. */
import { describe, expect, test } from 'vitest';
import { snapshotText } from '../support/builder.js';
import { heapgraph } from '../support/cli.js';
import { fixtureBytes } from '../support/fixtures.js';
import { fileMaker, temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const inFolder = fileMaker(folder);

describe('--salvage', () => {
  const text = snapshotText({ root: ['Foo', 'Bar'], Foo: ['Baz'] });

  test('typestats cut.heapsnapshot --salvage: what is there, and where it ended', async () => {
    const file = inFolder('cut.heapsnapshot', text.slice(0, text.lastIndexOf('"Baz"')));
    const { stdout, stderr, code } = await heapgraph(['typestats', file, '--salvage', '--json']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/the file is not whole: section "strings" ends at byte/);
    const answer = JSON.parse(stdout) as Record<string, unknown>;
    expect(answer).toMatchObject({ complete: false, truncation: { section: 'strings' } });
    expect(answer.rows).toContainEqual(expect.objectContaining({ type: 'Foo', count: 1 }));
    expect(answer.rows).toContainEqual(expect.objectContaining({ type: '(lost name 3)', count: 1 }));
  });

  test('by-type Foo cut.heapsnapshot --salvage', async () => {
    const file = inFolder('cut.heapsnapshot', text.slice(0, text.lastIndexOf('"Baz"')));
    const { stdout } = await heapgraph(['by-type', 'Foo', file, '--salvage']);
    expect(stdout).toContain('@3');
  });
});

describe('a real snapshot that ends early', () => {
  const whole = Buffer.from(fixtureBytes('node22-after')).toString('latin1');
  const cuts = ['"nodes":[', '"edges":[', '"strings":['].map((section, i) => {
    const start = whole.indexOf(section);
    const end = i < 2 ? whole.indexOf(']', start) : whole.length;
    const file = inFolder(
      `early-${i}.heapsnapshot`,
      Buffer.from(whole.slice(0, (start + end) >> 1), 'latin1'),
    );
    return [section.slice(1, -3), file] as const;
  });

  test.each(cuts)('in its %s: every question is answered from what is there', async (_, file) => {
    const lines = [
      ['suspects'],
      ['dead'],
      ['heap', '--by', 'package'],
      ['garbage'],
      ['weak'],
      ['cycles'],
      ['patterns', 'Array'],
      ['cut', 'Map'],
      ['select', 'retained > 1kb'],
      ['find-backref-chain', 'Map'],
      ['dominators'],
      ['info'],
    ];
    for (const line of lines) {
      const { stderr, code } = await heapgraph([...line, file, '--salvage']);
      expect(stderr, line.join(' ')).not.toContain('this is a bug');
      expect([0, 1], line.join(' ')).toContain(code);
    }
  });
});
