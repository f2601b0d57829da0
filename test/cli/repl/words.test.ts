import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/base/errors.js';
import { quotedWord, wordsOf, wordsTyped } from '../../../src/cli/repl/words.js';

describe('words of a line', () => {
  test.each([
    ['', []],
    ['  count   Session ', ['count', 'Session']],
    ["count 'system / Context'", ['count', 'system / Context']],
    ['select "class = \\"a b\\""', ['select', 'class = "a b"']],
    ["select 'name ~ /\\d+/'", ['select', 'name ~ /\\d+/']],
    ['"\\n \\\\"', ['\\n \\']],
    ['a\\ b \\"c', ['a b', '"c']],
    ["--where=''", ['--where=']],
    ["at ''", ['at', '']],
    ["pre'mid dle'post", ['premid dlepost']],
    ['a\\', ['a\\']],
  ] as const)('%s', (line, words) => {
    expect(wordsOf(line)).toEqual(words);
  });

  test.each(["count 'a", 'count "a\\"', '"'])('%s: a quote without its end', (line) => {
    expect(() => wordsOf(line)).toThrow(UsageError);
  });

  test('the word that is typed, with its place and open quote', () => {
    expect(wordsTyped('count ').at(-1)).toEqual({ text: '', from: 6, open: undefined });
    expect(wordsTyped("count 'sys").at(-1)).toEqual({ text: 'sys', from: 6, open: "'" });
  });

  test.each(['Session', 'system / Context', "it's", 'a"b\\c\'d', '', '(string)', 'x$y', '#', '$(rm)'])(
    'quoted, %s is one word again',
    (text) => {
      expect(wordsOf(quotedWord(text))).toEqual([text]);
    },
  );
});
