/** A file beside the snapshots that makes every further question quick. */
import { UsageError } from '../../base/errors.js';
import { note, option, parts } from '../../base/notes.js';
import type { Column, Row } from '../../base/result.js';
import type { KeptIndex } from '../../session/index-file/store.js';
import { defineCommand } from '../command.js';
import { sizesField } from '../shared/sizes.js';

const COLUMNS: readonly Column[] = [
  { key: 'snapshot', title: 'Snapshot', unit: 'text', role: 'name' },
  { key: 'state', title: 'State', unit: 'text' },
  { key: 'indexSize', title: 'Index size', unit: 'bytes', role: 'size' },
  { key: 'path', title: 'Index', unit: 'text' },
];

export const indexCommand = defineCommand({
  name: 'index',
  summary: 'keeps what is computed of a snapshot, so that further questions are quick',
  description:
    'Writes columns, sizes, dominators and retainers into a file of the cache folder. Commands then read the parts that they need, and not the snapshot. An index of a snapshot that has changed, or of another version of heapgraph, is not used. HEAPGRAPH_INDEX=1 makes one at every first question, HEAPGRAPH_INDEX=0 uses none.',
  snapshot: 'optional',
  alone: ['list'],
  options: {
    list: { kind: 'flag', help: 'the indexes that are kept' },
    remove: { kind: 'flag', help: 'remove the index of the snapshot; with --list all of them' },
  },
  examples: [
    { line: 'heapgraph index app.heapsnapshot', says: 'then at, by-type, heap, … answer at once' },
    { line: 'heapgraph index --list', says: 'what is kept, and what is out of date' },
    { line: 'heapgraph index --remove app.heapsnapshot', says: 'takes it away' },
  ],
  needs: (_, { list, remove }) =>
    list || remove ? { kind: 'nothing' } : { kind: 'graph', edges: true, locations: true, traces: true },
  run({ snapshot, snapshots, options: { list, remove }, machine: { indexes } }) {
    if (indexes === undefined)
      throw new UsageError('no index can be kept here', 'The command line keeps them.');
    if (list && snapshots.length > 0)
      throw new UsageError(
        parts`${option('list')} is about all indexes, and a snapshot is named`,
        parts`Leave one of them out: index FILE makes the index of a snapshot, index ${option('remove')} FILE takes it away.`,
      );
    if (!list && snapshots.length === 0)
      throw new UsageError(
        'missing snapshot: which one is to be indexed?',
        parts`See ${option('help')} for examples.`,
      );
    const shown = (
      state: string,
      kept: { readonly path: string; readonly size: number },
      file?: string,
    ): Row => ({
      snapshot: file ?? null,
      state,
      indexSize: kept.size,
      path: kept.path,
    });
    const rows: Row[] = [];
    if (list)
      for (const kept of indexes.list()) {
        if (remove) indexes.removeAt(kept.path);
        rows.push(shown(remove ? 'removed' : stateOf(kept), kept, kept.snapshot));
      }
    else if (remove) {
      const kept = indexes.remove(snapshot.name);
      if (kept) rows.push(shown('removed', kept, snapshot.name));
    } else rows.push(shown('written', indexes.write(snapshot.name, snapshot.graph), snapshot.name));
    return {
      result: { kind: 'table', columns: COLUMNS, rows, total: rows.length, omitted: 0, layout: 'grid' },
      fields: sizesField(false),
      notes: [
        ...(rows.length === 0 && list ? [note('answer')`no index is kept`] : []),
        ...(rows.length === 0 && !list ? [note('unknown')`no index of ${snapshot.name} is kept`] : []),
        ...(list && !remove && rows.some(({ state }) => state !== 'current')
          ? [
              note(
                'answer',
              )`what is out of date or damaged is not used; ${option('list')} with ${option('remove')} takes all away`,
            ]
          : []),
      ],
      found: rows.length > 0 || list,
    };
  },
});

function stateOf({ isCurrent, isDamaged }: KeptIndex): string {
  if (isDamaged) return 'damaged';
  return isCurrent ? 'current' : 'out of date';
}
