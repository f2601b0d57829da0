/** Whose a node is: the program's, the runtime's, V8's. */
import { edgesOf, type Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { EDGE, NODE } from '../graph/schema.js';
import { classIndex } from './class-names.js';
import { isRuntimeScript } from './runtime.js';
import { scriptOf, sourceLocation } from './scripts.js';

/** Whose a script is: the program's (its packages' among them) or a part of the runtime. */
export type ScriptOrigin = 'program' | 'runtime';

/**
 * Whose a script is, by its name.
 *
 * - Empty: undefined where the script is not known.
 */
export function scriptOrigin(script: string | undefined): ScriptOrigin | undefined {
  if (script === undefined) return undefined;
  return isRuntimeScript(script) ? 'runtime' : 'program';
}

/**
 * Whether a node is a function of the program's own code, or an object that such code constructed.
 * False where the snapshot does not say.
 *
 * - In: a graph with edges and locations.
 */
export function isMadeByCode(graph: Graph, node: number): boolean {
  return scriptOrigin(sourceLocation(graph, node)?.script) === 'program';
}

/**
 * Whether a closure's code is a part of the runtime.
 *
 * - Cost: the closure's edges; a script's name is read once for each function in the source.
 */
export const isOfRuntime = memo((graph: Graph): ((closure: number) => boolean) => {
  const { firstEdge, strings } = graph;
  const { types, names, targets } = edgesOf(graph);
  const sharedNames = strings.indexesOf('shared');
  const known = new Map<number, boolean>();
  return (closure) => {
    for (let edge = firstEdge[closure]!, end = firstEdge[closure + 1]!; edge < end; edge++) {
      if (types[edge] !== EDGE.internal || !sharedNames.has(names[edge]!)) continue;
      let own = known.get(targets[edge]!);
      if (own === undefined) {
        own = scriptOrigin(scriptOf(graph, closure)) === 'runtime';
        known.set(targets[edge]!, own);
      }
      return own;
    }
    return false;
  };
});

/**
 * Names of the classes whose constructor is in a script that is not a part of the runtime. Of each
 * class the first object with a location decides.
 *
 * - In: a graph with edges and locations.
 * - Empty: the snapshot has no locations.
 * - Cost: one pass over the nodes.
 */
export function ownClasses(graph: Graph): ReadonlySet<string> {
  const { labels, of } = classIndex(graph);
  const seen = new Uint8Array(labels.length);
  const own = new Set<string>();
  for (let node = 0; node < graph.nodeCount; node++) {
    const type = of[node]!;
    if (graph.nodeTypes[node] !== NODE.object || seen[type] === 1) continue;
    if (graph.locations?.of(node) === undefined) continue;
    seen[type] = 1;
    if (isMadeByCode(graph, node)) own.add(labels[type]!);
  }
  return own;
}
