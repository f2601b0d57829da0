import { baselineOf, formatBaseline } from '../analysis/baseline.js';
import { formatBytes, formatCount } from '../units.js';
import { defineCommand } from './command.js';
import { requireWhole } from './shared.js';

export const baselineCommand = defineCommand({
  name: 'baseline',
  summary: 'class counts and sizes of a snapshot as a small file, for comparisons',
  description:
    'A few kilobytes of JSON, one class a line, to be kept in a repository: check, show-growth and diff take it in place of a snapshot. Of several snapshots of an idle process, or of equal runs, it has means and standard deviations, by which noise is told from growth.',
  snapshot: { names: ['snapshot'], least: 1, most: Number.POSITIVE_INFINITY },
  answers: 'document',
  options: {},
  examples: [
    { line: 'heapgraph baseline app.heapsnapshot -o heap-baseline.json', says: 'to compare with later' },
    {
      line: 'heapgraph baseline idle-*.heapsnapshot -o heap-baseline.json',
      says: 'with the noise of an idle process',
    },
  ],
  needs: () => ({ kind: 'summary' }),
  run(_, __, ___, heaps) {
    requireWhole(
      heaps.map(({ countable }) => countable),
      'a baseline',
    );
    const baseline = baselineOf(heaps);
    const { classes, snapshots, totalSize } = baseline;
    return {
      result: { kind: 'document', text: formatBaseline(baseline) },
      notes: [
        `a baseline of ${formatCount(snapshots)} ${snapshots === 1 ? 'snapshot' : 'snapshots'}: ${formatCount(classes.size)} classes, ${formatBytes(Math.round(totalSize))}`,
      ],
    };
  },
});
