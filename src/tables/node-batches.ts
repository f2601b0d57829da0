/** The table `nodes`: a row an object, from the columns of the graph. */
import { SYSTEM_DISTANCE } from '../analysis/sizes/distances.js';
import { distancesAndDominators, dominatorTree } from '../analysis/sizes/dominators.js';
import { retainedSizes } from '../analysis/sizes/retained-sizes.js';
import { shallowSizes } from '../analysis/sizes/shallow-sizes.js';
import { computeTogether } from '../analysis/sizes/side-by-side.js';
import type { Graph } from '../graph/graph.js';
import { ATTACHED, DETACHED } from '../graph/schema.js';
import { NO_TEXT, TextTable } from '../io/parquet-columns.js';
import { classIndex } from '../v8/class-names.js';
import { detachedNodes } from '../v8/detachedness.js';
import { shownPlace } from '../v8/place-map.js';
import { scriptNames } from '../v8/scripts.js';
import { shapeIndex } from '../v8/shapes.js';
import { BATCH_ROWS, type Batch } from './batch.js';
import { boundedText } from './bounded-texts.js';

/**
 * In: a graph with edges. Order: that of the file.
 * Memory: some columns of `BATCH_ROWS` values, and 4 bytes a string, beside what is computed of the
 * graph.
 */
export function* nodeBatches(graph: Graph, names: TextTable): Generator<Batch> {
  const { nodeCount, nodeTypes, nodeNames, ids, root, nodeTypeNames } = graph;
  computeTogether(graph, { distances: true, meanwhile: () => void classIndex(graph) });
  const classes = classIndex(graph);
  const shapes = shapeIndex(graph);
  const shallow = shallowSizes(graph);
  const { distances: far } = distancesAndDominators(graph);
  const { dominators } = dominatorTree(graph);
  const retained = retainedSizes(graph);
  const typeTexts = new TextTable(nodeTypeNames.length, (type) => nodeTypeNames[type]!);
  const classTexts = new TextTable(classes.labels.length, (label) => boundedText(classes.labels[label]!));
  const shapeTexts = new TextTable(shapes.labels.length, (label) => boundedText(shapes.labels[label]!));
  const stateOf = detachedStates(graph);
  const places = placesOf(graph);

  const room = Math.min(BATCH_ROWS, nodeCount);
  const distances = { numbers: new Int32Array(room), present: new Uint8Array(room) };
  const above = { numbers: new Float64Array(room), present: new Uint8Array(room) };
  const detached = { numbers: new Uint8Array(room), present: new Uint8Array(room) };
  const scripts = new Uint32Array(room);
  const lines = { numbers: new Int32Array(room), present: new Uint8Array(room) };
  const columns = { numbers: new Int32Array(room), present: new Uint8Array(room) };
  for (let start = 0; start < nodeCount; start += BATCH_ROWS) {
    const end = Math.min(start + BATCH_ROWS, nodeCount);
    for (let node = start, row = 0; node < end; node++, row++) {
      const distance = far[node]!;
      const isNear = distance >= 0 && distance < SYSTEM_DISTANCE;
      distances.numbers[row] = isNear ? distance : 0;
      distances.present[row] = isNear ? 1 : 0;
      above.numbers[row] = ids[dominators[node]!]!;
      above.present[row] = node === root ? 0 : 1;
      const state = stateOf(node);
      detached.numbers[row] = state === DETACHED ? 1 : 0;
      detached.present[row] = state === 0 ? 0 : 1;
      const place = places === undefined ? 0 : places.placeOf[node]!;
      scripts[row] = place === 0 ? NO_TEXT : places!.scripts[place - 1]!;
      const line = place === 0 ? 0 : places!.lines[place - 1]!;
      lines.numbers[row] = line;
      lines.present[row] = line === 0 ? 0 : 1;
      const column = place === 0 ? 0 : places!.columns[place - 1]!;
      columns.numbers[row] = column;
      columns.present[row] = column === 0 ? 0 : 1;
    }
    yield {
      rows: end - start,
      values: {
        id: ids.subarray(start, end),
        type: { codes: nodeTypes.subarray(start, end), texts: typeTexts },
        class: { codes: classes.of.subarray(start, end), texts: classTexts },
        shape: { codes: shapes.of.subarray(start, end), texts: shapeTexts },
        name: { codes: nodeNames.subarray(start, end), texts: names },
        shallow: shallow.subarray(start, end),
        retained: retained.subarray(start, end),
        distance: distances,
        dominator: above,
        detached,
        script: { codes: scripts, texts: places?.texts ?? NO_TEXTS },
        line: lines,
        column: columns,
      },
    };
  }
}

const NO_TEXTS = new TextTable(0, () => '');

/**
 * Whether a node is out of its document, as V8 says it or as follows from its neighbours; 0:
 * unknown.
 */
function detachedStates(graph: Graph): (node: number) => number {
  const { detachedness } = graph;
  if (detachedness === undefined) return () => 0;
  const followed = detachedNodes(graph);
  return (node) => {
    const state = detachedness[node]!;
    if (followed?.[node] === 1) return DETACHED;
    return state === ATTACHED || state === DETACHED ? state : 0;
  };
}

/** Places by their numbers; 0 for a line or column that is not known. */
interface Places {
  readonly placeOf: Uint32Array;
  readonly scripts: Uint32Array;
  readonly lines: Int32Array;
  readonly columns: Int32Array;
  readonly texts: TextTable;
}

function placesOf(graph: Graph): Places | undefined {
  const { locations } = graph;
  if (locations === undefined) return undefined;
  const known = scriptNames(graph);
  const count = locations.placeCount;
  const scripts = new Uint32Array(count).fill(NO_TEXT);
  const lines = new Int32Array(count);
  const columns = new Int32Array(count);
  const texts: string[] = [];
  const codes = new Map<string, number>();
  for (let number = 0; number < count; number++) {
    const { scriptId, line, column } = locations.place(number);
    const own = { script: known.get(scriptId), scriptId, line: line + 1, column: column + 1 };
    const place = shownPlace(graph, own);
    lines[number] = inRange(place.line);
    columns[number] = inRange(place.column);
    if (place.script === undefined) continue;
    let code = codes.get(place.script);
    if (code === undefined) {
      code = texts.push(boundedText(place.script)) - 1;
      codes.set(place.script, code);
    }
    scripts[number] = code;
  }
  const { placeOf } = locations;
  return { placeOf, scripts, lines, columns, texts: new TextTable(texts.length, (code) => texts[code]!) };
}

/** A damaged file may have numbers of more than 32 bits. */
function inRange(number: number): number {
  return number > 0 && number <= 0x7fffffff ? number : 0;
}
