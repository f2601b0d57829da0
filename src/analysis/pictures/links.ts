/**
 * References as a picture shows them: between objects of the program, with V8's helper objects
 * folded away.
 *
 * V8 writes an array's items twice, as `element` edges of the array and as edges of its `(object
 * elements)`, and a Map's entries only as numbered edges of its table. Here a helper (`array`,
 * `hidden` and some `native` nodes) is no object of its own: what it holds is held by its owner,
 * and is left out where the owner has an edge of its own to the same object.
 */

import { shortened } from '../../base/printable.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { retainersOf } from '../../graph/retainers.js';
import { EDGE, isIndexed, NODE } from '../../graph/schema.js';
import { isMachinery, isHelper as isPartOfObject } from '../../v8/helpers.js';
import { isInternalObject } from '../../v8/names.js';
import { V8_NAME } from '../../v8/system-names.js';
import { ENTRY_SIZE, firstEntrySlot, slotsOf } from '../../v8/tables.js';
import { shortValue } from '../../v8/values.js';
import { isPairName } from '../../v8/weak-map-pairs.js';
import { hasPage, holds, keepsAlive } from '../sizes/essential-edges.js';

/** One reference. Ordinals. */
export interface Link {
  readonly source: number;
  readonly target: number;
  /** V8's edge type, or `entry` for what stands in a folded table. */
  readonly type: string;
  readonly name: string | number;
  /**
   * The same for references that mean the same: all items of arrays, all values of Maps, a
   * property's name.
   */
  readonly kind: string;
}

export interface LinkOptions {
  /** References that keep nothing alive, too. Default false. */
  readonly weak?: boolean;
  /** V8's helpers, code and object shapes are objects like any other. Default false. */
  readonly internals?: boolean;
  /** Roots are never helpers. */
  readonly isRoot: (node: number) => boolean;
  readonly ignoreEdge?: (edge: number) => boolean;
}

export interface Links {
  /**
   * References to any of these nodes, by source in the order of the file; each source's edges are
   * read once.
   */
  referrers(nodes: readonly number[]): Link[];
  /** References from these nodes, in the order of the file. */
  references(nodes: readonly number[]): Link[];
  /** Whether a node is a helper. */
  isHelper(node: number): boolean;
  /**
   * The reference that one edge of `source` is; given an owner, the owner's, whose helper `source`
   * is.
   */
  link(source: number, edge: number, owner?: number): Link;
}

/**
 * Owners of a helper beyond this number make it an object of its own: it is shared, and nobody's
 * part.
 */
const MOST_OWNERS = 8;
const MOST_STEPS = 64;
const KEY_LENGTH = 24;
const WEAK_VALUE = 'value in a WeakMap';
const FOLDED = ['elements', 'properties', 'table'];

/** Needs edges. Cost: the reverse edges, once a graph; then what is asked for. */
export function linksOf(graph: Graph, options: LinkOptions): Links {
  const { weak = false, internals = false, isRoot, ignoreEdge } = options;
  const { nodeTypes, firstEdge, strings, edgeTypeNames, selfSizes } = graph;
  const { types, names, targets } = edgesOf(graph);
  // Essential edges; for what none of them leads to, the others that keep it alive.
  const rules = hasPage(graph) ? [holds(graph), keepsAlive(graph)] : [keepsAlive(graph)];
  let rule = 0;
  const followed = (edge: number, source: number): boolean =>
    targets[edge] !== source && (weak || rules[rule]!(edge, source)) && !ignoreEdge?.(edge);

  const isNoise = isMachinery(graph);
  const isObject = isInternalObject(graph);
  const isPart = isPartOfObject(graph);
  const isHelper = (node: number): boolean => !internals && !isRoot(node) && isPart(node);

  const sourcesOf = (nodes: readonly number[]): Set<number> => {
    const { firstRetainer, sources } = retainersOf(graph);
    const found = new Set<number>();
    for (const node of nodes) {
      for (let at = firstRetainer[node]!, end = firstRetainer[node + 1]!; at < end; at++) {
        found.add(sources[at]!);
      }
    }
    return found;
  };

  /** Objects that a helper is part of; none when it is shared by many, or nobody's. */
  const ownersByRule = rules.map(() => new Map<number, readonly number[]>());
  const ownersOf = (helper: number): readonly number[] => {
    const knownOwners = ownersByRule[rule]!;
    const known = knownOwners.get(helper);
    if (known) return known;
    const owners = new Set<number>();
    const work = [helper];
    const seen = new Set(work);
    for (let node = work.pop(); node !== undefined; node = work.pop()) {
      for (const source of sourcesOf([node])) {
        if (seen.has(source) || edgeTo(source, node) === undefined) continue;
        seen.add(source);
        if (isHelper(source)) work.push(source);
        else if (!isNoise(source)) owners.add(source);
      }
      if (owners.size > MOST_OWNERS || seen.size > MOST_STEPS) {
        owners.clear();
        break;
      }
    }
    knownOwners.set(helper, [...owners]);
    return knownOwners.get(helper)!;
  };
  const edgeTo = (source: number, target: number): number | undefined => {
    for (let edge = firstEdge[source]!, end = firstEdge[source + 1]!; edge < end; edge++) {
      if (targets[edge] === target && followed(edge, source)) return edge;
    }
    return undefined;
  };

  /** Slots of a hash table, read once. */
  const knownTables = new Map<number, ReadonlyMap<number, number>>();
  const knownSlots = (table: number): ReadonlyMap<number, number> => {
    const slots = knownTables.get(table) ?? slotsOf(graph, table);
    knownTables.set(table, slots);
    return slots;
  };

  /** What a helper's edge means to the helper's owner. */
  const entryName = (owner: number, helper: number, edge: number): { name: string; kind: string } => {
    const plain = isIndexed(types[edge]!) ? `[${names[edge]!}]` : strings.get(names[edge]!);
    if (isPairName(plain)) return { name: WEAK_VALUE, kind: WEAK_VALUE };
    const name = strings.get(graph.nodeNames[owner]!);
    if (name === 'Set') return { name: 'item', kind: 'item' };
    if (name !== 'Map') {
      if (!/^\d+$/.test(plain)) return { name: shortened(plain, 40), kind: plain };
      const part = strings.get(graph.nodeNames[helper]!);
      return part === V8_NAME.objectElements
        ? { name: `[${plain}]`, kind: 'slot' }
        : { name: shortened(part, 40), kind: part };
    }
    const slot = Number(plain);
    const place = (slot - (firstEntrySlot(selfSizes[helper]!, ENTRY_SIZE.Map) ?? 3)) % ENTRY_SIZE.Map;
    if (place === 0) return { name: 'key', kind: 'key' };
    const key = knownSlots(helper).get(slot - 1);
    const text = key === undefined ? '…' : shortened(shortValue(graph, key), KEY_LENGTH);
    return { name: `.get(${text})`, kind: 'value' };
  };

  const link = (source: number, edge: number, owner?: number): Link => {
    const target = targets[edge]!;
    if (owner !== undefined) {
      const direct = edgeTo(owner, target);
      if (direct !== undefined) return link(owner, direct);
      const { name, kind } = entryName(owner, source, edge);
      return { source: owner, target, type: 'entry', name, kind: `entry ${kind}` };
    }
    const type = edgeTypeNames[types[edge]!]!;
    if (isIndexed(types[edge]!)) return { source, target, type, name: names[edge]!, kind: type };
    const raw = strings.get(names[edge]!);
    const name = types[edge] === EDGE.internal && isPairName(raw) ? WEAK_VALUE : raw;
    return { source, target, type, name, kind: `${type} ${name}` };
  };

  const referrers = (nodes: readonly number[]): Link[] => {
    const found = followedReferrers(nodes);
    if (weak || rules.length === 1) return found;
    const held = new Set(found.map(({ target }) => target));
    const others = nodes.filter((node) => !held.has(node));
    if (others.length === 0) return found;
    rule = 1;
    const further = followedReferrers(others);
    rule = 0;
    return [...found, ...further];
  };

  const followedReferrers = (nodes: readonly number[]): Link[] => {
    const wanted = new Set(nodes);
    const found: Link[] = [];
    const byHelpers: { helper: number; edge: number }[] = [];
    const direct = new Map<number, Set<number>>();
    for (const source of sourcesOf(nodes)) {
      const helper = isHelper(source);
      for (let edge = firstEdge[source]!, end = firstEdge[source + 1]!; edge < end; edge++) {
        const target = targets[edge]!;
        if (!wanted.has(target) || !followed(edge, source)) continue;
        if (helper) byHelpers.push({ helper: source, edge });
        else {
          found.push(link(source, edge));
          note(direct, source, target);
        }
      }
    }
    for (const { helper, edge } of byHelpers) {
      const owners = ownersOf(helper);
      if (owners.length === 0) found.push(link(helper, edge));
      if (owners.some((owner) => direct.get(owner)?.has(targets[edge]!))) continue;
      for (const owner of owners) found.push(link(helper, edge, owner));
    }
    return internals ? found : withoutNoise(found);
  };

  /** Code and shapes count as holders only of what nobody else holds. */
  const withoutNoise = (found: readonly Link[]): Link[] => {
    const held = new Set<number>();
    for (const { source, target } of found) if (!isNoise(source)) held.add(target);
    return found.filter(({ source, target }) => !isNoise(source) || !held.has(target));
  };

  const references = (nodes: readonly number[]): Link[] => {
    const found: Link[] = [];
    for (const node of nodes) {
      if (!internals && nodeTypes[node] === NODE.number) continue; // its text stands in its own box
      const direct = new Set<number>();
      const helpers: number[] = [];
      for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
        const target = targets[edge]!;
        if (target === node || (types[edge] === EDGE.weak && !weak) || ignoreEdge?.(edge)) continue;
        if (!internals) {
          if (isHelper(target) || (nodeTypes[target] === NODE.hidden && !isObject(target))) {
            if (types[edge] === EDGE.internal && FOLDED.includes(strings.get(names[edge]!)))
              helpers.push(target);
            continue;
          }
          if (isNoise(target)) continue;
          if (types[edge] === EDGE.property && strings.equals(names[edge]!, '__proto__')) continue;
        }
        direct.add(target);
        found.push(link(node, edge));
      }
      for (const helper of helpers) {
        for (let edge = firstEdge[helper]!, end = firstEdge[helper + 1]!; edge < end; edge++) {
          const target = targets[edge]!;
          if (types[edge] === EDGE.weak && !weak) continue;
          if (target === node || direct.has(target) || isHelper(target) || isNoise(target)) continue;
          const entry = link(helper, edge, node);
          if (entry.kind === 'entry key' && nodeTypes[target] === NODE.string) continue; // `.get("key")` says it
          found.push(entry);
        }
      }
    }
    return found;
  };

  return { referrers, references, isHelper, link };
}

function note(pairs: Map<number, Set<number>>, key: number, value: number): void {
  const values = pairs.get(key);
  if (values) values.add(value);
  else pairs.set(key, new Set([value]));
}
