import { baselineOf } from '../../analysis/growth/baseline.js';
import { lineage } from '../../analysis/growth/lineage.js';
import { printable } from '../../base/printable.js';
import { formatBytes, formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { formatBaseline } from '../../session/baseline-file.js';
import type { Need, OpenedSnapshot, Session } from '../../session/need.js';
import { defineCommand } from '../command.js';
import { requireWhole } from '../shared/whole-snapshots.js';

export const baselineCommand = defineCommand({
  name: 'baseline',
  summary: 'class counts and sizes of a snapshot as a small file, for comparisons',
  description:
    'A few kilobytes of JSON, one class a line. check, show-growth and diff take it in place of a snapshot. Of several snapshots of an idle process it has means and standard deviations, which tell noise from growth.',
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
  async run({ snapshots: heaps, session }) {
    requireWhole(
      heaps.map(({ countable }) => countable),
      'a baseline',
    );
    const baseline = baselineOf(heaps);
    const { classes, snapshots, totalSize } = baseline;
    return {
      result: { kind: 'document', text: formatBaseline(baseline) },
      notes: [
        ...(await likeness(heaps, session)),
        `a baseline of ${formatCount(snapshots)} ${snapshots === 1 ? 'snapshot' : 'snapshots'}: ${formatCount(classes.size)} classes, ${formatBytes(Math.round(totalSize))}`,
      ],
    };
  },
});

const NODES: Need = { kind: 'graph', edges: false, locations: false };

/**
 * Notes on neighbours that differ by more than the noise of an idle process.
 *
 * - Cost: reads the nodes of each snapshot again, two snapshots at a time.
 */
async function likeness(heaps: readonly OpenedSnapshot[], session: Session): Promise<readonly string[]> {
  const notes: string[] = [];
  let before: Graph | undefined;
  for (const heap of heaps.length > 1 ? heaps : []) {
    const after = heap.isReadable ? (await session.open(heap.name, NODES)).graph : undefined;
    if (before && after) {
      const { identical, sameProcess, ids } = lineage(before, after);
      const both = `${printable(before.file)} and ${printable(after.file)}`;
      if (identical) notes.push(`${both} are one snapshot twice: the noise comes out too small`);
      else if (!sameProcess && ids !== 'renumbered' && ids !== 'rounded')
        notes.push(
          `${both} seem to be of two processes: what they differ by counts as noise, which is right for equal runs only`,
        );
    }
    before = after;
  }
  return notes;
}
