/** `--salvage`: what is left of a broken file. */
import { describe, expect, test } from 'vitest';
import { snapshotText } from '../support/builder.js';
import { heapgraph } from '../support/cli.js';
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
