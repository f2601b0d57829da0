/**
 * Where objects were made: the stack of functions at the time, as V8 notes it while allocations are
 * tracked (`HeapProfiler.startTrackingHeapObjects`, DevTools' "allocation instrumentation on
 * timeline").
 */
import type { Graph } from '../graph/graph.js';
import { type IdIndex, indexOfIds } from '../graph/ids.js';
import { memo } from '../graph/memo.js';
import { shortScriptNames } from './short-scripts.js';

/** A function on a stack. */
export interface AllocationFrame {
  /** `(anonymous)` for a function without a name, `(root)` for the end of a stack. */
  readonly name: string;
  /** Path or URL; undefined for what has no script, and for scripts without a name. */
  readonly script: string | undefined;
  /** V8's number of the script; 0 for none. */
  readonly scriptId: number;
  /**
   * Where the function begins, from 1; undefined where V8 did not write it. V8 does not record the
   * line of the function that was running.
   */
  readonly line: number | undefined;
  readonly column: number | undefined;
}

/** No stack is known of an object. */
export const NO_TRACE = -1;

/**
 * The stack on which an object was made.
 *
 * - In: a graph with traces; `limit` functions at most.
 * - Out: the innermost function first; `(root)` is the last of a whole stack.
 * - Empty: undefined for an object that was made before allocations were tracked, or by V8 for
 *   itself, and in a snapshot without traces.
 * - Cost: the stack's length; an index of the traces at the first call.
 */
export function allocationStack(
  graph: Graph,
  node: number,
  limit = Number.POSITIVE_INFINITY,
): readonly AllocationFrame[] | undefined {
  const trace = allocationTrace(graph, node);
  return trace === NO_TRACE ? undefined : traceFrames(graph, trace, limit);
}

/**
 * The trace that made an object, or NO_TRACE. Objects of one trace were made on equal stacks.
 *
 * - Cost: a look-up.
 */
export function allocationTrace({ traces, traceNodeIds }: Graph, node: number): number {
  const id = traceNodeIds?.[node] ?? 0;
  return traces && id > 0 ? traceIndex(traces).nodeOf(id) : NO_TRACE;
}

/** The functions of a trace, the innermost first, `limit` at most. */
export function traceFrames(
  graph: Graph,
  trace: number,
  limit = Number.POSITIVE_INFINITY,
): readonly AllocationFrame[] {
  const { callers } = graph.traces!;
  const frames: AllocationFrame[] = [];
  for (let at = trace; at >= 0 && frames.length < limit; at = callers[at]! - 1)
    frames.push(frameOf(graph, at));
  return frames;
}

/** How many functions a trace has. Cost: a look-up; a pass over all traces at the first call. */
export function traceLength(graph: Graph, trace: number): number {
  return traceLengths(graph)[trace]!;
}

/** By trace. A caller comes before what it calls. */
const traceLengths = memo(({ traces }: Graph): Uint32Array => {
  const { callers, count } = traces!;
  const lengths = new Uint32Array(count);
  for (let trace = 0; trace < count; trace++) {
    const caller = callers[trace]! - 1;
    lengths[trace] = caller < 0 ? 1 : lengths[caller]! + 1;
  }
  return lengths;
});

/**
 * A stack on one line: `addOrder app.js:2:33 ← handleRequest 2:87 ← (anonymous) ← (root)`. A script
 * is named where it differs from that of the function before; its name is as short as is
 * unambiguous among the scripts of all stacks.
 *
 * - In: `omitted`: how many functions are left out behind the last frame.
 */
export function stackText(graph: Graph, frames: readonly AllocationFrame[], omitted = 0): string {
  const short = shortNames(graph);
  let before: string | undefined;
  const texts = frames.map(({ name, script, line, column }) => {
    const place = line === undefined ? '' : column === undefined ? `${line}` : `${line}:${column}`;
    const shown = script === undefined || script === before ? '' : (short.get(script) ?? script);
    before = script;
    return [name, script === undefined ? '' : [shown, place].filter(Boolean).join(':')]
      .filter(Boolean)
      .join(' ');
  });
  if (omitted > 0) texts.push(`… ${omitted} more`);
  return texts.join(' ← ');
}

/** The id of an object's trace where the snapshot lacks that trace; undefined where all is well. */
export function lostTraceId(graph: Graph, node: number): number | undefined {
  const id = graph.traceNodeIds?.[node] ?? 0;
  return id > 0 && graph.traces && allocationTrace(graph, node) === NO_TRACE ? id : undefined;
}

const traceIndex = memo(({ ids, count }: NonNullable<Graph['traces']>): IdIndex => indexOfIds(ids, count));

function frameOf({ traces, strings }: Graph, trace: number): AllocationFrame {
  const { infos, functions } = traces!;
  const info = infos[trace]!;
  if (info >= functions.count)
    return { name: '(unknown function)', script: undefined, scriptId: 0, line: undefined, column: undefined };
  const script = strings.get(functions.scripts[info]!);
  return {
    name: strings.get(functions.names[info]!) || '(anonymous)',
    script: script === '' ? undefined : script,
    scriptId: functions.scriptIds[info]!,
    line: functions.lines[info]! || undefined,
    column: functions.columns[info]! || undefined,
  };
}

const shortNames = memo(({ traces, strings }: Graph): ReadonlyMap<string, string> => {
  const scripts = new Set(traces?.functions.scripts ?? []);
  return shortScriptNames(Array.from(scripts, (script) => strings.get(script)).filter((name) => name !== ''));
});
