/** Properties as JavaScript: names, indexes, symbols, accessors, prototypes, private fields. */

import { shortened } from '../base/printable.js';
import { edgesOf, type Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { EDGE, NODE } from '../graph/schema.js';
import { StringIndexes } from '../graph/strings.js';
import { isInternal, isObject, oddballOf } from './names.js';
import { mayBePrivate } from './private-symbols.js';
import { globalObjects } from './realms.js';
import { V8_NAME } from './system-names.js';
import { isExact, quoted, WELL_KNOWN_SYMBOL } from './table-entries.js';

/** One step of an expression: how to get on from what is written so far. */
export interface Step {
  /** The whole expression, by the expression so far. */
  readonly of: (base: string) => string;
  readonly evaluable: boolean;
  /** Set when the expression so far is not needed: this step is a beginning itself. */
  readonly absolute?: true;
}

/** A step and how many edges of the chain it covers, at least one. */
export interface Fold {
  readonly step: Step;
  readonly taken: number;
}

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/** A step that is JavaScript. */
export function script(of: (base: string) => string): Step {
  return { of, evaluable: true };
}

/**
 * A step that only words can tell; `words` get what it starts from, without the parentheses around
 * them.
 */
export function words(of: (base: string) => string): Step {
  return { of: (base) => `(${of(base)})`, evaluable: false };
}

/** Longer texts are not looked through for the brackets around them. */
const SHORT = 2000;

/** Whether the text stands in brackets that belong together: `(a)(b)` does not. */
function isBracketed(text: string): boolean {
  if (text.length > SHORT || !text.startsWith('(') || !text.endsWith(')')) return false;
  let depth = 0;
  for (let i = 0; i < text.length - 1; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')' && --depth === 0) return false;
  }
  return true;
}

/** The text in brackets, with none added to those that are there. */
export function inBrackets(text: string): string {
  return isBracketed(text) ? text : `(${text})`;
}

/** The step as the beginning of an expression. */
export function absolute(step: Step): Step {
  return { ...step, absolute: true };
}

/** `base.name`, or `base["na me"]`. */
export function member(base: string, name: string): string {
  return isIdentifier(name) ? `${base}.${name}` : `${base}[${quoted(name)}]`;
}

/** Whether the text can stand behind a dot. */
export function isIdentifier(text: string): boolean {
  return IDENTIFIER.test(text);
}

/**
 * The step along a `property` or `element` edge; undefined when the edge is V8's own (private
 * symbols, an accessor pair).
 *
 * - Cost: the edges of the source for accessors and symbols.
 */
export function propertyStep(graph: Graph, source: number, edge: number): Step | undefined {
  const { types, names, targets } = edgesOf(graph);
  if (types[edge] === EDGE.element) return script((base) => `${base}[${names[edge]}]`);
  const name = graph.strings.get(names[edge]!);
  const target = targets[edge]!;
  if (!isValue(graph, target)) return undefined;
  if (name === '__proto__') return script((base) => `Object.getPrototypeOf${inBrackets(base)}`);
  const symbol = /^<symbol (.*)>$/s.exec(name) ?? (name === '<symbol>' ? ['', undefined] : undefined);
  if (symbol && symbolLikeTexts(graph).has(names[edge]!))
    return words((base) => `property ${quoted(shortened(name, 40))} of ${base}`);
  if (symbol) return symbolStep(graph, source, edge, symbol[1]);
  const [, half, property] = /^(get|set) (.*)$/s.exec(name) ?? [];
  if (
    half &&
    property &&
    graph.nodeTypes[target] === NODE.closure &&
    (hasAccessorPair(graph, source, property) ||
      (!hasPairs(graph) && graph.nodeNames[target] === names[edge]))
  )
    return script((base) => `Object.getOwnPropertyDescriptor(${base}, ${quoted(property)}).${half}`);
  if (name.startsWith('#') && isIdentifier(name.slice(1)))
    return words((base) => `private field ${name} of ${base}`);
  if (!isExact(name)) return words((base) => `property ${quoted(shortened(name, 40))} of ${base}`);
  return script((base) => member(base, name));
}

/**
 * Names of string nodes that look like what V8 calls symbols: a property of that name may have it
 * as a text. Of a symbol there is no such string. Cost: one pass over the nodes, where there are
 * such names.
 */
const symbolLikeTexts = memo(({ strings, nodeCount, nodeTypes, nodeNames }: Graph): ReadonlySet<number> => {
  const alike = new StringIndexes([...strings.find('<symbol>'), ...strings.find('<symbol ', 'beginning')]);
  const found = new Set<number>();
  if (alike.size === 0) return found;
  for (let node = 0; node < nodeCount; node++)
    if (nodeTypes[node] === NODE.string && alike.has(nodeNames[node]!)) found.add(nodeNames[node]!);
  return found;
});

/**
 * Whether the node can be the value of an expression: V8's arrays, code and other helpers cannot.
 */
export function isValue(graph: Graph, node: number): boolean {
  switch (graph.nodeTypes[node]) {
    case NODE.string:
    case NODE['concatenated string']:
    case NODE['sliced string']:
    case NODE.symbol:
    case NODE.bigint:
    case NODE.number:
      return true;
    default:
      return isObject(graph, node) || isOddballValue(graph, node);
  }
}

function isOddballValue(graph: Graph, node: number): boolean {
  const oddball = oddballOf(graph, node);
  return oddball !== undefined && oddball !== 'hole';
}

/** Under which private symbol Blink keeps what `document` gives. */
const DOCUMENT = 'Window#DocumentCachedAccessor';

function symbolStep(
  graph: Graph,
  source: number,
  edge: number,
  description: string | undefined,
): Step | undefined {
  if (description === DOCUMENT && globalObjects(graph).has(source))
    return script((base) => `${base}.document`);
  if (description !== undefined && mayBePrivate(graph, description))
    return words((base) => `internal symbol ${description} of ${base}`);
  if (description !== undefined && !isExact(description))
    return words((base) => `property of ${base} under the symbol ${quoted(shortened(description, 40))}`);
  // V8's private symbols have no description either, and programs do not get to see them.
  if (description === undefined && hasPrivateSymbols(graph, source))
    return words((base) => `property of ${base} under a symbol without a description`);
  const { names, targets } = edgesOf(graph);
  const name = names[edge]!;
  // Symbols of one description on one object stand in the order of the object's keys.
  let before = 0;
  let total = 0;
  let accessor = false;
  for (let other = graph.firstEdge[source]!, end = graph.firstEdge[source + 1]!; other < end; other++) {
    if (names[other] !== name) continue;
    if (isPair(graph, targets[other]!)) accessor = true;
    else if (isValue(graph, targets[other]!)) {
      if (other < edge) before++;
      total++;
    }
  }
  const half = !accessor
    ? undefined
    : graph.strings.get(graph.nodeNames[targets[edge]!]!).startsWith('set ')
      ? 'set'
      : 'get';
  const at = (base: string, key: string): string =>
    half ? `Object.getOwnPropertyDescriptor(${base}, ${key}).${half}` : `${base}[${key}]`;
  if (description !== undefined && WELL_KNOWN_SYMBOL.test(description))
    return script((base) => at(base, description));
  const test = `(s) => s.description === ${description === undefined ? 'undefined' : quoted(description)}`;
  const key = (base: string): string =>
    total > 1 && !half
      ? `Object.getOwnPropertySymbols(${base}).filter(${test})[${before}]`
      : `Object.getOwnPropertySymbols(${base}).find(${test})`;
  // Long beginnings are written once, so that many such steps do not double the text each.
  return script((base) =>
    base.length <= 60 ? at(base, key(base)) : `((o) => ${at('o', key('o'))})${inBrackets(base)}`,
  );
}

/**
 * Functions (the places of a class, its initializers), errors (their stack) and promises (who
 * handles them).
 */
function hasPrivateSymbols(graph: Graph, node: number): boolean {
  if (graph.nodeTypes[node] !== NODE.object) return graph.nodeTypes[node] === NODE.closure;
  return /(Error|Exception|Promise)$/.test(graph.strings.get(graph.nodeNames[node]!));
}

/**
 * Whether there are accessor pairs at all: V8 has hundreds of its own. In a snapshot that was
 * reduced to some of its nodes there may be none, and a function that is called as the edge, `get
 * x`, is taken for a getter.
 */
const hasPairs = memo(({ strings, nodeCount, nodeNames }: Graph): boolean => {
  const called = strings.indexesOf(V8_NAME.accessorPair);
  for (let node = 0; node < nodeCount && called.size > 0; node++)
    if (called.has(nodeNames[node]!)) return true;
  return false;
});

function hasAccessorPair(graph: Graph, source: number, property: string): boolean {
  const { types, names, targets } = edgesOf(graph);
  for (let edge = graph.firstEdge[source]!, end = graph.firstEdge[source + 1]!; edge < end; edge++) {
    if (types[edge] !== EDGE.property || !graph.strings.equals(names[edge]!, property)) continue;
    if (isPair(graph, targets[edge]!)) return true;
  }
  return false;
}

function isPair(graph: Graph, node: number): boolean {
  return isInternal(graph)(node) && graph.strings.equals(graph.nodeNames[node]!, V8_NAME.accessorPair);
}
