/** The search for leaks in snapshots that were opened for a command. */
import { sizesInPlace } from '../../analysis/leaks/growth-in-place.js';
import { type Leaks, leaks, slotsOf, withGrowthInPlace } from '../../analysis/leaks/leaks.js';
import { formatCount } from '../../base/units.js';
import type { Need, OpenedSnapshot, Session } from '../../session/need.js';

const EDGES: Need = { kind: 'graph', edges: true, locations: false };

/**
 * The leaks; to see what grew in place, earlier snapshots that were opened without edges are opened again, one at a time.
 * With notes on what was not looked at.
 */
export async function searchLeaks(
  heaps: readonly OpenedSnapshot[],
  minSize: number,
  session: Session,
): Promise<{ readonly found: Leaks; readonly notes: readonly string[] }> {
  const found = leaks(
    heaps.map(({ graph }) => graph),
    { minSize },
  );
  const earlier = heaps.slice(0, -1);
  const slots = slotsOf(found);
  const isWhole = earlier.every(({ graph }) => graph.edges !== undefined); // then it was looked at
  if (slots.length === 0 || isWhole) return { found, notes: [] };
  const sizes: number[][] = [];
  for (const { graph, isReadable, name } of earlier) {
    if (!graph.edges && !isReadable) {
      const note = 'growth in place was not looked at: standard input cannot be read twice';
      return { found, notes: [note] };
    }
    sizes.push(sizesInPlace(graph.edges ? graph : (await session.open(name, EDGES)).graph, slots));
  }
  return { found: withGrowthInPlace(found, sizes, { minSize }), notes: [] };
}

/** Notes on what grew within a limit that the runtime has for it. */
export function boundedNotes({ bounded }: Leaks): readonly string[] {
  return bounded.map(({ words, limit, size }) =>
    limit === null
      ? `left out: ${words}, which have a limit`
      : `left out: ${words}, ${formatCount(size)} of at most ${formatCount(limit)}`,
  );
}
