/** Which things are counted together: those of one class, functions and scopes of one place. */
import type { Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { EDGE, IS_TEXT, NODE } from '../../graph/schema.js';
import { edgeTarget } from '../../graph/walk.js';
import { classIndex } from '../../v8/class-names.js';
import { isContext } from '../../v8/names.js';
import { sourceLocation } from '../../v8/scripts.js';
import { suspendedFunction } from '../../v8/suspended-calls.js';

/**
 * Things with equal keys are counted together.
 *
 * - Cost: a function's place is read once for each place.
 */
export const contentKeys = memo((graph: Graph): ((node: number) => number | string) => {
  const { nodeTypes, nodeNames, locations } = graph;
  const { labels, of } = classIndex(graph);
  const maySuspend = Uint8Array.from(labels, (label) => Number(SUSPENDED.test(label)));
  const isScope = isContext(graph);
  const places = { function: new Map<number, string>(), suspended: new Map<number, string>() };
  /**
   * The same for one file that is loaded again and again, under an address with another query each
   * time.
   */
  const placeKey = (node: number, kind: keyof typeof places): string => {
    const place = locations?.placeOf[node] ?? 0;
    if (place === 0) return `${kind} ${nodeNames[node]}`;
    let key = places[kind].get(place);
    if (key === undefined) {
      const { script, line, column } = sourceLocation(graph, node)!;
      // Code that was made from text has no file: its functions are told apart by their names.
      key = `${kind} ${script?.replace(/[?#].*$/s, '') ?? graph.nodeNames[node]}:${line}:${column}`;
      places[kind].set(place, key);
    }
    return key;
  };
  return (node) => {
    const type = nodeTypes[node];
    if (type === NODE.closure) return placeKey(node, 'function');
    if (type !== NODE.object) return IS_TEXT[type!] === 1 ? 'text' : of[node]!;
    if (isScope(node)) return `s${edgeTarget(graph, node, EDGE.internal, ['scope_info']) ?? ''}`;
    const suspended = maySuspend[of[node]!] === 1 ? suspendedFunction(graph, node) : undefined;
    return suspended === undefined ? of[node]! : placeKey(suspended, 'suspended');
  };
}, 'contents of containers');

/** Classes of generators and of async functions that wait. */
const SUSPENDED = /Generator$|AsyncFunctionObject$|^AsyncFunction$/;
