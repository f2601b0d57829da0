/** What a snapshot alone tells of the memory of its process. */
import { type ArrayBufferHolder, arrayBufferHolders } from '../../analysis/holders/array-buffer-holders.js';
import { statistics } from '../../analysis/sizes/statistics.js';
import type { Answer, Column, Row } from '../../base/result.js';
import { formatBytes, formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { createSession } from '../../session/open.js';
import { EXIT } from '../exit.js';
import { checkMemoryBound } from '../memory-bound.js';
import { type Call, runLiveWork } from './call.js';

/** Holders of array buffers that are shown. */
const MOST_HOLDERS = 5;

/** Columns of sheets of memory. */
export const MEMORY_COLUMNS: readonly Column[] = [
  { key: 'part', title: 'Part', unit: 'text', role: 'name' },
  { key: 'size', title: 'In memory', unit: 'bytes', role: 'size' },
  { key: 'share', title: '%', unit: 'share', role: 'dim' },
  { key: 'claimed', title: 'Asked for', unit: 'bytes' },
  { key: 'says', title: 'What it is', unit: 'text' },
  { key: 'tell', title: 'How to tell', unit: 'text' },
];

/** Opens a snapshot for these questions. Throws SnapshotError; UsageError where it is too large. */
export async function openForMemory(file: string): Promise<Graph> {
  const session = createSession({ onEstimate: (estimate) => checkMemoryBound(estimate, undefined) });
  const { graph } = await session.open(file, {
    kind: 'graph',
    edges: true,
    locations: true,
    work: 'holders',
  });
  return graph;
}

/** Rows below the array buffers. In: the bytes that shares are of. */
export function holderRows(graph: Graph, whole: number): readonly Row[] {
  return arrayBufferHolders(graph)
    .slice(0, MOST_HOLDERS)
    .map(
      ({ holder, count, size }: ArrayBufferHolder): Row => ({
        part: '  in the snapshot',
        size,
        share: whole === 0 ? 0 : size / whole,
        claimed: size,
        says: `${formatCount(count)} held by ${holder}`,
        tell: '',
      }),
    );
}

/** Answers from the snapshot. Gives the exit code. */
export function snapshotMemory(file: string, call: Call): Promise<number> {
  return runLiveWork(call, async (run) => {
    const graph = await run.unlessInterrupted(openForMemory(file));
    const { total, native, typedArrays, code, strings, jsArrays, system } = statistics(graph);
    const objects = Math.max(0, total - native - code - strings - jsArrays - system);
    const row = (part: string, size: number, says: string, tell: string): Row => ({
      part,
      size,
      share: total === 0 ? 0 : size / total,
      claimed: null,
      says,
      tell,
    });
    const rows = [
      row('objects', objects, 'objects, closures, contexts, Maps', 'suspects, heap'),
      row('arrays', jsArrays, 'arrays and their elements', 'collections'),
      row('strings', strings, 'texts in the heap', 'strings'),
      row('code', code, 'compiled code and what it needs', 'typestats; closures'),
      row('system', system, "V8's own objects: shapes, tables", 'typestats'),
      row('array buffers', typedArrays, 'Buffers, typed arrays, outside of the heap', 'suspects'),
      ...holderRows(graph, total),
      row('external', native - typedArrays, 'other native parts that V8 wrote down', 'suspects, info'),
    ];
    const answer: Answer = {
      result: {
        kind: 'table',
        columns: MEMORY_COLUMNS,
        textColumns: ['part', 'size', 'share', 'says', 'tell'],
        rows,
        total: rows.length,
        omitted: 0,
        layout: 'grid',
      },
      fields: {
        pid: null,
        rss: null,
        heapLimit: null,
        threads: null,
        firstHeap: null,
        anonymous: null,
      },
    };
    await call.answer?.(answer);
    run.note(
      `${formatBytes(total)} in the snapshot; RSS, free room of the heap, stacks and what V8 is not told of are in no snapshot: heapgraph memory PID`,
    );
    return EXIT.ok;
  });
}
