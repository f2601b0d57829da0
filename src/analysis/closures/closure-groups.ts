/** Closures by function: how many, and what the contexts keep that they run in. */
import type { Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { functionIndex } from '../../v8/functions.js';
import { isRuntimeScript } from '../../v8/runtime.js';
import { type SourceLocation, sourceLocation } from '../../v8/scripts.js';
import { dominatorTree } from '../sizes/dominators.js';
import { retainedSizes } from '../sizes/retained-sizes.js';
import { closureIndex, NO_CONTEXT, rangesBy } from './closure-index.js';

/** The closures of one function. */
export interface ClosureGroup {
  /** `onReload() app.js:5`, as `functionIndex` has it. */
  readonly type: string;
  /** Whose code it is; `built-in` for what has no script. */
  readonly owner: 'program' | 'runtime' | 'built-in';
  readonly location: SourceLocation | undefined;
  /** Closures. */
  readonly count: number;
  /** Contexts that they run in, each once. */
  readonly contexts: number;
  /** Of these contexts those in which closures of other functions run, too. */
  readonly shared: number;
  /** Bytes that these contexts keep. */
  readonly retainedSize: number;
  /** Ordinal of a closure: of those whose context keeps most, the first in the file. */
  readonly example: number;
}

/**
 * Closures by function.
 *
 * - In: a graph with edges and locations.
 * - Order: the most retained bytes first, then the most closures, ties by name.
 * - Cost: dominators and retained sizes; one pass over the dominator tree, 4 bytes a node.
 */
export const closureGroups = memo((graph: Graph): readonly ClosureGroup[] => {
  const index = closureIndex(graph);
  const { functions, closures, functionOf, contextOf, contexts } = index;
  const retained = retainedSizes(graph);
  const { labels, of } = functionIndex(graph);
  const byContext = rangesBy(contextOf, contexts.length);
  const counts = new Uint32Array(functions.length);
  const contextCounts = new Uint32Array(functions.length);
  const sharedCounts = new Uint32Array(functions.length);
  const examples = new Uint32Array(functions.length).fill(NO_CONTEXT);
  const most = new Float64Array(functions.length).fill(-1);
  for (let i = 0; i < closures.length; i++) {
    const number = functionOf[i]!;
    counts[number]! += 1;
    const size = contextOf[i] === NO_CONTEXT ? 0 : retained[contexts[contextOf[i]!]!]!;
    if (size > most[number]!) [most[number], examples[number]] = [size, closures[i]!];
  }
  const stamps = new Uint32Array(functions.length);
  for (let context = 0; context < contexts.length; context++) {
    const own = distinct(byContext.items, byContext.first, context, functionOf, stamps);
    for (const number of own) {
      contextCounts[number]! += 1;
      if (own.length > 1) sharedCounts[number]! += 1;
    }
  }
  const sizes = sizesOfContexts(graph, functions.length, (context) =>
    distinct(byContext.items, byContext.first, context, functionOf, stamps),
  );
  return functions
    .map((one, number): ClosureGroup => {
      const example = examples[number]!;
      return {
        type: labels[of[example]!]!,
        owner: one.script === undefined ? 'built-in' : isRuntimeScript(one.script) ? 'runtime' : 'program',
        location: sourceLocation(graph, example),
        count: counts[number]!,
        contexts: contextCounts[number]!,
        shared: sharedCounts[number]!,
        retainedSize: sizes[number]!,
        example,
      };
    })
    .sort(
      (a, b) =>
        b.retainedSize - a.retainedSize ||
        b.count - a.count ||
        (a.type < b.type ? -1 : a.type > b.type ? 1 : 0),
    );
}, 'closures by function');

/** The functions of the closures that run in a context, each once. */
function distinct(
  items: Uint32Array,
  first: Uint32Array,
  context: number,
  functionOf: Uint32Array,
  stamps: Uint32Array,
): readonly number[] {
  const found: number[] = [];
  for (let i = first[context]!; i < first[context + 1]!; i++) {
    const number = functionOf[items[i]!]!;
    if (stamps[number] === 1) continue;
    stamps[number] = 1;
    found.push(number);
  }
  for (const number of found) stamps[number] = 0;
  return found;
}

/**
 * By group: the retained sizes of those of its contexts that no other of its contexts dominates.
 * A context may be in several groups.
 */
function sizesOfContexts(
  graph: Graph,
  groupCount: number,
  groupsOf: (context: number) => readonly number[],
): Float64Array {
  const { contexts, numberOf } = closureIndex(graph);
  const retained = retainedSizes(graph);
  const { dominators, order } = dominatorTree(graph);
  // The contexts as a tree of their own: by node the nearest context above it, by number.
  const above = new Uint32Array(graph.nodeCount).fill(NO_CONTEXT);
  const parents = new Uint32Array(contexts.length).fill(NO_CONTEXT);
  for (const node of order) {
    const dominator = dominators[node]!;
    if (dominator === node) continue;
    above[node] = numberOf[dominator]! > 0 ? numberOf[dominator]! - 1 : above[dominator]!;
    if (numberOf[node]! > 0) parents[numberOf[node]! - 1] = above[node]!;
  }
  const { first, items } = rangesBy(parents, contexts.length);
  const sizes = new Float64Array(groupCount);
  const onPath = new Uint32Array(groupCount);
  const next = first.slice();
  for (let top = 0; top < contexts.length; top++) {
    if (parents[top] !== NO_CONTEXT) continue;
    for (let context = top, entering = true; ; ) {
      if (entering)
        for (const group of groupsOf(context))
          if (onPath[group]!++ === 0) sizes[group]! += retained[contexts[context]!]!;
      if (next[context]! < first[context + 1]!) {
        context = items[next[context]!++]!;
        entering = true;
        continue;
      }
      for (const group of groupsOf(context)) onPath[group]! -= 1;
      if (context === top) break;
      context = parents[context]!;
      entering = false;
    }
  }
  return sizes;
}
