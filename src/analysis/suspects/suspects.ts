/**
 * Where a leak may be, from one snapshot: many of a kind in one place, told by what the runtime's
 * own objects say of themselves, and places where much gathers.
 *
 * The room `suspects`:
 *
 *   reference-index                     references of known names, in one pass
 *   listeners timers waiting stores     many of one kind, by the runtime's own objects
 *   handles realms symbols logged parts-of-larger errors
 *   loaded-modules external-memory      modules of which there are many, memory outside of the heap
 *   gatherings outer-place              collections, and what many small ones are parts of
 *   lists large-objects variables       lists, what is large by itself or below a variable
 *   ranking contents                    what is worth showing, and what it consists of
 *   suspect-entry suspect-words         in words
 *   dead-suspect growth-suspect         what is dead and what grew, in words
 *   entry-parts                         what all entries are made of
 *   suspect-search                      all of it, with what is dead and what grew
 */
import type { Graph } from '../../graph/graph.js';
import { DEAD, type ObjectStates } from '../dead/object-states.js';
import { essentialEdges } from '../sizes/essential-edges.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import { referenceIndex } from '../waiting/reference-index.js';
import { errorFindings } from './errors.js';
import { externalFindings } from './external-memory.js';
import type { Finding } from './finding.js';
import { gatheringFindings } from './gatherings.js';
import { handleFindings } from './handles.js';
import { largeFindings } from './large-objects.js';
import { listenerFindings } from './listeners.js';
import { listFindings } from './lists.js';
import { moduleFindings } from './loaded-modules.js';
import { loggedFindings } from './logged.js';
import { slabFindings, sliceFindings } from './parts-of-larger.js';
import { realmFindings } from './realms.js';
import { storeFindings } from './stores.js';
import { symbolFindings } from './symbols.js';
import { timerFindings } from './timers.js';
import { variableFindings } from './variables.js';
import { pendingFindings, reactionFindings } from './waiting.js';

/** Bytes that a variable has to keep to be looked at. */
const LEAST_VARIABLE = 10_000;

/**
 * Everything that may be worth a look, in no order.
 *
 * - In: a graph with edges and locations; what its objects say of their state.
 * - Cost: retained sizes, `holderChains`; then some passes over nodes and edges.
 */
export function findingsOf(graph: Graph, states: ObjectStates): Finding[] {
  // First what needs neither essential edges nor retained sizes: another thread may be at work.
  referenceIndex(graph);
  const lists = listFindings(graph);
  // The search for chains is quicker where they are known, and retained sizes need them.
  essentialEdges(graph);
  const gatherings = gatheringFindings(graph);
  // Retained sizes need these and dominators, which the other thread has not finished.
  shallowSizes(graph);
  return [
    ...listenerFindings(graph),
    ...timerFindings(graph, (node) => states.verdicts[node] === DEAD),
    ...pendingFindings(graph),
    ...reactionFindings(graph),
    ...storeFindings(graph),
    ...handleFindings(graph),
    ...loggedFindings(graph),
    ...realmFindings(graph),
    ...symbolFindings(graph),
    ...sliceFindings(graph),
    ...slabFindings(graph),
    ...errorFindings(graph),
    ...moduleFindings(graph),
    ...externalFindings(graph),
    ...gatherings(),
    ...lists(),
    ...largeFindings(graph),
    ...variableFindings(graph, LEAST_VARIABLE),
  ];
}
