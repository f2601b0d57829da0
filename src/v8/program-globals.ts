/** What a program put on the global object itself. */
import { edgesOf, type Graph } from '../graph/graph.js';
import { EDGE, nodeTypeMarks } from '../graph/schema.js';
import { globalObjects } from './realms.js';

/** Global names whose values are objects of the language or of a runtime, not functions. */
const STANDARD = new Set(
  (
    'Atomics Deno Intl JSON Math Reflect Temporal WebAssembly __proto__ caches chrome clientInformation ' +
    'console crypto customElements document external frames global globalThis history indexedDB location ' +
    'locationbar menubar navigation navigator parent performance personalbar process scheduler screen ' +
    'scrollbars self sessionStorage localStorage speechSynthesis statusbar styleMedia toolbar top ' +
    'trustedTypes visualViewport window'
  ).split(' '),
);

const isValue = nodeTypeMarks('object', 'regexp', 'string', 'concatenated string', 'sliced string', 'bigint');

/** Whether the name of a global that is no function is the language's or a runtime's. */
export function isStandardGlobal(name: string): boolean {
  return STANDARD.has(name) || name.startsWith('<symbol ') || /^(Infinity|NaN|undefined)$/.test(name);
}

/**
 * Values of properties of the global objects whose names no runtime has: `globalThis.cache`. A
 * heuristic: by the names. Functions are left out, as they say whose they are.
 *
 * - In: a graph with edges.
 * - Order: of the global objects' properties.
 * - Cost: that of `globalObjects`; the edges of the global objects.
 */
export function programGlobals(graph: Graph): number[] {
  const { nodeTypes, firstEdge, strings } = graph;
  const { types, names, targets } = edgesOf(graph);
  const globals = globalObjects(graph);
  const found: number[] = [];
  for (const global of globals.keys()) {
    for (let edge = firstEdge[global]!, end = firstEdge[global + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (types[edge] !== EDGE.property || isValue[nodeTypes[target]!] === 0 || globals.has(target)) continue;
      if (!isStandardGlobal(strings.get(names[edge]!))) found.push(target);
    }
  }
  return found;
}
