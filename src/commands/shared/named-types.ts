/** Types that a question names: how names match, and notes on types that do not occur. */
import { type Classes, classesOf } from '../../analysis/classes/classes.js';
import type { TypeMatcher } from '../../analysis/classes/type-matcher.js';
import { type Note, note } from '../../base/notes.js';
import { printable } from '../../base/printable.js';
import type { Graph } from '../../graph/graph.js';
import { type Partitioner, partitionAmong } from '../../graph/partition.js';
import { didYouMean, typeMatcher } from '../../query/types.js';
import { classIndex } from '../../v8/class-names.js';
import type { ValuesOf } from '../options.js';

export const patternOptions = {
  regex: { kind: 'flag', help: 'types are regular expressions that match anywhere in the class name' },
  ignoreCase: { kind: 'flag', help: 'upper and lower case are the same' },
} as const;

export const failIfNone = {
  failIfNone: { kind: 'flag', help: 'exit with 1 when nothing is found' },
} as const;

/** One matcher that accepts what any of the given names or patterns accepts. */
export function anyOf(types: readonly string[], options: ValuesOf<typeof patternOptions>): TypeMatcher {
  const matchers = types.map((type) =>
    typeMatcher(type, { regex: options.regex, ignoreCase: options.ignoreCase }),
  );
  return (name) => matchers.some((matches) => matches(name));
}

/** A note for a type that does not occur, with the closest names that do. */
export async function unknownType(classes: Classes, type: string): Promise<Note> {
  const near = await didYouMean(
    classes.rows.map((row) => row.type),
    type,
  );
  const path = /^\S*[\\/]\S*$|\.(json|gz|br|zst)$/.test(type) ? ' (and no file of that name)' : '';
  return note('unknown')`no objects of type "${printable(type)}" in ${printable(classes.file)}${path}${near}`;
}

/**
 * A note on a class that none of several graphs has, with the closest name of the last graph.
 *
 * - Empty: undefined when one of the graphs has it.
 */
export async function unknownInAll(
  graphs: readonly Graph[],
  type: string,
  partition: Partitioner = classIndex,
): Promise<Note | undefined> {
  if (graphs.some((graph) => partition(graph, graphs).labels.includes(type))) return undefined;
  const last = classesOf(graphs.at(-1)!, { raw: true, partition: partitionAmong(partition, graphs) });
  return unknownType(last, type);
}
