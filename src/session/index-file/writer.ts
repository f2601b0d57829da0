/** Writes the index of a snapshot. */

import { prototypeNodes } from '../../analysis/classes/instances.js';
import { distanceSearch } from '../../analysis/sizes/distances.js';
import { childIndex } from '../../analysis/sizes/dominated-nodes.js';
import { dominatorTree } from '../../analysis/sizes/dominators.js';
import { essentialEdges, pageOwnedNodes } from '../../analysis/sizes/essential-edges.js';
import { retainedSizes } from '../../analysis/sizes/retained-sizes.js';
import { shallowSizes } from '../../analysis/sizes/shallow-sizes.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { retainersOf } from '../../graph/retainers.js';
import { openAtomicFile } from '../../io/atomic-file.js';
import { fileClassIndex } from '../../v8/class-names.js';
import { landmarks } from '../../v8/landmarks.js';
import { scriptNames } from '../../v8/scripts.js';
import { userRoots } from '../../v8/user-roots.js';
import {
  ALIGNMENT,
  ARRAYS,
  type ArrayType,
  BLOCK,
  type ColumnPlace,
  type Footer,
  type GraphFacts,
  INDEX_VERSION,
  MAGIC,
  type SourceKey,
  sumOf,
  type Values,
} from './format.js';

/**
 * Writes all that an index has; what is not known of the graph is computed.
 *
 * - In: a whole graph with edges and locations.
 * - Out: the bytes of the file, which is there whole or not at all, for its owner alone (0600).
 * - Throws: UsageError when it cannot be written.
 * - Cost: the full index, and about 90 bytes a node and 18 an edge on the disk.
 */
export function writeIndex(file: string, graph: Graph, source: SourceKey, version: string): number {
  const output = openAtomicFile(file);
  try {
    let offset = 0;
    const write = (bytes: Uint8Array): void => {
      output.write(bytes);
      offset += bytes.length;
    };
    write(Buffer.from(MAGIC));
    const columns: ColumnPlace[] = [];
    const sums: number[] = [];
    for (const [name, parts] of columnsOf(graph)) {
      const gap = -offset & (ALIGNMENT - 1);
      if (gap > 0) write(new Uint8Array(gap));
      const length = parts.reduce((sum, part) => sum + part.length, 0);
      columns.push({ name, type: typeOf(parts[0]!), length, offset, firstSum: sums.length });
      for (const block of blocks(parts)) {
        sums.push(sumOf(block));
        write(block);
      }
    }
    const sumBytes = bytesOf(Uint32Array.from(sums));
    const place = { offset, length: sums.length, sum: sumOf(sumBytes) };
    write(sumBytes);
    const footer: Footer = {
      version: INDEX_VERSION,
      heapgraph: version,
      source,
      facts: factsOf(graph),
      columns,
      sums: place,
    };
    const text = Buffer.from(JSON.stringify(footer));
    write(text);
    const tail = Buffer.alloc(8);
    tail.writeUInt32LE(text.length, 0);
    tail.writeUInt32LE(sumOf(text), 4);
    write(tail);
    write(Buffer.from(MAGIC));
    return output.finish();
  } catch (error) {
    output.discard();
    throw error;
  }
}

/** The columns, each in parts that follow each other. */
function* columnsOf(graph: Graph): Generator<readonly [string, readonly Values[]]> {
  const one = (name: string, values: Values): readonly [string, readonly Values[]] => [name, [values]];
  const { types, names, targets } = edgesOf(graph);
  yield one('nodeTypes', graph.nodeTypes);
  yield one('nodeNames', graph.nodeNames);
  yield one('ids', graph.ids);
  yield one('selfSizes', graph.selfSizes);
  yield one('firstEdge', graph.firstEdge);
  if (graph.detachedness) yield one('detachedness', graph.detachedness);
  if (graph.locations) {
    yield one('placeOf', graph.locations.placeOf);
    yield one('placeScriptIds', graph.locations.scriptIds);
    yield one('placeLines', graph.locations.lines);
    yield one('placeColumns', graph.locations.columns);
  }
  yield one('edgeTypes', types);
  yield one('edgeNames', names);
  yield one('edgeTargets', targets);
  const { pages } = graph.strings;
  yield ['stringBytes', pages.length === 0 ? [new Uint8Array(0)] : pages.map(({ segment }) => segment)];
  yield ['stringStarts', pages.length === 0 ? [new Uint32Array(0)] : pages.map(({ starts }) => starts)];
  yield one('stringBeginnings', graph.strings.allBeginnings);
  const { labels, of } = fileClassIndex(graph);
  yield one('classes', of);
  yield one('classNames', Buffer.from(JSON.stringify(labels)));
  yield one('shallowSizes', shallowSizes(graph));
  yield one('distances', distanceSearch(graph).found);
  yield one('pageOwned', pageOwnedNodes(graph));
  const { dominators, order } = dominatorTree(graph);
  yield one('dominators', dominators);
  yield one('dominatorOrder', order);
  const { firstChild, children } = childIndex(graph);
  yield one('firstChild', firstChild);
  yield one('children', children);
  yield one('retainedSizes', retainedSizes(graph));
  yield one('prototypes', prototypeNodes(graph));
  yield one('essentialEdges', essentialEdges(graph));
  const { firstRetainer, sources } = retainersOf(graph);
  yield one('firstRetainer', firstRetainer);
  yield one('retainerSources', sources);
}

function factsOf(graph: Graph): GraphFacts {
  const { head, file, nodeCount, root, extraNativeBytes, idsAreExact, nodeTypeNames, edgeTypeNames } = graph;
  const { withheld, meetsRoot } = distanceSearch(graph);
  const { reached, searched } = dominatorTree(graph);
  return {
    head,
    file,
    nodeCount,
    root,
    extraNativeBytes,
    idsAreExact,
    nodeTypeNames,
    edgeTypeNames,
    sections: graph.sections.map(({ name, offset, length, rereadable }) => ({
      name,
      offset,
      length,
      rereadable,
    })),
    edgeCount: edgesOf(graph).count,
    pages: graph.strings.pages.map(
      ({ first, segment, starts }) => [first, segment.length, starts.length] as const,
    ),
    hasLocations: graph.locations !== undefined,
    userRoots: [...userRoots(graph)],
    landmarks: landmarks(graph),
    scripts: [...scriptNames(graph)],
    withheld: [...withheld],
    meetsRoot,
    reached,
    searched,
  };
}

function typeOf(values: Values): ArrayType {
  const found = (Object.keys(ARRAYS) as ArrayType[]).find((type) => values instanceof ARRAYS[type]);
  return found!;
}

function bytesOf(values: Values): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** The bytes of a column in blocks; the last one may be smaller. */
function* blocks(parts: readonly Values[]): Generator<Uint8Array> {
  const waiting = new Uint8Array(BLOCK);
  let filled = 0;
  for (const part of parts) {
    const bytes = bytesOf(part);
    let at = 0;
    while (at < bytes.length) {
      if (filled === 0 && bytes.length - at >= BLOCK) {
        yield bytes.subarray(at, at + BLOCK);
        at += BLOCK;
        continue;
      }
      const count = Math.min(BLOCK - filled, bytes.length - at);
      waiting.set(bytes.subarray(at, at + count), filled);
      filled += count;
      at += count;
      if (filled === BLOCK) {
        yield waiting;
        filled = 0;
      }
    }
  }
  if (filled > 0) yield waiting.subarray(0, filled);
}
