/** Objects that lead to each other: lists, trees, graphs. */
import { eachAlikeEdge } from '../../graph/alike-edges.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { scriptOrigin } from '../../v8/origin.js';
import { sourceLocation } from '../../v8/scripts.js';
import { prototypeNodes } from '../classes/instances.js';
import { nodeRoles, THING } from '../classes/node-roles.js';
import { holderChains, UNHELD } from '../holders/holder-chains.js';
import { retainedSizes } from '../sizes/retained-sizes.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import { type Finding, LEAST_MEMBERS } from './finding.js';

/**
 * Objects of one class that lead to each other: lists, trees, graphs. Objects without a class of
 * their own are told by the property.
 *
 * - Out: what gives the findings, which retained sizes are needed for.
 * - Cost: one pass over the edges; 8 bytes a node while it runs.
 */
export function listFindings(graph: Graph): () => Finding[] {
  const lists = linkedObjects(graph);
  return () => findingsOfLists(graph, lists);
}

function linkedObjects(graph: Graph): readonly (readonly number[])[] {
  const { nodeCount, nodeTypes, nodeNames, strings } = graph;
  const { names, targets } = edgesOf(graph);
  const roles = nodeRoles(graph);
  const isPrototype = prototypeNodes(graph);
  const plain = strings.indexesOf('Object');
  const general = strings.indexesOf('Array', 'Map', 'Set', 'Promise', 'WeakMap', 'Module');
  const proto = strings.indexesOf('__proto__', 'constructor', 'prototype');
  // By string: whether a property of this name may lead to the next one of a list of plain objects.
  const links = new Uint8Array(strings.length);
  const isLink = (name: number): boolean => {
    if (links[name] === 0) links[name] = LINK.test(strings.get(name)) ? 2 : 1;
    return links[name] === 2;
  };
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
  // Most targets are of another class, which a byte of the name's number tells: the names
  // themselves are four times as many bytes, read all over the memory.
  const mark = (marks: Uint8Array): void => {
    for (let node = 0; node < nodeCount; node++) {
      const name = nodeNames[node]!;
      if (nodeTypes[node] !== NODE.object || isPrototype[node] === 1 || general.has(name)) continue;
      marks[node] = (name % 255) + 1;
    }
  };
  eachAlikeEdge(graph, { type: EDGE.property, mark }, (node, edge) => {
    const name = nodeNames[node]!;
    const target = targets[edge]!;
    if (nodeNames[target] !== name || target === node || roles[node] !== THING) return;
    if (proto.has(names[edge]!) || (plain.has(name) && !isLink(names[edge]!))) return;
    const first = find(node);
    const other = find(target);
    if (other !== first) group[other] = first;
  });
  // How many are in a group beside its first one: most groups are small, and no finding.
  const others = new Uint32Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    if (group[node] === node) continue;
    const first = find(node);
    group[node] = first;
    others[first]!++;
  }
  const members = new Map<number, number[]>();
  for (let node = 0; node < nodeCount; node++) {
    const first = group[node]!;
    if (first === node || others[first]! + 1 < LEAST_MEMBERS) continue;
    const list = members.get(first);
    if (list) list.push(node);
    else members.set(first, [first, node]);
  }
  return [...members.values()];
}

function findingsOfLists(graph: Graph, lists: readonly (readonly number[])[]): Finding[] {
  const { parents, depths } = holderChains(graph);
  const retained = retainedSizes(graph);
  const sizes = shallowSizes(graph);
  const found: Finding[] = [];
  for (const list of lists) {
    const held = list.filter((node) => parents[node] !== UNHELD);
    if (held.length < LEAST_MEMBERS) continue;
    // What keeps the others: one that is nearer to a root may be the end that is written to.
    const first = held.reduce((best, node) =>
      retained[node]! > retained[best]! ||
      (retained[node] === retained[best] && depths[node]! < depths[best]!)
        ? node
        : best,
    );
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
