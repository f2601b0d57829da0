/** `npm run bench -- --check`: which ratios of a run are said to have fallen. */
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

interface Row {
  readonly heap: string;
  readonly job: string;
  readonly who: string;
  readonly problem?: string;
  readonly ratios?: Readonly<Record<string, number>>;
}

type Compare = (rows: Row[], recorded: Row[]) => { compared: number; fallen: string[] };

const program = fileURLToPath(new URL('../../bench/compare.mjs', import.meta.url));
const { compareRatios } = (await import(pathToFileURL(program).href)) as { compareRatios: Compare };

const row = (who: string, ratios: Record<string, number>, more: Partial<Row> = {}): Row => ({
  heap: 'ts1',
  job: 'count',
  who,
  ratios,
  ...more,
});

it('a ratio may fall by 15 % and no more, each for itself', () => {
  const recorded = [row('devtools', { processor: 100, peak: 20, wall: 80 })];
  expect(compareRatios([row('devtools', { processor: 85, peak: 17, wall: 90 })], recorded)).toEqual({
    compared: 3,
    fallen: [],
  });
  expect(compareRatios([row('devtools', { processor: 84.9, peak: 20, wall: 10 })], recorded)).toEqual({
    compared: 3,
    fallen: [
      "ts1, count, devtools: processor 84.90 times heapgraph's, was 100.00",
      "ts1, count, devtools: wall 10.00 times heapgraph's, was 80.00",
    ],
  });
});

it('only what both have is compared: heap, job, peer and figure', () => {
  const recorded = [row('devtools', { processor: 100, wall: 80 }), row('memlab', {}, { problem: 'gave up' })];
  const now = [
    row('devtools', { processor: 100, peak: 1 }),
    row('devtools', { processor: 1 }, { heap: 'ts4' }),
    row('devtools', { processor: 1 }, { job: 'chain' }),
    row('memlab', { processor: 1 }),
  ];
  expect(compareRatios(now, recorded)).toEqual({ compared: 1, fallen: [] });
});

it('a question that heapgraph does not answer is a failure, a peer that gives up is not', () => {
  const recorded = [row('heapgraph', {}), row('devtools', { processor: 100 })];
  const now: Row[] = [
    { heap: 'ts1', job: 'count', who: 'heapgraph', problem: 'failed (exit code 2)' },
    { heap: 'ts1', job: 'count', who: 'devtools', problem: 'gave up after 300 s' },
  ];
  expect(compareRatios(now, recorded)).toEqual({
    compared: 0,
    fallen: ['ts1, count, heapgraph: failed (exit code 2)'],
  });
});
