/** Objects as people name them: an id, a tag, a class, a pattern on class names. */

import { matcherOf } from '../analysis/classes/classes.js';
import { prototypeNodes } from '../analysis/classes/instances.js';
import { nodesOfClass } from '../analysis/classes/nodes.js';
import { retainedSizes } from '../analysis/sizes/retained-sizes.js';
import { shallowSizes } from '../analysis/sizes/shallow-sizes.js';
import { QueryError, UsageError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import { formatCount, formatId, parseCount, parseId } from '../base/units.js';
import { type Graph, nodeWithId } from '../graph/graph.js';
import { idIndex } from '../graph/ids.js';
import { classIndex } from '../v8/class-names.js';
import { closuresWithLabel, functionIndex, isFunctionLabel } from '../v8/functions.js';
import { SNAPSHOT_TAG, taggedNodes, tagsOf } from '../v8/tags.js';
import { didYouMean, parsePattern } from './types.js';

/** What a query accepts, on one graph. */
export type NodePredicate = (node: number) => boolean;

/** In front of the name of a tag: `tag:cart`. */
export const TAG_PREFIX = 'tag:';

/**
 * `@123` is one object, `tag:name` those that the program tagged so, `/regex/` (with the flag i at most) every object
 * whose class name matches, `name() app.js:5` the closures of that function (see `closuresWithLabel`), anything else the
 * objects of exactly this class. Throws QueryError for a pattern that cannot be read.
 */
export function parseQuery(text: string): (graph: Graph) => NodePredicate {
  const id = idIn(text);
  if (id !== undefined) {
    return (graph) => {
      const node = nodeWithId(graph, id);
      return (other) => other === node;
    };
  }
  if (text.startsWith(TAG_PREFIX)) {
    return (graph) => {
      const tagged = new Set(taggedNodes(graph, text.slice(TAG_PREFIX.length)));
      return (node) => tagged.has(node);
    };
  }
  const type = classesNamed(text);
  return (graph) => {
    const matches = matcherOf(type);
    const { labels, of } = classIndex(graph);
    const fits = Uint8Array.from(labels, (name) => (matches(name) ? 1 : 0));
    const closures = isFunctionLabel(text) ? new Set(closuresWithLabel(graph, text)) : undefined;
    return (node) => fits[of[node]!] === 1 || closures?.has(node) === true;
  };
}

/** The id in `@123`; undefined for a text that is none. Throws QueryError for `@` with anything else behind it. */
function idIn(text: string): number | undefined {
  if (!text.startsWith('@')) return undefined;
  const id = parseId(text);
  if (id === undefined)
    throw new QueryError(`"${printable(text)}" is not an object id`, 'Ids look like @123.');
  return id;
}

/** The classes that a text means: `/regex/` those whose names match, anything else the one with this name. */
function classesNamed(text: string): string | RegExp {
  const pattern = /^\/(.*)\/(i?)$/s.exec(text);
  return pattern ? parsePattern(pattern[1]!, pattern[2] === 'i') : text;
}

/** One predicate that accepts what any of the queries accepts; undefined for none. */
export function parseQueries(texts: readonly string[]): ((graph: Graph) => NodePredicate) | undefined {
  if (texts.length === 0) return undefined;
  const queries = texts.map(parseQuery);
  return (graph) => {
    const predicates = queries.map((query) => query(graph));
    return (node) => predicates.some((accepts) => accepts(node));
  };
}

/** How many of a class are taken, and which. */
export interface Pick {
  readonly kind: 'first' | 'largest' | 'random' | 'all';
  readonly seed: number;
}

/** Reads `first`, `largest`, `random`, `random:7` or `all`. Throws UsageError. */
export function parsePick(text: string): Pick {
  const [kind, seed] = text.split(':', 2);
  const number = seed === undefined ? 1 : parseCount(seed);
  if ((kind === 'first' || kind === 'largest' || kind === 'all') && seed === undefined)
    return { kind, seed: 0 };
  if (kind === 'random' && number !== undefined) return { kind, seed: number };
  throw new UsageError(
    `"${printable(text)}" cannot be picked`,
    'Pick first, largest, random, random:SEED or all.',
  );
}

export interface Targets {
  /** Ordinals, in the order asked for. */
  readonly nodes: readonly number[];
  /** What was taken of how many, and what is not there. */
  readonly notes: readonly string[];
  readonly missing: readonly string[];
}

/** With more texts than this, ids are looked up in an index in place of a search for each. */
const FEW_TEXTS = 4;

/** Which sizes the largest of a class is found by. */
export interface PickSizes {
  /** The question needs retained sizes anyway. Default: they are used where they have been computed already. */
  readonly retained?: boolean;
}

/**
 * The objects that texts name. Prototypes, which V8 names after a class too, are not among its objects: they are taken
 * by their ids, and where one of a class is picked that has no objects. Throws QueryError for a text that cannot be read.
 * Cost: one pass over the nodes for each class; for all ids together one pass at most.
 */
export async function resolveTargets(
  graph: Graph,
  texts: readonly string[],
  pick: Pick,
  { retained = retainedSizes.known(graph) !== undefined }: PickSizes = {},
): Promise<Targets> {
  const nodes: number[] = [];
  const notes: string[] = [];
  const missing: string[] = [];
  const onlyPrototypes = new Map<string, number>();
  const nodeOf =
    texts.length > FEW_TEXTS ? idIndex(graph).nodeOf : (id: number) => nodeWithId(graph, id) ?? -1;
  for (const text of texts) {
    const id = idIn(text);
    const { objects, prototypes }: Named =
      id === undefined
        ? namedObjects(graph, text)
        : { objects: [nodeOf(id)].filter((node) => node >= 0), prototypes: [] };
    const members = objects.length > 0 || pick.kind === 'all' ? objects : prototypes;
    if (members.length === 0) {
      missing.push(text);
      if (prototypes.length > 0) onlyPrototypes.set(text, prototypes.length);
    } else if (members.length === 1 || pick.kind === 'all') {
      for (const node of members) nodes.push(node); // a call takes only so many arguments
      if (prototypes.length > 0 && members !== prototypes)
        notes.push(prototypesNote(prototypes.length, text));
    } else {
      nodes.push(pickOne(graph, members, pick, retained));
      const one = pickName(pick, retained);
      notes.push(`${one} of ${formatCount(members.length)} "${printable(text)}"; --pick chooses`);
    }
    if (members.length > 0 && members === prototypes) notes.push(noInstanceNote(text));
  }
  const lost = firstNotes(
    missing,
    async (text) =>
      onlyPrototypes.has(text)
        ? onlyPrototypesNote(onlyPrototypes.get(text)!, text)
        : missingNote(graph, text, nodeOf),
    async (count) => `${count} more are not there`,
  );
  notes.push(...(await Promise.all(lost)));
  return { nodes: [...new Set(nodes)], notes, missing };
}

async function missingNote(graph: Graph, text: string, nodeOf: (id: number) => number): Promise<string> {
  const bare = text.startsWith('@') ? undefined : parseId(text);
  if (bare !== undefined && nodeOf(bare) >= 0)
    return `no class "${text}"; an object by its id is ${formatId(bare)}`;
  const hint = isClassName(text) ? await didYouMean(namesLike(graph, text), text) : tagHint(graph, text);
  return `no object "${printable(text)}" in ${printable(graph.file)}${hint}`;
}

/**
 * A note for a query of an option, when it names a class that is in none of the snapshots; undefined for all others.
 * `words` have a meaning of their own there.
 */
export async function unknownClassNote(
  graphs: readonly Graph[],
  option: string,
  text: string,
  words: readonly string[] = [],
): Promise<string | undefined> {
  const names = [...words, ...graphs.flatMap((graph) => namesLike(graph, text))];
  if (!isClassName(text) || names.includes(text)) return undefined;
  if (graphs.some((graph) => closuresWithLabel(graph, text).length > 0)) return undefined;
  const files = graphs.map(({ file }) => printable(file)).join(' and ');
  return `no object "${printable(text)}" for --${option} in ${files}${await didYouMean(names, text)}`;
}

/** What a name may have been meant to be: classes, and functions where it is written like one. */
function namesLike(graph: Graph, text: string): readonly string[] {
  return (isFunctionLabel(text) ? functionIndex(graph) : classIndex(graph)).labels;
}

/** Whether a query is the exact name of a class. */
function isClassName(text: string): boolean {
  return !text.startsWith('@') && !text.startsWith(TAG_PREFIX) && typeof classesNamed(text) === 'string';
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

/** Ordinals; there may be millions. */
type Members = Uint32Array | readonly number[];

interface Named {
  readonly objects: Members;
  /** What V8 calls so beside them, which are prototypes. */
  readonly prototypes: Members;
}

/** The objects that a text names which is not an id. */
function namedObjects(graph: Graph, text: string): Named {
  if (text.startsWith(TAG_PREFIX))
    return { objects: taggedNodes(graph, text.slice(TAG_PREFIX.length)), prototypes: [] };
  const all = nodesOfClass(graph, classesNamed(text));
  if (all.length === 0) return { objects: closuresWithLabel(graph, text), prototypes: [] };
  const isPrototype = prototypeNodes(graph);
  return {
    objects: all.filter((node) => isPrototype[node] === 0),
    prototypes: all.filter((node) => isPrototype[node] === 1),
  };
}

function noInstanceNote(text: string): string {
  return `nothing called "${printable(text)}" is an instance: what is taken is a prototype`;
}

function prototypesNote(count: number, text: string): string {
  const what = count === 1 ? 'a prototype is' : `${formatCount(count)} prototypes are`;
  return `${what} called "${printable(text)}" too, and left out; @id names one`;
}

function onlyPrototypesNote(count: number, text: string): string {
  const what = count === 1 ? 'the only object' : `all ${formatCount(count)} objects`;
  const are = count === 1 ? 'is a prototype' : 'are prototypes';
  return `${what} called "${printable(text)}" ${are}; name one by @id, or take another --pick`;
}

function pickOne(graph: Graph, members: Members, pick: Pick, retained: boolean): number {
  if (pick.kind === 'largest') {
    const sizes = retained ? retainedSizes(graph) : shallowSizes(graph);
    let best = members[0]!;
    for (const node of members) if (sizes[node]! > sizes[best]!) best = node;
    return best;
  }
  if (pick.kind === 'random') {
    // A multiplicative hash (Knuth) of the seed: the same seed takes the same object of the same snapshot.
    const fraction = (Math.imul(pick.seed + 1, 0x9e3779b1) >>> 0) / 2 ** 32;
    return members[Math.floor(fraction * members.length)]!;
  }
  return members[0]!;
}

function pickName(pick: Pick, retained: boolean): string {
  if (pick.kind === 'random') return `random (seed ${pick.seed})`;
  return pick.kind === 'largest' ? `the largest (${retained ? 'retained' : 'shallow'} size)` : 'the first';
}
