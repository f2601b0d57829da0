/**
 * objgraph's get_leaking_objects: objects of the program that no other object of the program holds. Either nothing holds
 * them at all (weak references lead to them at most), or only the engine's and the embedder's own roots do: native
 * handles, the stack.
 */
import { edgesOf, type Graph } from '../graph/graph.js';
import { retainersOf } from '../graph/retainers.js';
import { NODE } from '../graph/schema.js';
import { type EdgeTest, keepsAlive } from './essential-edges.js';
import { isMadeByProgram } from './program-types.js';
import { userRoots } from './shallow-sizes.js';
import { isInternal } from './v8-nodes.js';

/** An object that no object of the program holds. */
export interface LeakingObject {
  readonly node: number;
  /** `nothing`, or the name of the internal root: `(Global handles)`, `(Stack roots)`. */
  readonly heldBy: string;
}

/**
 * In the order of the file. User roots are held by the program itself. What V8's own arrays and hidden nodes hold is held
 * by whatever holds these. Cost: linear in nodes and edges; a byte a node while it runs.
 */
export function leakingObjects(graph: Graph): LeakingObject[] {
  const { firstEdge, nodeTypes, strings, nodeNames } = graph;
  const { firstRetainer, sources } = retainersOf(graph);
  const { targets } = edgesOf(graph);
  const keeps = keepsAlive(graph);
  const helpers = programHelpers(graph, keeps);
  const isUserRoot = new Set(userRoots(graph));
  const holdsBy = (source: number, node: number): boolean => {
    for (let edge = firstEdge[source]!, end = firstEdge[source + 1]!; edge < end; edge++) {
      if (targets[edge] === node && keeps(edge, source)) return true;
    }
    return false;
  };
  /** The internal root that holds a node, itself or through V8's helpers; `` for an object of the program. */
  const holderOf = (start: number): string => {
    const seen = new Set([start]);
    let root = 'nothing';
    for (const node of seen) {
      let before = -1;
      for (let i = firstRetainer[node]!, end = firstRetainer[node + 1]!; i < end; i++) {
        const source = sources[i]!;
        if (source === before || seen.has(source)) continue;
        before = source;
        if (!holdsBy(source, node)) continue;
        if (nodeTypes[source] === NODE.synthetic) root = strings.get(nodeNames[source]!);
        else if (helpers[source] !== UNHELD) return '';
        else seen.add(source);
      }
    }
    return root;
  };
  const found: LeakingObject[] = [];
  for (let node = 0; node < graph.nodeCount; node++) {
    if (isMadeByProgram[nodeTypes[node]!] === 0 || isUserRoot.has(node) || node === graph.root) continue;
    const heldBy = holderOf(node);
    if (heldBy !== '') found.push({ node, heldBy });
  }
  return found;
}

const UNHELD = 1;
const HELD = 2;

/** By node: 0 for what is no helper of V8, else whether an object of the program holds it, itself or through others. */
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
