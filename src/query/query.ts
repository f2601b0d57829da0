/** A query as commands use it: what it needs, and which nodes it accepts. */
import { UsageError } from '../base/errors.js';
import type { Graph } from '../graph/graph.js';
import { parseCondition } from './grammar.js';
import { selectNodes } from './select-nodes.js';
import type { Condition } from './syntax.js';

/** A query that was read. */
export interface Query {
  readonly text: string;
  readonly condition: Condition;
  /** Files that `set("FILE")` names. */
  readonly files: readonly string[];
  /** Whether it compares with another snapshot: `new` with one before, `died` with one after. */
  readonly compares: 'new' | 'died' | undefined;
}

/**
 * Parses a query.
 *
 * - Throws: QueryError; UsageError for `new` together with `died`: they are about two snapshots.
 */
export function readQuery(text: string): Query {
  return queryOf(text, parseCondition(text));
}

/** The query of a condition that was read already. Throws UsageError as `readQuery`. */
export function queryOf(text: string, condition: Condition): Query {
  const parts = [...partsOf(condition)];
  const words = new Set(parts.map((part) => (part.kind === 'word' ? part.word : undefined)));
  if (words.has('new') && words.has('died'))
    throw new UsageError(
      '"new" is about the later snapshot, and "died" about the earlier one',
      'Ask one question after the other.',
    );
  return {
    text,
    condition,
    files: [...new Set(parts.flatMap((part) => (part.kind === 'set' ? [part.file] : [])))],
    compares: words.has('new') ? 'new' : words.has('died') ? 'died' : undefined,
  };
}

/** All conditions of a condition, itself included. */
function* partsOf(condition: Condition): Generator<Condition> {
  yield condition;
  if (condition.kind === 'and' || condition.kind === 'or')
    for (const part of condition.parts) yield* partsOf(part);
  else if (condition.kind === 'not') yield* partsOf(condition.part);
  else if (condition.kind === 'relation') yield* partsOf(condition.to);
}

/** Snapshots and ids that a query may ask for. */
export interface QuerySources {
  readonly graph: Graph;
  /** The snapshot that it compares with. */
  readonly other?: Graph | undefined;
  /** Reads the ids of a file. */
  readonly readIds: (file: string) => Promise<readonly number[]>;
}

/**
 * By node of the graph 1 where the query accepts it. For a query with `died` the graph is the
 * earlier snapshot.
 *
 * - Throws: as `selectNodes`; UsageError for a file that cannot be read.
 */
export async function maskOf(query: Query, { graph, other, readIds }: QuerySources): Promise<Uint8Array> {
  const sets = new Map<string, readonly number[]>();
  for (const file of query.files) sets.set(file, await readIds(file));
  return selectNodes(query.condition, {
    graph,
    before: query.compares === 'new' ? other : undefined,
    after: query.compares === 'died' ? other : undefined,
    idsOf: (file) => sets.get(file) ?? [],
  });
}
