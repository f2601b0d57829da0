/** Places where many of a kind gather. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { className } from '../../v8/class-names.js';
import { commonJsModules } from '../../v8/modules.js';
import { isContext } from '../../v8/names.js';
import { isRoot } from '../../v8/roots.js';
import { prototypeNodes } from '../classes/instances.js';
import { nodeRoles, THING, WAY } from '../classes/node-roles.js';
import { holderChains, UNHELD } from '../holders/holder-chains.js';
import { holderPaths } from '../holders/holder-paths.js';
import { contentKeys } from '../leaks/content-keys.js';
import { byShape } from '../leaks/object-shapes.js';
import { essentialEdges } from '../sizes/essential-edges.js';
import { retainedSizes } from '../sizes/retained-sizes.js';
import { type Finding, LEAST_MEMBERS } from './finding.js';
import { outerPlace } from './outer-place.js';

/** One member with more than this share of all makes it no place where many gather. */
const LARGEST_SHARE = 0.5;
/** Containers that are held alike, and what is in them by kind. */
interface Draft {
  readonly kinds: Map<number | string, number[]>;
  readonly containers: number[];
  largest: number;
  largestCount: number;
}

/**
 * Objects that refer to at least 20 of one kind, by their items, entries or properties. Parts of
 * the engine count for their owner. What is referred to from elsewhere, too, counts: two arrays of
 * the same objects are both found. Containers that are held alike are one place.
 *
 * - Out: what gives the findings, which retained sizes are needed for.
 * - Cost: one pass over the edges; `holderPaths` of the containers that are found.
 */
export function gatheringFindings(graph: Graph): () => Finding[] {
  const drafts = draftsOf(graph);
  return () => findingsOfDrafts(graph, drafts);
}

function draftsOf(graph: Graph): readonly Draft[] {
  const { nodeCount, nodeTypes, firstEdge } = graph;
  const { types, names, targets } = edgesOf(graph);
  const prototype = graph.strings.indexesOf('__proto__');
  const essential = essentialEdges(graph);
  const roles = nodeRoles(graph);
  const keyOf = contentKeys(graph);
  const paths = holderPaths(graph);
  const isRootNode = isRoot(graph);
  const isScope = isContext(graph);
  const isPrototype = prototypeNodes(graph);
  const { parents } = holderChains(graph);
  const drafts = new Map<string, Draft>();

  // Most objects have few references: those of their own and of the engine's parts that they hold.
  const ofParts = new Uint8Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    if (roles[node] !== WAY) continue;
    const owner = parents[node]!;
    if (owner === UNHELD) continue;
    const count = ofParts[owner]! + firstEdge[node + 1]! - firstEdge[node]!;
    ofParts[owner] = count < LEAST_MEMBERS ? count : LEAST_MEMBERS;
  }
  const parts: number[] = []; // of one node
  const findParts = (node: number): void => {
    parts.length = 0;
    parts.push(node);
    for (let at = 0; at < parts.length && parts.length < MOST_PARTS; at++) {
      for (let edge = firstEdge[parts[at]!]!, end = firstEdge[parts[at]! + 1]!; edge < end; edge++) {
        const target = targets[edge]!;
        if (roles[target] !== WAY || essential[edge] === 0 || parents[target] !== parts[at]) continue;
        parts.push(target);
      }
    }
  };
  const members: number[] = []; // of one node
  // By node, so that one look at a target is enough for most: whether it may be a member.
  const open = new Uint8Array(nodeCount);
  for (let node = 0; node < nodeCount; node++)
    if (roles[node] === THING && isMember(nodeTypes[node]!)) open[node] = 1;
  const findMembers = (node: number): void => {
    members.length = 0;
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!;
      for (let edge = firstEdge[part]!, end = firstEdge[part + 1]!; edge < end; edge++) {
        const target = targets[edge]!;
        if (open[target] === 0 || essential[edge] === 0 || target === node || isRootNode(target)) continue;
        if (isPrototype[target] === 1 && types[edge] === EDGE.property && prototype.has(names[edge]!))
          continue;
        open[target] = 0;
        members.push(target);
      }
    }
    for (let i = 0; i < members.length; i++) open[members[i]!] = 1;
  };

  for (let node = 0; node < nodeCount; node++) {
    if (nodeTypes[node] !== NODE.object || isPrototype[node] === 1 || roles[node] !== THING) continue;
    if (ofParts[node]! + firstEdge[node + 1]! - firstEdge[node]! < LEAST_MEMBERS) continue;
    if (parents[node] === UNHELD || isScope(node) || isRootNode(node)) continue;
    findParts(node);
    findMembers(node);
    if (members.length < LEAST_MEMBERS) continue;
    const kinds = new Map<number | string, number[]>();
    for (const target of members) {
      const key = keyOf(target);
      const list = kinds.get(key);
      if (list) list.push(target);
      else kinds.set(key, [target]);
    }
    const many = [...kinds].filter(([, list]) => list.length >= LEAST_MEMBERS);
    if (many.length === 0) continue;
    const place = `${paths.pathOf(node)} ${className(graph, node)}`;
    let draft = drafts.get(place);
    if (!draft) {
      draft = { kinds: new Map(), containers: [], largest: node, largestCount: 0 };
      drafts.set(place, draft);
    }
    draft.containers.push(node);
    for (const [key, list] of many) {
      const known = draft.kinds.get(key);
      if (known === undefined) draft.kinds.set(key, list);
      else for (const member of list) known.push(member);
      if (list.length <= draft.largestCount) continue;
      draft.largest = node;
      draft.largestCount = list.length;
    }
  }
  return [...drafts.values()];
}

function findingsOfDrafts(graph: Graph, drafts: readonly Draft[]): Finding[] {
  const retained = retainedSizes(graph);
  const { exportsOf } = commonJsModules(graph);
  const found: Finding[] = [];
  const add = (
    members: readonly number[],
    beside: readonly number[],
    holder: number,
    places: number,
  ): void => {
    let estimate = 0;
    let most = 0;
    for (const member of members) {
      estimate += retained[member]!;
      most = Math.max(most, retained[member]!);
    }
    if (most > LARGEST_SHARE * estimate) return;
    for (const member of beside) estimate += retained[member]!;
    if (2 * members.filter((node) => exportsOf.has(node)).length > members.length) return;
    found.push({
      kind: 'gathering',
      verdict: 'large',
      members,
      beside,
      holder,
      functions: [],
      word: '',
      places,
      estimate,
    });
  };
  for (const { kinds, containers, largest } of drafts) {
    // Keys stand beside their values.
    const lists = [...kinds.values()]
      .flatMap((list) => byShape(graph, list, LEAST_MEMBERS))
      .sort((a, b) => weightOf(graph, b, retained) - weightOf(graph, a, retained));
    add(lists[0]!, lists.slice(1).flat(), largest, containers.length);
    const outer = containers.length < LEAST_MEMBERS ? undefined : outerPlace(graph, containers);
    if (outer) add(outer.members, [], outer.holder, 1);
  }
  return found;
}

/** What a list of members says of the place they are in: their bytes, texts by a tenth. */
function weightOf({ nodeTypes }: Graph, members: readonly number[], retained: ArrayLike<number>): number {
  let sum = 0;
  for (const member of members) sum += retained[member]!;
  return nodeTypes[members[0]!] === NODE.object || nodeTypes[members[0]!] === NODE.closure ? sum : sum / 10;
}

const MOST_PARTS = 1000;

/** Symbols and the engine's own are not what a program gathers. */
function isMember(type: number): boolean {
  return type !== NODE.symbol && type !== NODE.synthetic && type !== NODE.code;
}
