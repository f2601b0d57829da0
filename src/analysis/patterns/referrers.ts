/** Who refers to an object, through the parts that V8 puts in between, and by what reference. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { retainersOf, retainingEdges } from '../../graph/retainers.js';
import { EDGE } from '../../graph/schema.js';
import { referenceText } from '../../v8/reference-text.js';
import { nodeRoles, WAY } from '../classes/node-roles.js';
import { keepsAlive } from '../sizes/essential-edges.js';
import type { References } from './reference-groups.js';

export interface Referrers {
  /** References in words; it grows. */
  readonly texts: readonly string[];
  /** Adds each object that refers to a node, its class and the number of the reference's text. */
  readonly collect: (node: number, into: References) => void;
}

/** Texts whose numbers are remembered by retainer. */
const MOST_TEXTS = 2 ** 16 - 2;

export function referrers(graph: Graph, of: Uint32Array): Referrers {
  const { nodeCount } = graph;
  const { types, names } = edgesOf(graph);
  const { firstRetainer, sources } = retainersOf(graph);
  const roles = nodeRoles(graph);
  const keeps = keepsAlive(graph);
  const texts: string[] = [];
  const byText = new Map<string, number>();
  const byName = new Map<number, number>();
  const textOf = (edge: number): number => {
    const type = types[edge]!;
    // The name of an element is its index.
    const key = type === EDGE.element ? -1 : names[edge]! * 16 + type;
    let number = byName.get(key);
    if (number !== undefined) return number;
    const text = referenceText(graph, type, names[edge]!);
    number = byText.get(text) ?? texts.push(text) - 1;
    byText.set(text, number);
    byName.set(key, number);
    return number;
  };
  /**
   * By retainer what was found out of it: that it says nothing, or the number of its text plus two.
   * Branches lead through the same objects over and over.
   */
  const known = new Uint16Array(sources.length);
  const edges = retainingEdges(graph);
  /** The text of the reference of a retainer; -1 where it keeps nothing or stands there twice. */
  const lookUp = (node: number, at: number): number => {
    const source = sources[at]!;
    if (source === node || (at > firstRetainer[node]! && source === sources[at - 1])) return -1;
    // Of several edges of a source the first that keeps alive.
    for (let i = at, end = firstRetainer[node + 1]!; i < end && sources[i] === source; i++)
      if (keeps(edges[i]!, source)) return textOf(edges[i]!);
    return -1;
  };
  const textAt = (node: number, at: number): number => {
    const code = known[at]!;
    if (code !== 0) return code - 2;
    const text = lookUp(node, at);
    if (text < MOST_TEXTS) known[at] = text + 2;
    return text;
  };
  /** By node the call that went through it, where it is a part of an object. */
  const passed = new Uint32Array(nodeCount);
  let call = 0;
  // The way up through parts of objects, which may be long: nodes, and how far each was looked at.
  const way: number[] = [];
  const next: number[] = [];
  const enter = (node: number): void => {
    way.push(node);
    next.push(firstRetainer[node]!);
  };
  /** Adds what refers to a part of an object, for what the part is of. */
  const climb = (part: number, via: number, held: number, into: References): void => {
    enter(part);
    while (way.length > 0) {
      const top = way.length - 1;
      const node = way[top]!;
      const at = next[top]!++;
      if (at >= firstRetainer[node + 1]!) {
        way.pop();
        next.pop();
        continue;
      }
      if (textAt(node, at) < 0) continue;
      const source = sources[at]!;
      if (roles[source] !== WAY) into.add(of[source]!, via, source, held);
      else if (passed[source] !== call) {
        passed[source] = call;
        enter(source);
      }
    }
  };
  return {
    texts,
    collect(node, into) {
      call++;
      for (let at = firstRetainer[node]!, end = firstRetainer[node + 1]!; at < end; at++) {
        // The reference to an item says more than that to the array that has it.
        const via = textAt(node, at);
        if (via < 0) continue;
        const source = sources[at]!;
        if (roles[source] !== WAY) into.add(of[source]!, via, source, node);
        else if (passed[source] !== call) {
          passed[source] = call;
          climb(source, via, node, into);
        }
      }
    },
  };
}
