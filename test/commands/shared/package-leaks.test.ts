/** Published leaks of packages (known-leaks.json), on snapshots of programs that have them. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { chainResult } from '../../../src/analysis/expressions/chain-result.js';
import { holderChain, holderChains, UNHELD } from '../../../src/analysis/holders/holder-chains.js';
import type { PackageLeak } from '../../../src/analysis/package-leaks/package-leak.js';
import type { PackageLeakFact } from '../../../src/base/leak-report.js';
import { versionFits } from '../../../src/base/version-range.js';
import { parseConfig } from '../../../src/commands/ci/config.js';
import { packageLeaks, packageLeakWords } from '../../../src/commands/shared/package-leaks.js';
import { packageNames } from '../../../src/commands/shared/package-names.js';
import { edgesOf, type Graph } from '../../../src/graph/graph.js';
import { EDGE } from '../../../src/graph/schema.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { type GraphSpec, snapshotBytes } from '../../support/builder.js';
import { deadPath } from '../../support/fixtures.js';

const MACHINE = { packageVersion: () => undefined, readIds: async () => [] };
const json = (file: string): unknown =>
  JSON.parse(readFileSync(fileURLToPath(new URL(`../../../${file}`, import.meta.url)), 'utf8'));

function* edgesFrom(graph: Graph, node: number): Generator<{ type: number; name: string; to: number }> {
  const { types, names, targets } = edgesOf(graph);
  for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
    const isNamed = types[edge] !== EDGE.element && types[edge] !== EDGE.hidden;
    yield { type: types[edge]!, name: isNamed ? graph.strings.get(names[edge]!) : '', to: targets[edge]! };
  }
}

/** What leaks.cjs has kept, by entry, and what is found on the chains to it. */
async function found(name: string): Promise<Record<string, (PackageLeakFact | null)[]>> {
  const graph = await loadSnapshot(gunzipSync(readFileSync(deadPath(name))), {
    edges: true,
    locations: true,
  });
  const leakOf = await packageLeaks(graph, packageNames(graph, MACHINE));
  const chains = holderChains(graph);
  const facts: Record<string, (PackageLeakFact | null)[]> = {};
  for (let node = 0; node < graph.nodeCount; node++)
    for (const { type, name: entry, to: list } of edgesFrom(graph, node)) {
      if (type !== EDGE.property || !/^[a-z]+-[a-z-]+$/.test(entry)) continue;
      for (const { to: ref } of edgesFrom(graph, list))
        for (const edge of edgesFrom(graph, ref)) {
          if (edge.type !== EDGE.weak || edge.name !== 'target' || chains.parents[edge.to] === UNHELD)
            continue;
          const chain = holderChain(graph, edge.to, chains);
          const result = chainResult(graph, chain, { found: true, rooted: true, sizes: false });
          facts[entry] = [...(facts[entry] ?? []), leakOf(result)];
        }
    }
  return facts;
}

const versionsOf = (facts: Record<string, (PackageLeakFact | null)[]>): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(facts).map(([entry, list]) => [
      entry,
      [
        ...new Set(
          list.map((fact) => (fact?.id === entry ? `${fact.package} ${fact.version}` : 'not found')),
        ),
      ],
    ]),
  );

test('leaks of packages are known by their references, with the version that the snapshot has', async () => {
  expect(versionsOf(await found('leaks-node24'))).toEqual({
    'debug-instances': ['debug 4.1.1'],
    'axios-cancel-token': ['axios 0.21.4'],
    'node-cron-tasks': ['node-cron 3.0.3'],
    'express-session-memory-store': ['express-session 1.19.0'],
    'ajv-schemas': ['ajv 8.20.0'],
    'mongoose-connections': ['mongoose 8.24.10'],
    'q-unhandled-rejections': ['q 1.5.1'],
    'cls-hooked-contexts': ['cls-hooked 4.2.2'],
  });
});

test('leaks of Node.js, by process.version', async () => {
  expect(versionsOf(await found('leaks-node18'))).toEqual({ 'node-timer-primitives': ['node v18.20.8'] });
  expect(versionsOf(await found('leaks-node22'))).toEqual({ 'node-abort-signal-any': ['node v22.23.3'] });
  expect(versionsOf(await found('leaks-node26'))).toEqual({
    'node-performance-entries': ['node v26.12.1'],
    'node-unread-events': ['node v26.12.1'],
  });
});

test('words', async () => {
  const facts = await found('leaks-node24');
  const [fact] = facts['debug-instances']!;
  expect(packageLeakWords(fact!)).toBe(
    ' Known leak of debug 4.1.1: Each debug() that is called is kept in createDebug.instances. Update debug to 4.3.0, or call debug() once for each module. https://github.com/debug-js/debug/issues/678',
  );
  expect(packageLeakWords({ ...fact!, version: null })).toMatch(
    /^ Known leak of debug, if its version is >=3\.1\.0 <4\.3\.0: /,
  );
  expect(packageLeakWords(null)).toBe('');
});

test('the list fits its schema, has each name once, and ranges that can be read', () => {
  const ajv = new Ajv2020();
  const list = json('known-leaks.json') as { leaks: { id: string; versions: string }[] };
  expect(ajv.validate(json('known-leaks.schema.json') as object, list), ajv.errorsText()).toBe(true);
  expect(new Set(list.leaks.map(({ id }) => id)).size).toBe(list.leaks.length);
  for (const { versions } of list.leaks) expect(typeof versionFits('1.0.0', versions)).toBe('boolean');
});

test('docs/known-leaks.md: the table is the list, and its entry is one of it', () => {
  const { leaks } = json('known-leaks.json') as { leaks: Record<string, unknown>[] };
  const page = readFileSync(fileURLToPath(new URL('../../../docs/known-leaks.md', import.meta.url)), 'utf8');
  const rows = [...page.matchAll(/^\| `([\w-]+)` \| (\S+) \| (.*) \|$/gm)].map(([, id, name, versions]) => ({
    id,
    package: name === 'Node.js' ? 'node' : name,
    versions: versions!.replaceAll('\\|', '|'),
  }));
  expect(rows).toEqual(leaks.map(({ id, package: name, versions }) => ({ id, package: name, versions })));
  const entry = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)![1]!) as { id: string };
  expect(leaks.find(({ id }) => id === entry.id)).toEqual(entry);
});

test('packageLeaks of the config file in docs/known-leaks.md: found by the references, before the published ones', async () => {
  const page = readFileSync(new URL('../../../docs/known-leaks.md', import.meta.url), 'utf8');
  const blocks = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, text]) => JSON.parse(text!) as object);
  const config = parseConfig(
    blocks.find((block) => 'packageLeaks' in block),
    'c.json',
  );
  const client: GraphSpec = {
    root: ['globals'],
    globals: { name: 'Window / x', edges: [['property', 'client', 'client']] },
    client: { name: 'SdkClient', edges: [['property', 'sessions', 'list']] },
    list: { name: 'Array', edges: [['element', 0, 'login']] },
    login: { name: 'Login' },
  };
  const graph = await loadSnapshot(snapshotBytes(client), { edges: true, locations: true });
  const login = Array.from(graph.nodeNames).findIndex((name) => graph.strings.get(name) === 'Login');
  const chain = chainResult(graph, holderChain(graph, login), { found: true, rooted: true, sizes: false });
  const names = packageNames(graph, MACHINE);
  const found = (await packageLeaks(graph, names, config.packageLeaks))(chain);
  expect(found).toMatchObject({ id: 'acme-sdk-sessions', version: null });
  expect(packageLeakWords(found)).toBe(
    ' Known leak of @acme/sdk, if its version is <2.0.0: Each login is kept in SdkClient.sessions. Call client.logout(), or update to 2.0.0. https://tracker.example.com/SDK-17',
  );
  expect((await packageLeaks(graph, names))(chain)).toBeNull();
});

test('a leak that is direct is about what its reference leads to, and no more than one object behind it', async () => {
  const own: PackageLeak = {
    id: 'acme-connections',
    package: 'acme',
    versions: '*',
    references: [{ class: ['Acme'], reference: ['connections'] }],
    sentence: 'Connections stay.',
    fix: 'Destroy them.',
    link: 'https://tracker.example.com/1',
  };
  const graph = await loadSnapshot(
    snapshotBytes({
      root: ['globals'],
      globals: { name: 'Window / x', edges: [['property', 'acme', 'acme']] },
      acme: { name: 'Acme', edges: [['property', 'connections', 'list']] },
      list: { name: 'Array', edges: [['element', 0, 'connection']] },
      connection: { name: 'Connection', edges: [['property', 'listeners', 'listeners']] },
      listeners: { name: 'Array', edges: [['element', 0, 'own']] },
      own: { name: 'OwnListener' },
    }),
    { edges: true, locations: true },
  );
  const names = packageNames(graph, MACHINE);
  const found = async (type: string, direct: boolean): Promise<string | undefined> => {
    const node = Array.from(graph.nodeNames).findIndex((name) => graph.strings.get(name) === type);
    const chain = chainResult(graph, holderChain(graph, node), { found: true, rooted: true, sizes: false });
    return (await packageLeaks(graph, names, [{ ...own, direct }]))(chain)?.id;
  };
  expect(await found('Connection', true)).toBe('acme-connections');
  expect(await found('OwnListener', true)).toBeUndefined();
  expect(await found('OwnListener', false)).toBe('acme-connections');
});

test('without scripts of packages a published leak counts where a text names its package', async () => {
  const found = async (text: string): Promise<string | undefined> => {
    const graph = await loadSnapshot(
      snapshotBytes({
        root: ['globals'],
        globals: { name: 'Window / x', edges: [['property', 'store', 'store']] },
        store: { name: 'MemoryStore', edges: [['property', 'sessions', 'sessions']] },
        sessions: { name: 'Object', edges: [['property', 'text', 'text']] },
        text: { type: 'string', name: text },
      }),
      { edges: true, locations: true },
    );
    const chain = chainResult(graph, holderChain(graph, 3), { found: true, rooted: true, sizes: false });
    return (await packageLeaks(graph, packageNames(graph, MACHINE)))(chain)?.id;
  };
  expect(await found('express-session deprecated undefined resave option')).toBe(
    'express-session-memory-store',
  );
  expect(await found('a chat of our own')).toBeUndefined();
});
