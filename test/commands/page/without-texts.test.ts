import { expect, test } from 'vitest';
import type { PageReport } from '../../../src/base/page-report.js';
import { withoutTexts } from '../../../src/commands/page/without-texts.js';

test('keys of Maps and tables are left out wherever they stand; names stay', () => {
  const edge = { type: 'property', name: 'ann@mail.example', id: 3 };
  const report = {
    overview: [{ text: 'most is in tenants.get("acme").rows["a \\" b"].list', view: 'memory' }],
    suspects: [
      {
        headline: 'large: 3 × Object {id, ann@mail.example} in table["ann@mail.example"] keep 4 kB',
        there: 'tenants.get("a text that is cut…',
        steps: [{ id: 7, name: '{get size, <symbol k.x>, bob smith, #p, …', reference: '.get("acme")' }],
      },
    ],
    objects: [{ id: 3, nodeType: 'object', name: '{ann@mail.example}', edges: [edge], retainers: [edge] }],
    tree: { nodes: [{ id: 3, name: 'scope {tenant: Tenant}' }] },
    tables: [{ key: 'strings' }, { key: 'packages', rows: [{ text: 'require("/app/x.js").all', size: 3 }] }],
  };
  const hidden = { ...edge, name: '…' };
  expect(withoutTexts(report as unknown as PageReport)).toEqual({
    overview: [{ text: 'most is in tenants.get("…").rows["…"].list', view: 'memory' }],
    suspects: [
      {
        headline: 'large: 3 × Object {id, …} in table["…"] keep 4 kB',
        there: 'tenants.get("…"',
        steps: [{ id: 7, name: '{get size, <symbol k.x>, …, #p, …', reference: '.get("…")' }],
      },
    ],
    objects: [{ id: 3, nodeType: 'object', name: '{…}', edges: [hidden], retainers: [hidden] }],
    tree: { nodes: [{ id: 3, name: 'scope {tenant: Tenant}' }] },
    tables: [{ key: 'packages', rows: [{ text: 'require("/app/x.js").all', size: 3 }] }],
  });
});
