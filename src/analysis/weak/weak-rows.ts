/** The weak objects of a heap: those that are held alike count together. */
import type { Graph } from '../../graph/graph.js';
import { scriptOrigin } from '../../v8/origin.js';
import { type SourceLocation, sourceLocation } from '../../v8/scripts.js';
import { cleanupOf, type WeakKind, type WeakObject, weakObjects } from '../../v8/weak-objects.js';
import { garbageOf } from '../garbage/garbage.js';
import { holderChains, UNHELD } from '../holders/holder-chains.js';
import { holderPaths } from '../holders/holder-paths.js';
import { ORIGINS, origins } from '../holders/origins.js';
import { weakValues } from './weak-values.js';

/** Weak objects of one kind that are held alike. */
export interface WeakRow {
  readonly kind: WeakKind;
  /** Of `kind`, ascending. */
  readonly nodes: readonly number[];
  /** Targets of WeakRefs that are not cleared, and entries of the others that are not emptied. */
  readonly live: number;
  /** WeakRefs that are cleared, and entries that were emptied and still take room. */
  readonly empty: number;
  /** Bytes that only keys keep, as values; 0 of all but WeakMaps. */
  readonly valueSize: number;
  /**
   * Of WeakMaps, entries whose key only values of WeakMaps keep, the entry's own value among them.
   * Of FinalizationRegistries, entries whose target only held values keep, its own among them.
   */
  readonly selfHeld: number;
  /** What holds them, to read. */
  readonly holder: string;
  /**
   * The function that a registry calls; of the others the nearest code of the program on the way to
   * them. Undefined where the snapshot does not say.
   */
  readonly location: SourceLocation | undefined;
}

/** The weak objects of a heap. */
export interface WeakRows {
  readonly rows: readonly WeakRow[];
  /** Objects of the runtime and of V8 that are not among the rows. */
  readonly others: number;
  /** How many of their WeakRefs are cleared, and how many entries the rest of them have. */
  readonly otherCleared: number;
  readonly otherEntries: number;
  /** Entries that `selfHeld` did not look at: it would take too many steps. */
  readonly unknown: number;
}

/**
 * Every WeakRef, WeakMap, WeakSet and FinalizationRegistry.
 *
 * - In: a graph with edges and locations; `all` takes those of the runtime and of V8.
 * - Order: the most bytes that only keys keep, the most live and then empty entries, by holder.
 * - Cost: that of `holderChains`, and a few passes over nodes and edges.
 */
export function weakRows(graph: Graph, { all = false }: { readonly all?: boolean } = {}): WeakRows {
  const { of } = origins(graph);
  const program = ORIGINS.indexOf('program');
  const objects = weakObjects(graph);
  const shown = all ? objects : objects.filter(({ node }) => of[node] === program);
  const rest = all ? [] : objects.filter(({ node }) => of[node] !== program);
  const groups = grouped(graph, shown);
  const values = weakValues(
    graph,
    groups.map((group) => group.flatMap(({ table }) => table?.live ?? [])),
  );
  const hasEntries = shown.some(({ entries }) => entries.length > 0);
  const garbage = hasEntries ? garbageOf(graph) : undefined;
  const lasting = new Set(garbage?.lasting.map(({ cell }) => cell));
  const paths = holderPaths(graph);
  const rows = groups.map((group, i): WeakRow => {
    const { node, kind } = group[0]!;
    const { live, empty } = counts(group);
    const { size, selfHeld } = values.groups[i]!;
    const lastingOf = group.reduce(
      (sum, { entries }) => sum + entries.filter(({ cell }) => lasting.has(cell)).length,
      0,
    );
    return {
      kind,
      nodes: group.map((each) => each.node),
      live,
      empty,
      valueSize: size,
      selfHeld: selfHeld + lastingOf,
      holder: paths.text(paths.pathOf(node)),
      location: locationOf(graph, group[0]!),
    };
  });
  const others = counts(rest.filter(({ kind }) => kind !== 'WeakRef'));
  return {
    rows: rows.sort(
      (a, b) =>
        b.valueSize - a.valueSize ||
        b.live - a.live ||
        b.empty - a.empty ||
        (a.holder < b.holder ? -1 : a.holder > b.holder ? 1 : a.nodes[0]! - b.nodes[0]!),
    ),
    others: rest.length,
    otherCleared: counts(rest.filter(({ kind }) => kind === 'WeakRef')).empty,
    otherEntries: others.live + others.empty,
    unknown: values.unknown + (garbage?.unknown ?? 0),
  };
}

/** By kind and by what holds them. */
function grouped(graph: Graph, objects: readonly WeakObject[]): readonly (readonly WeakObject[])[] {
  const paths = holderPaths(graph);
  const groups = new Map<string, WeakObject[]>();
  for (const object of objects) {
    const key = `${object.kind} ${paths.pathOf(object.node)}`;
    const known = groups.get(key);
    if (known) known.push(object);
    else groups.set(key, [object]);
  }
  return [...groups.values()];
}

function counts(objects: readonly WeakObject[]): { readonly live: number; readonly empty: number } {
  let live = 0;
  let empty = 0;
  for (const { kind, table, target, entries } of objects) {
    if (kind === 'WeakRef') {
      if (target === undefined) empty++;
      else live++;
    }
    live += table?.live.length ?? 0;
    empty += table?.empty ?? 0;
    for (const entry of entries)
      if (entry.target === undefined) empty++;
      else live++;
  }
  return { live, empty };
}

/** References from a weak object to code that still says where it is. */
const MOST_STEPS = 8;

function locationOf(graph: Graph, { node, kind }: WeakObject): SourceLocation | undefined {
  if (kind === 'FinalizationRegistry') {
    const cleanup = cleanupOf(graph, node);
    return cleanup === undefined ? undefined : sourceLocation(graph, cleanup);
  }
  const { parents } = holderChains(graph);
  for (let at = node, steps = 0; steps < MOST_STEPS && parents[at] !== UNHELD; steps++) {
    const location = sourceLocation(graph, at);
    if (location && scriptOrigin(location.script) === 'program') return location;
    if (parents[at] === at) return undefined;
    at = parents[at]!;
  }
  return undefined;
}
