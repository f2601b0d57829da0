/** Whose the nodes of a heap are: the program's, the runtime's, V8's. */
import type { Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import type { Partition } from '../../graph/partition.js';
import { NODE, nodeTypeMarks } from '../../graph/schema.js';
import { isContext, isObject } from '../../v8/names.js';
import { isOfRuntime, scriptOrigin } from '../../v8/origin.js';
import { rootOf } from '../../v8/roots.js';
import { fileOfScope } from '../../v8/scopes.js';
import { scriptNames, scriptOf } from '../../v8/scripts.js';
import { nodeRoles, THING } from '../classes/node-roles.js';
import { holderChains, UNHELD } from './holder-chains.js';

/** The labels of `origins`. */
export const ORIGINS = ['program', 'node', 'v8'] as const;
/** Whose a node is. */
export type Origin = (typeof ORIGINS)[number];

const PROGRAM = 0;
const RUNTIME = 1;
const ENGINE = 2;
const UNKNOWN = 3;

const isOfEngine = nodeTypeMarks('array', 'code', 'object shape', 'hidden', 'synthetic', 'number');

/**
 * Whose each node is. A heuristic: functions and scopes by their script, objects by the script of
 * their constructor, native nodes by their class, V8's own by their type. What does not say it by
 * itself (plain objects, arrays, strings) belongs to whom holds it (`holderChains`).
 *
 * - In: a graph with edges, and locations to know who constructs an object.
 * - Out: `program` (packages are a part of it), `node` (the runtime), `v8`.
 * - Cost: that of `holderChains`; 4 bytes a node.
 */
export const origins = memo((graph: Graph): Partition => {
  const { nodeCount } = graph;
  const { parents } = holderChains(graph);
  const of = new Uint32Array(nodeCount).fill(UNKNOWN);
  const originOf = ownOrigin(graph);
  const path: number[] = [];
  for (let first = 0; first < nodeCount; first++) {
    let node = first;
    let origin = of[node]!;
    while (origin === UNKNOWN) {
      origin = originOf(node);
      if (origin !== UNKNOWN) {
        of[node] = origin;
        break;
      }
      path.push(node);
      const parent = parents[node]!;
      if (parent === UNHELD || parent === node) {
        origin = rootOrigin(graph, node);
        break;
      }
      node = parent;
      origin = of[node]!;
    }
    // V8's parts of an object do not make what they hold V8's.
    const inherited = origin === ENGINE ? PROGRAM : origin;
    while (path.length > 0) of[path.pop()!] = inherited;
  }
  return { labels: ORIGINS, of };
}, 'origins');

function rootOrigin(graph: Graph, node: number): number {
  const kind = rootOf(graph, node)?.kind;
  return kind === 'internal' || kind === 'native handle' ? RUNTIME : PROGRAM;
}

function originOfScript(script: string | undefined): number {
  const origin = scriptOrigin(script);
  return origin === undefined ? UNKNOWN : origin === 'runtime' ? RUNTIME : PROGRAM;
}

/** What a node says by itself; UNKNOWN where it says nothing. */
function ownOrigin(graph: Graph): (node: number) => number {
  const { nodeTypes, locations } = graph;
  const isScope = isContext(graph);
  const ofRuntime = isOfRuntime(graph);
  const roles = nodeRoles(graph);
  const scripts = scriptNames(graph);
  // Whose a place in the source is, by its number.
  const places = Array.from(locations?.scriptIds ?? [], (scriptId) => {
    return originOfScript(scripts.get(scriptId));
  });
  return (node) => {
    const type = nodeTypes[node]!;
    if (type === NODE.closure) {
      if (ofRuntime(node)) return RUNTIME;
      return scriptOf(graph, node) === undefined ? ENGINE : PROGRAM;
    }
    if (isScope(node)) {
      return originOfScript(fileOfScope(graph, node));
    }
    const place = locations?.placeOf[node] ?? 0;
    if (place > 0) return places[place - 1]!;
    if (type === NODE.native) return roles[node] === THING ? UNKNOWN : RUNTIME;
    return isOfEngine[type] === 1 && !isObject(graph, node) ? ENGINE : UNKNOWN;
  };
}
