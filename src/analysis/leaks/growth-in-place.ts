/**
 * Old things that get larger without any new thing in them: arrays of numbers, tables of counters,
 * strings.
 */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { idIndex } from '../../graph/ids.js';
import { EDGE, IS_TEXT, isIndexed, NODE } from '../../graph/schema.js';
import { className } from '../../v8/class-names.js';
import { nodeRoles, THING, WAY } from '../classes/node-roles.js';
import { keepsAlive } from '../sizes/essential-edges.js';

/** Classes of things that hold bytes, numbers and texts, and are made anew to become larger. */
const DATA = /^(Array|Buffer|DataView|(Shared)?ArrayBuffer|(Big)?(Int|Uint|Float)\d+(Clamped)?Array)$/;
/** And of those that a program copies to change them. */
const COPIED = /^(Object|Map|Set)$/;
/**
 * Parts of one thing that are looked at; of what hangs on a name, which may lead anywhere, fewer.
 */
const MOST_PARTS = 1 << 20;
const MOST_BEHIND_NAME = 20_000;

/** What is measured: a thing with its own parts, or what hangs on one of its names. */
export interface Slot {
  /** V8's id of the thing. */
  readonly id: number;
  /** Name of its variable or property; undefined for the thing itself. */
  readonly name: string | undefined;
}

/**
 * Whether a thing is a text, an array, a buffer: larger ones of which take the place of smaller
 * ones.
 */
function isData(graph: Graph, node: number): boolean {
  if (IS_TEXT[graph.nodeTypes[node]!] === 1) return true;
  return graph.nodeTypes[node] === NODE.object && DATA.test(className(graph, node));
}

/** The same, or a plain object or collection, as which states are copied to be changed. */
export function isReplaced(graph: Graph, node: number): boolean {
  return (
    isData(graph, node) || (graph.nodeTypes[node] === NODE.object && COPIED.test(className(graph, node)))
  );
}

/**
 * The bytes of things with their own parts: V8's arrays and tables behind them, texts, arrays and
 * buffers that they refer to.
 *
 * - In: a graph with edges, and slots of it; those that it does not have give 0.
 * - Out: bytes as V8 wrote them, in the order of the slots. A part of two things counts for both.
 * - Cost: one pass over the nodes for the ids, and the parts of the things, at most a million of
 *   each, 20,000 behind a name.
 */
export function sizesInPlace(graph: Graph, slots: readonly Slot[]): number[] {
  const { firstEdge, selfSizes, nodeTypes, strings } = graph;
  const { types, names, targets } = edgesOf(graph);
  const roles = nodeRoles(graph);
  const keeps = keepsAlive(graph);
  const { nodeOf } = idIndex(graph);
  const prototype = strings.indexesOf('__proto__');
  return slots.map(({ id, name }) => {
    const start = nodeOf(id);
    if (start < 0) return 0;
    const parts = new Set<number>();
    const isPartOf = name === undefined ? isData : isReplaced;
    const most = name === undefined ? MOST_PARTS : MOST_BEHIND_NAME;
    const add = (edge: number, node: number): void => {
      const target = targets[edge]!;
      if (types[edge] === EDGE.property && prototype.has(names[edge]!)) return;
      const isPart = roles[target] === WAY || (roles[target] === THING && isPartOf(graph, target));
      if (isPart && parts.size < most && keeps(edge, node)) parts.add(target);
    };
    if (name === undefined) parts.add(start);
    else
      for (let edge = firstEdge[start]!, end = firstEdge[start + 1]!; edge < end; edge++)
        if (!isIndexed(types[edge]!) && strings.equals(names[edge]!, name)) add(edge, start);
    let size = 0;
    for (const node of parts) {
      size += selfSizes[node]!;
      if (nodeTypes[node] === NODE['sliced string']) continue;
      for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) add(edge, node);
    }
    return size;
  });
}
