/** Whose the objects of a class are: the program's, the runtime's, the language's, V8's. */

import type { Graph } from '../../graph/graph.js';
import type { Partition, Partitioner } from '../../graph/partition.js';
import { NODE, nodeTypeMarks } from '../../graph/schema.js';
import { isOfRuntime, scriptOrigin } from '../../v8/origin.js';
import { sourceLocation } from '../../v8/scripts.js';
import { isSystemName } from '../../v8/system-names.js';
import { nodeRoles, THING } from './node-roles.js';

/**
 * - `program`: classes that the program's code constructs, its packages' among them, and what it
 *   makes of a page.
 * - `function`: functions; where they are told apart by their code, those that are not the
 *   runtime's.
 * - `unknown`: classes with a name that the language does not have, of which the snapshot does not
 *   say whose they are.
 * - `runtime`: classes and functions of the runtime.
 * - `plain`: what the language brings: plain objects, arrays, Maps, promises, strings, numbers.
 * - `engine`: V8's own arrays, code, shapes, scopes and tables.
 */
export type ClassKind = 'program' | 'function' | 'unknown' | 'runtime' | 'plain' | 'engine';

/** In the order of what says most about a program. */
export const CLASS_KINDS: readonly ClassKind[] = [
  'program',
  'function',
  'unknown',
  'runtime',
  'plain',
  'engine',
];

const isOfEngine = nodeTypeMarks('array', 'code', 'object shape', 'hidden', 'synthetic');

/** Constructors that are part of the language: what they make is the program's or anybody's. */
const BUILT_IN = new RegExp(
  `^(${[
    'Object|Function|Array|Map|Set|Promise|Date|RegExp|Proxy|Symbol|BigInt|Boolean|Number|String|Arguments|Module',
    'Weak(Map|Set|Ref)|FinalizationRegistry|(Shared)?ArrayBuffer|DataView|(Big)?(Ui|I)nt\\d+(Clamped)?Array|Float\\d+Array',
    '(Async)?(Generator|Function|GeneratorFunction)|(.* )?Iterator|.*Iterator',
    '(Aggregate|Eval|Range|Reference|Syntax|Type|URI)?Error|Intl\\..*|WebAssembly\\..*',
  ].join('|')})$`,
);

/**
 * By number of the class, whose its objects are; undefined for classes of which the graph has none.
 * Objects are the program's when the first of them of which the snapshot says it was constructed by
 * its code.
 *
 * - In: a graph with edges, and locations to know who constructs an object.
 * - Cost: one pass over the nodes.
 */
export function classKinds(graph: Graph, { labels, of }: Partition): readonly (ClassKind | undefined)[] {
  const kinds: (ClassKind | undefined)[] = labels.map(() => undefined);
  const known = new Uint8Array(labels.length);
  const { nodeCount, locations } = graph;
  for (let node = 0; node < nodeCount; node++) {
    const number = of[node]!;
    if (known[number] === 1) continue;
    const kind = kindOf(graph, node, labels[number]!);
    if (kind !== undefined) {
      kinds[number] = kind;
      known[number] = 1;
    } else {
      // A prototype does not say who constructed it.
      kinds[number] = 'unknown';
      if (locations === undefined) known[number] = 1;
    }
  }
  return kinds;
}

/** Undefined for an object of which the snapshot does not say who constructed it. */
function kindOf(graph: Graph, node: number, label: string): ClassKind | undefined {
  const type = graph.nodeTypes[node]!;
  if (isOfEngine[type] === 1 || isSystemName(label)) return 'engine';
  if (type === NODE.closure) return label !== 'Function' && isOfRuntime(graph)(node) ? 'runtime' : 'function';
  if (type === NODE.native) return nodeRoles(graph)[node] === THING ? 'program' : 'runtime';
  if (type !== NODE.object || BUILT_IN.test(label)) return 'plain';
  return scriptOrigin(sourceLocation(graph, node)?.script);
}

/**
 * By class name, the place of its kind in `CLASS_KINDS`: what says most about the program has 0.
 *
 * - In: as `classKinds`. Classes without objects count as the engine's.
 * - Cost: that of `classKinds`.
 */
export function classKindRanks(graph: Graph, partition: Partitioner): ReadonlyMap<string, number> {
  const classes = partition(graph);
  const kinds = classKinds(graph, classes);
  return new Map(classes.labels.map((label, i) => [label, CLASS_KINDS.indexOf(kinds[i] ?? 'engine')]));
}
