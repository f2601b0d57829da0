/** Queries on class names alone: the same with and without the graph. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { QueryError } from '../../src/base/errors.js';
import type { Graph } from '../../src/graph/graph.js';
import { readClassQuery } from '../../src/query/class-query.js';
import { selectNodes } from '../../src/query/select-nodes.js';
import { type Condition, queryText } from '../../src/query/syntax.js';
import { classIndex } from '../../src/v8/class-names.js';
import { fixtureGraph } from '../support/fixture-graphs.js';

let graph: Graph;
beforeAll(async () => {
  graph = await fixtureGraph('node22-after', { locations: true });
});

const name = fc.constantFrom('OBJ', 'Array', 'Object', 'system / Context', '(string)', 'Nothing');
const pattern = fc
  .constantFrom('^O', 'a', 'Array$')
  .map((source) => ({ kind: 'pattern', source, flags: '' }) as const);
const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3 },
    name.map((text): Condition => ({ kind: 'class', name: text })),
    pattern.map((one): Condition => ({ kind: 'classPattern', pattern: one })),
    fc.tuple(fc.constantFrom('=', '!=' as const), name).map(
      ([operator, text]): Condition => ({
        kind: 'compare',
        field: 'class',
        operator: operator as '=',
        value: { kind: 'text', text },
      }),
    ),
    fc.tuple(fc.constantFrom('~', '!~'), pattern).map(
      ([operator, value]): Condition => ({
        kind: 'compare',
        field: 'class',
        operator: operator as '~',
        value,
      }),
    ),
    fc.array(name, { minLength: 1, maxLength: 3 }).map(
      (texts): Condition => ({
        kind: 'in',
        field: 'class',
        values: texts.map((text) => ({ kind: 'text', text })),
      }),
    ),
    tie('condition').map((part): Condition => ({ kind: 'not', part })),
    fc
      .tuple(
        fc.constantFrom('and' as const, 'or' as const),
        fc.array(tie('condition'), { minLength: 2, maxLength: 3 }),
      )
      .map(([kind, parts]): Condition => ({ kind, parts })),
  ),
}));

describe('readClassQuery', () => {
  it('accepts by names what the graph accepts', () => {
    const { labels, of } = classIndex(graph);
    fc.assert(
      fc.property(condition, (one) => {
        const query = readClassQuery(queryText(one));
        const fits = labels.map((label) => query.classes!(label));
        const mask = selectNodes(query.condition, { graph });
        expect(mask.every((accepted, node) => (accepted === 1) === fits[of[node]!])).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['OBJ', true, true],
    ['system / Context', true, true],
    ['Detached <div>', true, true],
    ['(compiled code)', true, true],
    ['/^OB/i', false, true],
    ['/foo/bar/', false, true],
    ['/a/ or /b/', false, true],
    ['class = OBJ', false, true],
    ['class in (A, B) and not A', false, true],
    ['OBJ and retained > 1kb', false, false],
    ['@1', false, false],
    ['tag:cart', false, false],
    ['root', false, false],
    ['not heldby(Map)', false, false],
  ])('%s: a name %s, names suffice %s', (text, isName, suffices) => {
    const query = readClassQuery(text);
    expect([query.isName, query.classes !== undefined]).toEqual([isName, suffices]);
  });

  it('throws QueryError and nothing else', () => {
    expect(() => readClassQuery('/[/')).toThrow(QueryError);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `/${text}/`),
        ),
        (text) => {
          try {
            readClassQuery(text);
          } catch (error) {
            expect(error).toBeInstanceOf(QueryError);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
