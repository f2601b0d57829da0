/**
 * WeakRef, WeakMap, WeakSet and FinalizationRegistry as a snapshot has them.
 *
 * - A WeakRef has a weak edge `target` until it is cleared.
 * - A WeakMap and a WeakSet have a `table`; of each entry V8 writes two edges (weak-map-pairs.ts).
 *   Entries that were emptied stay in the table until it is made anew.
 * - A FinalizationRegistry has a cell for each entry, with a weak edge `target` until that is
 *   cleared. Hidden edges of the cell: 0 is the registry, then the held value (2 in Node.js 18 to
 *   24, 1 in 26), then other cells. Small integers and `undefined` as held values leave no edge.
 */
import { edgesOf, type Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { EDGE, NODE } from '../graph/schema.js';
import { edgeTarget, edgeTargetIn } from '../graph/walk.js';
import { oddballOf } from './names.js';
import { V8_NAME } from './system-names.js';
import { weakMapPairEdges } from './weak-map-pairs.js';

/** An entry of a FinalizationRegistry. */
export interface RegistryEntry {
  readonly cell: number;
  readonly registry: number | undefined;
  /** Undefined once the target was freed. */
  readonly target: number | undefined;
  /** Undefined where the value leaves no edge. */
  readonly held: number | undefined;
  /** The edge to the held value. */
  readonly edge: number | undefined;
}

/** All entries of FinalizationRegistries, ascending by cell. Cost: a pass over the nodes. */
export const registryEntries = memo((graph: Graph): readonly RegistryEntry[] => {
  const { nodeCount, nodeNames, nodeTypes, firstEdge, strings } = graph;
  const { types, names, targets } = edgesOf(graph);
  const cellNames = strings.indexesOf(V8_NAME.weakCell);
  const targetNames = strings.indexesOf('target');
  const found: RegistryEntry[] = [];
  for (let cell = 0; cell < nodeCount; cell++) {
    if (!cellNames.has(nodeNames[cell]!) || nodeTypes[cell] === NODE.string) continue;
    let target: number | undefined;
    let registry: number | undefined;
    let edge: number | undefined;
    for (let at = firstEdge[cell]!, end = firstEdge[cell + 1]!; at < end; at++) {
      const to = targets[at]!;
      if (types[at] === EDGE.weak && targetNames.has(names[at]!)) target = to;
      else if (types[at] !== EDGE.hidden || cellNames.has(nodeNames[to]!)) continue;
      else if (names[at] === 0) registry = to;
      else edge ??= at;
    }
    const held = edge === undefined ? undefined : targets[edge]!;
    found.push({ cell, registry, target, held, edge });
  }
  return found;
});

/** An entry of a WeakMap or a WeakSet that is not emptied. */
export interface WeakEntry {
  readonly key: number;
  readonly value: number;
  /** The edge from the key to the value. */
  readonly edge: number;
}

/** The entries of one table. */
export interface WeakTable {
  readonly live: readonly WeakEntry[];
  /** Entries that were emptied. */
  readonly empty: number;
}

/** Tables with entries, by V8's id of the table. Cost: linear in the edges of entries. */
export const weakTables = memo((graph: Graph): ReadonlyMap<number, WeakTable> => {
  const { ids } = graph;
  const { targets } = edgesOf(graph);
  const tables = new Map<number, { live: WeakEntry[]; empty: number }>();
  const emptied = new Map<number, boolean>();
  const isHole = (node: number): boolean => {
    let is = emptied.get(node);
    if (is === undefined) {
      is = oddballOf(graph, node) !== undefined;
      emptied.set(node, is);
    }
    return is;
  };
  const of = (table: number): { live: WeakEntry[]; empty: number } => {
    let known = tables.get(table);
    if (known === undefined) {
      known = { live: [], empty: 0 };
      tables.set(table, known);
    }
    return known;
  };
  for (const { edge, source, table } of weakMapPairEdges(graph)) {
    // Of the two edges of an entry the key's.
    if (ids[source] === table) continue;
    const type = graph.nodeTypes[source];
    if ((type === NODE.hidden || type === NODE.native) && isHole(source)) of(table).empty++;
    else of(table).live.push({ key: source, value: targets[edge]!, edge });
  }
  return tables;
});

/** What a weak object is. */
export type WeakKind = 'WeakRef' | 'WeakMap' | 'WeakSet' | 'FinalizationRegistry';

/** A weak object. */
export interface WeakObject {
  readonly node: number;
  readonly kind: WeakKind;
  /** Of a WeakMap or WeakSet, where it has one. */
  readonly table: WeakTable | undefined;
  /** Of a WeakRef; undefined when it is cleared. */
  readonly target: number | undefined;
  /** Of a FinalizationRegistry. */
  readonly entries: readonly RegistryEntry[];
}

/**
 * All WeakRefs, WeakMaps, WeakSets and FinalizationRegistries, in the order of the file. Objects of
 * subclasses are known by what they have: a table with entries, a target, cells. Prototypes are
 * none.
 * Cost: a pass over the nodes, and the edges of those that are such objects.
 */
export const weakObjects = memo((graph: Graph): readonly WeakObject[] => {
  const { nodeCount, nodeTypes, nodeNames, firstEdge, ids, strings } = graph;
  const { types, names } = edgesOf(graph);
  const kinds = (['WeakRef', 'WeakMap', 'WeakSet', 'FinalizationRegistry'] as const).map(
    (kind) =>
      [
        kind,
        strings.indexesOf(kind, ...(kind === 'FinalizationRegistry' ? [V8_NAME.finalizationRegistry] : [])),
      ] as const,
  );
  const tableNames = strings.indexesOf('table');
  const targetNames = strings.indexesOf('target');
  const ownOfPrototypes = strings.indexesOf('<symbol Symbol.toStringTag>', 'constructor');
  const tables = weakTables(graph);
  const entriesOf = new Map<number, RegistryEntry[]>();
  for (const entry of registryEntries(graph)) {
    if (entry.registry === undefined) continue;
    const known = entriesOf.get(entry.registry);
    if (known) known.push(entry);
    else entriesOf.set(entry.registry, [entry]);
  }
  const found: WeakObject[] = [];
  const isPrototype = (node: number): boolean => {
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++)
      if (types[edge] === EDGE.property && ownOfPrototypes.has(names[edge]!)) return true;
    return false;
  };
  for (let node = 0; node < nodeCount; node++) {
    const type = nodeTypes[node];
    if (type !== NODE.object && type !== NODE.hidden && type !== NODE.native) continue;
    const named = kinds.find(([, indexes]) => indexes.has(nodeNames[node]!))?.[0];
    const entries = entriesOf.get(node);
    if (named === undefined && entries === undefined && type !== NODE.object) continue;
    const target = named === undefined || named === 'WeakRef' ? weakTarget(node) : undefined;
    const tableNode = edgeTargetIn(graph, node, EDGE.internal, tableNames);
    const table = tableNode === undefined ? undefined : tables.get(ids[tableNode]!);
    const kind: WeakKind | undefined =
      entries !== undefined
        ? 'FinalizationRegistry'
        : (named ?? (table ? kindOf(graph, table) : target === undefined ? undefined : 'WeakRef'));
    if (kind === undefined) continue;
    const isCollection = kind === 'WeakMap' || kind === 'WeakSet';
    if (
      isCollection
        ? tableNode === undefined
        : named !== undefined && entries === undefined && target === undefined && isPrototype(node)
    )
      continue;
    found.push({ node, kind, table, target, entries: entries ?? [] });
  }
  return found;

  function weakTarget(node: number): number | undefined {
    return edgeTargetIn(graph, node, EDGE.weak, targetNames);
  }
}, 'weak objects');

/** Of an object of a subclass. All values of a WeakSet are `true`. */
function kindOf(graph: Graph, { live }: WeakTable): WeakKind {
  return live.every(({ value }) => oddballOf(graph, value) === 'true') && live.length > 0
    ? 'WeakSet'
    : 'WeakMap';
}

/** The function that a FinalizationRegistry calls; undefined where the snapshot does not say. */
export function cleanupOf(graph: Graph, registry: number): number | undefined {
  const { types, targets } = edgesOf(graph);
  for (let edge = graph.firstEdge[registry]!, end = graph.firstEdge[registry + 1]!; edge < end; edge++)
    if (types[edge] === EDGE.hidden && graph.nodeTypes[targets[edge]!] === NODE.closure) return targets[edge];
  return edgeTarget(graph, registry, EDGE.internal, ['cleanup']);
}
