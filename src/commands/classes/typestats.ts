import { defineCommand } from '../command.js';
import { classTable, classTableNeed, classTableOptions } from '../shared/class-table.js';

export const typestatsCommand = defineCommand({
  name: 'typestats',
  summary: 'every class with its count and size, for machines',
  snapshot: true,
  options: classTableOptions,
  examples: [
    {
      line: "heapgraph typestats app.heapsnapshot --json | jq '.rows[] | select(.count > 1000)'",
      says: 'with jq',
    },
    { line: 'heapgraph typestats app.heapsnapshot --csv -o classes.csv', says: 'for a spreadsheet' },
    { line: 'heapgraph typestats --raw huge.heapsnapshot', says: 'counts at once: the edges are not read' },
  ],
  needs: (_, options) => classTableNeed(options, true),
  run: ({ snapshot: heap, options }) => classTable(heap, options, Number.POSITIVE_INFINITY, true),
});
