import { describe, expect, test } from 'vitest';
import type { DeadStepRow } from '../../../src/base/result.js';
import { verdictPicture } from '../../../src/commands/shared/verdict-picture.js';
import { graphOf } from '../../support/builder.js';

const IDS: Readonly<Record<string, number>> = { root: 1, app: 3, list: 5, cache: 7, a: 9, b: 11 };

const graph = await graphOf({
  root: { edges: ['app'] },
  app: { id: IDS.app!, edges: ['list', 'cache'] },
  list: { id: IDS.list!, edges: ['a', 'b'] },
  cache: { id: IDS.cache!, edges: ['a'] },
  a: { id: IDS.a!, size: 40 },
  b: { id: IDS.b! },
});

function step(
  name: string,
  verdict: string,
  suspect: boolean,
  fields: Partial<DeadStepRow> = {},
): DeadStepRow {
  return { id: IDS[name]!, type: name, name, reference: `.${name}`, verdict, reason: '', suspect, ...fields };
}

const APP = step('app', 'alive', false, { reference: null, reason: 'a loaded module' });

describe('verdictPicture', () => {
  test('a box for each step, an arrow for each reference, suspects marked', () => {
    const { nodes, edges, direction } = verdictPicture(graph, [
      { steps: [APP, step('list', 'unknown', true), step('a', 'dead', true)], extra: 'keeps 40 bytes' },
    ]);
    expect(direction).toBe('forward');
    expect(
      nodes.map(({ id, verdict, reason, extra, shallowSize, retainers }) => [
        id,
        verdict,
        reason,
        extra,
        shallowSize,
        retainers,
      ]),
    ).toEqual([
      [3, 'alive', 'a loaded module', undefined, 16, 1],
      [5, 'unknown', undefined, undefined, 16, 1],
      [9, 'dead', undefined, 'keeps 40 bytes', 40, 2],
    ]);
    expect(edges).toEqual([
      { from: 3, to: 5, type: 'property', name: '.list', count: 1, suspect: true },
      { from: 5, to: 9, type: 'property', name: '.a', count: 1, suspect: true },
    ]);
  });

  test('what one chain says to be in use is in use on the other, too, and what leads to it no suspect', () => {
    const { nodes, edges } = verdictPicture(graph, [
      { steps: [APP, step('list', 'unknown', true), step('a', 'dead', true)] },
      { steps: [APP, step('list', 'alive', false), step('b', 'dead', true)] },
    ]);
    expect(nodes.map(({ id, verdict }) => [id, verdict])).toEqual([
      [3, 'alive'],
      [5, 'alive'],
      [9, 'dead'],
      [11, 'dead'],
    ]);
    expect(edges.map(({ from, to, suspect }) => [from, to, suspect])).toEqual([
      [3, 5, undefined],
      [5, 9, true],
      [5, 11, true],
    ]);
  });

  test('two chains to one object: both ends are said', () => {
    const { nodes, edges } = verdictPicture(graph, [
      { steps: [APP, step('list', 'unknown', true), step('a', 'dead', true)], extra: 'first' },
      { steps: [APP, step('cache', 'unknown', true), step('a', 'dead', true)], extra: 'second' },
    ]);
    expect(nodes.find(({ id }) => id === 9)!.extra).toBe('first\nsecond');
    expect(edges).toHaveLength(4);
  });

  test('of a variable its name, long sentences in several lines', () => {
    const words = `${'held by the list of sessions '.repeat(5)}and more`;
    const { nodes, edges } = verdictPicture(graph, [
      { steps: [APP, step('a', 'dead', true, { reference: 'variable a of /srv/my app.cjs' })], extra: words },
    ]);
    expect(edges[0]!.name).toBe('variable a');
    const lines = nodes[1]!.extra!.split('\n');
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(50);
    expect(lines.join(' ')).toBe(words);
  });

  test('of a long chain both ends, and an arrow that stands for what is between', async () => {
    const long = Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [
        `n${i}`,
        { id: 2 * i + 1, ...(i < 29 ? { edges: [`n${i + 1}`] } : {}) },
      ]),
    );
    const steps = Array.from({ length: 30 }, (_, i) => ({
      ...step('a', i === 0 ? 'alive' : i === 29 ? 'dead' : 'unknown', i > 0),
      id: 2 * i + 1,
    }));
    const { nodes, edges } = verdictPicture(await graphOf(long), [{ steps }]);
    expect(nodes).toHaveLength(20);
    expect(edges).toContainEqual({
      from: 19,
      to: 41,
      type: 'omitted',
      name: '… 10 more …',
      count: 1,
      suspect: true,
    });
  });
});
