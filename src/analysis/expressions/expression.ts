/**
 * Chains of references as JavaScript: `globalThis.registry.byId.get("id7").label`, to be read or to
 * be pasted into a debugger. What cannot be written as JavaScript stands in its place in words, in
 * parentheses: `(variable cache of /app/cache.js)[3]`.
 *
 *   (GC roots) ─► (Isolate) ─► global ─registry─► Registry ─byId─► Map ─table─► table ─7─► @9
 *
 *   globalThis.registry.byId.get("id7")     the table is no step: `get` names its key
 *
 * The chain above `global` is left out: `globalThis` is the latest place that code can name.
 */

import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeName } from '../../graph/walk.js';
import { className } from '../../v8/class-names.js';
import { commonJsModules } from '../../v8/modules.js';
import { inBrackets, isIdentifier, isValue, type Step, script, words } from '../../v8/properties.js';
import { globalObjects } from '../../v8/realms.js';
import { isProcess } from '../../v8/roots.js';
import { rootScopeOf } from '../../v8/scopes.js';
import { placeOf } from '../../v8/scripts.js';
import { isNativeContextName } from '../../v8/system-names.js';
import { quoted } from '../../v8/table-entries.js';
import type { Chain } from '../holders/chains.js';
import { chainEnding } from '../holders/endings.js';
import { repeatsOf } from './repeats.js';
import { foldAt } from './steps.js';

export interface ExpressionStep {
  /** This step alone, with `…` for what comes before it. */
  readonly text: string;
  /** Ordinal of the node that the step leads to. */
  readonly node: number;
}

/** A chain as JavaScript. */
export interface Expression {
  readonly text: string;
  /**
   * Whether the text is JavaScript that gives the object in the program, at the moment of the
   * snapshot: in the main realm, with CommonJS's `require` at hand, where `await` may stand (the
   * REPL, the console of a debugger).
   */
  readonly evaluable: boolean;
  /** In the order of the chain; a loop of the text is as many steps as it goes round. */
  readonly steps: readonly ExpressionStep[];
}

/** A reference of a chain as a program would write it, with V8's own objects on its way folded. */
export interface FoldedStep {
  /** With `…` for what comes before it; of the first step what the chain begins at. */
  readonly text: string;
  /** Place in the chain of the node that it leads to. */
  readonly at: number;
  /** Whether the text says where the object is without what comes before it. */
  readonly absolute: boolean;
}

/**
 * The steps of a chain, one by one.
 *
 * - Out: the first one for the node that the chain begins at for a reader, as in `expressionOf`.
 * - Cost: that of `expressionOf`.
 */
export function foldedSteps(graph: Graph, chain: Chain): readonly FoldedStep[] {
  if (chain.nodes.length === 0) return [];
  const beginning = beginningOf(graph, chain);
  const steps: FoldedStep[] = [{ text: beginning.of(''), at: beginning.at, absolute: true }];
  for (let at = beginning.at; at < chain.nodes.length - 1; ) {
    const { step, taken } = foldAt(graph, chain, at);
    at += taken;
    steps.push({ text: step.of('…'), at, absolute: step.absolute === true });
  }
  return steps;
}

interface Beginning extends Step {
  /** Place in the chain of the node that it stands for. */
  readonly at: number;
}

/**
 * The expression for the last node of a chain, which reads from the holder to the object.
 *
 * - In: a chain. Needs edges; with locations, functions have lines.
 * - Out: it begins as late in the chain as it can: at `globalThis`, `process`, or what a module in
 *   the require cache exports. A chain with none of these and no scope begins in words.
 * - Empty: an empty text for the empty chain.
 * - Cost: the edges of the chain's nodes; at the first call for a graph a pass over nodes and over
 *   closures' edges.
 */
export function expressionOf(graph: Graph, chain: Chain): Expression {
  if (chain.nodes.length === 0) return { text: '', evaluable: false, steps: [] };
  const beginning = beginningOf(graph, chain);
  let first: Step = beginning;
  let at = beginning.at;
  let node = chain.nodes[at]!;
  let further: { readonly step: Step; readonly text: string; readonly node: number }[] = [];
  while (at < chain.nodes.length - 1) {
    const { step, taken } = foldAt(graph, chain, at);
    at += taken;
    if (step.absolute) {
      first = step;
      node = chain.nodes[at]!;
      further = [];
    } else further.push({ step, text: step.of('…'), node: chain.nodes[at]! });
  }
  const start = first.of('');
  let text = start;
  let { evaluable } = first;
  const shorter = withLoops(
    further.map(({ step }) => step),
    further.map((each) => each.text),
  );
  for (const step of shorter) {
    text = step.of(text);
    evaluable &&= step.evaluable;
  }
  return {
    text,
    evaluable,
    steps: [{ text: start, node }, ...further.map((each) => ({ text: each.text, node: each.node }))],
  };
}

/** Steps that a loop stands for at least: the links of a list. */
const LEAST_STEPS = 12;

/**
 * The steps, with one in the place of those that are the same many times. `texts` tell which are.
 */
function withLoops(steps: readonly Step[], texts: readonly string[]): Step[] {
  const found: Step[] = [];
  let done = 0;
  for (const { from, length, count } of repeatsOf(texts, LEAST_STEPS)) {
    for (let i = done; i < from; i++) found.push(steps[i]!);
    found.push(loop(steps.slice(from, from + length), count));
    done = from + length * count;
  }
  for (let i = done; i < steps.length; i++) found.push(steps[i]!);
  return found;
}

/** The steps, one after the other, that many times. */
function loop(steps: readonly Step[], count: number): Step {
  const once = (base: string): string => steps.reduce((text, step) => step.of(text), base);
  if (!steps.every(({ evaluable }) => evaluable))
    return words((base) => `${count} × ${once('…')} from ${base}`);
  const body = `{ for (let i = 0; i < ${count}; i++) o = ${once('o')};`;
  // A promise that an async function returns would be taken for its value.
  return once('o').includes('(await ')
    ? script((base) => `(await (async (o) => ${body} return [o]; })${inBrackets(base)})[0]`)
    : script((base) => `((o) => ${body} return o; })${inBrackets(base)}`);
}

function beginningOf(graph: Graph, chain: Chain): Beginning {
  const { nodes } = chain;
  const { cache, moduleOf, exportsOf } = commonJsModules(graph);
  const globals = globalObjects(graph);
  const isProcessObject = isProcess(graph);
  for (let at = nodes.length - 1; at >= 0; at--) {
    const node = nodes[at]!;
    const exported = exportsOf.get(node);
    if (exported !== undefined) return { ...script(() => `require(${quoted(exported)})`), at };
    const module = moduleOf.get(node);
    if (module !== undefined) return { ...script(() => `require.cache[${quoted(module)}]`), at };
    if (node === cache) return { ...script(() => 'require.cache'), at };
    if (globals.get(node) === 'main') return { ...script(() => 'globalThis'), at };
    if (isProcessObject(node)) return { ...script(() => 'process'), at };
  }
  return rootBeginning(graph, chain);
}

/** The beginning of a chain that passes nothing a program has a name for. */
function rootBeginning(graph: Graph, chain: Chain): Beginning {
  const { nodes, edges } = chain;
  const head = nodes[0]!;
  const name = graph.strings.get(graph.nodeNames[head]!);
  const scope = rootScopeOf(graph, head);
  if (scope) {
    const where = scope.file ?? (scope.kind === 'script' ? 'a script' : 'an ES module');
    return { ...words(() => `variables of ${where}`), at: 0 };
  }
  if (globalObjects(graph).get(head) === 'other')
    return { ...words(() => 'globalThis of another context'), at: 0 };
  if (name === 'TimersList') {
    // Timers stand in a ring; the way along it says nothing.
    let at = 0;
    while (at < edges.length && /^_idle(Next|Prev)$/.test(edgeName(graph, edges[at]!))) at++;
    return { ...words(() => 'a timer'), at };
  }
  if (name === 'ImmediateList') {
    let at = 0;
    while (at < edges.length && /^(head|tail|_idleNext|_idlePrev)$/.test(edgeName(graph, edges[at]!))) at++;
    return { ...words(() => 'an immediate'), at };
  }
  if (graph.nodeTypes[head] === NODE.synthetic || isNativeContextName(name)) {
    const first = nodes.findIndex((node) => isValue(graph, node));
    if (first < 0) return { ...words(() => described(graph, head)), at: 0 };
    const alias = first === 1 ? globalAlias(graph, nodes[1]!) : undefined;
    if (alias !== undefined) return { ...script(() => `globalThis.${alias}`), at: 1 };
    const { kind, words: holder } = chainEnding(graph, chain);
    const by = kind === 'microtask' ? holder : described(graph, head);
    return { ...words(() => `${described(graph, nodes[first]!)}, held by ${by}`), at: first };
  }
  return { ...words(() => described(graph, head)), at: 0 };
}

/**
 * A property of the main global object that holds the node, if one has a plain name. Cost: the
 * global's edges.
 */
function globalAlias(graph: Graph, node: number): string | undefined {
  const { types, names, targets } = edgesOf(graph);
  for (const [global, realm] of globalObjects(graph)) {
    if (realm !== 'main') continue;
    for (let edge = graph.firstEdge[global]!, end = graph.firstEdge[global + 1]!; edge < end; edge++) {
      if (types[edge] !== EDGE.property || targets[edge] !== node) continue;
      const name = graph.strings.get(names[edge]!);
      if (isIdentifier(name) && name !== '__proto__') return name;
    }
  }
  return undefined;
}

/** A node in words: its class and id, a function with its name and place. */
function described(graph: Graph, node: number): string {
  const name = graph.strings.get(graph.nodeNames[node]!);
  if (graph.nodeTypes[node] === NODE.synthetic) return name;
  if (isNativeContextName(name)) return "V8's native context";
  if (graph.nodeTypes[node] === NODE.closure)
    return `closure ${name === '' ? '' : `${name} `}@${graph.ids[node]}${placeOf(graph, node)}`;
  return `${className(graph, node)} @${graph.ids[node]}`;
}
