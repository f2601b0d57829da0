/** Leaks as text and as JSON. */
import { expect, test } from 'vitest';
import type { LeakContent, LeakEntry, LeakReport } from '../../src/base/leak-report.js';
import { renderJson } from '../../src/render/json.js';
import { createStyle } from '../../src/render/style.js';
import { renderText } from '../../src/render/text.js';

const content = (label: string, more: Partial<LeakContent> = {}): LeakContent => ({
  kind: 'object',
  type: label,
  label,
  count: 600,
  counts: [300, 300],
  size: 1234,
  location: null,
  package: null,
  origin: 'unknown',
  example: 7,
  allocated: null,
  ...more,
});

const LISTENER = content('onReload()', {
  kind: 'function',
  location: { script: '/app/node_modules/ws/a\u001b[2J.js', scriptId: 3, line: 4, column: 5 },
  package: 'ws',
  origin: 'program',
  allocated: ['one /app/a.js:1:1', 'two', 'three', 'four'],
});

const LEAK: LeakEntry = {
  verdict: 'leak',
  growth: 'members',
  container: {
    id: 5,
    type: 'Array',
    text: 'listeners of config for "re\u001b[2Jload"',
    heldBy: 'a variable of the module /app/a.js',
    path: 'module /app/a.js: config',
    root: 'module',
    owner: 'program',
    package: null,
    count: 1,
    chain: {
      found: true,
      steps: [],
      expression: '(variable config of /app/a.js)._events.reload',
      evaluable: false,
      heldBy: 'a variable of the module /app/a.js',
    },
  },
  alsoIn: [1, 2, 3, 4].map((id) => ({ id, type: 'Map', text: `place${id}`, heldBy: 'a timer' })),
  member: LISTENER,
  memberCounts: [30, 1330, 2630],
  linkedBy: null,
  sizes: [],
  principal: LISTENER,
  contents: [LISTENER, ...[1, 2, 3, 4, 5, 6].map((i) => content(`C${i}`, { count: i * 1000 }))],
  count: 600,
  size: 3_122_904,
  aloneSize: 0,
  sentence: 'A sentence.',
  fingerprint: '9f3c01e2',
  known: null,
  packageLeak: null,
};
const REPORT: LeakReport = { kind: 'leaks', leaks: [LEAK], total: 3, omitted: 2, summary: [] };

const text = async (report: LeakReport): Promise<string> =>
  [...renderText(report, await createStyle(false))].join('');

test('a leak: its steps, where it hangs, who makes it, what it keeps, a sentence', async () => {
  expect(await text(REPORT)).toBe(
    [
      'leak: 30 → 1,330 → 2,630 × onReload() in listeners of config for "re\\x1b[2Jload", 3.1 MB more',
      '  held by  a variable of the module /app/a.js',
      '  there    (variable config of /app/a.js)._events.reload  Array @5, fingerprint 9f3c01e2',
      '  also in  place1, a timer  @1',
      '  also in  place2, a timer  @2',
      '  also in  place3, a timer  @3',
      '           and 1 more',
      '  made at  /app/node_modules/ws/a\\x1b[2J.js:4:5, package ws  onReload()',
      '  by       one /app/a.js:1:1',
      '           two',
      '           three',
      '  keeps      600 × 1.2 kB  onReload()  /app/node_modules/ws/a\\x1b[2J.js:4:5',
      '           1,000 × 1.2 kB  C1',
      '           2,000 × 1.2 kB  C2',
      '           3,000 × 1.2 kB  C3',
      '           4,000 × 1.2 kB  C4',
      '           and 2 more kinds',
      '  A sentence.',
      '',
    ].join('\n'),
  );
});

test('growth in place has bytes in place of members', async () => {
  const inPlace: LeakEntry = {
    ...LEAK,
    growth: 'in place',
    sizes: [20_000, 40_000],
    memberCounts: [],
    alsoIn: [],
    contents: [],
    member: content('Array'),
    principal: content('Array'),
  };
  const [head] = (await text({ ...REPORT, leaks: [inPlace] })).split('\n');
  expect(head).toBe('leak: 20.0 kB → 40.0 kB Array in listeners of config for "re\\x1b[2Jload", 3.1 MB more');
});

test('no leak: the sentences first, below them what grew once', async () => {
  const report: LeakReport = {
    ...REPORT,
    leaks: [{ ...LEAK, verdict: 'once' }],
    summary: ['No leak found.', 'See x.'],
  };
  const lines = (await text(report)).split('\n');
  expect(lines.slice(0, 3)).toEqual(['No leak found.', 'See x.', '']);
  expect(lines[3]).toMatch(/^grew once: 30 → /);
});

test('as JSON: a row each, with all there is, and the sentences', () => {
  const head = { command: 'leaks', snapshots: [], complete: true };
  const report = { ...REPORT, summary: ['Two sentences.', 'Here.'] };
  const answer = JSON.parse([...renderJson({ result: report }, head)].join('')) as Record<string, unknown>;
  expect(answer).toMatchObject({ total: 3, omitted: 2, summary: ['Two sentences.', 'Here.'] });
  expect(answer.rows).toEqual([LEAK]);
});
