/**
 * Where a few references of known names are, found in one pass over all edges.
 *
 * The room `waiting`, what will be called later, all of it:
 *
 *   reference-index            references of known names, in one pass
 *   listeners timers           by the runtime's own objects
 *   suspended promises         functions that wait, and what they wait for
 *   stores resources           AsyncLocalStorage, AsyncResource
 *   waiting-groups             those that are alike in one row
 */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { eachNamedEdge } from '../../graph/named-edges.js';
import { EDGE } from '../../graph/schema.js';

/** Properties by their names. */
const PROPERTIES = {
  events: ['_events'],
  targetEvents: ['<symbol kEvents>'],
  onTimeout: ['_onTimeout'],
  onImmediate: ['_onImmediate'],
  asyncId: ['<symbol async_id_symbol>'],
  store: ['<symbol kResourceStore>'],
  frame: ['<symbol kAsyncContextFrame>', '<symbol async_context_frame>'],
} as const;

/** References of the engine's own by their names. */
const INTERNALS = {
  registers: ['parameters_and_registers'],
  reactions: ['reactions_or_result'],
  parent: ['parent'],
  backingStore: ['backing_store'],
  native: ['javascript_to_native'],
} as const;

type Name = keyof typeof PROPERTIES | keyof typeof INTERNALS;

/** By name: the nodes that have such a reference, and behind each its target. */
export type ReferenceIndex = Readonly<Record<Name, readonly number[]>>;

/**
 * Sources and targets of these references, two numbers for each.
 *
 * - Order: as in the file.
 * - Cost: one pass over the edges; a byte a string while it runs.
 */
export const referenceIndex = memo((graph: Graph): ReferenceIndex => {
  const { strings } = graph;
  const { types, names, targets } = edgesOf(graph);
  const found: number[][] = [];
  const marks = new Uint8Array(strings.length);
  const mark = (groups: Readonly<Record<string, readonly string[]>>): Record<string, number[]> =>
    Object.fromEntries(
      Object.entries(groups).map(([key, texts]) => {
        const list: number[] = [];
        found.push(list);
        for (const text of texts) for (const index of strings.find(text)) marks[index] = found.length;
        return [key, list];
      }),
    );
  const properties = mark(PROPERTIES);
  const least = found.length;
  const internals = mark(INTERNALS);
  eachNamedEdge(graph, marks, (node, edge) => {
    const type = types[edge];
    const group = marks[names[edge]!]!;
    if (type !== EDGE.property && type !== EDGE.internal) return;
    if ((type === EDGE.property) === group <= least) found[group - 1]!.push(node, targets[edge]!);
  });
  return { ...properties, ...internals } as unknown as ReferenceIndex;
}, 'index of references');

/** Calls a function for each source and target of a list. */
export function eachPair(list: readonly number[], visit: (source: number, target: number) => void): void {
  for (let i = 0; i < list.length; i += 2) visit(list[i]!, list[i + 1]!);
}
