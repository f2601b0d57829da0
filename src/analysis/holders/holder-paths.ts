/**
 * Who holds an object, in a form that is the same for all objects held alike: `module
 * /app/server.js: sessions → Map []` for each of ten thousand sessions. The way from the root to
 * the object, step by step the reference and the class of what it leads to, with indexes, entries
 * of tables and V8's helper objects left out.
 */

import { shortened } from '../../base/printable.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { EDGE, isIndexed, NODE } from '../../graph/schema.js';
import { classIndex } from '../../v8/class-names.js';
import { isHelper, isMachinery } from '../../v8/helpers.js';
import { commonJsModules, exportName } from '../../v8/modules.js';
import { cellNames, isContext, isInternal } from '../../v8/names.js';
import { isOfRuntime } from '../../v8/origin.js';
import { isIdentifier } from '../../v8/properties.js';
import { recoveredName } from '../../v8/recovered-names.js';
import { type Root, rootOf } from '../../v8/roots.js';
import { runtimeName } from '../../v8/runtime.js';
import { rootScopeOf } from '../../v8/scopes.js';
import { scriptOf } from '../../v8/scripts.js';
import { quoted } from '../../v8/table-entries.js';
import { isPairName } from '../../v8/weak-map-pairs.js';
import { type HolderChains, holderChains, UNHELD } from './holder-chains.js';
import { EDGE_PIECE, PathTable } from './path-table.js';

/** The merged paths of one graph, by number. */
export interface HolderPaths {
  /** Number of the path to what holds a node, the last reference included, the node itself not. */
  pathOf(node: number): number;
  /**
   * Number of the path to what hangs on a node by this edge of it, or by any of its items and
   * entries; the node is the last step but one.
   */
  pathThrough(node: number, edge: number | undefined): number;
  /** The path to read. */
  text(path: number): string;
  /** Where the path begins; undefined for nodes that no root reaches. */
  rootOf(path: number): Root | undefined;
}

/** A plain object with more properties than this is taken for a dictionary, whose keys are data. */
const RECORD = 32;
const NAME_LENGTH = 40;
/** Classes that say nothing about what an object is for. */
const CONTAINERS: ReadonlySet<string> = new Set(['Object', 'Array', 'Map', 'Set', 'Function']);
/** How Node.js chains its timers. */
const RING = /^(_idleNext|_idlePrev|head|tail)$/;
const RING_CLASSES = /^(TimersList|ImmediateList|Timeout|Immediate)$/;

/**
 * Merged paths over the chains of `holderChains`. A path begins at the chain's root, or at the last
 * module in the require cache, or scope of a function of Node.js, that it passes. Steps:
 *
 * - `.name`, or `variable name` of a function's scope; `[]` for what is numbered: items, entries of
 *   Map and Set, keys of a plain object with more than 32 properties; `(name)` for references of
 *   V8's own.
 * - ` → Class`, of functions the name. Tables, scopes and other helpers of V8 are not steps of
 *   their own.
 * - A chain that comes back to a class (a list, a tree) is taken for the chain at that class; with
 *   plain objects, arrays, Maps and Sets when the same reference led to them twice. Steps after the
 *   32nd are left out.
 * - Objects that only compiled code and shapes hold are told by that, wherever the code is.
 *
 * Needs edges. Cost: that of `holderChains` and 4 bytes a node; a node's path the length of its
 * chain the first time, shared with all chains through the same nodes.
 */
export const holderPaths = memo((graph: Graph): HolderPaths => pathsOver(graph, holderChains(graph)));

/**
 * The same over chains of a search of one's own, and with further objects that are tables, whose
 * property names are left out. The caller keeps it.
 */
export function pathsOver(
  graph: Graph,
  { parents, edges }: HolderChains,
  isTable?: (node: number) => boolean,
): HolderPaths {
  const { nodeCount, nodeTypes, nodeNames, firstEdge, strings, edgeTypeNames } = graph;
  const { types, names } = edgesOf(graph);
  const classes = classIndex(graph);
  const modules = commonJsModules(graph);
  const isScope = isContext(graph);
  const internal = isInternal(graph);
  const isRootScope = (node: number): boolean => rootScopeOf(graph, node) !== undefined;
  const machinery = isMachinery(graph);
  const cells = cellNames(graph);
  const ownedByNode = isOfRuntime(graph);
  const plainNames = strings.indexesOf('Object');

  const table = new PathTable();
  const piece = (text: string): number => table.piece(text);
  const start = (text: string, root: Root | undefined): number => table.start(text, root);
  const known = new Uint32Array(nodeCount); // the path of the object itself, plus one

  const startOf = (node: number): number | undefined => {
    const exported = modules.exportsOf.get(node);
    if (exported !== undefined)
      return start(`exports of ${exported}`, {
        kind: 'require cache',
        words: 'require.cache',
        file: exported,
      });
    const file = modules.moduleOf.get(node);
    if (file !== undefined)
      return start(`require.cache[${quoted(file)}]`, { kind: 'require cache', words: 'require.cache', file });
    if (parents[node] === UNHELD) return start('no root reaches it', undefined);
    const holder = parents[node]!;
    if (holder !== node) {
      if (nodeTypes[holder] !== NODE.closure || !isScope(node) || !ownedByNode(holder)) return undefined;
      const script = scriptOf(graph, holder)!;
      return start(`${script}:`, {
        kind: 'internal',
        words: `a variable of ${script}, a part of ${runtimeName(graph)}`,
      });
    }
    const root = rootOf(graph, node)!;
    return start(beginning(root, isRootScope(node)), root);
  };

  /** Classes by their numbers, functions by the numbers of their names. */
  const classPieces = new Int32Array(classes.labels.length).fill(-1);
  const functionPieces = new Map<number, number>();
  const hiddenPieces = new Map<number, number>();
  const containers = new Set<number>();
  const classPiece = (node: number): number => {
    const type = nodeTypes[node];
    const name = nodeNames[node]!;
    if (type === NODE.closure || internal(node)) {
      const known = type === NODE.closure ? functionPieces : hiddenPieces;
      let number = known.get(name);
      if (number === undefined) {
        const text = shortened(strings.get(name), NAME_LENGTH);
        number = piece(type !== NODE.closure ? text : text === '' ? 'function' : `${text}()`);
        known.set(name, number);
        if (type === NODE.closure) containers.add(number);
      }
      return number;
    }
    const of = classes.of[node]!;
    if (classPieces[of] === -1) {
      classPieces[of] = piece(shortened(classes.labels[of]!, 2 * NAME_LENGTH));
      if (CONTAINERS.has(classes.labels[of]!)) containers.add(classPieces[of]!);
    }
    return classPieces[of]!;
  };

  const isPart = isHelper(graph);
  const isNoStep = (node: number): boolean =>
    isPart(node) || (nodeTypes[node] === NODE.object && isScope(node));

  const property = (name: string): string =>
    isIdentifier(name) ? `.${shortened(name, NAME_LENGTH)}` : `[${quoted(shortened(name, NAME_LENGTH))}]`;
  const numbered = piece('[]');
  const edgePieces = new Map<number, number>();
  const edgePiece = (source: number, edge: number): number => {
    const type = types[edge]!;
    const name = names[edge]!;
    if (type === EDGE.hidden && isScope(source)) {
      const variable = recoveredName(graph, source, edge);
      if (variable !== undefined) return piece(edgeText(EDGE.context, variable, isRootScope(source)));
    }
    if (isIndexed(type)) return numbered;
    if (type === EDGE.property && plainNames.has(nodeNames[source]!) && nodeTypes[source] === NODE.object) {
      if (parents[source] !== source) {
        if (firstEdge[source + 1]! - firstEdge[source]! > RECORD || isTable?.(source)) return numbered;
      }
    }
    const scope = type === EDGE.context && isRootScope(source);
    // Type numbers are below 256, string indexes below 2^32: a key is below 2^41.
    const key = (name * edgeTypeNames.length + type) * 2 + (scope ? 1 : 0);
    let number = edgePieces.get(key);
    if (number === undefined) {
      const text = strings.get(name);
      number = piece(edgeText(type, text, scope));
      edgePieces.set(key, number);
    }
    if (type === EDGE.property && RING.test(strings.get(name))) {
      if (RING_CLASSES.test(strings.get(nodeNames[source]!))) return numbered;
    }
    return number;
  };
  const edgeText = (type: number, name: string, scope: boolean): string => {
    if (type === EDGE.property) return property(name);
    if (type === EDGE.context) return scope ? name : `variable ${name}`;
    if (isPairName(name)) return '(value in a WeakMap)';
    return /^\d+$/.test(name) ? '[]' : `(${shortened(name, NAME_LENGTH)})`;
  };

  /** The name under which an ES module exports the cell. */
  const exported = (cell: number): string | undefined => {
    let module = cell;
    for (let steps = 0; steps < 3 && parents[module] !== module; steps++) module = parents[module]!;
    return isRootScope(module) && !isScope(module) ? exportName(graph, module, cell) : undefined;
  };
  /** What led to the node; what led to its cell, if it is the value in one. */
  const reference = (node: number): number => {
    let at = node;
    for (let steps = 0; steps < 3; steps++) {
      const holder = parents[at]!;
      if (parents[holder] === holder || !internal(holder)) break;
      if (!cells.has(nodeNames[holder]!)) break;
      const name = exported(holder);
      if (name !== undefined) return piece(name);
      at = holder;
    }
    return edgePiece(parents[at]!, edges[at]!);
  };

  const objectAt = (place: number, type: number): number => table.object(place, type, containers.has(type));
  const stack: number[] = [];
  const objectPath = (node: number): number => {
    for (let at = node; known[at] === 0; at = parents[at]!) {
      const begin = machinery(at) ? start('compiled code and object shapes', MACHINERY) : startOf(at);
      if (begin !== undefined) {
        known[at] = begin + 1;
        break;
      }
      stack.push(at);
    }
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const holder = known[parents[at]!]! - 1;
      const path = isNoStep(at)
        ? holder
        : objectAt(table.longer(holder, reference(at), EDGE_PIECE), classPiece(at));
      known[at] = path + 1;
    }
    return known[node]! - 1;
  };

  return {
    pathOf: (node) => startOf(node) ?? table.longer(objectPath(parents[node]!), reference(node), EDGE_PIECE),
    pathThrough: (node, edge) =>
      table.longer(objectPath(node), edge === undefined ? numbered : edgePiece(node, edge), EDGE_PIECE),
    text: (path) => table.text(path),
    rootOf: (path) => table.rootOf(path),
  };
}

const MACHINERY: Root = { kind: 'internal', words: 'compiled code and object shapes' };

/** A root as the beginning of a path; behind a scope a colon, as its variables follow. */
function beginning({ kind, words, file }: Root, scope: boolean): string {
  if (scope) {
    if (kind === 'global') return 'global scope of scripts:';
    return file === undefined ? 'an ES module:' : `${kind === 'internal' ? '' : 'module '}${file}:`;
  }
  return words.replace(/^a property of /, '').replace(/^one of /, '');
}
