/** A config file to start from. */

import { suggestedBudgets } from '../../analysis/budgets/suggested-budgets.js';
import { printableJson } from '../../base/printable.js';
import { formatBytes } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { defineCommand } from '../command.js';
import { WHOLE_GRAPH } from '../shared/targets.js';
import { CONFIG_NAME } from './config.js';

/** Classes that get a budget, and how much more than today they may have. */
const SUGGESTED = 5;
const HEADROOM = 1.5;

export const initCommand = defineCommand({
  name: 'init',
  summary: 'writes a config file with budgets to start from',
  description: `Writes ${CONFIG_NAME}, or what -o names. With a snapshot, the ${SUGGESTED} of the program's own classes that retain the most get budgets of ${HEADROOM} times what they have, and so does the whole heap.`,
  snapshot: 'optional',
  answers: 'document',
  writes: CONFIG_NAME,
  options: { force: { kind: 'flag', help: 'replace a file that is there' } },
  examples: [
    { line: 'heapgraph init', says: 'an empty one' },
    { line: 'heapgraph init app.heapsnapshot', says: 'with budgets for its largest classes' },
  ],
  needs: () => WHOLE_GRAPH,
  run({ snapshots: [heap] }) {
    const config = {
      $schema: './node_modules/heapgraph/heapgraph.schema.json',
      budgets: heap ? suggested(heap.graph) : { max: {}, maxTotal: '256MB' },
    };
    return {
      result: { kind: 'document', text: printableJson(`${JSON.stringify(config, undefined, 2)}\n`) },
      notes: ['$schema is for editors, where the project depends on heapgraph: elsewhere delete the line'],
    };
  },
});

function suggested(graph: Graph): { max: Record<string, number>; maxTotal: string } {
  const { max, maxTotal } = suggestedBudgets(graph, { classes: SUGGESTED, headroom: HEADROOM });
  return {
    max: Object.fromEntries(Array.from(max, ([type, limit]) => [escapedName(type), limit])),
    maxTotal: formatBytes(maxTotal)
      .replace(/\.0(?= )/, '')
      .replace(' ', ''),
  };
}

/** A name in which nothing is taken for a pattern. */
function escapedName(type: string): string {
  return /[*?]/.test(type) ? type.replace(/[*?\\]/g, '\\$&') : type;
}
