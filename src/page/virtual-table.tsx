/** A table of any length, of which only the rows in sight are there; sorted by its headings. */
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualizerOptions,
} from '@tanstack/virtual-core';
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import { formatCount } from '../base/units.js';
import { type SortOrder, sortRows } from './sort-rows.js';

export interface TableColumn<T> {
  readonly key: string;
  readonly title: string;
  readonly numeric: boolean;
  /** What it is sorted by. */
  sortValue(row: T): unknown;
  show(row: T): ComponentChildren;
  /** A share of the width: 1 unless said otherwise. */
  readonly width?: number;
}

interface VirtualTableProps<T> {
  readonly label: string;
  readonly rows: readonly T[];
  readonly columns: readonly TableColumn<T>[];
  readonly sorted?: SortOrder;
}

const ROW_HEIGHT = 30;
/** Rows that paper gets. */
const PRINTED = 200;

export function VirtualTable<T>({ label, rows, columns, sorted }: VirtualTableProps<T>) {
  const [order, setOrder] = useState<SortOrder | undefined>(sorted);
  const isPrinting = usePrinting();
  const shown = useMemo(() => {
    const by = order && columns.find(({ key }) => key === order.key);
    return by ? sortRows(rows, order, (row) => by.sortValue(row)) : rows;
  }, [rows, order, columns]);
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer(scroller, shown.length);
  const items = isPrinting
    ? shown.slice(0, PRINTED).map((_, index) => ({ index, start: index * ROW_HEIGHT }))
    : virtualizer.getVirtualItems();
  const widths = columns.map(({ numeric, width }) => `minmax(${numeric ? 5.5 : 8}rem, ${width ?? 1}fr)`);
  const template = { gridTemplateColumns: widths.join(' ') };
  const sort = (column: TableColumn<T>): void => {
    const isSame = order?.key === column.key;
    setOrder({ key: column.key, descending: isSame ? !order.descending : column.numeric });
    scroller.current?.scrollTo(0, 0);
  };
  const height = isPrinting ? items.length * ROW_HEIGHT : virtualizer.getTotalSize();
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard. */}
      <div class="table-scroller" ref={scroller} tabIndex={0} role="region" aria-label={label}>
        <div role="table" aria-label={label} aria-rowcount={shown.length + 1} class="table">
          <div role="rowgroup" class="table-head">
            <div role="row" aria-rowindex={1} class="table-row" style={template}>
              {columns.map((column) => (
                <div
                  key={column.key}
                  role="columnheader"
                  class={column.numeric ? 'numeric' : ''}
                  aria-sort={
                    order?.key === column.key ? (order.descending ? 'descending' : 'ascending') : 'none'
                  }
                >
                  <button type="button" onClick={() => sort(column)}>
                    {column.title}
                    <span aria-hidden="true" class="arrow">
                      {order?.key === column.key ? (order.descending ? ' ▼' : ' ▲') : ''}
                    </span>
                  </button>
                </div>
              ))}
            </div>
          </div>
          <div role="rowgroup" class="table-body" style={{ height: `${height}px` }}>
            {items.map(({ index, start }) => (
              <div
                key={index}
                role="row"
                aria-rowindex={index + 2}
                class={index % 2 === 0 ? 'table-row even' : 'table-row'}
                style={{ ...template, transform: `translateY(${start}px)` }}
              >
                {columns.map((column) => (
                  <div key={column.key} role="cell" class={column.numeric ? 'numeric' : ''}>
                    {column.show(shown[index]!)}
                  </div>
                ))}
              </div>
            ))}
          </div>
        </div>
      </div>
      {isPrinting && shown.length > PRINTED && (
        <p>
          The first {formatCount(PRINTED)} of {formatCount(shown.length)} rows.
        </p>
      )}
    </>
  );
}

/** The rows in sight of a scrolling element. */
function useVirtualizer(
  scroller: { readonly current: HTMLDivElement | null },
  count: number,
): Virtualizer<HTMLDivElement, Element> {
  const [, redraw] = useReducer((times: number) => times + 1, 0);
  const options: VirtualizerOptions<HTMLDivElement, Element> = {
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
    initialRect: { width: 800, height: 600 },
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => redraw(0),
  };
  const [virtualizer] = useState(() => new Virtualizer<HTMLDivElement, Element>(options));
  virtualizer.setOptions(options);
  useEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  return virtualizer;
}

/** Whether the page is being printed. */
function usePrinting(): boolean {
  const [isPrinting, setPrinting] = useState(false);
  useEffect(() => {
    const media = matchMedia('print');
    const listen = (): void => setPrinting(media.matches);
    const begin = (): void => setPrinting(true);
    const end = (): void => setPrinting(false);
    media.addEventListener('change', listen);
    addEventListener('beforeprint', begin);
    addEventListener('afterprint', end);
    return () => {
      media.removeEventListener('change', listen);
      removeEventListener('beforeprint', begin);
      removeEventListener('afterprint', end);
    };
  }, []);
  return isPrinting;
}
