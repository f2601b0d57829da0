/**
 * Heads: the first new things behind what was there in the first snapshot, and the containers that
 * lead to them.
 */

import { edgesOf, type Graph } from '../../graph/graph.js';
import { NODE } from '../../graph/schema.js';
import { symbolTables } from '../../v8/symbol-tables.js';
import { nodeRoles, THING, WALL } from '../classes/node-roles.js';
import { keepsAlive } from '../sizes/essential-edges.js';

/** An old thing with parts that were made since. */
export interface Rebuilt {
  readonly node: number;
  /** Bytes of the new parts, as V8 wrote them. */
  readonly size: number;
}

/** A way that more containers reach than this is credited to the first of them. */
const MOST_VISITS = 4;

/**
 * Synthetic nodes that are lists of native handles: containers. Of others only the table of
 * `Symbol.for` is one, and the root is none.
 */
const HANDLES = /^(\((Global|Eternal|Traced) handles\)|Node \/ .*|C\+\+ (?!native stack).*)$/;

/** Smaller parts are not looked at. */
const LEAST_PART = 256;

export interface Heads {
  readonly headNodes: Uint32Array;
  readonly headEdges: Uint32Array;
  readonly headContainers: Uint32Array;
}

/**
 * From every old thing, through ways of any age, to the first new things. In the order of the file.
 */
export function headsOf(graph: Graph, ages: Uint8Array): Heads & { readonly rebuilt: readonly Rebuilt[] } {
  const { nodeCount, firstEdge, nodeTypes, root, selfSizes } = graph;
  const { targets } = edgesOf(graph);
  const roles = nodeRoles(graph);
  const keeps = keepsAlive(graph);
  const lists = handleLists(graph);
  const symbols = symbolTables(graph);
  const nodes: number[] = [];
  const edges: number[] = [];
  const containers: number[] = [];
  const stamp = new Uint32Array(nodeCount); // the container that met a node last, plus one
  const visits = new Uint8Array(nodeCount);
  const stack: number[] = [];
  const first: number[] = []; // beside the stack: the container's own edge
  const { synthetic, hidden } = NODE;
  const rebuilt: Rebuilt[] = [];
  for (let container = 0; container < nodeCount; container++) {
    if (ages[container] !== 0 || container === root) continue;
    const table = symbols.get(container);
    if (nodeTypes[container] === synthetic) {
      if (table === undefined && !lists.has(container)) continue;
    } else if (roles[container] !== THING) continue;
    const mark = container + 1;
    let source = container;
    let through = -1;
    let parts = 0;
    for (;;) {
      const isTable = table !== undefined && source === container;
      const end = isTable ? table + 1 : firstEdge[source + 1]!;
      for (let edge = isTable ? table : firstEdge[source]!; edge < end; edge++) {
        const target = targets[edge]!;
        const role = roles[target]!;
        if (role === WALL || stamp[target] === mark) continue;
        if (role === THING) {
          if (ages[target] === 0 || !keeps(edge, source)) continue;
          stamp[target] = mark;
          nodes.push(target);
          edges.push(through < 0 ? edge : through);
          containers.push(container);
        } else if (visits[target]! < MOST_VISITS && keeps(edge, source)) {
          stamp[target] = mark;
          visits[target]!++;
          if (ages[target] !== 0) parts += selfSizes[target]!;
          stack.push(target);
          first.push(through < 0 ? edge : through);
        }
      }
      if (stack.length === 0) break;
      source = stack.pop()!;
      through = first.pop()!;
    }
    if (parts >= LEAST_PART && nodeTypes[container] !== synthetic && nodeTypes[container] !== hidden)
      rebuilt.push({ node: container, size: parts });
  }
  return {
    rebuilt,
    headNodes: Uint32Array.from(nodes),
    headEdges: Uint32Array.from(edges),
    headContainers: Uint32Array.from(containers),
  };
}

function handleLists(graph: Graph): ReadonlySet<number> {
  const { nodeCount, nodeTypes, nodeNames, strings } = graph;
  const found = new Set<number>();
  for (let node = 0; node < nodeCount; node++)
    if (nodeTypes[node] === NODE.synthetic && HANDLES.test(strings.get(nodeNames[node]!))) found.add(node);
  return found;
}
