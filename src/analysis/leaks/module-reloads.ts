/** Whether a program loads one file again and again, instead of one file after another. */
import { NODE } from '../../graph/schema.js';
import { scriptNames } from '../../v8/scripts.js';
import type { Frontier } from './frontier.js';
import { FEWEST } from './group-contents.js';

/**
 * Whether functions of one file came from at least three scripts at every step since the first
 * snapshot. A query or a hash at the end of the file's address does not tell files apart.
 *
 * - Cost: one pass over the nodes; no locations, no answer: false.
 */
export function loadsAgain({ graph, ages, newest }: Pick<Frontier, 'graph' | 'ages' | 'newest'>): boolean {
  const { nodeCount, nodeTypes, locations } = graph;
  if (!locations) return false;
  const names = scriptNames(graph);
  const ageOf = new Map<number, number>(); // of a script: that of its oldest function
  for (let node = 0; node < nodeCount; node++) {
    if (nodeTypes[node] !== NODE.closure || locations.placeOf[node] === 0) continue;
    const scriptId = locations.scriptIds[locations.placeOf[node]! - 1]!;
    ageOf.set(scriptId, Math.min(ageOf.get(scriptId) ?? newest, ages[node]!));
  }
  const copies = new Map<string, number[]>();
  for (const [script, age] of ageOf) {
    const file = names.get(script)?.replace(/[?#].*$/s, '');
    if (file === undefined || file === '') continue;
    const counts = copies.get(file) ?? new Array<number>(newest + 1).fill(0);
    counts[age]! += 1;
    copies.set(file, counts);
  }
  for (const counts of copies.values()) if (counts.slice(1).every((count) => count >= FEWEST)) return true;
  return false;
}
