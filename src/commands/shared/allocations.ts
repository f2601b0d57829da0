/** Allocation stacks in answers: of one object, of many, and notes on missing ones. */

import { shallowSizes } from '../../analysis/sizes/shallow-sizes.js';
import { UsageError } from '../../base/errors.js';
import { option, parts } from '../../base/notes.js';
import { printable } from '../../base/printable.js';
import type { Column, Detail, Row, Table } from '../../base/result.js';
import { formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import {
  type AllocationFrame,
  allocationTrace,
  lostTraceId,
  NO_TRACE,
  traceFrames,
  traceLength,
} from '../../v8/allocation-stacks.js';
import { columns } from './columns.js';

const functionColumn: Column = { key: 'function', title: 'Allocated by', unit: 'text', role: 'name' };

/** The functions of an object's stack as a list. Undefined when the snapshot has no stacks. */
export function stackList(graph: Graph, node: number, limit: number): Detail['lists'][number] | undefined {
  if (!graph.traces) return undefined;
  const trace = allocationTrace(graph, node);
  const total = trace === NO_TRACE ? 0 : traceLength(graph, trace);
  const rows = trace === NO_TRACE ? [] : traceFrames(graph, trace, limit).map(frameRow);
  return {
    key: 'allocatedBy',
    title: `Allocation stack (${stackTitle(graph, node, total)})`,
    table: {
      kind: 'table',
      columns: [
        { ...functionColumn, title: 'Function' },
        { ...columns.location, title: 'Function begins at' },
      ],
      rows,
      total,
      omitted: total - rows.length,
      layout: 'grid',
    },
  };
}

/** Why an object may have no stack: V8 does not track code compiled before tracking began. */
export const NOT_RECORDED = 'not recorded: made before tracking began, or where V8 does not track';

function stackTitle(graph: Graph, node: number, total: number): string {
  if (total > 0) return `${formatCount(total)} ${total === 1 ? 'function' : 'functions'}, innermost first`;
  const lost = lostTraceId(graph, node);
  if (lost !== undefined) return `lost: trace ${lost} is not in the file`;
  return NOT_RECORDED;
}

function frameRow({ name, script, scriptId, line, column }: AllocationFrame): Row {
  const hasPlace = script !== undefined || line !== undefined;
  return {
    function: name,
    location: hasPlace
      ? { script: script ?? null, scriptId, line: line ?? null, column: column ?? null }
      : null,
  };
}

/** Notes on sections that are missing or damaged. */
export function traceNotes({ traces, file }: Graph): readonly string[] {
  return (traces?.problems ?? []).map(
    (problem) => `the allocation stacks of ${printable(file)} are not whole: ${problem}`,
  );
}

/** Throws UsageError for a snapshot without allocation stacks. */
export function requireTraces(graph: Graph): void {
  if (graph.traces) return;
  throw new UsageError(
    `${printable(graph.file)} has no allocation stacks`,
    parts`They are in snapshots that were taken while allocations were tracked: heapgraph capture ${option('trackAllocations')}, or "Allocations on timeline" with stack traces in the Memory panel of DevTools.`,
  );
}

const MOST_CALLERS = 5;

/** The limit for `--all`. V8 records at most 64; a damaged file could claim a million an object. */
const ALL_CALLERS = 1000;

/**
 * Objects grouped by allocation stack: count, sizes, the innermost function and its callers.
 *
 * - Order: `by`, the largest first; objects without a stack last.
 * - Ties: the order of the traces in the file.
 * - Out: `lost` objects name a trace that is not in the file.
 */
export function stackTable(
  graph: Graph,
  nodes: Iterable<number>,
  options: {
    readonly raw: boolean;
    readonly by: 'count' | 'size';
    readonly limit: number;
    readonly allCallers: boolean;
  },
): { readonly table: Table; readonly withoutStack: number; readonly lost: number } {
  const sizes = options.raw ? graph.selfSizes : shallowSizes(graph);
  const groups = new Map<number, { count: number; size: number; example: number }>();
  let lost = 0;
  for (const node of nodes) {
    const trace = allocationTrace(graph, node);
    if (trace === NO_TRACE && lostTraceId(graph, node) !== undefined) lost++;
    const group = groups.get(trace);
    if (group) {
      group.count++;
      group.size += sizes[node]!;
    } else groups.set(trace, { count: 1, size: sizes[node]!, example: node });
  }
  const unknown = (trace: number): number => (trace === NO_TRACE ? 1 : 0);
  const sorted = [...groups].sort(
    ([a, one], [b, other]) =>
      unknown(a) - unknown(b) ||
      (options.by === 'size' ? other.size - one.size : other.count - one.count) ||
      a - b,
  );
  const rows = sorted.slice(0, options.limit).map(([trace, { count, size, example }]): Row => {
    const facts = { count, shallowSize: size, example: graph.ids[example]! };
    if (trace === NO_TRACE) return { function: null, location: null, ...facts, callers: [] };
    const most = (options.allCallers ? ALL_CALLERS : MOST_CALLERS) + 1;
    const [innermost, ...callers] = traceFrames(graph, trace, most).map(frameRow);
    return {
      ...innermost!,
      ...facts,
      callers,
      callersOmitted: traceLength(graph, trace) - callers.length - 1,
    };
  });
  return {
    table: {
      kind: 'table',
      columns: [
        functionColumn,
        columns.location,
        columns.count,
        columns.shallowSize,
        { key: 'example', title: 'Example', unit: 'id', role: 'id' },
      ],
      rows,
      total: sorted.length,
      omitted: sorted.length - rows.length,
      layout: 'grid',
      below: { key: 'callers', columns: [functionColumn, columns.location] },
    },
    withoutStack: groups.get(NO_TRACE)?.count ?? 0,
    lost,
  };
}
