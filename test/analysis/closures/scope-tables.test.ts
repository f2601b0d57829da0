/** Captured variables that nothing reads, by the scopes that V8 15 writes: as DevTools has them. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { scopeRecords } from '../../../src/analysis/closures/scope-records.js';
import { unreadByScopes, unreadFields } from '../../../src/analysis/closures/scope-tables.js';
import { retainedSizes } from '../../../src/analysis/sizes/retained-sizes.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { readScopeTables } from '../../../src/session/scope-tables.js';

const FIXTURES = fileURLToPath(new URL('../../../fixtures/', import.meta.url));
const FILES = {
  page: () => brotliDecompressSync(readFileSync(`${FIXTURES}closures/page.heapsnapshot.br`)),
  chromium156: () => gunzipSync(readFileSync(`${FIXTURES}chromium156.heapsnapshot.gz`)),
};
type Field = readonly [name: string, value: number, size: number];
const devtools = JSON.parse(readFileSync(`${FIXTURES}closures/devtools.json`, 'utf8')) as Record<
  string,
  { scopes: { scopeInfo: number; script: number; contexts: (number | Field)[][] }[] }
>;

test.each(['page', 'chromium156'] as const)(
  '%s: the contexts, values and sizes of DevTools',
  async (name) => {
    const graph = await loadSnapshot(FILES[name]());
    const tables = (await readScopeTables(graph))!;
    const { fields, contexts } = unreadFields(graph, scopeRecords(graph, tables));
    expect(contexts).toBeGreaterThan(0);
    const { ids } = graph;
    const own = fields.map(({ context, scopeInfo, script, variable, value }) =>
      [
        ids[scopeInfo],
        ids[script],
        ids[context],
        variable.name,
        ids[value],
        retainedSizes(graph)[value],
      ].join(),
    );
    const theirs = devtools[name]!.scopes.flatMap(({ scopeInfo, script, contexts: list }) =>
      list.flatMap(([context, ...dead]) =>
        (dead as Field[]).map((field) => [scopeInfo, script, context, ...field].join()),
      ),
    );
    expect(own.sort()).toEqual(theirs.sort());
  },
);

test('page: by variable, with the functions that keep it and would read it', async () => {
  const graph = await loadSnapshot(FILES.page(), { locations: true });
  const { variables, scripts } = unreadByScopes(graph, (await readScopeTables(graph))!);
  expect([...scripts]).toEqual(['http://127.0.0.1:8767/']);
  expect(variables).toMatchObject([
    {
      name: 'rows',
      contexts: 5,
      retainedSize: 5 * 18_264,
      scope: { name: 'report' },
      keptBy: [{ name: 'onClick', line: 11 }],
      readBy: [{ name: 'total' }],
    },
  ]);
});

test('damaged tables accuse nothing and break nothing', async () => {
  const graph = await loadSnapshot(FILES.page());
  const tables = (await readScopeTables(graph))!;
  const count = (more: Partial<typeof tables>): number =>
    unreadByScopes(graph, { ...tables, ...more }).variables.length;
  expect(count({ fields: { ...tables.fields, use: ['slot_index'] } })).toBe(0);
  expect(count({ variables: [] })).toBe(0);
  expect(count({ scopes: tables.scopes.map((one) => one * 7 - 3) })).toBe(0);
  expect(count({ scopes: tables.scopes.slice(0, 7) })).toBe(0);
  expect(count({ variables: tables.variables.map(() => 2 ** 40) })).toBe(0);
});
