/**
 * The hot loops: whole records of a section, as V8 writes them, into columns. Each loop is a
 * function of bytes and columns and keeps nothing between calls.
 *
 * `build/record-loops.mjs` makes `record-loops.generated.ts` of this file: it replaces each comment
 * that begins with `@` by the code that takes one number apart. `c` is then the byte behind the
 * number minus 48.
 *
 * - In: `b[from…end)` with `b[end] === 0`; records from ordinal `first` on; room for them in the
 *   columns.
 * - Out: where the next record begins and its ordinal. What comes next is another spelling (white
 *   space, a number of more than nine digits), damage, or no whole record: `CarefulReader` in
 *   records.ts takes it.
 * - Cost: a few nanoseconds a record. Everything about a record stays in local integers: no call,
 *   no object.
 */
import { type Columns, widened } from '../graph/columns.js';
import type { NodeColumns } from './nodes.js';
import { LARGEST_ID, numberAt } from './numbers.js';
import type { PlaceTable } from './place-table.js';
import type { RecordSink } from './records.js';

const COMMA = 44 - 48;
/** V8 up to Node.js 22 writes a newline in front of the comma. */
const NEWLINE = 10 - 48;

/** What a loop took. */
export interface Taken {
  /** Where the next record begins. */
  readonly at: number;
  /** The ordinal of the next record. */
  readonly next: number;
}

/**
 * The same with the largest string index among the names, -1 without names, and the first record
 * that has it.
 */
export interface TakenNames extends Taken {
  readonly largestName: number;
  readonly largestNameAt: number;
}

/** The same of nodes. */
export interface TakenNodes extends TakenNames {
  /** Whether one of them names the trace that made it. */
  readonly isTraced: boolean;
}

/** Facts of the file that the loop over the nodes needs. */
export interface NodeLoop {
  /** Our number by the file's number of a type. */
  readonly typeOf: Uint8Array;
  /** Ordinals are below it. */
  readonly limit: number;
}

/** Takes nodes whose fields are in V8's order; the optional columns say which fields there are. */
export function parseNodes(
  b: Uint8Array,
  from: number,
  end: number,
  columns: NodeColumns,
  first: number,
  { typeOf, limit }: NodeLoop,
): TakenNodes {
  const { nodeTypes, nodeNames, selfSizes, firstEdge, detachedness, traceNodeIds } = columns;
  let { ids } = columns;
  let isTraced = false;
  const typeCount = typeOf.length;
  let largestName = -1;
  let largestNameAt = 0;
  let node = first;
  let start = from;
  let p = from;
  let done = p; // where the last whole record ended
  let c = 0;
  while (p < end && node < limit) {
    // @digits type 2
    if (c !== COMMA || type >= typeCount) break;
    // @number name
    if (c !== COMMA) break;
    // @unbounded id
    if (c !== COMMA) break;
    if (p - start > 10) {
      id = numberAt(b, start, p - 1);
      if (id > LARGEST_ID) break;
      if (id > 0xffffffff) ids = columns.ids = widened('ids', columns.ids);
    }
    // @number size
    if (c !== COMMA) break;
    // @number edges
    let trace = 0;
    if (traceNodeIds !== undefined) {
      if (c !== COMMA) break;
      // @number traceNodeId
      trace = traceNodeId;
    }
    let state = 0;
    if (detachedness !== undefined) {
      if (c !== COMMA) break;
      // @digits detached 1
      state = detached;
    }
    // @end
    nodeTypes[node] = typeOf[type]!;
    nodeNames[node] = name;
    ids[node] = id;
    selfSizes[node] = size;
    firstEdge[node] = edges;
    // Pages of memory that are never written to cost nothing.
    if (state !== 0) detachedness![node] = state;
    if (trace !== 0) {
      traceNodeIds![node] = trace;
      isTraced = true;
    }
    if (name > largestName) {
      largestName = name;
      largestNameAt = node;
    }
    node = (node + 1) | 0;
    done = p;
  }
  return { at: done, next: node, largestName, largestNameAt, isTraced };
}

/** Facts of the file that the loop over the edges needs. */
export interface EdgeLoop {
  /** Our number by the file's number of a type: ten of them at most. */
  readonly typeOf: Uint8Array;
  /** By the file's number of a type, 1 where the name is a number and not a string index. */
  readonly indexed: Uint8Array;
  /** Numbers of a node's record: a target is a place in the section of the nodes. */
  readonly nodeFields: number;
  readonly nodeCount: number;
  /** Ordinals are below it. */
  readonly limit: number;
}

/** Takes edges whose fields are in V8's order. */
export function parseEdges(
  b: Uint8Array,
  from: number,
  end: number,
  columns: Columns<'edgeTypes' | 'edgeNames' | 'edgeTargets'>,
  first: number,
  { typeOf, indexed, nodeFields, nodeCount, limit }: EdgeLoop,
): TakenNames {
  const { edgeTypes, edgeNames, edgeTargets } = columns;
  const typeCount = typeOf.length;
  let largestName = -1;
  let largestNameAt = 0;
  let edge = first;
  let start = from;
  let p = from;
  let done = p;
  let c = 0;
  while (p < end && edge < limit) {
    // @digits type 1
    if (c !== COMMA || type >= typeCount) break;
    // @number name
    if (c !== COMMA) break;
    // @number place
    const target = (place / nodeFields) | 0;
    if (target >= nodeCount || Math.imul(target, nodeFields) !== place) break;
    // @end
    edgeTypes[edge] = typeOf[type]!;
    edgeNames[edge] = name;
    edgeTargets[edge] = target;
    if (name > largestName && indexed[type] === 0) {
      largestName = name;
      largestNameAt = edge;
    }
    edge = (edge + 1) | 0;
    done = p;
  }
  return { at: done, next: edge, largestName, largestNameAt };
}

/** Facts of the file that the loop over the locations needs. */
export interface LocationLoop {
  readonly nodeFields: number;
  readonly nodeCount: number;
}

/** Takes locations whose fields are in V8's order. */
export function parseLocations(
  b: Uint8Array,
  from: number,
  end: number,
  { placeOf }: Columns<'placeOf'>,
  first: number,
  { nodeFields, nodeCount }: LocationLoop,
  places: PlaceTable,
): Taken {
  let location = first;
  let start = from;
  let p = from;
  let done = p;
  let c = 0;
  while (p < end) {
    // @number object
    if (c !== COMMA) break;
    // @number scriptId
    if (c !== COMMA) break;
    // @number line
    if (c !== COMMA) break;
    // @number column
    // @end
    const node = (object / nodeFields) | 0;
    if (node >= nodeCount || Math.imul(node, nodeFields) !== object) break;
    placeOf[node] = places.numberOf(scriptId, line, column) + 1;
    location++;
    done = p;
  }
  return { at: done, next: location };
}

/** Takes records of any fields: for files whose fields are in another order than V8's. */
export function parseAnyFields(
  b: Uint8Array,
  from: number,
  end: number,
  sink: RecordSink,
  values: Float64Array,
): number {
  const last = values.length - 1;
  const limit = sink.declaredCount ?? Number.POSITIVE_INFINITY;
  let start = from;
  let done = from;
  records: while (done < end && sink.count < limit) {
    let p = done;
    let c = 0;
    for (let field = 0; field < last; field++) {
      // @number value records
      if (c !== COMMA || sink.refuse(field, value) !== undefined) break records;
      values[field] = value;
    }
    // @number value records
    if (sink.refuse(last, value) !== undefined) break;
    // @end
    values[last] = value;
    sink.take(values);
    sink.count++;
    done = p;
  }
  return done;
}
