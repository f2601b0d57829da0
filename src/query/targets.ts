/** Objects as people name them: an id, a tag, a class, a pattern on class names. */

import { prototypeNodes } from '../analysis/classes/instances.js';
import { nodesOfClass } from '../analysis/classes/nodes.js';
import { matcherOf } from '../analysis/classes/type-matcher.js';
import { retainedSizes } from '../analysis/sizes/retained-sizes.js';
import { shallowSizes } from '../analysis/sizes/shallow-sizes.js';
import { QueryError, UsageError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import { parseCount, parseId } from '../base/units.js';
import { type Graph, nodeWithId } from '../graph/graph.js';
import { idIndex } from '../graph/ids.js';
import { classIndex } from '../v8/class-names.js';
import { isFunctionLabel } from '../v8/function-label.js';
import { closuresWithLabel, functionIndex } from '../v8/functions.js';
import { taggedNodes } from '../v8/tags.js';
import { nodesIn } from './masks.js';
import { filesIn, readQuery } from './query.js';
import { selectNodes } from './select-nodes.js';
import type { Condition } from './syntax.js';
import { parsePattern } from './types.js';

/** What a query accepts, on one graph. */
export type NodePredicate = (node: number) => boolean;

/** In front of the name of a tag: `tag:cart`. */
export const TAG_PREFIX = 'tag:';

/**
 * Parses a text that names objects.
 *
 * - `@123`: one object.
 * - `tag:name`: the objects with this tag.
 * - `/regex/`, at most with the flag i: the objects whose class name matches.
 * - `name() app.js:5`: the closures of that function (see `closuresWithLabel`).
 * - A query such as `retained > 1mb`: the objects that it accepts.
 * - Anything else: the objects of exactly this class.
 * - Throws: QueryError for a pattern or a query that cannot be read.
 */
export function parseQuery(text: string): (graph: Graph) => NodePredicate {
  const condition = conditionIn(text);
  if (condition) {
    return (graph) => {
      const mask = selectNodes(condition, { graph });
      return (node) => mask[node] === 1;
    };
  }
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

/**
 * The condition of a text.
 *
 * - Empty: undefined for a plain name, id, tag or pattern.
 * - In: ids of files that it names have been given to the graph (`giveIds`).
 * - Throws: QueryError, also for conditions that compare with another snapshot.
 */
function conditionIn(text: string): Condition | undefined {
  if (/^@\S*$/.test(text)) return undefined;
  const { condition, compares } = queryOfTarget(text);
  const { kind } = condition;
  if (kind === 'object' || kind === 'tag' || kind === 'classPattern') return undefined;
  if (kind === 'class' && condition.name === text) return undefined;
  if (compares !== undefined)
    throw new QueryError(
      `"${compares}" cannot be asked here`,
      'select and patterns take it; the ids that they print can be used here.',
    );
  return condition;
}

/** A text between slashes is a pattern as a whole where it is no query. */
function queryOfTarget(text: string): {
  readonly condition: Condition;
  readonly compares: string | undefined;
} {
  try {
    return readQuery(text);
  } catch (error) {
    if (!(error instanceof QueryError && PATTERN.test(text))) throw error;
    return { condition: { kind: 'class', name: text }, compares: undefined };
  }
}

const PATTERN = /^\/.*\/i?$/s;

/** The id in `@123`; undefined without `@`. Throws QueryError for `@` before anything else. */
function idIn(text: string): number | undefined {
  if (!text.startsWith('@')) return undefined;
  const id = parseId(text);
  if (id === undefined)
    throw new QueryError(`"${printable(text)}" is not an object id`, 'Ids look like @123.');
  return id;
}

/** The classes that a text means: those that `/regex/` matches, or the one of this name. */
function classesNamed(text: string): string | RegExp {
  const pattern = /^\/(.*)\/(i?)$/s.exec(text);
  return pattern ? parsePattern(pattern[1]!, pattern[2] === 'i') : text;
}

/** Some objects: as they were written, and which they are on a graph. */
export interface NodeQuery {
  readonly text: string;
  /** Files of ids that it names, which are given to the graph before it is asked. */
  readonly files?: readonly string[];
  readonly on: (graph: Graph) => NodePredicate;
}

/** Reads a query (see `parseQuery`). Throws QueryError. */
export function nodeQuery(text: string): NodeQuery {
  return { text, on: parseQuery(text), files: filesIn(text) };
}

/** One predicate that accepts what any of the queries accepts; undefined for none. */
export function anyQuery(queries: readonly NodeQuery[], graph: Graph): NodePredicate | undefined {
  if (queries.length === 0) return undefined;
  const predicates = queries.map(({ on }) => on(graph));
  return (node) => predicates.some((accepts) => accepts(node));
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

/** What is odd about how a text was understood. */
export type TargetFact =
  /** One was taken of several. `retained`: the largest by retained size. */
  | {
      readonly kind: 'picked';
      readonly text: string;
      readonly count: number;
      readonly pick: Pick;
      readonly retained: boolean;
    }
  /** Prototypes of that name were left out. */
  | { readonly kind: 'prototypes'; readonly text: string; readonly count: number }
  /** Only prototypes have that name, and one was taken. */
  | { readonly kind: 'prototype'; readonly text: string };

/** A text that no object was taken for; `prototypes` have that name and were not wanted. */
export interface MissingTarget {
  readonly text: string;
  readonly prototypes: number;
}

export interface Targets {
  /** Ordinals, in the order asked for. */
  readonly nodes: readonly number[];
  readonly facts: readonly TargetFact[];
  readonly missing: readonly MissingTarget[];
}

/** With more texts than this, ids are looked up in an index in place of a search for each. */
const FEW_TEXTS = 4;

/** Which sizes the largest of a class is found by. */
export interface PickSizes {
  /** The command needs retained sizes anyway. Default: they are used if computed already. */
  readonly retained?: boolean;
}

/**
 * The objects that texts name. V8 names prototypes after their class too. They are not among its
 * objects: an id selects one, or a pick from a class without objects.
 *
 * - Throws: QueryError for a text that cannot be read.
 * - Cost: one pass over the nodes for each class; for all ids together one pass at most.
 */
export function resolveTargets(
  graph: Graph,
  texts: readonly string[],
  pick: Pick,
  { retained = retainedSizes.known(graph) !== undefined }: PickSizes = {},
): Targets {
  const nodes: number[] = [];
  const facts: TargetFact[] = [];
  const missing: MissingTarget[] = [];
  const nodeOf =
    texts.length > FEW_TEXTS ? idIndex(graph).nodeOf : (id: number) => nodeWithId(graph, id) ?? -1;
  for (const text of texts) {
    const id = conditionIn(text) ? undefined : idIn(text);
    const { objects, prototypes }: Named =
      id === undefined
        ? namedObjects(graph, text)
        : { objects: [nodeOf(id)].filter((node) => node >= 0), prototypes: [] };
    const members = objects.length > 0 || pick.kind === 'all' ? objects : prototypes;
    if (members.length === 0) {
      missing.push({ text, prototypes: prototypes.length });
      continue;
    }
    if (members.length === 1 || pick.kind === 'all') {
      for (const node of members) nodes.push(node); // a call takes only so many arguments
      if (prototypes.length > 0 && members !== prototypes)
        facts.push({ kind: 'prototypes', text, count: prototypes.length });
    } else {
      nodes.push(pickOne(graph, members, pick, retained));
      facts.push({ kind: 'picked', text, count: members.length, pick, retained });
    }
    if (members === prototypes) facts.push({ kind: 'prototype', text });
  }
  return { nodes: [...new Set(nodes)], facts, missing };
}

/** What a name may have been meant to be: classes, and functions where it is written like one. */
export function namesLike(graph: Graph, text: string): readonly string[] {
  return (isFunctionLabel(text) ? functionIndex(graph) : classIndex(graph)).labels;
}

/** Whether a query is the exact name of a class. */
export function isClassName(text: string): boolean {
  if (conditionIn(text)) return false;
  return !text.startsWith('@') && !text.startsWith(TAG_PREFIX) && typeof classesNamed(text) === 'string';
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
  const condition = conditionIn(text);
  const all = condition
    ? nodesIn(selectNodes(condition, { graph }))
    : nodesOfClass(graph, classesNamed(text));
  if (all.length === 0) return { objects: closuresWithLabel(graph, text), prototypes: [] };
  return apart(all, prototypeNodes(graph));
}

/** There may be millions of objects, and next to no prototypes. */
function apart(all: Uint32Array, isPrototype: Uint8Array): Named {
  const prototypes: number[] = [];
  for (let i = 0; i < all.length; i++) if (isPrototype[all[i]!] === 1) prototypes.push(all[i]!);
  if (prototypes.length === 0) return { objects: all, prototypes };
  const objects = new Uint32Array(all.length - prototypes.length);
  let at = 0;
  for (let i = 0; i < all.length; i++) if (isPrototype[all[i]!] === 0) objects[at++] = all[i]!;
  return { objects, prototypes };
}

function pickOne(graph: Graph, members: Members, pick: Pick, retained: boolean): number {
  if (pick.kind === 'largest') {
    const sizes = retained ? retainedSizes(graph) : shallowSizes(graph);
    let best = members[0]!;
    for (const node of members) if (sizes[node]! > sizes[best]!) best = node;
    return best;
  }
  if (pick.kind === 'random') {
    // Knuth's multiplicative hash of the seed: the same seed picks the same object again.
    const fraction = (Math.imul(pick.seed + 1, 0x9e3779b1) >>> 0) / 2 ** 32;
    return members[Math.floor(fraction * members.length)]!;
  }
  return members[0]!;
}
