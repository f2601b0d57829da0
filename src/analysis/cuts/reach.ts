/** What the roots reach over references. */
import { withKernel } from '../../graph/accelerated.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { isStack } from '../../v8/roots.js';
import { acceleratedSearch, CLOSED, ENDS, MET, REACHED, type Search } from './accelerated-reach.js';
import { FIXED, NONE, referencesOf } from './references.js';

/** Higher than all kinds of references. */
const ANY_KIND = 255;

/**
 * What the root reaches, by node 1. What only weak references reach is not; nor is what only the
 * stack reaches, which is gone when its functions have returned.
 */
export interface Reached {
  readonly all: Uint8Array;
  /** Over references alone that a program cannot change. */
  readonly fixed: Uint8Array;
  /** Without passing any of the objects, but those that are fixed. */
  readonly around: Uint8Array;
}

/**
 * What the root reaches, with the objects and without them.
 *
 * - In: by node 1 for the objects.
 * - Empty: a graph without nodes.
 * - Cost: linear in nodes and edges, whose kinds are read once, those of fixed nodes twice; 5 bytes
 *   a node beside the answer.
 */
export function reachedAround(graph: Graph, objects: Uint8Array): Reached {
  const { nodeCount, root } = graph;
  return searched(graph, ({ marks, stack, goOn }) => {
    /** Begins anew where something is to be done with a node. */
    const from = (isStart: (mark: number) => boolean): number => {
      let waiting = 0;
      for (let node = 0; node < nodeCount; node++) if (isStart(marks[node]!)) stack[waiting++] = node;
      return waiting;
    };
    const found = (): Uint8Array => reachedIn(marks);
    if (nodeCount > 0) {
      marks[root]! |= REACHED;
      stack[0] = root;
      goOn(1, FIXED);
    }
    const fixed = found();
    for (let node = 0; node < nodeCount; node++)
      if (objects[node] === 1 && fixed[node] === 0) marks[node]! |= CLOSED;
    goOn(
      from((mark) => (mark & REACHED) !== 0),
      ANY_KIND,
    );
    const around = found();
    for (let node = 0; node < nodeCount; node++) {
      const mark = marks[node]!;
      if ((mark & CLOSED) !== 0) marks[node] = (mark & ENDS) | (mark & MET ? MET | REACHED : 0);
    }
    goOn(
      from((mark) => (mark & MET) !== 0),
      ANY_KIND,
    );
    return { all: found(), fixed, around };
  });
}

/**
 * By node 1 where the root reaches it: `all` of `reachedAround`.
 *
 * - In: edges that are dropped.
 * - Empty: a graph without nodes.
 * - Cost: linear in nodes and edges; 5 bytes a node beside the answer.
 */
export function reachedFromRoot(graph: Graph, without: ReadonlySet<number> = new Set()): Uint8Array {
  const { nodeCount, root } = graph;
  return withoutEdges(referencesOf(graph).kinds, without, () =>
    searched(graph, ({ marks, stack, goOn }) => {
      if (nodeCount > 0) {
        marks[root]! |= REACHED;
        stack[0] = root;
        goOn(1, ANY_KIND);
      }
      return reachedIn(marks);
    }),
  );
}

function reachedIn(marks: Uint8Array): Uint8Array {
  const reached = new Uint8Array(marks.length);
  for (let node = 0; node < reached.length; node++) reached[node] = marks[node]! & REACHED;
  return reached;
}

/** A search by a kernel, or without one. What is on the stack ends it. */
function searched<T>(graph: Graph, steps: (search: Search) => T): T {
  const { nodeCount } = graph;
  const { kinds } = referencesOf(graph);
  const onStack = isStack(graph);
  const marked = (search: Search): T => {
    for (let node = 0; node < nodeCount; node++) if (onStack(node)) search.marks[node] = ENDS;
    return steps(search);
  };
  return (
    withKernel(graph, (accelerated) => acceleratedSearch(accelerated, nodeCount, kinds, marked)) ??
    marked(plainSearch(graph, kinds))
  );
}

function plainSearch(graph: Graph, kinds: Uint8Array): Search {
  const { nodeCount, firstEdge } = graph;
  const { targets } = edgesOf(graph);
  const marks = new Uint8Array(nodeCount);
  const stack = new Uint32Array(nodeCount);
  const goOn = (starts: number, highest: number): void => {
    for (let waiting = starts; waiting > 0; ) {
      const node = stack[--waiting]!;
      if ((marks[node]! & ENDS) !== 0) continue;
      for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
        const kind = kinds[edge]!;
        if (kind === NONE || kind > highest) continue;
        const target = targets[edge]!;
        const mark = marks[target]!;
        if ((mark & REACHED) !== 0) continue;
        if ((mark & CLOSED) !== 0) {
          marks[target] = mark | MET;
          continue;
        }
        marks[target] = mark | REACHED;
        stack[waiting++] = target;
      }
    }
  };
  return { marks, stack, goOn };
}

/** Does work while some edges are of no kind. */
function withoutEdges<T>(kinds: Uint8Array, edges: ReadonlySet<number>, work: () => T): T {
  const known = Array.from(edges, (edge) => [edge, kinds[edge]!] as const);
  try {
    for (const [edge] of known) kinds[edge] = NONE;
    return work();
  } finally {
    for (const [edge, kind] of known) kinds[edge] = kind;
  }
}

/**
 * By node 1 where only the stack reaches it, of what is not `reached`.
 *
 * - In: by node 1 where the root reaches it otherwise; edges that are dropped.
 * - Cost: linear in the nodes, and in the edges of what it reaches.
 */
export function reachedFromStack(
  graph: Graph,
  reached: Uint8Array,
  without: ReadonlySet<number> = new Set(),
): Uint8Array {
  const { nodeCount, firstEdge } = graph;
  const { targets } = edgesOf(graph);
  const { kinds } = referencesOf(graph);
  const onStack = isStack(graph);
  const seen = new Uint8Array(nodeCount);
  const work: number[] = [];
  for (let node = 0; node < nodeCount; node++) if (reached[node] === 1 && onStack(node)) work.push(node);
  for (let node = work.pop(); node !== undefined; node = work.pop()) {
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (kinds[edge] === NONE || reached[target] === 1 || seen[target] === 1 || without.has(edge)) continue;
      seen[target] = 1;
      work.push(target);
    }
  }
  return seen;
}
