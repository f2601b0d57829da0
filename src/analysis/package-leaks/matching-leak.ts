/** Leaks of packages, known by the references that lead to what leaks. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { className } from '../../v8/class-names.js';
import { isContext } from '../../v8/names.js';
import { fileOfScope, rootScopeOf } from '../../v8/scopes.js';
import { scriptOf } from '../../v8/scripts.js';
import { nodeRoles, THING } from '../classes/node-roles.js';
import type { PackageLeak } from './package-leak.js';

/**
 * The leaks whose references stand on a chain, in their order.
 *
 * - In: the nodes of a chain from its root on.
 * - Cost: the edges of the chain's nodes, for the references that are looked for.
 */
export function matchingLeaks(
  graph: Graph,
  nodes: readonly number[],
  leaks: readonly PackageLeak[],
): PackageLeak[] {
  const roles = nodeRoles(graph);
  return leaks.filter(({ references, direct = false }) => {
    let at = 0;
    const isThere = references.every((reference) => {
      while (at < nodes.length - 1) {
        const found = isOne(graph, nodes[at]!, nodes[at + 1]!, reference);
        at++;
        if (found) return true;
      }
      return false;
    });
    const behind = (): number => nodes.slice(at + 1).filter((node) => roles[node] === THING).length;
    return isThere && (!direct || behind() <= 1);
  });
}

function isOne(
  graph: Graph,
  node: number,
  next: number,
  { class: classes, script, reference }: PackageLeak['references'][number],
): boolean {
  if (classes && !classes.includes(className(graph, node))) return false;
  if (!hasEdge(graph, node, next, reference)) return false;
  return script === undefined || isOfScript(scriptOfNode(graph, node), script);
}

function hasEdge(graph: Graph, node: number, next: number, wanted: readonly string[]): boolean {
  const { types, names, targets } = edgesOf(graph);
  for (let edge = graph.firstEdge[node]!, end = graph.firstEdge[node + 1]!; edge < end; edge++) {
    if (targets[edge] !== next) continue;
    const type = types[edge];
    if (type === EDGE.element || type === EDGE.hidden || type === EDGE.weak) continue;
    if (wanted.some((name) => graph.strings.equals(names[edge]!, name))) return true;
  }
  return false;
}

function scriptOfNode(graph: Graph, node: number): string | undefined {
  if (graph.nodeTypes[node] === NODE.closure) return scriptOf(graph, node);
  if (!isContext(graph)(node)) return undefined;
  return rootScopeOf(graph, node)?.file ?? fileOfScope(graph, node);
}

/** Whether a path ends like this, at the beginning of a folder's or a file's name. */
function isOfScript(path: string | undefined, end: string): boolean {
  if (path === undefined) return false;
  const plain = path.replaceAll('\\', '/');
  return plain === end || plain.endsWith(`/${end}`);
}
