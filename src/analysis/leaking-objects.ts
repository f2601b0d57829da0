/**
 * objgraph's get_leaking_objects: objects of the program that no other object of the program holds. Either nothing holds
 * them at all (weak references lead to them at most), or only the engine's and the embedder's own roots do: native
 * handles, the stack.
 */
import { edgesOf, type Graph } from '../graph/graph.js';
import { retainersOf } from '../graph/retainers.js';
import { NODE } from '../graph/schema.js';
import { holds } from './chains.js';
import { isMadeByProgram } from './program-types.js';
import { userRoots } from './shallow-sizes.js';

/** An object that no object of the program holds. */
export interface LeakingObject {
  readonly node: number;
  /** `nothing`, or the name of the internal root: `(Global handles)`, `(Stack roots)`. */
  readonly heldBy: string;
}

/** In the order of the file. User roots are held by the program itself. Cost: linear in nodes and edges. */
export function leakingObjects(graph: Graph): LeakingObject[] {
  const { firstEdge, nodeTypes, strings, nodeNames } = graph;
  const { firstRetainer, sources } = retainersOf(graph);
  const { targets } = edgesOf(graph);
  const keeps = holds(graph);
  const isUserRoot = new Set(userRoots(graph));
  const found: LeakingObject[] = [];
  const holdsBy = (source: number, node: number): boolean => {
    for (let edge = firstEdge[source]!, end = firstEdge[source + 1]!; edge < end; edge++) {
      if (targets[edge] === node && keeps(edge, source)) return true;
    }
    return false;
  };
  for (let node = 0; node < graph.nodeCount; node++) {
    if (isMadeByProgram[nodeTypes[node]!] === 0 || isUserRoot.has(node) || node === graph.root) continue;
    let heldBy = 'nothing';
    let before = -1;
    for (let i = firstRetainer[node]!, end = firstRetainer[node + 1]!; i < end && heldBy !== ''; i++) {
      const source = sources[i]!;
      if (source === before) continue;
      before = source;
      if (!holdsBy(source, node)) continue;
      heldBy = nodeTypes[source] === NODE.synthetic ? strings.get(nodeNames[source]!) : '';
    }
    if (heldBy !== '') found.push({ node, heldBy });
  }
  return found;
}
