/** Heapy's columns. */
import type { HeapTable } from '../../analysis/partitions/heap-table.js';
import type { Column, Row } from '../../base/result.js';

/** Index, count, size, their shares, the share so far, and what it is. */
export function heapColumns(size: 'size' | 'retainedSize'): readonly Column[] {
  return [
    { key: 'index', title: 'Index', unit: 'count' },
    { key: 'count', title: 'Count', unit: 'count', role: 'count' },
    { key: 'countShare', title: '%', unit: 'share', role: 'dim' },
    {
      key: size,
      title: size === 'size' ? 'Size' : 'Retained size',
      unit: 'bytes',
      role: 'size',
    },
    { key: 'sizeShare', title: '%', unit: 'share', role: 'dim' },
    { key: 'cumulative', title: 'Cumulative', unit: 'bytes' },
    { key: 'cumulativeShare', title: '%', unit: 'share', role: 'dim' },
    { key: 'kind', title: 'Kind', unit: 'text', role: 'name' },
  ];
}

/** Rows for these columns. In: `whole`, the bytes that shares are of. */
export function heapRows(
  table: HeapTable,
  whole: number,
  size: 'size' | 'retainedSize' = 'size',
): readonly Row[] {
  let cumulative = 0;
  const share = (part: number, of: number): number => (of === 0 ? 0 : part / of);
  return table.rows.map((row, index) => {
    cumulative += row.size;
    return {
      index,
      count: row.count,
      countShare: share(row.count, table.count),
      [size]: row.size,
      sizeShare: share(row.size, whole),
      cumulative,
      cumulativeShare: share(cumulative, whole),
      kind: row.kind,
    };
  });
}
