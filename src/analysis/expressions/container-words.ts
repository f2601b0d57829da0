/**
 * A container in words: a short path to read, where the expression of its chain would be too long.
 */

import type { Graph } from '../../graph/graph.js';
import { NODE } from '../../graph/schema.js';
import { className } from '../../v8/class-names.js';
import { symbolTables } from '../../v8/symbol-tables.js';
import type { Chain } from '../holders/chains.js';
import { chainEnding } from '../holders/endings.js';
import { expressionOf } from './expression.js';

export interface ContainerWords {
  /** `config._events.reload`, `listeners of config for "reload"`; not JavaScript. */
  readonly text: string;
  /** Where it begins: `a variable of the module /app/config.js`. */
  readonly heldBy: string;
}

/**
 * The words for the last node of a chain: names of variables and properties, keys, and what is
 * known to be a list of listeners. Numbers of list items are left out of the words, as `[…]`.
 *
 * - In: a chain that reads from a root to the container. Needs edges and, for scopes' files, what
 *   `expressionOf` needs.
 * - Cost: that of `expressionOf`.
 */
export function containerWords(graph: Graph, chain: Chain): ContainerWords {
  const heldBy = chainEnding(graph, chain).words;
  if (chain.nodes.length === 0) return { text: '', heldBy };
  const { nodeTypes, nodeNames, strings } = graph;
  const only = chain.nodes.length === 1 ? chain.nodes[0]! : undefined;
  if (only !== undefined && nodeTypes[only] === NODE.synthetic)
    return { text: strings.get(nodeNames[only]!), heldBy };
  if (chain.edges.length > 0 && symbolTables(graph).get(chain.nodes.at(-2)!) === chain.edges.at(-1))
    return { text: 'the symbols of Symbol.for', heldBy };
  let text = '';
  for (const step of expressionOf(graph, chain).steps) text = next(text, step.text);
  const words = LISTS[text] ?? listeners(text, () => className(graph, chain.nodes.at(-3)!)) ?? text;
  return { text: withoutMiddle(repeatsNamed(words)), heldBy };
}

/** Longer words are no help. */
const LONGEST = 400;
const BEGINNING = 120;
const INNERMOST = 200;

/** What is held inside of what is held inside of more: the outermost and the innermost. */
function withoutMiddle(text: string): string {
  if (text.length <= LONGEST) return text;
  let depth = 0;
  let deepest = 0;
  let at = text.length - INNERMOST;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === ')') depth--;
    if (text[i] === '(' && ++depth > deepest) [deepest, at] = [depth, i];
  }
  return `${text.slice(0, BEGINNING)} … ${text.slice(Math.max(at, BEGINNING), at + INNERMOST)} …`;
}

/** A reference that is followed again and again, as along a list, is named once. */
function repeatsNamed(text: string): string {
  return text.replace(
    /"(?:[^"\\]|\\.)*"|((?:\.[\w$#]+|\[[^[\]]+\])(?:\.[\w$#]+|\[[^[\]]+\])?)\1{2,}/g,
    (all: string, one?: string) => (one === undefined ? all : `${one} … (${all.length / one.length} times)`), // a text is a key
  );
}

/** Where expressions begin at lists of Node.js. */
const LISTS: Readonly<Record<string, string>> = {
  '(a timer)': 'the list of timers',
  '(an immediate)': 'the list of immediates',
};

/** Matching it takes quadratic time, which a longer step could be made for. */
const SYMBOL = /getOwnPropertySymbols\(.*\)\.find\(\(s\) => s\.description === "((?:[^"\\]|\\.)*)"\)\]/s;
const LONGEST_STEP = 1 << 13;

/** One step of an expression, shortened, put behind what comes before it. */
function next(before: string, step: string): string {
  const [, symbol] = step.length > LONGEST_STEP ? [] : (SYMBOL.exec(step) ?? []);
  if (symbol !== undefined) return `${before}[${symbol}]`;
  const [, field] = /^\(private field (#\S+) of …\)$/.exec(step) ?? [];
  if (field !== undefined) return `${before}.${field}`;
  if (/^\(held inside … by [^)]*\)$/.test(step)) return before;
  const [, variable] = /^\(variable (\S+) of (?!…|the closure|the suspended)[^()]*\)$/.exec(step) ?? [];
  if (variable !== undefined) return variable;
  return step.includes('…') ? step.replace('…', before) : step;
}

/**
 * Where Node.js keeps the listeners of an emitter, and of an EventTarget. Of one that no variable
 * leads to, its class is said.
 */
function listeners(text: string, classOf: () => string): string | undefined {
  const [, emitter, dotted, quoted] =
    /^(.+)\._events(?:\.([\w$]+)|\[("(?:[^"\\]|\\.)*")\])$/s.exec(text) ?? [];
  if (emitter !== undefined) {
    const of = emitter.startsWith('(') ? `${classOf()} ${emitter}` : emitter;
    return `listeners of ${of} for ${quoted ?? `"${dotted}"`}`;
  }
  const [, target, event] = /^(.+)\[kEvents\]\.get\(("(?:[^"\\]|\\.)*")\)/s.exec(text) ?? [];
  return target === undefined ? undefined : `listeners of ${target} for ${event}`;
}

/**
 * The same for what listens on a page: listeners hang on their target by a list of the engine,
 * which has no name.
 */
export function listenersText(text: string, memberType: string): string {
  return memberType === 'EventListener' && !text.startsWith('listeners of ') ? `listeners of ${text}` : text;
}
