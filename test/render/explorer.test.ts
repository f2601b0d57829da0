/** The screen of the explorer, line by line. */
import stringWidth from 'fast-string-width';
import { describe, expect, test } from 'vitest';
import {
  type ExplorerCell,
  type ExplorerScreen,
  explorerLines,
  explorerTop,
} from '../../src/render/explorer.js';
import { createStyle, PLAIN } from '../../src/render/style.js';

const ROWS: readonly (readonly ExplorerCell[])[] = [
  [
    { bytes: 8_200_000 },
    { share: 0.937 },
    { bar: 0.937 },
    { text: '@7069' },
    { text: '+ global {URIError}' },
  ],
  [{ bytes: 533_100 }, { share: 0.061 }, { bar: 0.061 }, { text: '@3' }, { text: '+ (GC roots)' }],
  [{ bytes: 96 }, { share: 0 }, { bar: 0 }, { text: '@12' }, { text: '  hostile \x1b[31m\n\u202e' }],
];

const SCREEN: ExplorerScreen = {
  title: 'heapgraph app.heapsnapshot: 8.7 MB in 80,645 nodes',
  path: 'Dominator tree › Session @12 › Map @13',
  columns: [
    { title: 'Retained', width: 9, right: true, role: 'size', from: 0 },
    { title: '%', width: 6, right: true, role: 'dim', from: 50 },
    { title: '', width: 12, right: false, role: 'dim', from: 64 },
    { title: 'Id', width: 9, right: true, role: 'id', from: 72 },
    { title: 'Object', width: 0, right: false, role: 'name', from: 0 },
  ],
  count: 3,
  cursor: 1,
  top: 0,
  row: (place) => ROWS[place]!,
  empty: 'nothing here',
  status: '2 of 3: @3, retains 533,100 bytes',
  isError: false,
  keys: ['q quit', '? help', '→ open', '← up', 'r retainers', 'p path', 'e edges', '/ search'],
};

describe('explorerLines', () => {
  test('80 columns: all of it', () => {
    expect(explorerLines(SCREEN, 80, 9, PLAIN)).toEqual(
      [
        'heapgraph app.heapsnapshot: 8.7 MB in 80,645 nodes',
        'Dominator tree › Session @12 › Map @13',
        '   Retained      %                     Id Object',
        '     8.2 MB  93.7% [######### ]     @7069 + global {URIError}',
        '>  533.1 kB   6.1% [#         ]        @3 + (GC roots)',
        '       96 B   0.0% [          ]       @12   hostile \\x1b[31m\\n\\u202e',
        '',
        '2 of 3: @3, retains 533,100 bytes',
        'q quit  ? help  → open  ← up  r retainers  p path  e edges  / search',
      ].map((line) => (line.startsWith('>') ? line.padEnd(80) : line)),
    );
  });

  test('40 columns: sizes and names; what is too long is cut, of the path its beginning', () => {
    const path = 'Dominator tree › Session {user, cache} @12 › Map @13';
    expect(explorerLines({ ...SCREEN, path }, 40, 8, PLAIN)).toEqual([
      'heapgraph app.heapsnapshot: 8.7 MB in 8…',
      '…e › Session {user, cache} @12 › Map @13',
      '   Retained Object',
      '     8.2 MB + global {URIError}',
      '>  533.1 kB + (GC roots)                ',
      '       96 B   hostile \\x1b[31m\\n\\u202e',
      '2 of 3: @3, retains 533,100 bytes',
      'q quit  ? help  → open  ← up',
    ]);
  });

  test('no rows, help, a prompt, an error', () => {
    const body = (screen: Partial<ExplorerScreen>): readonly string[] =>
      explorerLines({ ...SCREEN, ...screen }, 30, 8, PLAIN).slice(3);
    expect(body({ count: 0 })[0]).toBe('  nothing here');
    expect(body({ help: ['one', 'two', 'three', 'four'] }).slice(0, 3)).toEqual(['one', 'two', 'three']);
    expect(body({ prompt: { label: 'Search: ', text: 'retained > 1mb and Session' } }).at(-1)).toBe(
      'Search: …ed > 1mb and Session_',
    );
    expect(body({ prompt: { label: 'Search: ', text: '\x1b[2J' } }).at(-1)).toBe('Search: \\x1b[2J_');
  });

  test('colours: those of roles, the selected line as a whole, an error in red', async () => {
    const style = await createStyle(true);
    const lines = explorerLines({ ...SCREEN, isError: true }, 80, 8, style);
    expect(lines[4]).toBe(
      `\x1b[7m${'>  533.1 kB   6.1% [#         ]        @3 + (GC roots)'.padEnd(80)}\x1b[27m`,
    );
    expect(lines[3]).toContain('\x1b[35m   8.2 MB\x1b[39m');
    expect(lines[6]).toBe('\x1b[31m2 of 3: @3, retains 533,100 bytes\x1b[39m');
  });

  test('any size, wide and hostile texts: as many lines as there are rows, none too wide', {
    tags: 'slow',
  }, async () => {
    const texts = [
      '漢字漢字漢字',
      '👩‍👩‍👧‍👦 family',
      '\x1b]0;title\x07',
      '\x9b31m',
      'a\u0301'.repeat(50),
      '',
    ];
    const style = await createStyle(false);
    const wrong: string[] = [];
    for (let width = 1; width <= 90; width++)
      for (let height = 1; height <= 12; height++)
        for (const text of texts) {
          const screen: ExplorerScreen = {
            ...SCREEN,
            title: text.repeat(9),
            path: text.repeat(9),
            status: text,
            prompt: height % 2 === 0 ? { label: 'Search: ', text } : undefined,
            row: () => [{ bytes: 1e12 }, { share: 1 }, { bar: 1 }, { text }, { text: text.repeat(5) }],
          };
          const lines = explorerLines(screen, width, height, style);
          if (
            lines.length !== height ||
            lines.some((line) => stringWidth(line) > width || /[\0-\x1f\x7f-\x9f]/.test(line))
          )
            wrong.push(`${width}x${height} ${JSON.stringify(lines)}`);
        }
    expect(wrong.slice(0, 3)).toEqual([]);
  });
});

test('explorerTop: the selected row is on the screen, and the screen is full where it can be', () => {
  // 10 lines have room for 5 rows.
  const tops = [
    [0, 0],
    [0, 4],
    [0, 5],
    [3, 2],
    [3, 7],
    [3, 8],
    [99, 99],
    [99, 0],
  ].map(([top, cursor]) => explorerTop(top!, cursor!, 100, 10));
  expect(tops).toEqual([0, 0, 1, 2, 3, 4, 95, 0]);
  expect(explorerTop(5, 0, 0, 10)).toBe(0);
});
