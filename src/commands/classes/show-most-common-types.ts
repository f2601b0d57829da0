import { defineCommand } from '../command.js';
import {
  type ClassTableValues,
  classTable,
  classTableNeed,
  classTableOptions,
  showsRetained,
} from '../shared/class-table.js';
import { allRows, limitOf } from '../shared/row-limit.js';

export const showMostCommonTypesCommand = defineCommand({
  name: 'show-most-common-types',
  summary: 'the classes with the most objects, or with the most bytes',
  description:
    'Text shows name and count, as objgraph does; --sizes or --by size adds shallow bytes and shares of the whole heap, --retained or --by retained how much memory each class keeps alive.',
  snapshot: true,
  options: {
    limit: { kind: 'integer', default: 10, help: 'rows to show' },
    all: allRows,
    sizes: { kind: 'flag', help: 'show shallow sizes and shares too' },
    ...classTableOptions,
  },
  examples: [
    { line: 'heapgraph show-most-common-types', says: 'in the newest snapshot of this folder' },
    {
      line: 'heapgraph show-most-common-types app.heapsnapshot --by retained --limit 20',
      says: 'what keeps the most memory',
    },
    { line: 'heapgraph show-most-common-types --node-type object,closure', says: "without V8's own objects" },
    {
      line: 'heapgraph show-most-common-types --node-type closure --functions',
      says: 'which functions have most closures',
    },
  ],
  needs: (_, options, format) =>
    classTableNeed(options, showsSizes(options) || format === 'json' || format === 'csv'),
  run: ({ snapshot: heap, options }) => classTable(heap, options, limitOf(options), showsSizes(options)),
});

function showsSizes(options: ClassTableValues & { readonly sizes: boolean }): boolean {
  return options.sizes || options.by === 'size' || showsRetained(options);
}
