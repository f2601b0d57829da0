/** Symbols that `Symbol.for` has made, of which a program needs a few. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeTarget } from '../../graph/walk.js';
import { symbolTables } from '../../v8/symbol-tables.js';
import { stringText } from '../../v8/values.js';
import type { Finding } from './finding.js';
import { sumRetained } from './grouped.js';

/** Node.js and packages have some hundreds. */
const LEAST_SYMBOLS = 1000;
const LONGEST_NAME = 60;

/**
 * More registered symbols than names in a program can be: they are made of ids, and live as long as
 * the process.
 *
 * - Cost: the edges of the table.
 */
export function symbolFindings(graph: Graph): Finding[] {
  const { targets, types } = edgesOf(graph);
  const found: Finding[] = [];
  for (const edge of symbolTables(graph).values()) {
    const table = targets[edge]!;
    const members: number[] = [];
    const names: number[] = [];
    for (let at = graph.firstEdge[table]!, end = graph.firstEdge[table + 1]!; at < end; at++) {
      const symbol = targets[at]!;
      if (types[at] === EDGE.weak || graph.nodeTypes[symbol] !== NODE.symbol) continue;
      members.push(symbol);
      const name = edgeTarget(graph, symbol, EDGE.internal, ['name']);
      if (name !== undefined) names.push(name);
    }
    if (members.length < LEAST_SYMBOLS) continue;
    const last = names.at(-1);
    found.push({
      kind: 'symbols',
      verdict: 'suspect',
      word: `symbols of Symbol.for${last === undefined ? '' : `, such as ${JSON.stringify(stringText(graph, last, LONGEST_NAME))}`}`,
      members,
      beside: names,
      holder: table,
      functions: [],
      places: 1,
      estimate: sumRetained(graph, members) + sumRetained(graph, names),
    });
  }
  return found;
}
