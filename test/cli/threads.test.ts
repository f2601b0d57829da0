import { expect, test } from 'vitest';
import { heapgraph } from '../support/cli.js';
import { fixturePath } from '../support/fixtures.js';

const SNAPSHOT = fixturePath('node22-after');
const TABLE = ['show-most-common-types', SNAPSHOT, '--by', 'retained', '--json', '--quiet'];

test('show-most-common-types SNAPSHOT --by retained --threads 1: the same as with two', async () => {
  const [one, two] = await Promise.all(['1', '2'].map((n) => heapgraph([...TABLE, '--threads', n])));
  expect(one).toMatchObject({ code: 0, stderr: '' });
  expect(two).toEqual(one);
});

test('count OBJ SNAPSHOT --threads 0: a whole number from 1 to 9999', async () => {
  const { code, stdout, stderr } = await heapgraph(['count', 'OBJ', SNAPSHOT, '--threads', '0']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(
    "option '--threads <n>' argument '0' is invalid. Expected a whole number from 1 to 9999.",
  );
});

test('HEAPGRAPH_THREADS=many info SNAPSHOT: exit code 2; --threads goes before it', async () => {
  const env = { HEAPGRAPH_THREADS: 'many' };
  const wrong = await heapgraph(['info', SNAPSHOT], { env });
  expect(wrong).toMatchObject({ code: 2, stdout: '' });
  expect(wrong.stderr).toContain('HEAPGRAPH_THREADS is "many"\n  Set it to a whole number from 1 to 9999.');
  expect(await heapgraph(['info', SNAPSHOT, '--threads', '1'], { env })).toMatchObject({ code: 0 });
});
