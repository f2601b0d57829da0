/** expectNoGrowth in a program of its own (also on other Node.js: HEAPGRAPH_NODE), and inside Vitest. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { UsageError } from '../../src/base/errors.js';
import { expectNoGrowth, type GrowingClass, GrowthError } from '../../src/testing/no-growth.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const NODE = process.env.HEAPGRAPH_NODE ?? process.execPath;

interface Told {
  readonly message: string;
  readonly name: string;
  readonly growing: readonly GrowingClass[] | null;
}

describe('a program', () => {
  let answers: Readonly<Record<string, Told | null>>;
  beforeAll(() => {
    const program = fileURLToPath(new URL('../support/leaks.mjs', import.meta.url));
    answers = JSON.parse(execFileSync(NODE, [program], { encoding: 'utf8' }));
  }, 300_000);

  test.each([
    'nothing',
    'temporary',
    'server',
    'a pool that fills once',
    'a ring',
    'tolerance',
    'other class',
    'strings',
    'a buffer of Node.js that has a limit',
  ])('%s: no growth', (name) => {
    expect(answers[name]).toBe(null);
  });

  test('map: the class, its place, how many, who holds one', () => {
    const { message, name, growing } = answers.map!;
    expect(name).toBe('GrowthError');
    expect(growing).toMatchObject([{ type: 'Session', countDelta: 5, perRun: 1 }]);
    const [{ counts, container }] = growing as [GrowingClass];
    expect(counts).toEqual([counts[0], counts[0]! + 5, counts[0]! + 10]);
    expect(container).toMatch(
      /^all 5 new ones are in sessions \(a variable of the module file:.*\/leaks\.mjs\)$/,
    );
    expect(growing![0]!.location).toMatch(/leaks\.mjs:8:\d+$/);
    const lines = message.split('\n');
    expect(lines[0]).toBe('1 class grows with every run');
    expect(lines[2]).toMatch(
      /^Session \(file:.*\/leaks\.mjs:8:\d+\): 1 a run, 5 more objects and \d+ bytes after 5 runs: \d+ → \d+ → \d+$/,
    );
    expect(lines.slice(3, 5)).toEqual([`  ${container}`, '  one of them:']);
    expect(message).toMatch(/\n {2}\(variable sessions of file:.*\/leaks\.mjs\)\.get\("s\d+"\)$/);
  });

  test('closure: its name and the place of its code', () => {
    const row = answers.closure!.growing!.find(({ type }) => type === 'Function onMessage');
    expect(row).toMatchObject({ perRun: 1, countDelta: 5 });
    expect(row!.location).toMatch(/leaks\.mjs:\d+:\d+$/);
    expect(row!.heldBy).toMatch(/\(variable listeners of .*\)\[\d+\]\n$/);
  });

  test('emitter: closures without a name, held by the array of listeners', () => {
    const row = answers.emitter!.growing!.find(({ type }) => type.startsWith('Function'));
    expect(row).toMatchObject({ perRun: 1 });
    expect(row!.heldBy).toContain('._events.message[');
    expect(row!.container).toMatch(/^all 5 new ones are in listeners of emitter for "message" \(/);
  });

  test('a leak beside a buffer that has a limit: the leak alone', () => {
    const growing = answers['a leak beside such a buffer']!.growing!;
    expect(growing.map(({ type }) => type)).toEqual(['Session']);
  });

  test('a class that is not there is told, with the closest name', () => {
    expect(answers['misspelt class']).toMatchObject({
      name: 'UsageError',
      message: expect.stringMatching(/^no class "Sesion" in this process; did you mean "Session"\. Its code/),
    });
  });

  test('a class comes before those whose objects it holds', () => {
    const growing = answers['a holder and its company']!.growing!;
    expect(growing[0]).toMatchObject({ type: 'Session', perRun: 1 });
    expect(growing.find(({ type }) => type === 'Object')).toBeDefined();
  });

  test('strings only when they are named', () => {
    expect(answers['strings by name']!.growing!.map(({ type }) => type)).toEqual(
      expect.arrayContaining([expect.stringMatching(/string\)$/)]),
    );
  });
});

describe('inside Vitest', () => {
  const kept: unknown[] = [];

  class Kept {
    readonly self = this;
  }

  test('a leak is found, also in asynchronous code, with other numbers of runs', async () => {
    const run = async () => {
      await null;
      kept.push(new Kept(), new Kept());
    };
    const error = await expectNoGrowth(run, { runs: 3, warmup: 1 }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(GrowthError);
    const { growing, message } = error as GrowthError;
    expect(growing).toMatchObject([{ type: 'Kept', perRun: 2, countDelta: 6 }]);
    expect(message).toContain('Kept');
    expect(kept).toHaveLength(2 * (1 + 3 + 3));
  });

  test('no leak, no failure; assertions of the runner itself are none', async () => {
    await expectNoGrowth(() => expect(new Kept().self).toBeInstanceOf(Kept));
  });

  test('what the function throws is thrown; nothing stays in the temporary folder', async () => {
    const error = new Error('from the code under test');
    let runs = 0;
    const run = () => {
      if (++runs > 3) throw error;
    };
    const outer = process.env.TMPDIR;
    process.env.TMPDIR = folder;
    try {
      await expect(expectNoGrowth(run)).rejects.toBe(error);
    } finally {
      if (outer === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = outer;
    }
    expect(runs).toBe(4); // the first snapshot was there
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    [{ runs: 0 }, /runs is 0/],
    [{ runs: 1.5 }, /runs is 1.5/],
    [{ warmup: -1 }, /warmup is -1/],
    [{ tolerance: Number.NaN }, /tolerance is NaN\. It is a whole number from 0 up\.$/],
    [{ classes: [] }, /classes is empty/],
    [{ classes: ['Kept', undefined as never] }, /undefined is not a class name/],
    [{ run: 3 } as object, /no option "run"\. It knows: runs, warmup, tolerance, classes\.$/],
    [5 as never, /the options of expectNoGrowth are 5/],
  ])('%j makes no sense', async (options, message) => {
    const asked = expectNoGrowth(() => {}, options);
    await expect(asked).rejects.toThrow(UsageError);
    await expect(asked).rejects.toThrow(message);
  });

  test('something else than a function is told', async () => {
    const asked = expectNoGrowth(5 as never);
    await expect(asked).rejects.toThrow(UsageError);
    await expect(asked).rejects.toThrow(/expectNoGrowth takes a function, not 5/);
  });
});
