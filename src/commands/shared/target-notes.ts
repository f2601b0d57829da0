/** What is said of the objects that a question names: which were taken, and which are not there. */

import { type Note, type NoteLike, note, option } from '../../base/notes.js';
import { printable } from '../../base/printable.js';
import { formatCount, formatId, parseId } from '../../base/units.js';
import { type Graph, nodeWithId } from '../../graph/graph.js';
import type { Query } from '../../query/query.js';
import {
  isClassName,
  type MissingTarget,
  namesLike,
  type Pick,
  TAG_PREFIX,
  type TargetFact,
  type Targets,
} from '../../query/targets.js';
import { didYouMean, parseTypePattern } from '../../query/types.js';
import { hasNumbers } from '../../v8/collections.js';
import { closuresWithLabel } from '../../v8/functions.js';
import { SNAPSHOT_TAG, tagsOf } from '../../v8/tags.js';

/** What was taken of how many, then what is not there. */
export async function targetNotes(graph: Graph, { facts, missing }: Targets): Promise<readonly NoteLike[]> {
  const absent = firstNotes(
    missing,
    (one) => missingNote(graph, one),
    async (count) => note('unknown')`${count} more are not there`,
  );
  return [...facts.map(factNote), ...(await Promise.all(absent))];
}

function factNote(fact: TargetFact): Note {
  const text = printable(fact.text);
  switch (fact.kind) {
    case 'picked':
      return note(
        'picked',
      )`${pickWords(fact.pick, fact.retained)} of ${formatCount(fact.count)} "${text}"; ${option('pick')} chooses`;
    case 'prototypes': {
      const what = fact.count === 1 ? 'a prototype is' : `${formatCount(fact.count)} prototypes are`;
      return note('picked')`${what} called "${text}" too, and left out; @id names one`;
    }
    case 'prototype':
      return note('picked')`nothing called "${text}" is an instance: what is taken is a prototype`;
  }
}

function pickWords(pick: Pick, retained: boolean): string {
  if (pick.kind === 'random') return `random (seed ${pick.seed})`;
  return pick.kind === 'largest' ? `the largest (${retained ? 'retained' : 'shallow'} size)` : 'the first';
}

async function missingNote(graph: Graph, { text, prototypes }: MissingTarget): Promise<Note> {
  if (prototypes > 0) {
    const what = prototypes === 1 ? 'the only object' : `all ${formatCount(prototypes)} objects`;
    const are = prototypes === 1 ? 'is a prototype' : 'are prototypes';
    return note(
      'unknown',
    )`${what} called "${printable(text)}" ${are}; name one by @id, or take another ${option('pick')}`;
  }
  const bare = text.startsWith('@') ? undefined : parseId(text);
  if (bare !== undefined && nodeWithId(graph, bare) !== undefined)
    return note('unknown')`no class "${text}"; an object by its id is ${formatId(bare)}`;
  const hint = isClassName(text) ? await didYouMean(namesLike(graph, text), text) : tagHint(graph, text);
  return note('unknown')`no object "${printable(text)}" in ${printable(graph.file)}${hint}`;
}

/**
 * A note on a query of an option that names a class which no snapshot has.
 *
 * - In: `words` that have a meaning of their own in this option.
 * - Empty: undefined for all other queries.
 */
export async function unknownClassNote(
  graphs: readonly Graph[],
  name: string,
  text: string,
  words: readonly string[] = [],
): Promise<Note | undefined> {
  const names = [...words, ...graphs.flatMap((graph) => namesLike(graph, text))];
  if (!isClassName(text) || names.includes(text)) return undefined;
  if (graphs.some((graph) => closuresWithLabel(graph, text).length > 0)) return undefined;
  const files = graphs.map(({ file }) => printable(file)).join(' and ');
  return note(
    'unknown',
  )`no object "${printable(text)}" for ${option(name)} in ${files}${await didYouMean(names, text)}`;
}

/**
 * Notes on classes that a query names and none of the snapshots has, which are probably misspelt,
 * and on numbers that it asks for where the files have none.
 *
 * - Empty: without a query; for functions, patterns and classes that are there.
 */
export async function absentClassNotes(
  graphs: readonly Graph[],
  query: Query | undefined,
): Promise<readonly Note[]> {
  if (query === undefined) return [];
  const without = query.asksNumbers ? graphs.filter((graph) => !hasNumbers(graph)) : [];
  const numbers = without.map(
    ({ file }) =>
      note(
        'answer',
      )`${printable(file)} has no numbers: a condition on one accepts nothing (heapgraph capture writes them)`,
  );
  return [...(await absentTypeNotes(graphs, query.typeNames)), ...numbers];
}

/** The same for texts that name classes; for globs and patterns none. */
export async function absentTypeNotes(
  graphs: readonly Graph[],
  types: readonly string[],
): Promise<readonly Note[]> {
  const isThere = (name: string): boolean =>
    graphs.some(
      (graph) => namesLike(graph, name).includes(name) || closuresWithLabel(graph, name).length > 0,
    );
  const absent = types.filter((text) => parseTypePattern(text).isName && !isThere(text));
  const files = graphs.map(({ file }) => printable(file)).join(' and ');
  return Promise.all(
    absent.slice(0, FEW_NOTES).map(async (name) => {
      const near = await didYouMean(
        graphs.flatMap((graph) => namesLike(graph, name)),
        name,
      );
      return note('unknown')`no objects of type "${printable(name)}" in ${files}${near}`;
    }),
  );
}

/** Which tags there are, for a name that is not among them. */
function tagHint(graph: Graph, text: string): string {
  if (!text.startsWith(TAG_PREFIX)) return '';
  const names = [...tagsOf(graph).keys()].filter((name) => name !== SNAPSHOT_TAG).sort();
  if (names.length === 0) return ', which has no tagged objects';
  const shown = names.slice(0, 5).map((name) => `"${printable(name)}"`);
  return `; tags there: ${shown.join(', ')}${names.length > shown.length ? ', …' : ''}`;
}

const FEW_NOTES = 5;

/** Notes for the first of many that the same is said of, and one for the rest. */
export function firstNotes<T, Note>(
  items: readonly T[],
  note: (item: T) => Note,
  more: (count: string) => Note,
): readonly Note[] {
  const notes = items.slice(0, FEW_NOTES).map(note);
  return items.length <= FEW_NOTES ? notes : [...notes, more(formatCount(items.length - FEW_NOTES))];
}
