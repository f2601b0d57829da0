/** What two threads compute is what one does, and nothing depends on the second one. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Accelerated, accelerate, type Stage, withKernel } from '../../src/graph/accelerated.js';
import type { Graph } from '../../src/graph/graph.js';
import { outcomeOf, perform, sharedNumbers } from '../../src/graph/kernel/task.js';
import { type LoadOptions, loadSnapshot } from '../../src/load/load.js';
import { snapshotBytes } from '../support/builder.js';
import { COMPUTED, differences } from '../support/computed.js';
import { FIXTURES, fixtureBytes, fixturePath } from '../support/fixtures.js';
import { randomGraph } from '../support/random-graph.js';
import { ruledGraph } from '../support/ruled-graph.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** The first of these computes the others at the same time. */
const ORDERS: readonly (readonly string[])[] = [
  ['typeStats', ...Object.keys(COMPUTED)],
  ['retainedSizes', ...Object.keys(COMPUTED)],
  ['shallowSizes', 'typeStats', ...Object.keys(COMPUTED)],
  ['distances', 'retainedSizes', ...Object.keys(COMPUTED)],
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

  it.each(FIXTURES)('of %s', async (name) => {
    const bytes = fixtureBytes(name);
    expect(differences(await loaded(bytes, 2), await loaded(bytes, 1), ORDERS[0]!)).toEqual([]);
  });
});

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
  /** Loads with two threads, prints what it finds and what it was told, and ends by itself. */
  const program = (before: string): string => `
    ${before}
    const { loadSnapshot, typeStats } = await import(${JSON.stringify(dist)});
    const notes = [];
    const graph = await loadSnapshot(${JSON.stringify(fixturePath('node22-after'))},
      { largeFrom: 0, threads: 2, onWarning: (note) => notes.push(note) });
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
    for (const { rows, shared } of [dies, refused, silent]) {
      expect(rows).toEqual(whole.rows);
      expect(shared).toBe(true);
    }
    const note = 'one thread does all the work, as there is no second one: ';
    expect(silent.notes).toEqual([`${note}it has died, or does not answer`]);
    expect(refused.notes).toEqual([`${note}no threads here`]);
    expect(dies.notes).toHaveLength(1);
  });
});
