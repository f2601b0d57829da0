import { describe, expect, test } from 'vitest';
import { nodeDiff } from '../../../src/analysis/growth/diff.js';
import { grownHolders, withoutSharedSteps } from '../../../src/analysis/leaks/grown-holders.js';
import { type GraphSpec, graphOf } from '../../support/builder.js';

test('steps that the path above has too are left out', () => {
  const above = 'the module app.js sessions → Map → Session';
  expect(withoutSharedSteps('the module app.js sessions → Map → Basket', above)).toBe('… → Basket');
  expect(withoutSharedSteps('the module app.js sessions → Array → Basket', above)).toBe('… → Array → Basket');
  expect(withoutSharedSteps('the module app.js other → Map → Session', above)).toBe(
    'the module app.js other → Map → Session',
  );
});

test('a short beginning stays', () => {
  expect(withoutSharedSteps('stack → B', 'stack → A')).toBe('stack → B');
  expect(withoutSharedSteps('a path of one step', '')).toBe('a path of one step');
});

describe('grownHolders', () => {
  /** A Map of sessions and a list of jobs, with so many of each. */
  const program = (sessions: number, jobs: number): GraphSpec => {
    const names = (what: string, count: number) => Array.from({ length: count }, (_, i) => `${what}${i}`);
    return {
      root: { id: 1, edges: ['app'] },
      app: { id: 3, edges: ['sessions', 'jobs', 'spare'] },
      sessions: { id: 5, name: 'Map', edges: [['internal', 'table', 'table']] },
      table: {
        id: 7,
        type: 'array',
        edges: names('session', sessions).map((name, i) => ['internal', String(i), name] as const),
      },
      jobs: {
        id: 9,
        name: 'Array',
        edges: names('job', jobs).map((name, i) => ['element', i, name] as const),
      },
      spare: { id: 11, name: 'Array', edges: jobs > 2 ? [['element', 0, 'other']] : [] },
      ...Object.fromEntries(
        names('session', sessions).map((name, i) => [name, { id: 101 + 2 * i, name: 'Session', size: 10 }]),
      ),
      ...Object.fromEntries(
        names('job', jobs).map((name, i) => [name, { id: 301 + 2 * i, name: 'Job', size: 20 }]),
      ),
      ...(jobs > 2 ? { other: { id: 401, name: 'Job', size: 20 } } : {}),
    };
  };
  const options = { most: 1, raw: false, partition: undefined };

  test('classes as given, of each the holders with the most bytes; the others are counted', async () => {
    const [before, after] = [await graphOf(program(1, 1)), await graphOf(program(4, 3))];
    const types = new Set(['Session', 'Job', 'Nothing']);
    const { of, legend } = grownHolders(before, after, { ...options, types }, nodeDiff(before, after, {}));
    expect([...of.keys()]).toEqual(['Session', 'Job', 'Nothing']);
    const told = (type: string) => of.get(type)!.holders.map((one) => [one.text, one.count, one.size]);
    expect(told('Session')).toEqual([['(app @3).sessions', 3, 30]]);
    expect(of.get('Session')!.omitted).toBe(0);
    expect(told('Job')).toEqual([['(app @3).jobs', 2, 40]]);
    expect(of.get('Job')!.omitted).toBe(1);
    expect(of.get('Nothing')).toEqual({ holders: [], omitted: 0 });
    expect(legend).toEqual([]);
  });

  test('nothing came: no class has holders', async () => {
    const graph = await graphOf(program(2, 2));
    const types = new Set(['Session']);
    const { of } = grownHolders(graph, graph, { ...options, types }, nodeDiff(graph, graph, {}));
    expect(of.get('Session')).toEqual({ holders: [], omitted: 0 });
  });
});
