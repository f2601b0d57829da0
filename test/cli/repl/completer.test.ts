import { describe, expect, test } from 'vitest';
import { completer } from '../../../src/cli/repl/completer.js';
import { COMMANDS } from '../../../src/commands/index.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { expressPath } from '../../support/fixtures.js';

const graph = await loadSnapshot(expressPath('final'));
const asked: (readonly string[])[] = [];
const complete = completer(
  {
    commands: COMMANDS,
    complete(words) {
      asked.push(words);
      return [{ value: 'count' }, { value: '--json' }].filter(({ value }) => value.startsWith(words.at(-1)!));
    },
  },
  () => [graph],
);

describe('what Tab offers', () => {
  test('a command', () => {
    expect(complete('co')).toEqual([['count'], 'co']);
  });

  test('names of classes where a command takes some, one word each', () => {
    const [names, typed] = complete('count Audit');
    expect([names, typed]).toEqual([['AuditEntry'], 'Audit']);
    expect(complete("count 'system / Con")[0]).toContain("'system / Context'");
    expect(complete('count ')[0].length).toBeLessThanOrEqual(202);
  });

  test('options, and no names among them', () => {
    expect(complete('count --j')).toEqual([['--json'], '--j']);
    expect(complete('info Audit')).toEqual([[], 'Audit']);
  });

  test('words of the prompt', () => {
    expect(complete('.e')).toEqual([['.exit'], '.e']);
  });

  test('what is typed reaches the command line as words', () => {
    complete("select 'class = A' --wh");
    expect(asked.at(-1)).toEqual(['select', 'class = A', '--wh']);
  });
});
