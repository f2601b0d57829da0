/** A snapshot on a terminal, to walk through with keys. The command line does it. */
import { defineLiveCommand } from '../command.js';

export const tuiCommand = defineLiveCommand({
  name: 'tui',
  summary: 'walk through a snapshot with keys: what keeps the memory, classes, holders',
  description:
    'The dominator tree, classes, and of each object who holds it, the path that keeps it alive and what it refers to, on a terminal, also over ssh. Arrows move, / searches, ? shows all keys, q quits. Nothing is written. More: docs/tui.md.',
  snapshot: { names: ['snapshot'], least: 1, most: 1 },
  live: 'tui',
  options: {},
  examples: [
    { line: 'heapgraph tui app.heapsnapshot', says: 'begins with what keeps the most memory' },
    { line: 'heapgraph tui', says: 'the newest snapshot of this folder' },
  ],
});
