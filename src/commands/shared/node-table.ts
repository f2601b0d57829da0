/** A list of objects: bare ids, or a line of facts each. */

import type { Row, Table } from '../../base/result.js';
import { columns } from './columns.js';
import { limitOf } from './row-limit.js';

/** Which columns such a list has. */
export interface NodeColumns {
  /** Nothing but the ids. */
  readonly ids: boolean;
  readonly type: boolean;
  /** Retained sizes and distances, too. */
  readonly retained: boolean;
}

/** Objects that are shown unless the options say how many: bare ids are for other programs. */
export function nodeLimit(options: {
  readonly ids: boolean;
  readonly limit: number | undefined;
  readonly all: boolean;
}): number {
  return limitOf({ all: options.all, limit: options.limit ?? (options.ids ? undefined : 20) });
}

/**
 * The objects `shown`, of `total`.
 *
 * - Out: each row is made when it is read, so that a million objects are never a million rows.
 */
export function nodeTable<T>(
  shown: Iterable<T>,
  row: (item: T) => Row,
  { count, total }: { readonly count: number; readonly total: number },
  { ids, type, retained }: NodeColumns,
): Table {
  return {
    kind: 'table',
    columns: ids
      ? [columns.id]
      : [
          columns.id,
          ...(type ? [columns.type] : []),
          columns.name,
          columns.shallowSize,
          ...(retained ? [columns.retainedSize, columns.distance] : []),
          columns.edges,
          columns.location,
        ],
    rows: {
      *[Symbol.iterator]() {
        for (const item of shown) yield row(item);
      },
    },
    total,
    omitted: total - count,
    layout: ids ? 'bare' : 'grid',
  };
}
