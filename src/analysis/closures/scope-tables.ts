/** Captured variables that no living function reads, by the scopes that the file has (V8 15). */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeTarget } from '../../graph/walk.js';
import { isContext } from '../../v8/names.js';
import { scriptOfShared } from '../../v8/scripts.js';
import { numberText } from '../../v8/values.js';
import { dominatorTree } from '../sizes/dominators.js';
import { retainedSizes } from '../sizes/retained-sizes.js';
import { closureIndex, rangesBy } from './closure-index.js';
import { markHeld } from './context-readers.js';
import { type ScopeRecord, type ScopeTables, type ScriptScopes, scopeRecords } from './scope-records.js';
import type { FunctionPlace, UnreadVariable } from './unread-variable.js';

/** A variable in one context. */
export interface UnreadField {
  /** Ordinals. */
  readonly context: number;
  readonly scopeInfo: number;
  readonly value: number;
  readonly script: number;
  readonly scope: ScopeRecord;
  readonly variable: ScopeRecord['variables'][number];
}

interface Matched {
  readonly fields: readonly UnreadField[];
  /** Contexts whose scope the file has. */
  readonly contexts: number;
}

/**
 * Variables in contexts that no living function reads, by DevTools' rule: a closure reads what the
 * scopes in its text use, in all contexts around it.
 *
 * - In: a graph with edges; scopes of `scopeRecords`.
 * - Order: that of the contexts in the file, then of their edges.
 * - Cost: one pass over the nodes; the contexts around each closure, once a function.
 * - Source: DevTools, ContextAnalyzer.ts.
 */
export function unreadFields(graph: Graph, scopes: ScriptScopes): Matched {
  const { nodeCount, nodeTypes, firstEdge, strings } = graph;
  const { types, names, targets } = edgesOf(graph);
  const isScope = isContext(graph);
  const internal = (node: number, name: string) => edgeTarget(graph, node, EDGE.internal, [name]);
  /** By script and number of the scope of a function: the contexts that its closures can reach. */
  const reached = new Map<number, Map<number, Set<number>>>();
  const scriptOfInfo = new Map<number, number | undefined>();
  const functions = new Map<number, readonly [number, number] | undefined>();
  for (let node = 0; node < nodeCount; node++) {
    if (nodeTypes[node] !== NODE.closure) continue;
    const shared = internal(node, 'shared');
    if (shared === undefined) continue;
    if (!functions.has(shared)) {
      const script = internal(shared, 'script');
      const id = integerAt(graph, shared, 'scope_id');
      functions.set(shared, script === undefined || id === undefined ? undefined : [script, id]);
    }
    const known = functions.get(shared);
    let context = internal(node, 'context');
    if (known === undefined || context === undefined || !scopes.has(known[0])) continue;
    const contexts = setAt(reached, known[0], known[1]);
    while (context !== undefined && !contexts.has(context) && isScope(context)) {
      contexts.add(context);
      context = internal(context, 'previous');
    }
  }
  for (let node = 0; node < nodeCount; node++) {
    const info = sharedInfo(graph, node);
    if (info !== undefined) scriptOfInfo.set(info[0], info[1]);
  }
  const scriptOf = (info: number): number | undefined => {
    const passed = new Set<number>();
    let at: number | undefined = info;
    while (at !== undefined && !scriptOfInfo.has(at) && !passed.has(at)) {
      passed.add(at);
      at = internal(at, 'outer_scope_info');
    }
    const script = at === undefined ? undefined : scriptOfInfo.get(at);
    for (const one of passed) scriptOfInfo.set(one, script);
    return script;
  };
  const isRead = (script: number, context: number, { uses }: UnreadField['variable']): boolean => {
    const living = reached.get(script);
    for (const use of living ? uses : [])
      for (let scope: ScopeRecord | undefined = use; scope; scope = scope.parent)
        if (living!.get(scope.id)?.has(context)) return true;
    return false;
  };
  const fields: UnreadField[] = [];
  let contexts = 0;
  for (let context = 0; context < nodeCount; context++) {
    if (!isScope(context)) continue;
    const scopeInfo = internal(context, 'scope_info');
    const id = scopeInfo === undefined ? undefined : integerAt(graph, scopeInfo, 'scope_id');
    const script = id === undefined ? undefined : scriptOf(scopeInfo!);
    const scope = script === undefined ? undefined : scopes.get(script)?.get(id!);
    if (scope === undefined) continue;
    contexts++;
    for (let edge = firstEdge[context]!, end = firstEdge[context + 1]!; edge < end; edge++) {
      if (types[edge] !== EDGE.context) continue;
      const variable = scope.variables.find(({ name }) => strings.equals(names[edge]!, name));
      if (variable === undefined || isRead(script!, context, variable)) continue;
      fields.push({
        context,
        scopeInfo: scopeInfo!,
        value: targets[edge]!,
        script: script!,
        scope,
        variable,
      });
    }
  }
  return { fields, contexts };
}

/** Of V8's data on a function: its own scope, and its script. */
function sharedInfo(graph: Graph, node: number): readonly [number, number] | undefined {
  if (graph.nodeTypes[node] !== NODE.code) return undefined;
  const info = edgeTarget(graph, node, EDGE.internal, ['name_or_scope_info']);
  const script = info === undefined ? undefined : edgeTarget(graph, node, EDGE.internal, ['script']);
  return script === undefined || graph.nodeTypes[info!] !== NODE.code ? undefined : [info!, script];
}

function setAt(sets: Map<number, Map<number, Set<number>>>, script: number, id: number): Set<number> {
  const ofScript = sets.get(script) ?? new Map<number, Set<number>>();
  sets.set(script, ofScript);
  const set = ofScript.get(id) ?? new Set<number>();
  ofScript.set(id, set);
  return set;
}

function integerAt(graph: Graph, node: number, name: string): number | undefined {
  const value = edgeTarget(graph, node, EDGE.internal, [name]);
  const text = value === undefined ? undefined : numberText(graph, value);
  return text === undefined || !/^-?\d{1,10}$/.test(text) ? undefined : Number(text);
}

/** What the scopes of the file say. */
export interface UnreadByScopes {
  readonly variables: readonly UnreadVariable[];
  /** Contexts that were compared. */
  readonly contexts: number;
  /** Scripts that the file has scopes of. */
  readonly scripts: ReadonlySet<string>;
}

/**
 * The same by variable. Other than DevTools it counts as read what a suspended function, or
 * anything that is no closure, may read.
 *
 * - Cost: `unreadFields`, the retainers of contexts, dominators.
 */
export function unreadByScopes(graph: Graph, tables: ScopeTables): UnreadByScopes {
  const { numberOf, contexts: all, contextOf, functionOf, functions } = closureIndex(graph);
  const scopes = scopeRecords(graph, tables);
  const { fields, contexts } = unreadFields(graph, scopes);
  const held = new Uint8Array(all.length);
  markHeld(graph, held);
  const placeByScope = new Map<string, FunctionPlace>();
  const scriptNames = new Map<number, string>();
  for (let node = 0; node < graph.nodeCount; node++) {
    if (graph.nodeTypes[node] !== NODE.code) continue;
    const id = integerAt(graph, node, 'scope_id');
    const script = id === undefined ? undefined : edgeTarget(graph, node, EDGE.internal, ['script']);
    if (script === undefined || !scopes.has(script)) continue;
    const name = scriptOfShared(graph, node) ?? '';
    scriptNames.set(script, name);
    const label = graph.strings.get(graph.nodeNames[node]!).split(' / ').slice(2).join(' / ');
    placeByScope.set(`${script}:${id}`, { name: label, script: name, line: undefined });
  }
  for (const { shared, name, script = '', place } of functions) {
    const node = edgeTarget(graph, shared, EDGE.internal, ['script']);
    const id = integerAt(graph, shared, 'scope_id');
    const line = place === undefined ? undefined : graph.locations!.place(place).line + 1;
    if (node !== undefined && id !== undefined) placeByScope.set(`${node}:${id}`, { name, script, line });
  }
  const placeOf = (script: number, from: ScopeRecord): FunctionPlace => {
    for (let scope: ScopeRecord | undefined = from; scope; scope = scope.parent) {
      const place = placeByScope.get(`${script}:${scope.id}`);
      if (place) return place;
    }
    return { name: '', script: scriptNames.get(script) ?? '', line: undefined };
  };
  /** Functions whose own code uses it, without the one whose variable it is. */
  const readersOf = (
    script: number,
    scope: ScopeRecord,
    { uses }: UnreadField['variable'],
  ): FunctionPlace[] => {
    const own = placeOf(script, scope);
    return [...new Set([...uses].map((use) => placeOf(script, use)))].filter((place) => place !== own);
  };
  const byContext = rangesBy(contextOf, all.length);
  const keepersOf = (number: number): FunctionPlace[] => {
    const own = new Set(
      [...byContext.items.subarray(byContext.first[number]!, byContext.first[number + 1]!)].map(
        (i) => functionOf[i]!,
      ),
    );
    return [...own].map((i) => {
      const { name, script = '', place } = functions[i]!;
      return { name, script, line: place === undefined ? undefined : graph.locations!.place(place).line + 1 };
    });
  };
  const found = new Map<UnreadField['variable'], UnreadVariable & { readonly largest: number }>();
  for (const { context, value, script, scope, variable } of fields) {
    const number = numberOf[context]! - 1;
    if (number < 0 || held[number] === 1) continue;
    const size = dominatorTree(graph).dominators[value] === context ? retainedSizes(graph)[value]! : 0;
    const before = found.get(variable);
    found.set(variable, {
      name: variable.name,
      scope: placeOf(script, scope),
      contexts: (before?.contexts ?? 0) + 1,
      retainedSize: (before?.retainedSize ?? 0) + size,
      keptBy: before?.keptBy ?? keepersOf(number),
      readBy: before?.readBy ?? readersOf(script, scope, variable),
      example: before && before.largest >= size ? before.example : value,
      largest: Math.max(before?.largest ?? 0, size),
    });
  }
  const variables = [...found.values()].map(({ largest: _, ...variable }) => variable);
  return { variables, contexts, scripts: new Set([...scriptNames.values()].filter((name) => name !== '')) };
}
