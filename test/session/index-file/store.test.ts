import { createHash } from 'node:crypto';
import { copyFileSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { distances } from '../../../src/analysis/sizes/distances.js';
import { childrenOf } from '../../../src/analysis/sizes/dominated-nodes.js';
import { dominatorTree } from '../../../src/analysis/sizes/dominators.js';
import { essentialEdges, pageOwnedNodes } from '../../../src/analysis/sizes/essential-edges.js';
import { retainedSizes } from '../../../src/analysis/sizes/retained-sizes.js';
import { shallowSizes } from '../../../src/analysis/sizes/shallow-sizes.js';
import { edgesOf, type Graph } from '../../../src/graph/graph.js';
import { idIndex } from '../../../src/graph/ids.js';
import { retainersOf } from '../../../src/graph/retainers.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { IndexDamaged } from '../../../src/session/index-file/column-file.js';
import { BLOCK, sumOf } from '../../../src/session/index-file/format.js';
import { cacheFolder, openIndexStore } from '../../../src/session/index-file/store.js';
import { classIndex } from '../../../src/v8/class-names.js';
import { userRoots } from '../../../src/v8/user-roots.js';
import { difference } from '../../load/compare.js';
import { expressPath, fixturePath } from '../../support/fixtures.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const folder = temporaryFolder();
const NEED = { kind: 'graph', edges: true, locations: true } as const;

async function indexed(name: string, source: string): Promise<{ file: string; graph: Graph; kept: string }> {
  const file = path.join(folder, name);
  copyFileSync(source, file);
  const graph = await loadSnapshot(file, { locations: true, traces: true });
  return { file, graph, kept: openIndexStore('1', path.join(folder, 'kept')).write(file, graph).path };
}

const store = openIndexStore('1', path.join(folder, 'kept'));

/** Of the bytes of a column, which may be one that is read in parts. */
function digest(values: ArrayLike<number> & { slice(): ArrayBufferView }): readonly unknown[] {
  const { buffer, byteOffset, byteLength } = values.slice();
  return [
    values.length,
    createHash('sha1')
      .update(new Uint8Array(buffer, byteOffset, byteLength))
      .digest('hex'),
  ];
}

/** What is computed of the columns of a graph, and its facts. */
function all(graph: Graph): Readonly<Record<string, unknown>> {
  const columns = {
    classes: classIndex(graph).of,
    shallow: shallowSizes(graph),
    retained: retainedSizes(graph),
    distances: distances(graph),
    owned: pageOwnedNodes(graph),
    essential: essentialEdges(graph),
    ...dominatorTree(graph),
    ...retainersOf(graph),
  };
  const plain = Object.fromEntries(
    Object.entries(columns).map(([key, values]) => [
      key,
      typeof values === 'object' ? digest(values) : values,
    ]),
  );
  return {
    ...plain,
    facts: [
      graph.head,
      graph.root,
      graph.nodeCount,
      graph.extraNativeBytes,
      graph.sections,
      graph.nodeTypeNames,
    ],
    roots: userRoots(graph),
    labels: classIndex(graph).labels,
    strings: createHash('sha1')
      .update(Array.from({ length: graph.strings.length }, (_, i) => graph.strings.get(i)).join('\n'))
      .digest('hex'),
    found: graph.strings.find('constructor'),
    locations: [graph.locations?.count, graph.locations?.placeCount],
  };
}

describe('an index', () => {
  test.each([
    ['node22', fixturePath('node22-after')],
    ['express', expressPath('final')],
    ['chromium', fixturePath('chromium156')],
  ])(
    '%s: all columns, strings and facts of the snapshot, whole and in parts',
    { tags: 'slow' },
    async (name, source) => {
      const { file, graph } = await indexed(`${name}.heapsnapshot.gz`, source);
      const wanted = all(graph);
      const whole = store.open(file, NEED)!;
      expect(difference(whole, graph)).toBeUndefined();
      expect(all(whole)).toEqual(wanted);
      const few = store.open(file, { ...NEED, few: true })!;
      const { nodeOf } = idIndex(few);
      for (let i = 0; i < 300; i++) {
        const node = (i * 7919) % graph.nodeCount;
        const edge = (i * 104_729) % graph.edges!.count;
        expect(nodeOf(graph.ids[node]!)).toBe(node);
        expect([
          few.firstEdge[node],
          edgesOf(few).targets[edge],
          edgesOf(few).names[edge],
          shallowSizes(few)[node],
          retainersOf(few).sources[edge],
          few.locations?.of(node),
          Array.from(childrenOf(few, node)),
        ]).toEqual([
          graph.firstEdge[node],
          graph.edges!.targets[edge],
          graph.edges!.names[edge],
          shallowSizes(graph)[node],
          retainersOf(graph).sources[edge],
          graph.locations?.of(node),
          Array.from(childrenOf(graph, node)),
        ]);
      }
      expect(few.firstEdge[graph.nodeCount + 1]).toBeUndefined();
      expect(difference(few, graph)).toBeUndefined();
      expect(all(few)).toEqual(wanted);
    },
  );

  test('is for its owner alone, in a folder for its owner alone', async () => {
    const { kept } = await indexed('mode.heapsnapshot.gz', fixturePath('node22-after'));
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(kept)).mode & 0o777).toBe(0o700);
  });

  test('is not used for a file that has changed, nor by another version', async () => {
    const { file } = await indexed('old.heapsnapshot.gz', fixturePath('node22-after'));
    expect(store.open(file, NEED)).toBeDefined();
    expect(openIndexStore('2', path.join(folder, 'kept')).open(file, NEED)).toBeUndefined();
    const { mtime, atime } = statSync(file);
    copyFileSync(fixturePath('node22-before'), file);
    expect(store.open(file, NEED)).toBeUndefined();
    // The same time and size, other bytes.
    const bytes = readFileSync(fixturePath('node22-after'));
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(file, bytes);
    utimesSync(file, atime, mtime);
    expect(store.open(file, NEED)).toBeUndefined();
  });

  test('is listed and removed', async () => {
    const own = openIndexStore('1', path.join(folder, 'listed'));
    expect(own.list()).toEqual([]);
    const { file, graph } = await indexed('listed.heapsnapshot.gz', fixturePath('node22-after'));
    const { path: at, size } = own.write(file, graph);
    expect(own.list()).toEqual([{ path: at, size, snapshot: file, isCurrent: true, isDamaged: false }]);
    utimesSync(file, 1, 1);
    expect(own.list()[0]!.isCurrent).toBe(false);
    expect(own.remove(file)?.path).toBe(at);
    expect([own.remove(file), own.list(), readdirSync(path.join(folder, 'listed'))]).toEqual([
      undefined,
      [],
      [],
    ]);
  });

  test('of what is not whole, or cannot be read again: refused', async () => {
    const graph = await loadSnapshot(fixturePath('node22-after'), { locations: true });
    const truncation = { section: 'nodes', offset: 1, expected: '', found: '' };
    expect(() => store.write(fixturePath('node22-after'), { ...graph, truncation })).toThrow('not whole');
    expect(() => store.write('-', graph)).toThrow('read again');
  });
});

describe('a damaged index', () => {
  test('cut off, of another kind, with a damaged end: told when it is opened, and in the list', async () => {
    const { file, kept } = await indexed('cut.heapsnapshot.gz', fixturePath('node22-after'));
    const bytes = readFileSync(kept);
    for (const length of [0, 1, 20, 4096, bytes.length - 1, bytes.length >> 1]) {
      writeFileSync(kept, bytes.subarray(0, length));
      expect(() => store.open(file, NEED)).toThrow(IndexDamaged);
      expect(store.list().filter(({ path }) => path === kept)).toEqual([
        { path: kept, size: length, snapshot: undefined, isCurrent: false, isDamaged: true },
      ]);
    }
    for (const back of [3, 20, 30, 1000]) {
      const other = Buffer.from(bytes);
      other[other.length - back]! ^= 0x10;
      writeFileSync(kept, other);
      expect(() => store.open(file, NEED)).toThrow(IndexDamaged);
    }
    writeFileSync(kept, bytes);
    expect(store.open(file, NEED)).toBeDefined();
  });

  test('a bit of a column is another: told where it is read, whole or in parts', async () => {
    const { file, kept } = await indexed('bit.heapsnapshot.gz', fixturePath('node22-after'));
    const bytes = readFileSync(kept);
    const footer = JSON.parse(
      bytes.toString('utf8', bytes.length - 24 - bytes.readUInt32LE(bytes.length - 24), bytes.length - 24),
    ) as { columns: { name: string; offset: number }[] };
    const { offset } = footer.columns.find(({ name }) => name === 'edgeTargets')!;
    bytes[offset + BLOCK + 77]! ^= 4;
    writeFileSync(kept, bytes);
    const graph = store.open(file, { ...NEED, few: true })!;
    expect(graph.edges!.targets[0]).toBeTypeOf('number');
    expect(() => graph.edges!.targets[BLOCK / 4 + 1]).toThrow(IndexDamaged);
    expect(() => store.open(file, NEED)!.edges!.targets).toThrow(IndexDamaged);
  });
});

test('the sum of a block does not depend on where it stands in memory, and tells one bit', () => {
  const bytes = Uint8Array.from({ length: 1003 }, (_, i) => (i * 37) & 255);
  const shifted = new Uint8Array(1010).subarray(3, 1006);
  shifted.set(bytes);
  expect(sumOf(shifted)).toBe(sumOf(bytes));
  for (const place of [0, 500, 1002]) {
    const other = bytes.slice();
    other[place]! ^= 1;
    expect(sumOf(other)).not.toBe(sumOf(bytes));
  }
});

test.each([
  [{ XDG_CACHE_HOME: '/c' }, 'linux', '/c/heapgraph'],
  [{}, 'linux', /\/\.cache\/heapgraph$/],
  [{}, 'darwin', /\/Library\/Caches\/heapgraph$/],
  [{ LOCALAPPDATA: '/l' }, 'win32', '/l/heapgraph/Cache'],
] as const)('the cache folder with %o on %s', (env, platform, wanted) => {
  const found = cacheFolder(env, platform);
  if (typeof wanted === 'string') expect(found).toBe(wanted);
  else expect(found).toMatch(wanted);
});
