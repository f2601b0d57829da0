/** Snapshots of the process that runs these tests. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';
import { expect, test } from 'vitest';
import { instancesOf } from '../../src/analysis/classes/instances.js';
import { byType } from '../../src/analysis/classes/nodes.js';
import { heapgraphNodes } from '../../src/analysis/classes/own-objects.js';
import { growth } from '../../src/analysis/growth/growth.js';
import { programGrowth } from '../../src/analysis/growth/program-growth.js';
import { retainedSizes } from '../../src/analysis/sizes/retained-sizes.js';
import { UsageError } from '../../src/base/errors.js';
import type { Graph } from '../../src/graph/graph.js';
import { loadSnapshot } from '../../src/load/load.js';
import { collectGarbage } from '../../src/self/gc.js';
import { takeSnapshot, writeSnapshot } from '../../src/self/snapshot.js';
import { SNAPSHOT_TAG, taggedNodes } from '../../src/v8/tags.js';
import { fixturePath } from '../support/fixtures.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();

class LiveThing {
  constructor(readonly label: string) {}
}

class OtherThing {
  readonly of = [this];
}

test('takeSnapshot: the objects of this process, with edges and locations', async () => {
  const kept = [new LiveThing('a'), new LiveThing('b')];
  const graph = await takeSnapshot({ gc: true });
  expect(kept).toHaveLength(2);
  expect(graph.file).toBe('(this process)');
  expect(instancesOf(graph, 'LiveThing')).toHaveLength(2);
  expect(graph.edges?.count).toBeGreaterThan(graph.nodeCount);
  expect(graph.locations?.count).toBeGreaterThan(0);
});

test('what earlier snapshots take up is not growth of the program', async () => {
  const before = await takeSnapshot();
  retainedSizes(before); // derived data is held with its graph
  const kept = Array.from({ length: 20 }, () => new OtherThing());
  const middle = await takeSnapshot();
  const after = await takeSnapshot();
  expect(kept).toHaveLength(20);
  expect(taggedNodes(after, SNAPSHOT_TAG).length).toBeGreaterThanOrEqual(2);
  const typedArrays = Array.from(instancesOf(after, /^(Uint32Array|Float64Array|StringTable|Locations)$/));
  const own = heapgraphNodes(after)!;
  expect(typedArrays.filter((node) => own[node] === 1).length).toBeGreaterThan(10);
  const grown = programGrowth(before, after);
  expect(
    grown.filter(({ type }) => /Uint(8|16|32)Array|Float64Array|StringTable|Locations/.test(type)),
  ).toEqual([]);
  const row = grown.find(({ type }) => type === 'OtherThing');
  expect(row).toMatchObject({ countBefore: expect.any(Number), countDelta: 20 });
  expect(row?.newNodes).toHaveLength(20);
  expect(row?.location?.script).toContain('snapshot.test');
  expect(growth(before, after).filter(({ type }) => /^(StringTable|Locations)$/.test(type))).toEqual([]);
  expect(growth(before, after).find(({ type }) => type === 'OtherThing')).toMatchObject({ countDelta: 20 });
  expect(programGrowth(middle, after).find(({ type }) => type === 'OtherThing')).toBeUndefined();
});

// Also on other Node.js: HEAPGRAPH_NODE.
function printedBy(program: string): unknown {
  const node = process.env.HEAPGRAPH_NODE ?? process.execPath;
  return JSON.parse(execFileSync(node, ['--input-type=module', '-e', program], { encoding: 'utf8' }));
}

test('the first two snapshots of a process: nothing grew', () => {
  const library = new URL('../../dist/index.js', import.meta.url).href;
  const grown = printedBy(`
    import { programGrowth, takeSnapshot } from ${JSON.stringify(library)};
    const [a, b] = [await takeSnapshot(), await takeSnapshot()];
    console.log(JSON.stringify(programGrowth(a, b).map(({ type, countDelta }) => [type, countDelta])));`);
  expect(grown).toEqual([]);
});

test('the first two snapshots of a process: the matchers find no growth', () => {
  const jest = new URL('../../dist/testing/jest.cjs', import.meta.url).href;
  const classes = ['AsyncGenerator', 'AsyncWrap', 'Function', 'Map', 'Module', 'Object', 'Set', 'WeakMap'];
  const grown = printedBy(`
    globalThis.expect = { extend() {} };
    const { matchers, takeSnapshot } = (await import(${JSON.stringify(jest)})).default;
    const [before, after] = [await takeSnapshot(), await takeSnapshot()];
    const grown = (type) => matchers.toHaveGrown({ before, after }, type).pass;
    console.log(JSON.stringify(${JSON.stringify(classes)}.filter(grown)));`);
  expect(grown).toEqual([]);
});

test('without its edges a graph cannot be compared', async () => {
  const graph = await loadSnapshot(fixturePath('chromium156'));
  expect(() => programGrowth(graph, { ...graph, edges: undefined })).toThrow(TypeError);
});

test('code that node:vm compiles with offsets before its beginning has a place', async () => {
  const compiled: unknown = vm.runInThisContext('(function shifted() {})', {
    filename: '/shifted.js',
    lineOffset: -3,
    columnOffset: -50,
  });
  const graph = await takeSnapshot({ gc: false });
  const place = byType(graph, 'Function').find(({ rawName }) => rawName === 'shifted')?.location;
  expect(place).toMatchObject({ script: '/shifted.js', line: 1, column: 1 });
  expect(typeof compiled).toBe('function');
});

test('collectGarbage: a WeakRef loses its target, a finalizer is called, no global stays', async () => {
  let finalized = 0;
  const registry = new FinalizationRegistry(() => finalized++);
  const ref = (() => {
    const gone = { gone: true };
    registry.register(gone, 1);
    return new WeakRef(gone);
  })();
  expect(ref.deref()).toBeDefined();
  await collectGarbage();
  expect(ref.deref()).toBeUndefined();
  expect(finalized).toBe(1);
  expect((globalThis as { gc?: unknown }).gc).toBeUndefined();
});

test('writeSnapshot: the file is there, nothing beside it; an old file and one behind a link are replaced', async () => {
  const home = path.join(folder, 'written');
  mkdirSync(home);
  const file = path.join(home, 'own.heapsnapshot');
  writeFileSync(file, 'old');
  const link = path.join(home, 'link.heapsnapshot');
  symlinkSync(file, link);
  const kept = new LiveThing('written');
  expect(await writeSnapshot(link)).toBe(link);
  expect(readdirSync(home).sort()).toEqual(['link.heapsnapshot', 'own.heapsnapshot']);
  expect(instancesOf(await loadSnapshot(file), 'LiveThing')).toHaveLength(1);
  expect(kept.label).toBe('written');
});

test('writeSnapshot: only its owner may read the file, also where another one was readable for all', async () => {
  const file = path.join(folder, 'private.heapsnapshot');
  writeFileSync(file, 'old', { mode: 0o644 });
  await writeSnapshot(file, { gc: false });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect((await loadSnapshot(file)).nodeCount).toBeGreaterThan(1000);
});

test('writeSnapshot: a device is written into, and stays one', async () => {
  const own = path.join(folder, 'null');
  const { status } = spawnSync('mknod', [own, 'c', '1', '3']); // only root may make one
  const device = status === 0 ? own : '/dev/null';
  expect(await writeSnapshot(device, { gc: false })).toBe(device);
  expect(statSync(device).isCharacterDevice()).toBe(true);
  await expect(writeSnapshot('/dev/full', { gc: false })).rejects.toThrow(UsageError);
  expect(statSync('/dev/full').isCharacterDevice()).toBe(true);
});

test('what the two do not take is told', async () => {
  await expect(takeSnapshot(5 as never)).rejects.toThrow(
    /options of takeSnapshot are 5\. They are an object/,
  );
  await expect(takeSnapshot({ gx: true } as object)).rejects.toThrow(
    /no option "gx"\. It knows: gc, numbers\.$/,
  );
  await expect(writeSnapshot('x', { gx: true } as object)).rejects.toThrow(/no option "gx"/);
  await expect(writeSnapshot(undefined as never)).rejects.toThrow(/takes a path, not undefined\. Write/);
});

test('both have numbers, unless they are not wanted', async () => {
  const kept = new LiveThing(String(process.pid));
  const price = { amount: 1234567, share: 0.125 };
  Object.assign(kept, { price });
  const shown = (graph: Graph): string[] =>
    [...byType(graph, 'LiveThing')[0]!.edges()]
      .filter(({ name }) => name === 'price')
      .flatMap(({ target }) => [...target.edges()])
      .filter(({ name }) => name === 'amount' || name === 'share')
      .map(({ target }) => target.name);
  expect(shown(await takeSnapshot({ gc: false }))).toEqual(['1234567', '0.125']);
  expect(shown(await takeSnapshot({ gc: false, numbers: false }))).toEqual([]);
  const file = path.join(folder, 'numbers.heapsnapshot');
  expect(shown(await loadSnapshot(await writeSnapshot(file, { gc: false })))).toEqual(['1234567', '0.125']);
  await writeSnapshot(file, { gc: false, numbers: false });
  expect(shown(await loadSnapshot(file))).toEqual([]);
  expect(kept.label).not.toBe('');
});

test('writeSnapshot: a wrong path is told, and nothing is left behind', async () => {
  const missing = path.join(folder, 'no-such-folder', 'own.heapsnapshot');
  const asked = writeSnapshot(missing);
  await expect(asked).rejects.toThrow(UsageError);
  await expect(asked).rejects.toThrow(
    `cannot write ${missing}: its folder does not exist. Nothing was written.`,
  );
  expect(existsSync(path.dirname(missing))).toBe(false);
  const taken = path.join(folder, 'is-a-folder');
  mkdirSync(taken);
  await expect(writeSnapshot(taken, { gc: false })).rejects.toThrow(/ is a folder\. Name a file in it\.$/);
  for (const [name, reason] of [
    ['a\0b', 'its name holds a zero byte'],
    ['n'.repeat(300), 'its name is too long'],
  ] as const) {
    const refused = writeSnapshot(path.join(folder, name), { gc: false });
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(reason);
  }
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});
