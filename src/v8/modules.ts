/** Modules as a snapshot shows them: the require cache, and what modules export. */
import { edgesOf, type Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { retainersOf } from '../graph/retainers.js';
import { EDGE, NODE } from '../graph/schema.js';
import { landmarks } from './landmarks.js';
import { isModuleRecord } from './names.js';
import { slotsOf } from './tables.js';
import { stringText } from './values.js';

const LONGEST_PATH = 4096;

export interface CommonJsModules {
  /** The object behind `require.cache`, or undefined. */
  readonly cache: number | undefined;
  /** File names of the modules in the cache, by the node of their `Module`. */
  readonly moduleOf: ReadonlyMap<number, string>;
  /**
   * File names by the object or function that a module in the cache exports; of two, the first in
   * the file.
   */
  readonly exportsOf: ReadonlyMap<number, string>;
}

/** What a module's object says: its file, and what it exports. */
interface ModuleFile {
  readonly file: string;
  readonly exported: number | undefined;
}

/**
 * Objects named `Module` that have a `filename`, in a cache or not.
 *
 * - In: a graph with edges.
 * - Cost: that of `landmarks`, and the edges of modules.
 */
export const moduleFiles = memo((graph: Graph): ReadonlyMap<number, ModuleFile> => {
  const { firstEdge, strings } = graph;
  const { types, names, targets } = edgesOf(graph);
  const files = new Map<number, ModuleFile>();
  for (const node of landmarks(graph).modules) {
    let file: string | undefined;
    let exported: number | undefined;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      if (types[edge] !== EDGE.property) continue;
      const target = targets[edge]!;
      if (strings.equals(names[edge]!, 'exports')) exported = target;
      else if (strings.equals(names[edge]!, 'filename') && isText(graph, target))
        file = stringText(graph, target, LONGEST_PATH);
    }
    if (file !== undefined) files.set(node, { file, exported });
  }
  return files;
});

/**
 * A module is an object named `Module` with `filename` and `exports`; the cache is the object that
 * has most of them under their own file names. Modules that are in no cache are left out: `require`
 * would load them again.
 *
 * - In: a graph with edges.
 * - Cost: that of `landmarks`, and the edges of modules and of what holds them.
 */
export const commonJsModules = memo((graph: Graph): CommonJsModules => {
  const { nodeTypes, firstEdge, strings } = graph;
  const { types, names, targets } = edgesOf(graph);
  const none = { cache: undefined, moduleOf: new Map(), exportsOf: new Map() };
  const files = moduleFiles(graph);
  if (files.size === 0) return none;

  const { firstRetainer, sources } = retainersOf(graph);
  const holdersOf = (node: number): Set<number> =>
    new Set(sources.subarray(firstRetainer[node]!, firstRetainer[node + 1]!));
  const tally = new Map<number, Map<number, string>>();
  const tried = new Set<number>();
  for (const module of files.keys()) {
    for (const holder of holdersOf(module)) {
      if (nodeTypes[holder] !== NODE.object || tried.has(holder)) continue;
      tried.add(holder);
      const held = new Map<number, string>();
      for (let edge = firstEdge[holder]!, end = firstEdge[holder + 1]!; edge < end; edge++) {
        const known = types[edge] === EDGE.property ? files.get(targets[edge]!) : undefined;
        if (known && strings.equals(names[edge]!, known.file)) held.set(targets[edge]!, known.file);
      }
      if (held.size > 0) tally.set(holder, held);
    }
  }
  let cache: number | undefined;
  let moduleOf = new Map<number, string>();
  for (const [holder, held] of tally) if (held.size > moduleOf.size) [cache, moduleOf] = [holder, held];
  const exportsOf = new Map<number, string>();
  for (const [module, file] of moduleOf) {
    const exported = files.get(module)!.exported;
    if (exported === undefined || exportsOf.has(exported)) continue;
    if (nodeTypes[exported] === NODE.object || nodeTypes[exported] === NODE.closure)
      exportsOf.set(exported, file);
  }
  return { cache, moduleOf, exportsOf };
}, 'modules');

/** Paths are often joined from parts and stay so until somebody needs the text in one piece. */
export function isText(graph: Graph, node: number): boolean {
  return graph.nodeTypes[node] === NODE.string || graph.nodeTypes[node] === NODE['concatenated string'];
}

/** The name under which a module exports a cell: its table of exports has them side by side. */
export function exportName(graph: Graph, module: number, cell: number): string | undefined {
  const { targets } = edgesOf(graph);
  for (let edge = graph.firstEdge[module]!, end = graph.firstEdge[module + 1]!; edge < end; edge++) {
    const array = targets[edge]!;
    if (graph.nodeTypes[array] !== NODE.array) continue;
    const slots = slotsOf(graph, array);
    for (const [slot, target] of slots) {
      const key = target === cell ? slots.get(slot - 1) : undefined;
      if (key !== undefined && graph.nodeTypes[key] === NODE.string)
        return graph.strings.get(graph.nodeNames[key]!);
    }
  }
  return undefined;
}

/**
 * Whether an ES module has a variable, in its cell, by import only, and the module that exports it
 * is there. V8 lets both refer to the cell in the same way.
 *
 * - Cost: the tables of the modules that refer to the cell.
 */
export function isImport(graph: Graph, module: number, cell: number): boolean {
  const { nodeTypes } = graph;
  const isModule = isModuleRecord(graph);
  if (!isModule(module) || exportName(graph, module, cell) !== undefined) return false;
  const { firstRetainer, sources } = retainersOf(graph);
  const holders = (node: number): Uint32Array =>
    sources.subarray(firstRetainer[node]!, firstRetainer[node + 1]!);
  return holders(cell).some(
    (array) =>
      nodeTypes[array] === NODE.array &&
      holders(array).some((other) => isModule(other) && exportName(graph, other, cell) !== undefined),
  );
}
