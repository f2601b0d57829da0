/** The search for leaks in snapshots that were opened for a command. */
import { containerWords } from '../../analysis/expressions/container-words.js';
import { searchLeaks as search } from '../../analysis/leaks/leak-search.js';
import type { Leaks } from '../../analysis/leaks/leaks.js';
import { formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import type { Need, OpenedSnapshot, Session } from '../../session/need.js';

const EDGES: Need = { kind: 'graph', edges: true, locations: false, work: 'holders' };

/** The leaks, with notes on what was not looked at. */
export async function searchLeaks(
  heaps: readonly OpenedSnapshot[],
  minSize: number,
  session: Session,
): Promise<{ readonly found: Leaks; readonly notes: readonly string[] }> {
  const withEdges = (place: number): Promise<Graph> | undefined => {
    const { isReadable, name } = heaps[place]!;
    return isReadable ? session.open(name, EDGES).then(({ graph }) => graph) : undefined;
  };
  const { found, looksInPlace } = await search(
    heaps.map(({ graph }) => graph),
    { minSize, withEdges },
  );
  return {
    found,
    notes: looksInPlace
      ? []
      : [
          'growth in place was not looked at: standard input cannot be read twice; members by snapshot are those of today that were there',
        ],
  };
}

/** Notes on what grew within a limit, and on what is as full in each snapshot. */
export function boundedNotes({ bounded, replaced, frontier }: Leaks): readonly string[] {
  return [
    ...bounded.map(({ words, limit, size, why }) =>
      limit === null
        ? `left out: ${words}, ${why ?? 'which have a limit'}`
        : `left out: ${words}, ${formatCount(size)} of at most ${formatCount(limit)}`,
    ),
    ...replaced.map(
      ({ chain }) =>
        `left out: ${containerWords(frontier.graph, chain).text}, where what comes takes the place of what goes`,
    ),
  ];
}
