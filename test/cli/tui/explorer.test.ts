/** What keys do, without a terminal: every screen of a small heap. */
import { describe, expect, test } from 'vitest';
import { Explorer } from '../../../src/cli/tui/explorer.js';
import { HELP } from '../../../src/cli/tui/help.js';
import { nameFilter } from '../../../src/cli/tui/name-filter.js';
import type { Question, QuestionAnswer } from '../../../src/cli/tui/question.js';
import type { Asker } from '../../../src/cli/tui/question-thread.js';
import { nodeWithId } from '../../../src/graph/graph.js';
import { explorerLines } from '../../../src/render/explorer.js';
import { PLAIN } from '../../../src/render/style.js';
import { graphOf } from '../../support/builder.js';

/** `cache` holds two sessions; both share `log`, which is larger than they are. */
const graph = await graphOf({
  root: ['cache', 'log'],
  cache: {
    name: 'Cache',
    id: 11,
    size: 100,
    edges: [
      ['property', 'first', 's1'],
      ['element', 7, 's2'],
    ],
  },
  s1: {
    name: 'Session',
    id: 21,
    size: 40,
    edges: [
      ['property', 'log', 'log'],
      ['property', 'own', 'text'],
    ],
  },
  s2: { name: 'Session', id: 23, size: 30, edges: [['property', 'log', 'log']] },
  log: { name: 'Log', id: 31, size: 1000 },
  text: { name: 'Text', id: 41, size: 500 },
});
const nodeOf = (id: number): number => nodeWithId(graph, id)!;

function started(answers: (question: Question) => Promise<QuestionAnswer | undefined> | QuestionAnswer) {
  const asked: Question[] = [];
  let changes = 0;
  let stops = 0;
  let stop = (): void => {};
  const asker: Asker = {
    ask(question) {
      asked.push(question);
      const stopped = new Promise<undefined>((resolve) => {
        stop = () => resolve(undefined);
      });
      return Promise.race([answers(question), stopped]);
    },
    stop() {
      stops++;
      stop();
    },
  };
  const explorer = new Explorer(graph, 'title', asker, () => {
    changes++;
  });
  /** Names of keys between spaces, such as `down`; what is one character is typed. */
  const press = (keys: string) =>
    keys
      .split(' ')
      .map((key) =>
        explorer.press(
          key.length === 1
            ? { name: key.toLowerCase(), text: key, ctrl: false }
            : key.startsWith('^')
              ? { name: key.slice(1), text: '', ctrl: true }
              : key === 'space'
                ? { name: 'space', text: ' ', ctrl: false }
                : { name: key, text: '', ctrl: false },
        ),
      )
      .at(-1);
  /** Path, rows and status. */
  const seen = (): readonly string[] => {
    explorer.resize(24);
    const lines = explorerLines(explorer.screen(), 60, 24, PLAIN).map((line) => line.trimEnd());
    return [lines[1]!, ...lines.slice(3, 22).filter((line) => line !== ''), lines[22]!];
  };
  return { explorer, press, seen, asked, changes: () => changes, stops: () => stops };
}

const never = (): Promise<undefined> => new Promise(() => {});
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

describe('the dominator tree', () => {
  test('→ opens, ← goes to the dominator and selects where one was, Esc back to another view', () => {
    const { press, seen } = started(never);
    expect(seen()).toEqual([
      'Dominator tree',
      '>    1.0 kB  59.9%   Log {}',
      '      670 B  40.1% + Cache {first}',
      '1 of 2: @31, retains 1,000 bytes, own size 1,000',
    ]);
    press('return');
    expect(seen().at(-1)).toBe('@31 Log dominates nothing; r shows who holds it');
    press('down right');
    const cache = [
      'Dominator tree › Cache {first} @11',
      '>     540 B  80.6% + Session {log, own}',
      '       30 B   4.5%   Session {log}',
      '1 of 2: @21, retains 540 bytes, own size 40',
    ];
    expect(seen()).toEqual(cache);
    press('right');
    expect(seen()[0]).toBe('Dominator tree › Cache {first} @11 › Session {log, own} @21');
    press('left');
    expect(seen()).toEqual(cache);
    press('down left');
    expect(seen()).toEqual([
      'Dominator tree',
      '     1.0 kB  59.9%   Log {}',
      '>     670 B  40.1% + Cache {first}',
      '2 of 2: @11, retains 670 bytes, own size 100',
    ]);
    press('left right');
    expect(seen()[2]).toBe('>      30 B   4.5%   Session {log}');
    press('c escape');
    expect(seen()[2]).toBe('>      30 B   4.5%   Session {log}');
  });

  test('keys beyond the ends stay at them', () => {
    const { press, seen } = started(never);
    press('up pageup home');
    expect(seen().at(-1)).toMatch(/^1 of 2/);
    press('down down pagedown');
    expect(seen().at(-1)).toMatch(/^2 of 2/);
    press('g G');
    expect(seen().at(-1)).toMatch(/^2 of 2/);
  });
});

describe('classes', () => {
  test('s sorts, f filters at each character, → shows the objects', () => {
    const { press, seen } = started(never);
    press('c');
    expect(seen().slice(0, 5)).toEqual([
      'Classes by retained size',
      '>    1.0 kB    1.0 kB           1 Log',
      '      670 B     100 B           1 Cache',
      '      570 B      70 B           2 Session',
      '      500 B     500 B           1 Text',
    ]);
    press('s s');
    expect(seen().slice(0, 2)).toEqual(['Classes by count', '>     570 B      70 B           2 Session']);
    press('f S e');
    expect(seen()[0]).toBe('Classes by count, with Se');
    expect(seen()).toHaveLength(3);
    press('return right');
    expect(seen()).toEqual([
      'Objects of Session',
      '>     540 B      40 B Session {log, own}',
      '       30 B      30 B Session {log}',
      '1 of 2: @21, retains 540 bytes, own size 40',
    ]);
    press('escape f ^u / ( /');
    expect(seen().at(-1)).toMatch(/^Invalid regular expression/);
    press('escape');
    expect(seen()[0]).toBe('Classes by count, with Se');
    press('f ^u n o n e return');
    expect(seen().slice(1)).toEqual(['  no class with none', '']);
    press('f x escape');
    expect(seen()[0]).toBe('Classes by count, with none');
    expect(press('right down t r p e q')).toBe('quit');
  });
});

describe('of the selected object', () => {
  test('r: who holds it, and who holds that; e: what it refers to; t: its place in the tree', () => {
    const { press, seen } = started(never);
    press('r');
    expect(seen()).toEqual([
      'Who holds @31 Log',
      '> .log                        2     540 B Session {log, own}',
      '  .log                        2      30 B Session {log}',
      '  .log                        −    1.7 kB (synthetic) root',
      '1 of 3: @21, retains 540 bytes, own size 40',
    ]);
    press('down r');
    expect(seen().slice(0, 2)).toEqual([
      'Who holds @23 Session',
      expect.stringMatching(/^> \[7\] .* 670 B Cache \{first\}$/),
    ]);
    press('e');
    expect(seen().slice(0, 3)).toEqual([
      'What @11 Cache refers to',
      expect.stringMatching(/^> \.first .* 540 B Session \{log, own\}$/),
      expect.stringMatching(/^ {2}\[7\] .* 30 B Session \{log\}$/),
    ]);
    press('end t');
    expect(seen()[0]).toBe('Dominator tree › Cache {first} @11');
    expect(seen()[2]).toBe('>      30 B   4.5%   Session {log}');
    press('escape escape escape');
    expect(seen()[0]).toBe('Who holds @31 Log');
  });

  test('p: the path, with the expression below it; nothing holds it', async () => {
    const answers: QuestionAnswer[] = [
      {
        kind: 'chain',
        chain: { nodes: [nodeOf(11), nodeOf(21)], edges: [graph.firstEdge[nodeOf(11)]!] },
        expression: 'cache.first',
        heldBy: 'a test',
      },
      { kind: 'chain', chain: undefined, expression: '', heldBy: null },
      { kind: 'error', message: 'no memory' },
    ];
    const { press, seen, asked, changes } = started(() => answers.shift()!);
    press('down right p');
    expect(seen().at(-1)).toBe('looking for what keeps @21 Session alive …');
    expect(asked).toEqual([{ kind: 'chain', node: nodeOf(21) }]);
    await settle();
    expect(changes()).toBe(1);
    expect(seen()).toEqual([
      '@21 Session: held by a test',
      expect.stringMatching(/^ +670 B Cache \{first\}$/),
      expect.stringMatching(/^> \.first +540 B Session \{log, own\}$/),
      '2 of 2: cache.first',
    ]);
    press('p');
    await settle();
    expect(seen().at(-1)).toBe('no root holds @21 Session');
    press('p');
    await settle();
    expect(seen().at(-1)).toBe('no memory');
  });
});

describe('/', () => {
  test('objects, the largest first; an empty text asks the last one again', async () => {
    const { press, seen, asked } = started(() => ({
      kind: 'nodes',
      nodes: Uint32Array.of(nodeOf(23), nodeOf(31), nodeOf(21)),
    }));
    press('/ S e x backspace space ^w S return');
    await settle();
    expect(asked).toEqual([{ kind: 'select', text: 'S' }]);
    expect(seen()).toEqual([
      'Search: S',
      '>    1.0 kB    1.0 kB Log {}',
      '      540 B      40 B Session {log, own}',
      '       30 B      30 B Session {log}',
      '1 of 3: @31, retains 1,000 bytes, own size 1,000',
    ]);
    press('/ return');
    await settle();
    expect(asked.at(-1)).toEqual({ kind: 'select', text: 'S' });
  });

  test('nothing found, a mistake, two snapshots: told', async () => {
    const { explorer, press, seen, asked } = started(() => ({ kind: 'nodes', nodes: new Uint32Array(0) }));
    const search = async (text: string): Promise<string> => {
      press(['/', ...Array.from(text, (c) => (c === ' ' ? 'space' : c)), 'return'].join(' '));
      await settle();
      return explorer.screen().status;
    };
    expect(await search('Nope')).toBe('no object of the class Nope; /Nope/i looks for a part of the name');
    expect(await search('retained > 1mb')).toBe('no object fits retained > 1mb');
    expect(await search('Log and new')).toBe('"new" compares two snapshots: heapgraph select --before FILE');
    const before = asked.length;
    expect(await search('retained >')).toContain('expected a value');
    expect(explorer.screen().prompt).toMatchObject({ text: 'retained >' });
    press('escape');
    expect(seen()[0]).toBe('Dominator tree');
    expect(asked.length).toBe(before);
  });

  test('Ctrl-C or Esc stops a search, and other keys wait; then Ctrl-C ends', async () => {
    for (const key of ['^c', 'escape', 'q']) {
      const { explorer, press, seen, stops } = started(never);
      press('/ L o g return');
      press('down c');
      expect(explorer.screen().keys).toEqual(['Esc stops']);
      expect(press(key)).toBeUndefined();
      await settle();
      expect(stops()).toBe(1);
      expect(seen()).toEqual([
        expect.stringMatching(/^Dominator/),
        expect.anything(),
        expect.anything(),
        'stopped',
      ]);
      expect(press('^c')).toBe('interrupt');
    }
  });
});

test('? shows the keys, in lines for 40 columns and 24 lines; any key closes them', () => {
  const { explorer, press, seen } = started(never);
  press('?');
  expect(explorer.screen().help).toBe(HELP);
  press('c');
  expect(seen()[0]).toBe('Dominator tree');
  expect(HELP.length).toBeLessThanOrEqual(19);
  expect(HELP.filter((line) => line.length > 40)).toEqual([]);
  expect([press('^z'), press('^l'), press('q')]).toEqual(['suspend', 'redraw', 'quit']);
});

test('nameFilter: a part in any case, a pattern', () => {
  expect(nameFilter('sess').fits('UserSession')).toBe(true);
  expect(nameFilter('').fits('X')).toBe(true);
  expect(nameFilter('/^Sess/').fits('UserSession')).toBe(false);
  expect(nameFilter('/^user/i').fits('UserSession')).toBe(true);
  expect(nameFilter('/(/').error).toContain('Invalid regular expression');
});
