/** Places where many of a kind gather, and objects that are large by themselves. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE, NODE, nodeTypeMarks } from '../../graph/schema.js';
import { className } from '../../v8/class-names.js';
import { isMachinery } from '../../v8/helpers.js';
import { commonJsModules } from '../../v8/modules.js';
import { isContext } from '../../v8/names.js';
import { scriptOrigin } from '../../v8/origin.js';
import { isRoot } from '../../v8/roots.js';
import { sourceLocation } from '../../v8/scripts.js';
import { prototypeNodes } from '../classes/instances.js';
import { nodeRoles, THING, WALL, WAY } from '../classes/node-roles.js';
import { holderChains, UNHELD } from '../holders/holder-chains.js';
import { holderPaths } from '../holders/holder-paths.js';
import { contentKeys } from '../leaks/group-contents.js';
import { essentialEdges } from '../sizes/essential-edges.js';
import { retainedSizes } from '../sizes/retained-sizes.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import { type Finding, LEAST_MEMBERS } from './finding.js';

/** One member with more than this share of all makes it no place where many gather. */
const LARGEST_SHARE = 0.5;
/** Bytes that one object's own parts have to have. */
const LEAST_OWN = 50_000;

interface Draft {
  readonly members: number[];
  readonly containers: number[];
  largest: number;
  largestCount: number;
  estimate: number;
}

/**
 * Objects that refer to at least 20 of one kind, by their items, entries or properties. Parts of
 * the engine count for their owner. What is referred to from elsewhere, too, counts: two arrays of
 * the same objects are both found. Containers that are held alike are one place.
 *
 * - Cost: one pass over the edges; `holderPaths` of the containers that are found.
 */
export function gatheringFindings(graph: Graph): Finding[] {
  const { nodeCount, nodeTypes, firstEdge } = graph;
  const { targets } = edgesOf(graph);
  const essential = essentialEdges(graph);
  const roles = nodeRoles(graph);
  const retained = retainedSizes(graph);
  const keyOf = contentKeys(graph);
  const paths = holderPaths(graph);
  const isRootNode = isRoot(graph);
  const isScope = isContext(graph);
  const isPrototype = prototypeNodes(graph);
  const { parents } = holderChains(graph);
  const { exportsOf } = commonJsModules(graph);
  const drafts = new Map<string, Draft>();

  const referencesOf = (node: number): number => {
    const end = firstEdge[node + 1]!;
    let count = end - firstEdge[node]!;
    for (let edge = firstEdge[node]!; edge < end && count < LEAST_MEMBERS; edge++) {
      const target = targets[edge]!;
      if (roles[target] === WAY && parents[target] === node)
        count += firstEdge[target + 1]! - firstEdge[target]!;
    }
    return count;
  };
  const partsOf = (node: number): readonly number[] => {
    const parts: number[] = [node];
    for (let at = 0; at < parts.length && parts.length < MOST_PARTS; at++) {
      for (let edge = firstEdge[parts[at]!]!, end = firstEdge[parts[at]! + 1]!; edge < end; edge++) {
        const target = targets[edge]!;
        if (roles[target] !== WAY || essential[edge] === 0 || parents[target] !== parts[at]) continue;
        parts.push(target);
      }
    }
    return parts;
  };

  for (let node = 0; node < nodeCount; node++) {
    if (nodeTypes[node] !== NODE.object || isPrototype[node] === 1 || roles[node] !== THING) continue;
    if (parents[node] === UNHELD || isScope(node) || isRootNode(node)) continue;
    if (referencesOf(node) < LEAST_MEMBERS) continue;
    const parts = partsOf(node);
    const kinds = new Map<number | string, number[]>();
    const met = new Set<number>();
    for (const part of parts) {
      for (let edge = firstEdge[part]!, end = firstEdge[part + 1]!; edge < end; edge++) {
        const target = targets[edge]!;
        if (essential[edge] === 0 || roles[target] !== THING || !isMember(nodeTypes[target]!)) continue;
        if (target === node || isRootNode(target) || met.has(target)) continue;
        met.add(target);
        const key = keyOf(target);
        const list = kinds.get(key);
        if (list) list.push(target);
        else kinds.set(key, [target]);
      }
    }
    for (const [key, list] of kinds) {
      if (list.length < LEAST_MEMBERS) continue;
      const place = `${paths.pathOf(node)} ${className(graph, node)} ${key}`;
      let draft = drafts.get(place);
      if (!draft) {
        draft = { members: [], containers: [], largest: node, largestCount: 0, estimate: 0 };
        drafts.set(place, draft);
      }
      draft.containers.push(node);
      if (list.length > draft.largestCount) {
        draft.largest = node;
        draft.largestCount = list.length;
      }
      for (const member of list) {
        draft.members.push(member);
        draft.estimate += retained[member]!;
      }
    }
  }
  const found: Finding[] = [];
  for (const { members, containers, largest, estimate } of drafts.values()) {
    const most = members.reduce((max, node) => Math.max(max, retained[node]!), 0);
    if (most > LARGEST_SHARE * estimate) continue;
    if (2 * members.filter((node) => exportsOf.has(node)).length > members.length) continue;
    found.push({
      kind: 'gathering',
      verdict: 'large',
      members,
      holder: largest,
      functions: [],
      word: '',
      places: containers.length,
      estimate,
    });
  }
  return found;
}

const MOST_PARTS = 1000;

/** Symbols and the engine's own are not what a program gathers. */
function isMember(type: number): boolean {
  return type !== NODE.symbol && type !== NODE.synthetic && type !== NODE.code;
}

/**
 * Objects of one class that lead to each other: lists, trees, graphs. Objects without a class of
 * their own are told by the property.
 *
 * - Cost: one pass over the edges; 4 bytes a node while it runs.
 */
export function listFindings(graph: Graph): Finding[] {
  const { nodeCount, nodeTypes, nodeNames, firstEdge, strings } = graph;
  const { types, names, targets } = edgesOf(graph);
  const roles = nodeRoles(graph);
  const isPrototype = prototypeNodes(graph);
  const { parents, depths } = holderChains(graph);
  const plain = strings.indexesOf('Object');
  const general = strings.indexesOf('Array', 'Map', 'Set', 'Promise', 'WeakMap', 'Module');
  const proto = strings.indexesOf('__proto__', 'constructor', 'prototype');
  const group = new Uint32Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) group[node] = node;
  const find = (node: number): number => {
    let at = node;
    while (group[at] !== at) {
      group[at] = group[group[at]!]!;
      at = group[at]!;
    }
    return at;
  };
  for (let node = 0; node < nodeCount; node++) {
    if (nodeTypes[node] !== NODE.object || roles[node] !== THING || isPrototype[node] === 1) continue;
    const name = nodeNames[node]!;
    if (general.has(name)) continue;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      if (types[edge] !== EDGE.property) continue;
      const target = targets[edge]!;
      if (target === node || nodeNames[target] !== name || nodeTypes[target] !== NODE.object) continue;
      if (proto.has(names[edge]!) || isPrototype[target] === 1) continue;
      if (plain.has(name) && !LINK.test(strings.get(names[edge]!))) continue;
      const [a, b] = [find(node), find(target)];
      if (a !== b) group[b] = a;
    }
  }
  const members = new Map<number, number[]>();
  for (let node = 0; node < nodeCount; node++) {
    const first = find(node);
    if (first === node) continue;
    const list = members.get(first);
    if (list) list.push(node);
    else members.set(first, [first, node]);
  }
  const retained = retainedSizes(graph);
  const sizes = shallowSizes(graph);
  const found: Finding[] = [];
  for (const list of members.values()) {
    const held = list.filter((node) => parents[node] !== UNHELD);
    if (held.length < LEAST_MEMBERS) continue;
    const first = held.reduce((best, node) => (depths[node]! < depths[best]! ? node : best));
    // The runtime's own lists: of timers, of listeners.
    if (scriptOrigin(sourceLocation(graph, first)?.script) === 'runtime') continue;
    const own = held.reduce((sum, node) => sum + sizes[node]!, 0);
    const most = held.reduce((max, node) => Math.max(max, retained[node]!), 0);
    found.push({
      kind: 'list',
      verdict: 'large',
      members: held,
      holder: first,
      functions: [],
      word: '',
      places: 1,
      estimate: Math.max(own, most),
    });
  }
  return found;
}

/** Names by which plain objects lead to the next one of a list or a tree. */
const LINK = /^_?(?:next|prev|previous|parent|child|left|right|older|newer|tail|rest|link|cause|cdr)$/i;

/**
 * Objects whose own bytes, with those of the parts that only they have (items, tables, memory
 * outside of the heap), are many: an array of numbers, a buffer, a long text.
 *
 * - Cost: one pass over the nodes; a chain for each large one.
 */
export function largeFindings(graph: Graph): Finding[] {
  const { nodeCount, nodeTypes } = graph;
  const isPrototype = prototypeNodes(graph);
  const isText = nodeTypeMarks('string', 'concatenated string', 'sliced string');
  const roles = nodeRoles(graph);
  const sizes = shallowSizes(graph);
  const { parents } = holderChains(graph);
  const own = new Map<number, number>();
  for (let node = 0; node < nodeCount; node++) {
    if (sizes[node]! < LEAST_OWN || parents[node] === UNHELD) continue;
    let owner = node;
    while (roles[owner] === WAY && parents[owner] !== owner) owner = parents[owner]!;
    if (roles[owner] === WALL || isContext(graph)(owner) || isPrototype[owner] === 1) continue;
    // The text of a script hangs on the script.
    if (isText[nodeTypes[owner]!] === 1 && isMachinery(graph)(parents[owner]!)) continue;
    own.set(owner, (own.get(owner) ?? 0) + sizes[node]!);
  }
  return Array.from(
    own,
    ([node, estimate]): Finding => ({
      kind: 'large',
      verdict: 'large',
      members: [node],
      holder: node,
      functions: [],
      word: '',
      places: 1,
      estimate,
    }),
  );
}
