/** The table `edges`: a row a reference, from the columns of the graph. */
import { edgesOf, type Graph } from '../graph/graph.js';
import { isIndexed } from '../graph/schema.js';
import { NO_TEXT, TextTable } from '../io/parquet-columns.js';
import { BATCH_ROWS, type Batch } from './batch.js';

/** In: a graph with edges. Order: that of the file. Memory: some columns of `BATCH_ROWS` values. */
export function* edgeBatches(graph: Graph, names: TextTable): Generator<Batch> {
  const { ids, firstEdge, edgeTypeNames } = graph;
  const { count, types, names: edgeNames, targets } = edgesOf(graph);
  const typeTexts = new TextTable(edgeTypeNames.length, (type) => edgeTypeNames[type]!);
  const hasIndex = Uint8Array.from({ length: 256 }, (_, type) => (isIndexed(type) ? 1 : 0));
  const room = Math.min(BATCH_ROWS, count);
  const Ids = ids instanceof Float64Array ? Float64Array : Uint32Array;
  const from = new Ids(room);
  const to = new Ids(room);
  const named = new Uint32Array(room);
  const indexed = { numbers: new Uint32Array(room), present: new Uint8Array(room) };
  let source = 0;
  for (let start = 0; start < count; start += BATCH_ROWS) {
    const end = Math.min(start + BATCH_ROWS, count);
    let nextEdge = firstEdge[source + 1]!;
    let id = ids[source]!;
    for (let edge = start, row = 0; edge < end; edge++, row++) {
      while (edge >= nextEdge) {
        source++;
        nextEdge = firstEdge[source + 1]!;
        id = ids[source]!;
      }
      from[row] = id;
      to[row] = ids[targets[edge]!]!;
      const isIndex = hasIndex[types[edge]!]!;
      const name = edgeNames[edge]!;
      indexed.present[row] = isIndex;
      indexed.numbers[row] = name;
      named[row] = isIndex === 1 ? NO_TEXT : name;
    }
    yield {
      rows: end - start,
      values: {
        from_id: from,
        to_id: to,
        type: { codes: types.subarray(start, end), texts: typeTexts },
        name: { codes: named, texts: names },
        index: indexed,
      },
    };
  }
}
