/** All ways to divide a heap, by name, and several within each other. */
import type { Graph } from '../../graph/graph.js';
import { classIndex } from '../../v8/class-names.js';
import { functionIndex } from '../../v8/functions.js';
import { shapeIndex } from '../../v8/shapes.js';
import { origins } from '../holders/origins.js';
import { byDetachedness, byGeneration, byId, byNodeType, bySize } from './by-label.js';
import { byLocation, byModule, byPackage } from './by-place.js';
import { byReferrers, byVia } from './by-referrers.js';
import { nested, type Parts, partsOf } from './parts.js';

/**
 * Divides the nodes of a graph; `earlier` are snapshots of the process before it, the earliest
 * first.
 */
type PartsMaker = (graph: Graph, earlier: readonly Graph[]) => Parts;

/** What a heap can be divided by, and what help says of it. */
export const DIVISIONS = {
  class: { make: (graph) => partsOf(classIndex(graph)), help: 'class, as Chrome DevTools has it' },
  type: { make: byNodeType, help: "V8's node type" },
  size: { make: bySize, help: 'shallow size' },
  id: { make: byId, help: 'each object by itself' },
  shape: {
    make: (graph, earlier) => partsOf(shapeIndex(graph, [...earlier, graph])),
    help: 'plain objects by their properties',
  },
  function: { make: (graph) => partsOf(functionIndex(graph)), help: 'functions by name and place' },
  referrers: { make: byReferrers, help: 'the set of classes that refer to it' },
  via: { make: byVia, help: 'the set of references that hold it: .cache, […], variable sessions' },
  module: { make: byModule, help: 'script of its code, else of the nearest dominator that has one' },
  package: { make: byPackage, help: 'npm package of that script' },
  location: { make: byLocation, help: 'place of its function or constructor' },
  detachedness: { make: byDetachedness, help: 'whether a DOM node is in a document' },
  origin: { make: (graph) => partsOf(origins(graph)), help: 'program, node or v8' },
  generation: { make: byGeneration, help: 'the first of several snapshots that has it' },
} as const satisfies Readonly<Record<string, { readonly make: PartsMaker; readonly help: string }>>;

/** The name of a division. */
export type Division = keyof typeof DIVISIONS;

/**
 * The parts of a heap.
 *
 * - In: one division, or several, the outermost first; edges, and locations for those by place.
 * - Cost: that of the divisions, and one pass over the nodes for each.
 */
export function divide(graph: Graph, by: readonly Division[], earlier: readonly Graph[] = []): Parts {
  return by
    .map((name) => (DIVISIONS[name].make as PartsMaker)(graph, earlier))
    .reduce((outer, inner) => nested(outer, inner));
}
