/** Lists below the rows of a table, as text. */
import { expect, test } from 'vitest';
import type { Table } from '../../src/base/result.js';
import { createStyle } from '../../src/render/style.js';
import { renderText } from '../../src/render/text.js';

test('a list below its row, and how many more there are', async () => {
  const table: Table = {
    kind: 'table',
    layout: 'grid',
    columns: [{ key: 'type', title: 'Type', unit: 'text' }],
    below: {
      key: 'holders',
      columns: [
        { key: 'count', title: 'Count', unit: 'count' },
        { key: 'path', title: 'Held by', unit: 'text' },
      ],
    },
    rows: [
      {
        type: 'A',
        holders: [
          { path: 'x', count: 1000 },
          { path: 'y', count: 1 },
        ],
        holdersOmitted: 1200,
      },
      { type: 'B', holders: [], holdersOmitted: 0 },
      { type: 'C' },
    ],
    total: 3,
    omitted: 0,
  };
  expect([...renderText(table, await createStyle(false))].join('')).toBe(
    'Type\nA\n  1,000  x\n      1  y\n  and 1,200 more\nB\nC\n',
  );
});

test('what short names stand for, below the table', async () => {
  const table: Table = {
    kind: 'table',
    layout: 'grid',
    columns: [{ key: 'type', title: 'Type', unit: 'text' }],
    rows: [{ type: 'A' }],
    legend: [
      { name: 'app.js', text: '/srv/app.js' },
      { name: 'orders/app.js', text: '/srv/orders/\x1b[2Japp.js' },
    ],
    total: 1,
    omitted: 0,
  };
  const text = async (shown: Table) => [...renderText(shown, await createStyle(false))].join('');
  expect(await text(table)).toBe(
    'Type\nA\n\napp.js         /srv/app.js\norders/app.js  /srv/orders/\\x1b[2Japp.js\n',
  );
  expect(await text({ ...table, legend: [] })).toBe('Type\nA\n');
});
