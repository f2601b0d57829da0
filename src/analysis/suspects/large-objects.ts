/** Objects that are large by themselves. */
import type { Graph } from '../../graph/graph.js';
import { retainersOf } from '../../graph/retainers.js';
import { IS_TEXT } from '../../graph/schema.js';
import { className } from '../../v8/class-names.js';
import { isMachinery } from '../../v8/helpers.js';
import { isContext } from '../../v8/names.js';
import { prototypeNodes } from '../classes/instances.js';
import { nodeRoles, WALL } from '../classes/node-roles.js';
import { holderChains, UNHELD } from '../holders/holder-chains.js';
import { holderPaths } from '../holders/holder-paths.js';
import { ownerOfPart } from '../holders/part-owner.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import type { Finding } from './finding.js';

/** Bytes that one object's own parts have to have. */
const LEAST_OWN = 50_000;

/** Whether compiled code or a script refers to a text: its source, or one that stands in it. */
function isOfCode(graph: Graph, text: number): boolean {
  const { firstRetainer, sources } = retainersOf(graph);
  const isCode = isMachinery(graph);
  return sources.subarray(firstRetainer[text]!, firstRetainer[text + 1]!).some((source) => isCode(source));
}

/**
 * Objects whose own bytes, with those of the parts that only they have (items, tables, memory
 * outside of the heap), are many: an array of numbers, a buffer, a long text. Those of one class
 * that are held alike are one.
 *
 * - Cost: one pass over the nodes; a chain for each large one.
 */
export function largeFindings(graph: Graph): Finding[] {
  const { nodeCount, nodeTypes } = graph;
  const isPrototype = prototypeNodes(graph);
  const roles = nodeRoles(graph);
  const sizes = shallowSizes(graph);
  const { parents } = holderChains(graph);
  const own = new Map<number, number>();
  for (let node = 0; node < nodeCount; node++) {
    if (sizes[node]! < LEAST_OWN || parents[node] === UNHELD) continue;
    const owner = ownerOfPart(graph, node);
    if (roles[owner] === WALL || isContext(graph)(owner) || isPrototype[owner] === 1) continue;
    if (IS_TEXT[nodeTypes[owner]!] === 1 && isOfCode(graph, owner)) continue;
    own.set(owner, (own.get(owner) ?? 0) + sizes[node]!);
  }
  const paths = holderPaths(graph);
  const alike = new Map<string, number[]>();
  for (const node of own.keys()) {
    const place = `${paths.pathOf(node)} ${className(graph, node)}`;
    const list = alike.get(place);
    if (list) list.push(node);
    else alike.set(place, [node]);
  }
  return Array.from(alike.values(), (members): Finding => {
    members.sort((a, b) => own.get(b)! - own.get(a)!);
    return {
      kind: 'large',
      verdict: 'large',
      members,
      holder: members[0]!,
      functions: [],
      word: '',
      places: members.length,
      estimate: members.reduce((sum, node) => sum + own.get(node)!, 0),
    };
  });
}
