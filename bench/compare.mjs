/** Compares the ratios of a run with recorded ones. */

/** By how much a ratio may fall. */
export const TOLERANCE = 0.15;

const keyOf = ({ heap, job, who }) => `${heap}, ${job}, ${who}`;

/**
 * In: rows of `runJobs`, of now and recorded.
 * Out: `compared`, how many ratios; `fallen`, lines about those that fell by more than `TOLERANCE`,
 * and about questions that heapgraph no longer answers.
 */
export function compareRatios(rows, recorded) {
  const before = new Map(recorded.map((row) => [keyOf(row), row]));
  const fallen = [];
  let compared = 0;
  for (const row of rows) {
    if (row.who === 'heapgraph' && row.problem) fallen.push(`${keyOf(row)}: ${row.problem}`);
    const { ratios: old = {} } = before.get(keyOf(row)) ?? {};
    for (const [figure, ratio] of Object.entries(row.ratios ?? {})) {
      if (old[figure] === undefined) continue;
      compared++;
      if (ratio >= old[figure] * (1 - TOLERANCE)) continue;
      fallen.push(
        `${keyOf(row)}: ${figure} ${ratio.toFixed(2)} times heapgraph's, was ${old[figure].toFixed(2)}`,
      );
    }
  }
  return { compared, fallen };
}
