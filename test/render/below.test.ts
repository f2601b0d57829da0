/** Lists below the rows of a table, as text. */
import { expect, test } from 'vitest';
import { createStyle } from '../../src/render/style.js';
import { renderText } from '../../src/render/text.js';
import type { Table } from '../../src/result.js';

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
