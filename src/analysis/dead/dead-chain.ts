/**
 * The chain to a dead object with a verdict for each step, and the references under suspicion:
 * those between the last object that is in use and the dead one.
 *
 * Source: LeakCanary, LeakTrace.kt and RealLeakTracerFactory.kt: what leads to an object in use is
 * in use, too.
 */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE, isIndexed, NODE } from '../../graph/schema.js';
import { className } from '../../v8/class-names.js';
import { commonJsModules } from '../../v8/modules.js';
import { isContext } from '../../v8/names.js';
import { isRoot, rootOf } from '../../v8/roots.js';
import { rootScopeOf } from '../../v8/scopes.js';
import { sourceLocation } from '../../v8/scripts.js';
import { suspendedFunction } from '../../v8/suspended-calls.js';
import { shortValue } from '../../v8/values.js';
import { foldedSteps } from '../expressions/expression.js';
import { fingerprint, isMinified, type Link, stablePath } from '../fingerprint/fingerprint.js';
import type { Chain } from '../holders/chains.js';
import { isDictionary } from '../holders/dictionaries.js';
import { ALIVE, DEAD, type ObjectStates } from './object-states.js';

export type Verdict = 'alive' | 'dead' | 'unknown';

/** An object on the way to a dead one. */
export interface DeadStep {
  /** Ordinal. */
  readonly node: number;
  /** The reference that led to it, as a program would write it; null for the first one. */
  readonly reference: string | null;
  readonly type: string;
  readonly name: string;
  readonly verdict: Verdict;
  /** Why, in words; empty where nothing is known. */
  readonly reason: string;
  /** Whether the reference that led to it is under suspicion. */
  readonly suspect: boolean;
}

export interface DeadChain {
  readonly steps: readonly DeadStep[];
  /** The references under suspicion, for the fingerprint. */
  readonly links: readonly Link[];
  readonly fingerprint: string;
}

/**
 * The chain in words.
 *
 * - In: a chain from a root to a dead object.
 * - Cost: that of `expressionOf`, and the rules for the nodes of the chain.
 */
export function deadChain(graph: Graph, chain: Chain, states: ObjectStates): DeadChain {
  const folded = foldedSteps(graph, chain);
  const last = folded.length - 1;
  const judged = folded.map(({ at }, i) => verdictOf(graph, chain, { at, place: i, last, states }));
  let lastAlive = -1;
  for (let i = 0; i < last; i++) if (judged[i]!.verdict === 'alive') lastAlive = i;
  const steps = folded.map(({ text, at }, i): DeadStep => {
    const node = chain.nodes[at]!;
    const { verdict, reason } = judged[i]!;
    const above = i < lastAlive && verdict === 'unknown';
    return {
      node,
      reference: i === 0 ? null : referenceOf(text),
      type: i === 0 && text !== '' && isPlace(graph, node) ? text : className(graph, node),
      name: shortValue(graph, node),
      verdict: above ? 'alive' : verdict,
      reason: above
        ? `leads to ${className(graph, chain.nodes[folded[lastAlive]!.at]!)}, which is in use`
        : reason,
      suspect: i > lastAlive,
    };
  });
  const links = folded.slice(lastAlive + 1).flatMap(({ at, text }, i): Link[] => {
    const before = folded[lastAlive + i];
    return before === undefined
      ? []
      : [
          {
            holder: holderName(graph, chain.nodes[before.at]!),
            reference: stableReference(graph, chain, { at, text }),
          },
        ];
  });
  const dead = chain.nodes.at(-1)!;
  const name = states.ruleOf(dead)?.rule.name ?? stableClass(graph, dead);
  return { steps, links, fingerprint: fingerprint(links, name) };
}

/** No rule says anything. */
const UNASKED: ObjectStates = {
  verdicts: new Uint8Array(0),
  dead: new Uint32Array(0),
  asked: 0,
  ruleOf: () => undefined,
};

/**
 * The fingerprint of a chain to anything: of the references behind the last scope of a module, the
 * last loaded module or the last root on it. Where there are none, as the chain is one place (a
 * list of timers, native handles, the exports of a module), of that place and of a member: its
 * function or class.
 */
export function chainFingerprint(graph: Graph, chain: Chain, member?: number): string {
  const { links, fingerprint: printed } = deadChain(graph, chain, UNASKED);
  if (links.length > 0 || member === undefined) return printed;
  const place = rootOf(graph, chain.nodes[0]!)?.kind ?? '';
  // A timer may be told by itself or by the list that it is in.
  const reference = place === 'timer' ? '' : holderName(graph, chain.nodes.at(-1)!);
  return fingerprint([{ holder: place, reference }], memberName(graph, member));
}

/** `renew of jobs.js` of a function and of a call of it that waits; of an object its class. */
function memberName(graph: Graph, member: number): string {
  const { nodeTypes, nodeNames, strings } = graph;
  const fn = nodeTypes[member] === NODE.closure ? member : suspendedFunction(graph, member);
  if (fn === undefined) return holderName(graph, member);
  const script = sourceLocation(graph, fn)?.script;
  return `${strings.get(nodeNames[fn]!)} of ${script === undefined ? '' : stablePath(script)}`;
}

/** Whether a node is a place more than an object: a scope, a root of the engine. */
function isPlace(graph: Graph, node: number): boolean {
  return rootScopeOf(graph, node) !== undefined || className(graph, node).startsWith('(');
}

interface Judged {
  readonly verdict: Verdict;
  readonly reason: string;
}

function verdictOf(
  graph: Graph,
  { nodes }: Chain,
  { at, place, last, states }: { at: number; place: number; last: number; states: ObjectStates },
): Judged {
  const node = nodes[at]!;
  const state = states.verdicts[node];
  if (state === DEAD) {
    const ready = states.ruleOf(node);
    const evidence = ready?.evidence(node, 'dead') ?? '';
    return { verdict: 'dead', reason: evidence === '' ? (ready?.rule.why ?? '') : evidence };
  }
  if (state === ALIVE) {
    const ready = states.ruleOf(node);
    return { verdict: 'alive', reason: ready ? ready.evidence(node, 'alive') : 'it is expected to stay' };
  }
  if (place === last) return { verdict: 'unknown', reason: '' };
  const { moduleOf, exportsOf } = commonJsModules(graph);
  const file = exportsOf.get(node) ?? moduleOf.get(node);
  if (file !== undefined) return { verdict: 'alive', reason: 'a loaded module' };
  const scope = place === 0 ? rootScopeOf(graph, node) : undefined;
  if (scope)
    return { verdict: 'alive', reason: scope.kind === 'module' ? 'scope of a module' : 'scope of a script' };
  if (place === 0 && isRoot(graph)(node)) return { verdict: 'alive', reason: 'a root' };
  const root = place === 0 ? rootOf(graph, nodes[0]!) : undefined;
  // The chain is shown from here on: what stands before it are the engine's own tables.
  return root ? { verdict: 'unknown', reason: `held by ${root.words}` } : { verdict: 'unknown', reason: '' };
}

/** `.audit`, `[3]`, `variable audit of /srv/server.cjs`: a step without what comes before it. */
function referenceOf(text: string): string {
  const symbol = symbolIn(text);
  if (symbol !== undefined) return `[${symbol}]`;
  if (text.startsWith('…')) return text.slice(1);
  const [, inside] = /^\((.*)\)$/s.exec(text) ?? [];
  if (inside === undefined) return text;
  return inside.replace(/ of …$/, '').replace(/…/g, 'it');
}

/**
 * Of a property or a variable its name; of items and entries `[x]`; of the engine's own what it is,
 * without numbers.
 */
function stableReference(
  graph: Graph,
  { nodes, edges }: Chain,
  { at, text }: { readonly at: number; readonly text: string },
): string {
  const { types, names } = edgesOf(graph);
  const edge = edges[at - 1]!;
  const type = types[edge]!;
  const symbol = symbolIn(text);
  if (symbol !== undefined) return privateName(symbol);
  const named = type === EDGE.property || type === EDGE.context;
  const [, exported] = /^\(await import\(.*\)\)\.([\w$]+)$/s.exec(text.slice(0, LONGEST)) ?? [];
  if (exported !== undefined) return exported;
  const isOwn = nodes[at - 1] !== undefined && graph.strings.get(graph.nodeNames[nodes[at - 1]!]!) !== '';
  if (named && isOwn) {
    if (isDictionary(graph)(nodes[at - 1]!)) return '[x]';
    const name = graph.strings.get(names[edge]!);
    return /^\d+$/.test(name) ? '[x]' : privateName(name);
  }
  if (isIndexed(type) || /^…(\.get\(|\[|\.values)/.test(text)) return '[x]';
  return referenceOf(text)
    .replace(/"(?:[^"\\]|\\.)*"/gs, '…')
    .replace(/ (?:in|of) \S*[/\\]\S*/g, '')
    .replace(/@?\d+/g, 'x');
}

/** The description of the symbol that a step is by. */
function symbolIn(text: string): string | undefined {
  return /\.description === "((?:[^"\\]|\\.)*)"/s.exec(text.slice(0, LONGEST))?.[1];
}

/**
 * `signal` of `#signal`, `<symbol kSignal>` and `kSignal`: a version of Node.js has one, another
 * has the other.
 */
function privateName(name: string): string {
  const inner = /^<symbol (.*)>$/s.exec(name)?.[1] ?? name.replace(/^#/, '');
  return inner.replace(/^k([A-Z])/, (_, first: string) => first.toLowerCase());
}

/** Longer texts of a step are looked at no further. */
const LONGEST = 1 << 12;

function holderName(graph: Graph, node: number): string {
  const scope = rootScopeOf(graph, node);
  if (scope) return scope.file === undefined ? `${scope.kind} scope` : `scope of ${stablePath(scope.file)}`;
  const { moduleOf, exportsOf } = commonJsModules(graph);
  const file = exportsOf.get(node) ?? moduleOf.get(node);
  if (file !== undefined) return `exports of ${stablePath(file)}`;
  if (isContext(graph)(node)) return 'scope';
  return stableClass(graph, node);
}

/** The class; of one with a name that a minifier gave the names of its objects' properties. */
function stableClass(graph: Graph, node: number): string {
  const type = className(graph, node);
  if (!isMinified(type))
    return type
      .replace(/@\d+/g, '')
      .replace(/^global.*$/is, 'global')
      .replace(/ \(global\*?\)$/, ''); // as V8 14 and later names global objects and their proxies
  const { firstEdge } = graph;
  const { types, names } = edgesOf(graph);
  const found = new Set<string>();
  for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++)
    if (types[edge] === EDGE.property) found.add(graph.strings.get(names[edge]!));
  found.delete('__proto__');
  return `{${[...found].sort().join(',')}}`;
}
