/** References of objects: a property, items and values, keys of Maps. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeTargetIn } from '../../graph/walk.js';
import { isObject } from '../../v8/names.js';
import { firstEntrySlot, slotNumber } from '../../v8/tables.js';
import { NONE, referencesOf } from '../cuts/references.js';

/** Which references of an object: a property, its items and values, or the keys of a Map. */
export type ReferencePart =
  | { readonly kind: 'property'; readonly name: string }
  /** Items of arrays, members of Sets, values of Maps. */
  | { readonly kind: 'items' }
  /**
   * Keys of Maps that are objects or symbols; the values live as long as their keys then, as in a
   * WeakMap.
   */
  | { readonly kind: 'keys' };

/** References that are taken for weak. */
export interface WeakReferences {
  /** By edge: 1 for those. */
  readonly edges: Uint8Array;
  /** How many. */
  readonly count: number;
  /** Objects that have one of them. */
  readonly holders: number;
  /**
   * Of keys: by their edge to the key the edge to the value, for entries whose value is kept by the
   * key. Both are marked in `edges`.
   */
  readonly ephemerons: readonly { readonly table: number; readonly key: number; readonly value: number }[];
}

/**
 * The references of objects.
 *
 * - In: by node 1 for the objects; what of them. Properties are also variables of scopes.
 * - Left out: references that keep nothing alive as it is, and what V8 writes a second time.
 * - Cost: that of `referencesOf`; a byte an edge.
 */
export function weakReferences(graph: Graph, mask: Uint8Array, part: ReferencePart): WeakReferences {
  const { nodeCount, firstEdge, strings } = graph;
  const { types, names, targets, count: edgeCount } = edgesOf(graph);
  const { kinds, entrySizes } = referencesOf(graph);
  const edges = new Uint8Array(edgeCount);
  const called = strings.indexesOf(part.kind === 'property' ? part.name : '');
  const tableNames = strings.indexesOf('table');
  const slots = new Map<number, number>();
  const slotOf = (name: number): number => {
    let slot = slots.get(name);
    if (slot === undefined) {
      slot = slotNumber(strings.get(name)) ?? -1;
      slots.set(name, slot);
    }
    return slot;
  };
  const canBeWeak = (key: number): boolean => graph.nodeTypes[key] === NODE.symbol || isObject(graph, key);
  const ephemerons: { table: number; key: number; value: number }[] = [];
  let count = 0;
  let holders = 0;
  const entriesOf = (table: number, size: number): void => {
    const start = firstEntrySlot(graph.selfSizes[table]!, size)!;
    let entry = -1;
    let key = -1;
    for (let edge = firstEdge[table]!, end = firstEdge[table + 1]!; edge < end; edge++) {
      if (kinds[edge] === NONE || types[edge] !== EDGE.internal) continue;
      const slot = slotOf(names[edge]!);
      if (slot < start) continue;
      const place = (slot - start) % size;
      const current = Math.floor((slot - start) / size);
      if (current !== entry) key = -1;
      entry = current;
      if (place === 0 && part.kind === 'keys' && !canBeWeak(targets[edge]!)) continue;
      if (place === 0) key = edge;
      if (part.kind === 'items') {
        if (place !== size - 2) continue;
        edges[edge] = 1;
        count++;
      } else if (size === 3 && place === 0) {
        edges[edge] = 1;
        count++;
      } else if (size === 3 && place === 1 && key >= 0) {
        edges[edge] = 1;
        ephemerons.push({ table, key: targets[key]!, value: targets[edge]! });
      }
    }
  };
  for (let node = 0; node < nodeCount; node++) {
    if (mask[node] !== 1) continue;
    const before = count;
    if (part.kind === 'property') {
      for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
        if (kinds[edge] === NONE || !called.has(names[edge]!)) continue;
        if (types[edge] !== EDGE.property && types[edge] !== EDGE.context) continue;
        edges[edge] = 1;
        count++;
      }
    } else {
      if (part.kind === 'items')
        for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++)
          if (types[edge] === EDGE.element && kinds[edge] !== NONE) {
            edges[edge] = 1;
            count++;
          }
      const table = edgeTargetIn(graph, node, EDGE.internal, tableNames);
      if (table !== undefined && entrySizes[table]! > 0) entriesOf(table, entrySizes[table]!);
    }
    if (count > before) holders++;
  }
  return { edges, count, holders, ephemerons };
}
