/** Which objects are finished for good, and which are in use, by their own state. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { eachNamedEdge } from '../../graph/named-edges.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { classIndex } from '../../v8/class-names.js';
import { landmarks } from '../../v8/landmarks.js';
import { globalProxies } from '../../v8/realms.js';
import type { ReadyRule } from './dead-rule.js';

/** What a node's own state says. */
export const UNKNOWN = 0;
export const ALIVE = 1;
export const DEAD = 2;

export interface ObjectStates {
  /** By node: UNKNOWN, ALIVE or DEAD. */
  readonly verdicts: Uint8Array;
  /** Ordinals, ascending. */
  readonly dead: Uint32Array;
  /** Objects that some rule is about. */
  readonly asked: number;
  /** Dead ones that a person said are; they are shown however few they are. */
  readonly stuck?: ReadonlySet<number>;
  /** The rule that decided; undefined for nodes that are unknown. */
  ruleOf(node: number): ReadyRule | undefined;
}

/**
 * Asks each object that some rule is about; a rule without classes and without a property is about
 * every object. What `isExpected` accepts is alive. A prototype, which has a `constructor` of its
 * own, is unknown. The proxy that scripts take for a window of node:vm is what the window is.
 *
 * - In: a graph with edges. Of several rules the first one that decides.
 * - Cost: one pass over the nodes, and over the edges of objects where a rule knows its objects by
 *   a property; the conditions of the rules are asked of their objects only. A byte a node, and
 *   one more while it runs.
 */
export function objectStates(
  graph: Graph,
  rules: readonly ReadyRule[],
  isExpected: (node: number) => boolean = () => false,
): ObjectStates {
  const { nodeCount, nodeTypes, firstEdge, strings } = graph;
  const { types, names } = edgesOf(graph);
  const { labels, of } = classIndex(graph);
  const { runtime } = landmarks(graph);
  const fitting = rules.filter(
    ({ rule: { runtimes } }) => !runtimes || (runtime !== undefined && runtimes.includes(runtime)),
  );
  const byClass = new Map<string, ReadyRule[]>();
  const byProperty = new Map<string, ReadyRule[]>();
  const add = (map: Map<string, ReadyRule[]>, key: string, rule: ReadyRule): void => {
    const list = map.get(key);
    if (list) list.push(rule);
    else map.set(key, [rule]);
  };
  const general = fitting.filter(
    ({ rule }) => rule.class === undefined && rule.has === undefined && rule.classPattern === undefined,
  );
  const byPattern = fitting.filter(({ rule }) => rule.classPattern !== undefined);
  for (const ready of fitting) {
    for (const name of ready.rule.class ?? []) add(byClass, name, ready);
    if (ready.rule.has !== undefined) add(byProperty, ready.rule.has, ready);
  }
  const order = new Map(fitting.map((ready, place) => [ready, place]));
  const inOrder = (list: readonly ReadyRule[]): readonly ReadyRule[] =>
    [...new Set(list)].sort((a, b) => order.get(a)! - order.get(b)!);
  const rulesOfClass = labels.map((label) =>
    inOrder([
      ...(byClass.get(label) ?? []),
      ...byPattern.filter(({ rule }) => rule.classPattern!.test(label)),
      ...general,
    ]),
  );
  const isJudged = Uint8Array.from(rulesOfClass, (list) => (list.length > 0 ? 1 : 0));
  const rulesOfName = new Map<number, ReadyRule[]>();
  const isMark = new Uint8Array(byProperty.size === 0 ? 0 : strings.length);
  for (const [name, list] of byProperty)
    for (const index of strings.find(name)) {
      rulesOfName.set(index, list);
      isMark[index] = 1;
    }
  const constructors = strings.indexesOf('constructor');

  /** The rules that are about a node, in their order. */
  const candidates = (node: number): readonly ReadyRule[] => {
    let found = rulesOfClass[of[node]!]!;
    let isOwn = false;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      if (types[edge] !== EDGE.property) continue;
      const name = names[edge]!;
      if (constructors.has(name)) return [];
      if (isMark[name] !== 1) continue;
      const more = rulesOfName.get(name)!;
      found = [...found, ...more];
      isOwn = true;
    }
    return isOwn ? inOrder(found) : found;
  };
  /** The rule that decides, or one that is about the node and says nothing of it. */
  const decide = (node: number): { readonly ready: ReadyRule; readonly verdict: number } | undefined => {
    let silent: ReadyRule | undefined;
    for (const ready of candidates(node)) {
      if (!ready.isOf(node)) continue;
      if (ready.isDead(node)) return { ready, verdict: DEAD };
      if (ready.isAlive(node)) return { ready, verdict: ALIVE };
      silent ??= ready;
    }
    return silent && { ready: silent, verdict: UNKNOWN };
  };

  const verdicts = new Uint8Array(nodeCount);
  const dead: number[] = [];
  let asked = 0;
  const { object, native } = NODE;
  const isAsked = new Uint8Array(nodeCount);
  if (rulesOfName.size > 0)
    eachNamedEdge(graph, isMark, (node, edge) => {
      if (types[edge] === EDGE.property) isAsked[node] = 1;
    });
  for (let node = 0; node < nodeCount; node++) {
    const type = nodeTypes[node];
    if (type !== object && type !== native) continue;
    if (isJudged[of[node]!] !== 1 && isAsked[node] !== 1) continue;
    const decision = decide(node);
    if (!decision) continue;
    asked++;
    if (isExpected(node)) {
      verdicts[node] = ALIVE;
      continue;
    }
    verdicts[node] = decision.verdict;
    if (decision.verdict === DEAD) dead.push(node);
  }
  // What a program has of a window with a context of its own is the proxy in front of it.
  const behind = new Map<number, number>();
  for (const [proxy, node] of globalProxies(graph)) {
    if (verdicts[node] === UNKNOWN || verdicts[proxy] !== UNKNOWN) continue;
    behind.set(proxy, node);
    verdicts[proxy] = verdicts[node]!;
    if (verdicts[node] === DEAD) dead.push(proxy);
  }
  return {
    verdicts,
    dead: Uint32Array.from(dead).sort(),
    asked,
    ruleOf: (node) => {
      const judged = behind.get(node) ?? node;
      const decision = verdicts[node] === UNKNOWN ? undefined : decide(judged);
      if (decision?.verdict !== verdicts[node]) return undefined;
      const { ready } = decision!;
      if (judged === node) return ready;
      return { ...ready, evidence: (_, verdict) => ready.evidence(judged, verdict) };
    },
  };
}
