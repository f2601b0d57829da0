/** A surface beside the command line: an object with a function for each command, in this process. */
import { expect, test } from 'vitest';
import { noteText } from '../../src/base/notes.js';
import type { Row } from '../../src/base/result.js';
import { ask, type Request } from '../../src/commands/ask.js';
import { COMMANDS } from '../../src/commands/index.js';
import { createSession } from '../../src/session/open.js';
import { fixturePath } from '../support/fixtures.js';

const before = fixturePath('node22-before');
const after = fixturePath('node22-after');

/** The surface. Options are called by their names in code, as a caller of a function would write them. */
function surface() {
  const session = createSession({ keepLast: 2 });
  return async (name: string, request: Request) => {
    const command = COMMANDS.find((one) => one.name === name);
    if (!command) throw new Error(`no tool ${name}`);
    const { result, notes, fields } = await ask(command, request, session);
    return {
      kind: result.kind,
      rows: result.kind === 'table' ? [...result.rows] : [],
      chains: result.kind === 'chains' ? [...result.chains] : [],
      fields,
      notes: notes.map((note) => noteText(note, (option) => `the parameter ${option}`)),
      about: notes.map(({ about }) => about),
    };
  };
}

const call = surface();
const typesOf = (rows: readonly Row[]) => rows.map(({ type }) => type);

test('count: numbers as numbers, and what is not there', async () => {
  const { rows, notes, about } = await call('count', { targets: ['Foo', 'Fooo'], snapshots: [after] });
  expect(rows).toEqual([
    { type: 'Foo', count: 51 },
    { type: 'Fooo', count: 0 },
  ]);
  expect(notes).toEqual([expect.stringContaining('did you mean "Foo"')]);
  expect(about).toEqual(['unknown']);
});

test('show-most-common-types: what is omitted is said in the words of the surface', async () => {
  const { rows, notes, about } = await call('show-most-common-types', {
    snapshots: [after],
    options: { limit: 2, sizes: true },
  });
  expect(rows).toHaveLength(2);
  expect(rows[0]).toMatchObject({ type: '(compiled code)' });
  expect(about).toEqual(['omitted']);
  expect(notes[0]).toMatch(/^[\d,]+ more classes; the parameter all shows them$/);
});

test('find-backref-chain: which of a class was taken', async () => {
  const { chains, notes, about } = await call('find-backref-chain', { targets: ['Foo'], snapshots: [after] });
  expect(chains).toHaveLength(1);
  expect(chains[0]).toMatchObject({ found: true });
  expect(about).toEqual(['picked']);
  expect(notes).toEqual(['the first of 51 "Foo"; the parameter pick chooses']);
});

test('show-growth and diff: two snapshots, opened once for both', async () => {
  const request = { snapshots: [before, after] };
  const grown = await call('show-growth', request);
  const changed = await call('diff', { ...request, options: { by: 'count', filter: /^(Foo|OBJ)$/ } });
  expect(typesOf(grown.rows)).toContain('Foo');
  expect(typesOf(changed.rows)).toEqual(['OBJ', 'Foo']);
});

test('what cannot be asked is refused before a file is read', async () => {
  const nowhere = { snapshots: ['nowhere.heapsnapshot'] };
  await expect(call('count', nowhere)).rejects.toThrow('missing type');
  await expect(call('diff', nowhere)).rejects.toThrow('missing after');
  await expect(call('at', { ...nowhere, targets: ['x'] })).rejects.toThrow('is not an object id');
  await expect(call('info', { ...nowhere, options: { quik: true } })).rejects.toThrow(
    'there is no option "quik"',
  );
  await expect(call('watch', {})).rejects.toThrow('is no question');
});
