/** What two threads compute is what one does, and nothing depends on the second one. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { SnapshotError } from '../../src/base/errors.js';
import { type Accelerated, accelerate, type Stage, withKernel } from '../../src/graph/accelerated.js';
import type { Graph } from '../../src/graph/graph.js';
import { outcomeOf, perform, sharedNumbers } from '../../src/graph/kernel/task.js';
import { type LoadOptions, loadSnapshot } from '../../src/load/load.js';
import { type GraphSpec, type NodeSpec, snapshotBytes, snapshotText } from '../support/builder.js';
import { COMPUTED, differences } from '../support/computed.js';
import { FIXTURES, fixtureBytes } from '../support/fixtures.js';
import { random, randomGraph } from '../support/random-graph.js';
import { ruledGraph } from '../support/ruled-graph.js';
import { fileMaker, temporaryFolder } from '../support/temporary-folder.js';
import { difference } from './compare.js';

/** The first of these computes the others at the same time. */
const ORDERS: readonly (readonly string[])[] = [
  ['typeStats', ...Object.keys(COMPUTED)],
  ['retainedSizes', ...Object.keys(COMPUTED)],
  ['shallowSizes', 'typeStats', ...Object.keys(COMPUTED)],
  ['distances', 'retainedSizes', ...Object.keys(COMPUTED)],
  ['ahead', ...Object.keys(COMPUTED)],
];

function loaded(bytes: Uint8Array, threads: number, options: LoadOptions = {}): Promise<Graph> {
  return loadSnapshot(bytes, { largeFrom: 0, threads, ...options });
}

describe('two threads compute what one does', () => {
  it('of random graphs', async () => {
    const wrong: unknown[] = [];
    let forked = 0;
    for (let seed = 0; seed < 200; seed++) {
      const bytes = snapshotBytes(seed % 2 === 0 ? randomGraph(seed) : ruledGraph(seed));
      const two = await loaded(bytes, 2);
      withKernel(two, (accelerated) =>
        accelerate(two, {
          ...accelerated,
          fork: <T>(stage: () => Stage<T>) => {
            forked++;
            return accelerated.fork?.(stage);
          },
        }),
      );
      const differing = differences(two, await loaded(bytes, 1), ORDERS[seed % ORDERS.length]!);
      if (differing.length > 0) wrong.push({ seed, differing });
    }
    expect(wrong).toEqual([]);
    expect(forked).toBeGreaterThan(300);
  });

  it('of a graph that both take parts of', async () => {
    const bytes = snapshotBytes(largeGraph());
    const plainly = await loadSnapshot(bytes, { largeFrom: Number.POSITIVE_INFINITY });
    const order = ['typeStats', 'dominatorTree', 'pageOwnedNodes', 'retainedSizesOfClasses', 'distances'];
    for (const threads of [1, 2]) {
      expect(differences(await loaded(bytes, threads), plainly, order)).toEqual([]);
    }
    const owned = (COMPUTED.pageOwnedNodes!(plainly) as Uint8Array).reduce((sum, own) => sum + own, 0);
    expect(owned).toBeGreaterThan(30_000);
    expect(owned).toBeLessThan(90_000);
  });

  it.each(FIXTURES)('of %s', async (name) => {
    const bytes = fixtureBytes(name);
    expect(differences(await loaded(bytes, 2), await loaded(bytes, 1), ORDERS[0]!)).toEqual([]);
  });
});

/** What comes of a file: everything of the graph, or everything of the error. */
async function outcomeOfFile(file: string, options: LoadOptions): Promise<Graph | string> {
  try {
    return await loadSnapshot(file, { largeFrom: 0, ...options });
  } catch (error) {
    const { message, code, section, offset, expected, found, hint } = error as SnapshotError;
    return JSON.stringify({ message, code, section, offset, expected, found, hint });
  }
}

/** The first difference between what one thread makes of a file and what two make of it. */
async function disagreementOn(file: string, options: LoadOptions): Promise<string | undefined> {
  const one = await outcomeOfFile(file, { ...options, threads: 1 });
  const two = await outcomeOfFile(file, { ...options, threads: 2 });
  if (typeof one === 'string' || typeof two === 'string')
    return one === two
      ? undefined
      : `${typeof one === 'string' ? one : 'a graph'} / ${typeof two === 'string' ? two : 'a graph'}`;
  return (
    difference(two, one) ??
    (JSON.stringify(one.truncation) === JSON.stringify(two.truncation) ? undefined : 'truncation')
  );
}

describe('two threads read what one does', () => {
  const write = fileMaker(temporaryFolder());

  it.each(FIXTURES)('of %s', async (name) => {
    const file = write(name, fixtureBytes(name));
    for (const pieceSize of [1 << 12, 1 << 19])
      expect(await disagreementOn(file, { pieceSize })).toBeUndefined();
  });

  const odd: GraphSpec = {
    root: { edges: Array.from({ length: 60 }, (_, i) => ['element', i, `n${i}`] as const) },
    ...Object.fromEntries(
      Array.from({ length: 60 }, (_, i): [string, NodeSpec] => [
        `n${i}`,
        {
          size: i === 40 ? 1_234_567_890 : i,
          detachedness: i % 3,
          traceNodeId: i % 2,
          edges: [
            ['element', i % 7 === 0 ? 4_294_967_295 - i : i, 'root'],
            `n${(i * 7) % 60}`,
            ['weak', 'w', `n${i}`],
          ],
        },
      ]),
    ),
  };
  const nodeFields = ['type', 'name', 'id', 'self_size', 'edge_count', 'trace_node_id', 'detachedness'];
  const TEXTS: Readonly<Record<string, string>> = {
    'on one line': snapshotText(odd),
    'a record a line': snapshotText(odd, { recordSeparator: '\n', nodeFields }),
    'with spaces': snapshotText(odd, { nodeFields })
      .replace('"nodes":[', '"nodes":[ ')
      .replace('"edges":[', '"edges":[\n '),
    'with a wide id': snapshotText({ ...odd, n50: { ...(odd.n50 as NodeSpec), id: 2 ** 40 + 1 } }),
    'with fields in another order': snapshotText(odd, { edgeFields: ['to_node', 'type', 'name_or_index'] }),
  };

  it.each(Object.keys(TEXTS))('of records %s', async (spelling) => {
    const file = write(`${spelling}.heapsnapshot`, TEXTS[spelling]!);
    for (const pieceSize of [16, 33, 64, 100, 257, 1000, 1 << 19])
      for (const windowSize of [64, 1 << 19])
        expect(await disagreementOn(file, { pieceSize, windowSize }), String(pieceSize)).toBeUndefined();
  });

  it.each(['on one line', 'a record a line'])(
    'of damaged files, down to the error: %s',
    { tags: ['slow'] },
    async (spelling) => {
      const text = TEXTS[spelling]!;
      const next = random(7);
      const below = (limit: number): number => Math.floor(next() * limit);
      const from = text.indexOf('"nodes"');
      const to = text.indexOf('"strings"') + 40;
      const at = (): number => from + below(to - from);
      const damages: readonly (() => string)[] = [
        () => text.slice(0, at()),
        () => {
          const i = at();
          return text.slice(0, i) + '0,]["x \n9'.charAt(below(10)) + text.slice(i + 1);
        },
        () => {
          const i = at();
          return text.slice(0, i) + text.slice(i + 1 + below(30));
        },
        () => {
          const i = at();
          return (
            text.slice(0, i) +
            ['1,2,3,', ',', ' ', '123456789012', '-1', '1e3', ']'][below(7)]! +
            text.slice(i)
          );
        },
        () => text.replace(/"(node|edge)_count":\d+/, `"$1_count":${below(300)}`),
      ];
      const wrong: string[] = [];
      let errors = 0;
      for (let i = 0; i < 400; i++) {
        const file = write('damaged.heapsnapshot', damages[i % damages.length]!());
        const options = { pieceSize: [64, 100, 1000][i % 3]!, salvage: i % 2 === 0 };
        const found = await disagreementOn(file, options);
        if (found !== undefined) wrong.push(`${i}: ${found}`);
        if (typeof (await outcomeOfFile(file, { threads: 2, ...options, salvage: false })) === 'string')
          errors++;
      }
      expect(wrong).toEqual([]);
      expect(errors).toBeGreaterThan(200);
    },
  );

  it('shares the work, reports progress, and lets others read at the same time', async () => {
    const bytes = fixtureBytes('node22-after');
    const file = write('several.heapsnapshot', bytes);
    const progress: number[] = [];
    const whole = await loadSnapshot(bytes);
    const graphs = await Promise.all(
      [1, 2, 3].map(() =>
        loadSnapshot(file, {
          largeFrom: 0,
          threads: 2,
          pieceSize: 1 << 14,
          onProgress: ({ done }) => progress.push(done),
        }),
      ),
    );
    for (const graph of graphs) expect(difference(graph, whole)).toBeUndefined();
    expect(Math.max(...progress)).toBeLessThanOrEqual(bytes.length);
  });
});

/** 90,000 nodes: threads take 32,768 at once. Half of them is the page's. */
function largeGraph(): GraphSpec {
  const next = random(7);
  const count = 90_000;
  const below = (limit: number): number => Math.floor(next() * limit);
  const nodes = Array.from({ length: count }, (_, i): [string, NodeSpec] => {
    const edges = Array.from({ length: 1 + below(4) }, (): readonly [string, string, string] => {
      const to = next() < 0.7 ? Math.min(count - 1, i + 1 + below(50)) : below(count);
      return [next() < 0.05 ? 'weak' : 'property', 'p', `n${to}`];
    });
    return [`n${i}`, { name: `C${i % 40}`, size: below(90), edges }];
  });
  const root: NodeSpec = {
    type: 'synthetic',
    edges: [
      ['shortcut', 'page', 'n45000'],
      ['element', 1, 'n1'],
    ],
  };
  return Object.fromEntries([['root', root], ...nodes]);
}

describe('when the second thread is lost', () => {
  const forksOf = (graph: Graph, fork: NonNullable<Accelerated['fork']>): void => {
    withKernel(graph, (accelerated) => accelerate(graph, { ...accelerated, fork }));
  };

  it('one does its work as well', async () => {
    const bytes = fixtureBytes('node22-after');
    for (const join of [() => undefined, undefined]) {
      const graph = await loaded(bytes, 2);
      forksOf(graph, (stage) => {
        stage();
        return join && { join };
      });
      expect(differences(graph, await loaded(bytes, 1), ORDERS[0]!)).toEqual([]);
    }
  });

  it('or has no room, one does its work as well', async () => {
    const graph = await loaded(fixtureBytes('node22-after'), 2);
    forksOf(graph, () => {
      throw new RangeError('no room');
    });
    expect(differences(graph, await loaded(fixtureBytes('node22-after'), 1), ORDERS[0]!)).toEqual([]);
  });

  it('in the middle of a part, all is done again', async () => {
    const bytes = snapshotBytes(largeGraph());
    const graph = await loaded(bytes, 2);
    let left = 0;
    withKernel(graph, ({ arena, ...accelerated }) =>
      accelerate(graph, {
        arena,
        ...accelerated,
        fork(stage) {
          const begun = stage().steps.find((step) => 'call' in step && step.call === 'startSources');
          if (begun === undefined || !('args' in begun)) return undefined;
          left++;
          Atomics.add(new Uint32Array(arena.memory.buffer, Number(begun.args[0]), 1), 0, 1);
          return { join: () => undefined };
        },
      }),
    );
    expect(differences(graph, await loaded(bytes, 1), ['dominatorTree', 'typeStats'])).toEqual([]);
    expect(left).toBe(1);
  });

  it('waiting for it comes to an end: at once when it says that it failed, else when nothing happens', () => {
    const silent = sharedNumbers();
    const start = performance.now();
    expect(outcomeOf(silent, 100)).toBeUndefined();
    expect(performance.now() - start).toBeGreaterThan(90);
    const failed = sharedNumbers();
    const task = { kind: 'kernel', module: {}, memory: {}, steps: [], reads: [], shared: failed } as const;
    expect(() =>
      perform(task, () => {
        throw new Error('no kernel');
      }),
    ).toThrow('no kernel');
    expect(outcomeOf(failed, 1e6)).toBeUndefined();
    const done = sharedNumbers();
    perform({ ...task, reads: ['one'], shared: done }, () => ({ one: { value: -1 } }));
    expect(outcomeOf(done)?.[0]).toBe(0xffffffff);
  });
});

describe('a program that uses the library', () => {
  const dist = fileURLToPath(new URL('../../dist/index.js', import.meta.url));
  const folder = temporaryFolder();
  const snapshot = path.join(folder, 'app.heapsnapshot');
  writeFileSync(snapshot, fixtureBytes('node22-after'));
  /** Loads with two threads, prints what it finds and what it was told, and ends by itself. */
  const program = (before: string): string => `
    ${before}
    const { loadSnapshot, typeStats } = await import(${JSON.stringify(dist)});
    const notes = [];
    const graph = await loadSnapshot(${JSON.stringify(snapshot)},
      { largeFrom: 0, threads: 2, pieceSize: 4096, onWarning: (note) => notes.push(note) });
    const rows = typeStats(graph, { by: 'retained', retained: true });
    console.log(JSON.stringify({ rows: rows.slice(0, 5), notes, shared: graph.firstEdge.buffer instanceof SharedArrayBuffer }));`;
  const answerOf = (
    before: string,
    ...flags: string[]
  ): { rows: unknown; notes: string[]; shared: boolean } => {
    const file = path.join(folder, 'program.mjs');
    writeFileSync(file, program(before));
    return JSON.parse(
      execFileSync(process.execPath, [...flags, file], { encoding: 'utf8', timeout: 60_000 }),
    );
  };
  /** Replaces what starts threads before the library asks for it. */
  const replaced = (code: string): string => `
    import threads from 'node:worker_threads';
    import { syncBuiltinESMExports } from 'node:module';
    const { Worker } = threads;
    threads.Worker = ${code};
    syncBuiltinESMExports();`;

  it('ends when it has its answer, with and without a second thread', () => {
    const whole = answerOf('');
    expect(whole).toMatchObject({ notes: [], shared: true });
    const dies = answerOf(
      replaced("class extends Worker { constructor(_, options) { super('process.exit(3)', options); } }"),
    );
    const refused = answerOf(replaced("class { constructor() { throw new Error('no threads here'); } }"));
    const silent = answerOf(
      replaced(
        "class extends Worker { constructor(_, options) { super('setInterval(() => {}, 1e6)', options); } }",
      ),
    );
    // It begins with a piece and is gone: the numbers are those of section-task.ts.
    const claims = answerOf(
      replaced(`class extends Worker { constructor(_, options) {
        super("require('worker_threads').parentPort.once('message', ({ shared }) => { shared[2] = 1; Atomics.add(shared, 0, 1); process.exit(3); })", options);
      } }`),
    );
    for (const { rows, shared } of [dies, refused, silent, claims]) {
      expect(rows).toEqual(whole.rows);
      expect(shared).toBe(true);
    }
    const note = 'one thread does all the work, as there is no second one: ';
    expect(silent.notes).toEqual([`${note}it has died, or does not answer`]);
    expect(refused.notes).toEqual([`${note}no threads here`]);
    expect(dies.notes).toHaveLength(1);
  });
});
