/** Where objects are that came since, in words. */

import { printable } from '../../base/printable.js';
import { formatCount } from '../../base/units.js';
import { NODE } from '../../graph/schema.js';
import { sourceLocation } from '../../v8/scripts.js';
import { type ContainerPlace, containerPlace } from './container-place.js';
import type { Frontier } from './frontier.js';
import type { GrowthPlace } from './growth-place.js';

/**
 * `all 5 new ones are in sessions (a variable of the module /app/server.js)`; undefined where no
 * container is known.
 *
 * - Cost: that of `containerPlace`.
 */
export function growthWords(frontier: Frontier, { group, count, total }: GrowthPlace): string | undefined {
  if (!group) return undefined;
  const where = containerName(containerPlace(frontier, group));
  if (count < total) return `${formatCount(count)} of ${formatCount(total)} new ones are in ${where}`;
  return total === 1 ? `the new one is in ${where}` : `all ${formatCount(total)} new ones are in ${where}`;
}

function containerName({ text, heldBy }: ContainerPlace): string {
  return text.startsWith('(') && heldBy.includes(text) ? heldBy : `${text} (${heldBy})`;
}

/**
 * `made at /app/server.js:3:14`, of functions, which are made at many places, of one; undefined
 * where it is not known.
 */
export function madeWords({ graph }: Frontier, { chain }: GrowthPlace): string | undefined {
  const node = chain?.nodes.at(-1);
  const location = node === undefined ? undefined : sourceLocation(graph, node);
  if (location?.script === undefined) return undefined;
  const which = graph.nodeTypes[node!] === NODE.closure ? 'one of them ' : '';
  return `${which}made at ${printable(location.script)}:${location.line}:${location.column}`;
}
