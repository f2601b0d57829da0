/** Memory by realm. */
import { type RealmSizes, realmSizes } from '../../analysis/realms/realm-sizes.js';
import { shortened } from '../../base/printable.js';
import type { Column, Row } from '../../base/result.js';
import { defineCommand } from '../command.js';
import { columns } from '../shared/columns.js';
import { allRows, limitOf, omittedNote } from '../shared/row-limit.js';
import { sizesField } from '../shared/sizes.js';
import { WHOLE_GRAPH } from '../shared/targets.js';

export const realmsCommand = defineCommand({
  name: 'realms',
  summary: 'how much memory each realm has: main, node:vm contexts, frames, jsdom windows',
  description:
    "A realm is a world of global objects; V8 calls it a native context. Attributed bytes are those of Chrome DevTools' native contexts: what belongs to one realm alone. They, what several realms share, and what belongs to none add up to the heap.",
  snapshot: true,
  options: {
    limit: { kind: 'integer', default: 20, help: 'realms to show' },
    all: allRows,
  },
  examples: [
    { line: 'heapgraph realms app.heapsnapshot', says: 'which context has the memory' },
    { line: 'heapgraph realms app.heapsnapshot --json', says: 'the same for programs' },
  ],
  needs: () => ({ ...WHOLE_GRAPH, work: 'retained' }),
  run({ snapshot: { graph }, options }) {
    const { realms, shared, unattributed, totalSize } = realmSizes(graph);
    const shown = realms.slice(0, limitOf(options));
    const share = (size: number): number => (totalSize === 0 ? 0 : size / totalSize);
    const rest = (kind: string, realm: string, { count, size }: { count: number; size: number }): Row => ({
      kind,
      realm,
      id: null,
      script: null,
      globals: [],
      attributedSize: size,
      sizeShare: share(size),
      retainedSize: null,
      count,
    });
    return {
      result: {
        kind: 'table',
        columns: COLUMNS,
        rows: [
          ...shown.map(
            (realm): Row => ({
              kind: realm.isWindow ? 'window' : realm.kind,
              realm: realmName(realm),
              id: graph.ids[realm.context]!,
              script: realm.script ?? null,
              globals: realm.globals,
              attributedSize: realm.attributedSize,
              sizeShare: share(realm.attributedSize),
              retainedSize: realm.retainedSize,
              count: realm.count,
            }),
          ),
          rest('shared', '(shared by several)', shared),
          rest('none', '(in none)', unattributed),
        ],
        total: realms.length + 2,
        omitted: realms.length - shown.length,
        layout: 'grid',
      },
      fields: {
        ...sizesField(false),
        totalSize,
        sharedSize: shared.size,
        unattributedSize: unattributed.size,
      },
      notes: [
        ...(realms.length === 0 ? ['the snapshot has no native context: nothing is attributed'] : []),
        ...omittedNote(realms.length - shown.length, 'realm', 'realms'),
      ],
    };
  },
});

const COLUMNS: readonly Column[] = [
  { key: 'attributedSize', title: 'Attributed', unit: 'bytes', role: 'size' },
  columns.sizeShare,
  columns.retainedSize,
  columns.count,
  columns.id,
  { key: 'realm', title: 'Realm', unit: 'text', role: 'name' },
];

/** What a person knows it by; the script and the names are guesses at what it is for. */
function realmName({ kind, url, script, globals, isWindow }: RealmSizes): string {
  const names = globals.length > 0 ? `{${globals.map((name) => shortened(name, 30)).join(', ')}}` : undefined;
  const what = [url, script, kind === 'main' ? undefined : names]
    .filter((text) => text !== undefined)
    .join(' ');
  const prefix = kind === 'main' ? 'main' : isWindow ? 'window' : kind === 'page' ? '' : 'context';
  return [prefix, what].filter((text) => text !== '').join(' ');
}
