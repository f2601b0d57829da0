/** Captured variables that no living function reads, by the text of scripts. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE } from '../../graph/schema.js';
import { oddballOf } from '../../v8/names.js';
import { recoveredName } from '../../v8/recovered-names.js';
import { dominatorTree } from '../sizes/dominators.js';
import { retainedSizes } from '../sizes/retained-sizes.js';
import { closureIndex } from './closure-index.js';
import { ANY_CODE, contextReaders } from './context-readers.js';
import { contextScopes } from './context-scopes.js';
import type { ScopeTables } from './scope-records.js';
import { unreadByScopes } from './scope-tables.js';
import type { ReadScript } from './script-sources.js';
import { type Checked, checkedOf, textsOf } from './script-texts.js';
import type { CapturedVariable, Literal, SourceScope, SourceScopes } from './source-scopes.js';
import type { FunctionPlace, UnreadVariable } from './unread-variable.js';

export interface UnreadVariables {
  readonly variables: readonly UnreadVariable[];
  readonly checked: Checked;
}

/**
 * Captured variables that no living function reads.
 *
 * A function reads what its text uses, and what functions in its text use, as it can make them
 * again. What was not made of the text that is there, or does not fit to it, counts as read. Of
 * scripts that the file has scopes of, these say it in place of the text.
 *
 * - In: a graph with edges and locations; who reads the text of scripts.
 * - Order: the most retained bytes first, then the most contexts, ties by name.
 * - Cost: parses each script of the program that has contexts; else linear in closures, contexts
 *   and what holds them.
 */
export async function unreadVariables(
  graph: Graph,
  read: ReadScript,
  tables?: ScopeTables,
): Promise<UnreadVariables> {
  const { functions, contexts } = closureIndex(graph);
  const byScopes = tables && unreadByScopes(graph, tables);
  const texts = await textsOf(graph, read, byScopes?.scripts);
  const literals = new Array<Literal | undefined>(functions.length);
  const literalOf = new Uint32Array(functions.length).fill(ANY_CODE);
  const bases = new Map<SourceScopes, number>();
  let literalCount = 0;
  const all: { readonly literal: Literal; readonly script: string; readonly scopes: SourceScopes }[] = [];
  for (const [script, { own, scopes }] of texts) {
    if (!('scopes' in scopes)) continue;
    bases.set(scopes.scopes, literalCount);
    for (const literal of scopes.scopes.literals) all.push({ literal, script, scopes: scopes.scopes });
    for (const { number, literal } of own) {
      literals[number] = literal;
      literalOf[number] = literalCount + literal!.number;
    }
    literalCount = all.length;
  }
  const scopes = contextScopes(graph, literals);
  // A scope's number is its own within one script: by scope the first of its script's literals.
  const baseOf = new Map<SourceScope, number>();
  for (const { literal, scopes: of } of all)
    for (let { scope } = literal; scope && !baseOf.has(scope); scope = scope.outer)
      baseOf.set(scope, bases.get(of)!);
  const readers = contextReaders(
    graph,
    literalOf,
    (context) => {
      const scope = scopes[context]!;
      return typeof scope === 'string' ? ANY_CODE : baseOf.get(scope)! + scope.literal;
    },
    literalCount,
  );

  const lastOf = (number: number): number => number + all[number]!.literal.last - all[number]!.literal.number;
  const found = new Map<CapturedVariable, Found>();
  const known = new Map<string, readonly CapturedVariable[]>();
  let count = 0;
  for (let context = 0; context < contexts.length; context++) {
    const scope = scopes[context]!;
    if (typeof scope === 'string') continue;
    count++;
    if (readers.all[context] === 1) continue;
    const base = baseOf.get(scope)!;
    const own = readers.of(context);
    const unread = unreadOf({ scope, base, readers: own }, lastOf, known);
    for (const variable of unread) addTo(graph, found, { variable, scope, base, context, readers: own });
  }

  const placeOf = (number: number): FunctionPlace => {
    const { literal, script, scopes: text } = all[number]!;
    return { name: literal.label, script, line: text.lineOf(literal) };
  };
  const ofTexts = [...found.values()].map(
    ({ variable, scope, base, contexts: number, size, example, keepers }): UnreadVariable => ({
      name: variable.name,
      scope: placeOf(base + scope.literal),
      contexts: number,
      retainedSize: size,
      keptBy: [...keepers].sort((a, b) => a - b).map(placeOf),
      readBy: variable.uses.filter((use) => use !== scope.literal).map((use) => placeOf(base + use)),
      example,
    }),
  );
  const variables = [...ofTexts, ...(byScopes?.variables ?? [])].sort(
    (a, b) =>
      b.retainedSize - a.retainedSize ||
      b.contexts - a.contexts ||
      (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  );
  const checked = checkedOf(graph, texts, count + (byScopes?.contexts ?? 0), scopes);
  const inFile = [...(byScopes?.scripts ?? [])].map((script) => ({ script, from: 'scopes' as const }));
  return { variables, checked: { ...checked, scripts: [...checked.scripts, ...inFile] } };
}

/** Variables of a scope that none of the readers, and nothing in them, uses. */
function unreadOf(
  {
    scope,
    base,
    readers,
  }: { readonly scope: SourceScope; readonly base: number; readonly readers: Uint32Array },
  lastOf: (literal: number) => number,
  known: Map<string, readonly CapturedVariable[]>,
): readonly CapturedVariable[] {
  const sorted = readers.slice().sort();
  const key = sorted.length > LONGEST_KEY ? undefined : `${base}:${scope.number}:${sorted.join()}`;
  const before = key === undefined ? undefined : known.get(key);
  if (before) return before;
  // Literals are inside of one another, or apart: those that are in no other.
  const starts: number[] = [];
  const ends: number[] = [];
  for (const reader of sorted) {
    if (starts.length > 0 && reader <= ends.at(-1)!) continue;
    starts.push(reader);
    ends.push(lastOf(reader));
  }
  const isRead = (use: number): boolean => {
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ends[middle]! < use) low = middle + 1;
      else high = middle;
    }
    return low < starts.length && starts[low]! <= use;
  };
  const unread = scope.variables.filter(({ name, uses }) => {
    // What V8 makes of private names and the like is not in the text.
    if (/^[.#]|^new\.target$/.test(name)) return false;
    return !uses.some((use) => isRead(base + use));
  });
  if (key !== undefined) known.set(key, unread);
  return unread;
}

/** Sets of more readers are not remembered. */
const LONGEST_KEY = 64;

/** The contexts in which a variable is not read. */
interface Found {
  readonly variable: CapturedVariable;
  readonly scope: SourceScope;
  readonly base: number;
  readonly keepers: Set<number>;
  contexts: number;
  size: number;
  largest: number;
  example: number;
}

function addTo(
  graph: Graph,
  found: Map<CapturedVariable, Found>,
  {
    variable,
    scope,
    base,
    context,
    readers,
  }: Pick<Found, 'variable' | 'scope' | 'base'> & {
    readonly context: number;
    readonly readers: Uint32Array;
  },
): void {
  const node = closureIndex(graph).contexts[context]!;
  const value = variableValue(graph, node, variable.name);
  if (value === undefined) return;
  let one = found.get(variable);
  if (!one) {
    one = { variable, scope, base, keepers: new Set(), contexts: 0, size: 0, largest: -1, example: value };
    found.set(variable, one);
  }
  // What others hold as well would stay.
  const size = dominatorTree(graph).dominators[value] === node ? retainedSizes(graph)[value]! : 0;
  one.contexts++;
  one.size += size;
  if (size > one.largest) [one.largest, one.example] = [size, value];
  for (const reader of readers) if (one.keepers.size < MOST_KEEPERS) one.keepers.add(reader);
}

const MOST_KEEPERS = 1000;

/**
 * The value of a variable in a context; undefined for small integers, true, undefined and the like.
 */
function variableValue(graph: Graph, context: number, name: string): number | undefined {
  const { types, names, targets } = edgesOf(graph);
  for (let edge = graph.firstEdge[context]!, end = graph.firstEdge[context + 1]!; edge < end; edge++) {
    const isNamed =
      types[edge] === EDGE.context
        ? graph.strings.equals(names[edge]!, name)
        : types[edge] === EDGE.hidden && recoveredName(graph, context, edge) === name;
    if (isNamed) return oddballOf(graph, targets[edge]!) === undefined ? targets[edge] : undefined;
  }
  return undefined;
}
