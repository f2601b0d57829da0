/** A config file to start from. */

import { type Classes, classesOf, typeStats } from '../../analysis/classes/classes.js';
import { totalSizeOf } from '../../analysis/growth/baseline.js';
import { printableJson } from '../../base/printable.js';
import { formatBytes } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { NODE } from '../../graph/schema.js';
import { classIndex } from '../../v8/class-names.js';
import { isMadeByCode } from '../../v8/runtime.js';
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
  run(_, __, ___, [heap]) {
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
  const classes: Classes = classesOf(graph);
  const own = ownClasses(graph);
  const largest = typeStats(graph, { by: 'retained', filter: (type) => own.has(type) }).slice(0, SUGGESTED);
  return {
    max: Object.fromEntries(
      largest.map(({ type, count }) => [escapedName(type), roundedUp(count * HEADROOM)]),
    ),
    maxTotal: formatBytes(roundedUp(totalSizeOf(classes) * HEADROOM))
      .replace(/\.0(?= )/, '')
      .replace(' ', ''),
  };
}

/** Classes whose constructor stands in a script that is not a part of the runtime. Needs locations. Cost: one pass over the nodes. */
function ownClasses(graph: Graph): ReadonlySet<string> {
  const { labels, of } = classIndex(graph);
  const seen = new Uint8Array(labels.length);
  const own = new Set<string>();
  for (let node = 0; node < graph.nodeCount; node++) {
    const type = of[node]!;
    if (graph.nodeTypes[node] !== NODE.object || seen[type] === 1) continue;
    if (graph.locations?.of(node) === undefined) continue;
    seen[type] = 1;
    if (isMadeByCode(graph, node)) own.add(labels[type]!);
  }
  return own;
}

/** A name in which nothing is taken for a pattern. */
function escapedName(type: string): string {
  return /[*?]/.test(type) ? type.replace(/[*?\\]/g, '\\$&') : type;
}

/** Rounded up to two digits: 153 is 160. */
function roundedUp(value: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, value))) - 1);
  return Math.ceil(value / step) * step;
}
