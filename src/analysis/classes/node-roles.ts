/**
 * What a node is on the way from a container to what it contains: a thing of its own, a part of
 * one, or neither.
 */

import type { Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { NODE } from '../../graph/schema.js';
import { landmarks } from '../../v8/landmarks.js';
import { isContext } from '../../v8/names.js';
import { isRuntimeNativeName, systemKind } from '../../v8/system-names.js';
import { literalTemplates } from '../../v8/templates.js';
import { heapgraphNodes } from './own-objects.js';

/** Code, feedback, shapes, numbers: what only they lead to is not the program's. */
export const WALL = 0;
/** A part of its owner: arrays, tables, cells, reactions, containers of the engine. */
export const WAY = 1;
/** An object, function, scope, string, symbol, bigint or native object. */
export const THING = 2;

/**
 * One of WALL, WAY and THING for every node. Templates of literals, and snapshots that the process
 * took of itself, are walls. Needs edges. Cost: one pass over the nodes, and a look at each
 * distinct name; a byte a node.
 */
export const nodeRoles = memo((graph: Graph): Uint8Array => {
  const { nodeCount, nodeTypes, nodeNames, strings } = graph;
  const roles = new Uint8Array(nodeCount);
  const byType = new Uint8Array(256).fill(THING);
  for (const type of ['code', 'object shape', 'number', 'synthetic'] as const) byType[NODE[type]] = WALL;
  // Bun up to 1.2 has a type of its own for the arrays of a program, and takes scopes for code.
  const isBun = landmarks(graph).runtime === 'Bun';
  byType[NODE.array] = isBun ? THING : WAY;
  const { object, hidden, native } = NODE;
  // By string, one byte for each of the three types whose role depends on the name: the role plus
  // one.
  const known = new Uint8Array(strings.length * 3);
  for (let node = 0; node < nodeCount; node++) {
    const type = nodeTypes[node]!;
    const slot = type === object ? 0 : type === hidden ? 1 : type === native ? 2 : -1;
    const name = nodeNames[node]!;
    if (slot < 0 || name >= strings.length) {
      roles[node] = byType[type]!;
      continue;
    }
    const key = name * 3 + slot;
    if (known[key] === 0) known[key] = roleByName(type, strings.get(name)) + 1;
    roles[node] = known[key]! - 1;
  }
  if (isBun) {
    const isScope = isContext(graph);
    for (let node = 0; node < nodeCount; node++) if (isScope(node)) roles[node] = THING;
  }
  const templates = literalTemplates(graph);
  const own = heapgraphNodes(graph);
  for (let node = 0; node < nodeCount; node++)
    if (templates[node] === 1 || own?.[node] === 1) roles[node] = WALL;
  return roles;
}, 'roles of nodes');

function roleByName(type: number, name: string): number {
  const kind = systemKind(name);
  if (kind === 'scope') return THING;
  if (kind === 'description') return WALL;
  // A Proxy and the like are objects of the language that V8 writes as hidden nodes.
  if (kind !== undefined) return kind === 'object' && type !== NODE.object ? THING : WAY;
  if (type === NODE.native) return isRuntimeNativeName(name) ? WAY : THING;
  return type === NODE.hidden ? WAY : THING;
}
