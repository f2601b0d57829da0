/**
 * objgraph's get_leaking_objects: objects of the program that no other object of the program holds.
 * Either nothing holds them at all (weak references lead to them at most), or only the engine's and
 * the embedder's own roots do: native handles, the stack.
 */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { NODE } from '../../graph/schema.js';
import { isInternal } from '../../v8/names.js';
import { isMadeByCode } from '../../v8/origin.js';
import { isMadeByProgram } from '../../v8/program-types.js';
import { userRoots } from '../../v8/user-roots.js';
import { type EdgeTest, keepsAlive } from '../sizes/essential-edges.js';

/** An object that no object of the program holds. */
export interface LeakingObject {
  readonly node: number;
  /** `nothing`, or the name of the internal root: `(Global handles)`, `(Stack roots)`. */
  readonly heldBy: string;
  /** Whether the program's own code made it: a function of that, or what it constructed. */
  readonly own: boolean;
}

/**
 * Roots of what the engine itself needs. Symbols that only these hold are private ones: every
 * snapshot has them.
 */
const ENGINE_ROOTS = /^\((Read-only roots|Strong root list|Strong roots|Root list|Builtins)\)$/;

/**
 * Objects that no other object of the program holds, without the engine's own symbols.
 *
 * - In: a graph with edges; with locations, `own` is known.
 * - Out: user roots are held by the program itself. What V8's own arrays and hidden nodes hold is
 *   held by whatever holds these. Of several roots the nearest is named.
 * - Order: of the file.
 * - Ties: of equally near roots the last in the file.
 * - Cost: linear in nodes and edges, however many of them one node has; 6 bytes a node while it
 *   runs.
 */
export function leakingObjects(graph: Graph): LeakingObject[] {
  const { firstEdge, nodeCount, nodeTypes, strings, nodeNames } = graph;
  const { targets } = edgesOf(graph);
  const keeps = keepsAlive(graph);
  const helpers = programHelpers(graph, keeps);
  const isUserRoot = new Set(userRoots(graph));
  const isHeld = new Uint8Array(nodeCount); // by an object of the program, itself or through helpers
  const rootOf = new Int32Array(nodeCount).fill(NONE);
  for (let source = 0; source < nodeCount; source++) {
    const isRoot = nodeTypes[source] === NODE.synthetic;
    if (!isRoot && helpers[source] === UNHELD) continue;
    for (let edge = firstEdge[source]!, end = firstEdge[source + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (target === source || !keeps(edge, source)) continue;
      if (isRoot) rootOf[target] = source;
      else isHeld[target] = 1;
    }
  }
  const waiting: number[] = []; // helpers whose root is known, the nearest to a root first
  for (let node = 0; node < nodeCount; node++)
    if (helpers[node] === UNHELD && rootOf[node] !== NONE) waiting.push(node);
  for (const helper of waiting) {
    for (let edge = firstEdge[helper]!, end = firstEdge[helper + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (rootOf[target] !== NONE || !keeps(edge, helper)) continue;
      rootOf[target] = rootOf[helper]!;
      if (helpers[target] === UNHELD) waiting.push(target);
    }
  }
  const found: LeakingObject[] = [];
  for (let node = 0; node < nodeCount; node++) {
    if (isMadeByProgram[nodeTypes[node]!] === 0 || isHeld[node] === 1) continue;
    if (isUserRoot.has(node) || node === graph.root) continue;
    const root = rootOf[node]!;
    const heldBy = root === NONE ? 'nothing' : strings.get(nodeNames[root]!);
    if (nodeTypes[node] === NODE.symbol && ENGINE_ROOTS.test(heldBy)) continue;
    found.push({ node, heldBy, own: isMadeByCode(graph, node) });
  }
  return found;
}

const NONE = -1;
const UNHELD = 1;
const HELD = 2;

/**
 * By node: 0 for what is no helper of V8, else whether an object of the program holds it, itself or
 * through others.
 */
function programHelpers(graph: Graph, keeps: EdgeTest): Uint8Array {
  const { nodeCount, nodeTypes, firstEdge } = graph;
  const { targets } = edgesOf(graph);
  const internal = isInternal(graph);
  const helpers = new Uint8Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    if (nodeTypes[node] === NODE.array || internal(node)) helpers[node] = UNHELD;
  }
  const waiting: number[] = [];
  const mark = (node: number): void => {
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (helpers[target] !== UNHELD || !keeps(edge, node)) continue;
      helpers[target] = HELD;
      waiting.push(target);
    }
  };
  for (let node = 0; node < nodeCount; node++)
    if (helpers[node] === 0 && nodeTypes[node] !== NODE.synthetic) mark(node);
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) mark(node);
  return helpers;
}
