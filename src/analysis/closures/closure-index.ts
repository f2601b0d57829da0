/**
 * Closures and the contexts that they run in.
 *
 * The room `closures`:
 *
 *   closure-index closure-groups        closures and contexts; by function, with what they keep
 *   source-scopes scope-builder         scopes and variables in the text of a script
 *   scope-visitor literal-start         the tree of a script; where V8 says that functions begin
 *   script-sources script-texts         the texts of scripts, and whether they fit
 *   context-scopes                      which scope of a text a context belongs to
 *   scope-records scope-tables          scopes that the file has, and what is not read by these
 *   context-readers unread-variables    which functions can read a context; what none of them reads
 */
import type { Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeTargetIn } from '../../graph/walk.js';
import { landmarks } from '../../v8/landmarks.js';
import { isContext } from '../../v8/names.js';
import { scriptOfShared } from '../../v8/scripts.js';

/** A function of the source code, of which there may be any number of closures. */
export interface CodeFunction {
  /** Ordinal of V8's data on the function, which all of its closures share. */
  readonly shared: number;
  /** As V8 has it; empty for a function without a name. */
  readonly name: string;
  /** Path or URL; undefined where the snapshot does not say. */
  readonly script: string | undefined;
  /** Of the first closure that has a place: the number of its place. */
  readonly place: number | undefined;
}

/** What there is of closures in a graph, as columns. */
export interface ClosureIndex {
  readonly functions: readonly CodeFunction[];
  /** Ordinals of closures that have a context and shared data, ascending. */
  readonly closures: Uint32Array;
  /** By closure (its place in `closures`): the number of its function. */
  readonly functionOf: Uint32Array;
  /** By closure: the number of its context, or NO_CONTEXT for the context of a realm. */
  readonly contextOf: Uint32Array;
  /** Ordinals of contexts, without those of realms, ascending. */
  readonly contexts: Uint32Array;
  /** By context: the number of the context around it, or NO_CONTEXT. */
  readonly outer: Uint32Array;
  /** By node: the number of the context that it is plus one, or 0. */
  readonly numberOf: Uint32Array;
}

export const NO_CONTEXT = 0xffffffff;

/**
 * Closures, their functions and contexts.
 *
 * - In: a graph with edges; with locations for places.
 * - Cost: two passes over the nodes, the edges of closures and contexts. 4 bytes a node, 8 bytes a
 *   closure and a context.
 */
export const closureIndex = memo((graph: Graph): ClosureIndex => {
  const { nodeCount, nodeTypes, nodeNames, strings, locations } = graph;
  const isScope = isContext(graph);
  const realms = new Set(landmarks(graph).nativeContexts);
  const [contextNames, sharedNames, outwards] = ['context', 'shared', 'previous'].map((name) =>
    strings.indexesOf(name),
  );
  let contextCount = 0;
  let closureCount = 0;
  for (let node = 0; node < nodeCount; node++) {
    if (nodeTypes[node] === NODE.closure) closureCount++;
    else if (isScope(node) && !realms.has(node)) contextCount++;
  }
  const contexts = new Uint32Array(contextCount);
  const numberOf = new Uint32Array(nodeCount);
  contextCount = 0;
  for (let node = 0; node < nodeCount; node++) {
    if (nodeTypes[node] === NODE.closure || !isScope(node) || realms.has(node)) continue;
    contexts[contextCount++] = node;
    numberOf[node] = contextCount;
  }
  const outer = new Uint32Array(contextCount);
  for (let i = 0; i < contextCount; i++) {
    const around = edgeTargetIn(graph, contexts[i]!, EDGE.internal, outwards!);
    outer[i] = around === undefined ? NO_CONTEXT : numberOf[around]! - 1;
  }
  const closures = new Uint32Array(closureCount);
  const functionOf = new Uint32Array(closureCount);
  const contextOf = new Uint32Array(closureCount);
  const functions: { -readonly [Key in keyof CodeFunction]: CodeFunction[Key] }[] = [];
  const known = new Map<number, number>();
  closureCount = 0;
  for (let node = 0; node < nodeCount; node++) {
    if (nodeTypes[node] !== NODE.closure) continue;
    const shared = edgeTargetIn(graph, node, EDGE.internal, sharedNames!);
    const context = edgeTargetIn(graph, node, EDGE.internal, contextNames!);
    if (shared === undefined || context === undefined) continue;
    let number = known.get(shared);
    if (number === undefined) {
      number = functions.length;
      known.set(shared, number);
      const name = strings.get(nodeNames[node]!);
      functions.push({ shared, name, script: scriptOfShared(graph, shared), place: undefined });
    }
    const place = locations?.placeOf[node] ?? 0;
    if (place > 0) functions[number]!.place ??= place - 1;
    closures[closureCount] = node;
    functionOf[closureCount] = number;
    contextOf[closureCount++] = numberOf[context]! - 1;
  }
  return {
    functions,
    closures: closures.subarray(0, closureCount),
    functionOf: functionOf.subarray(0, closureCount),
    contextOf: contextOf.subarray(0, closureCount),
    contexts,
    outer,
    numberOf,
  };
}, 'closures');

/** Numbers by a key, as ranges: those of key k are `items[first[k]] … items[first[k + 1] - 1]`. */
export interface Ranges {
  readonly first: Uint32Array;
  readonly items: Uint32Array;
}

/** Sorts numbers by their key; NO_CONTEXT is no key. Cost: two passes. */
export function rangesBy(keys: Uint32Array, keyCount: number): Ranges {
  const first = new Uint32Array(keyCount + 1);
  for (const key of keys) if (key !== NO_CONTEXT) first[key + 1]! += 1;
  for (let key = 0; key < keyCount; key++) first[key + 1]! += first[key]!;
  const next = first.slice(0, keyCount);
  const items = new Uint32Array(first[keyCount]!);
  for (let i = 0; i < keys.length; i++) if (keys[i] !== NO_CONTEXT) items[next[keys[i]!]!++] = i;
  return { first, items };
}
