/** Which scope in the text of a script a context belongs to. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeTargetIn } from '../../graph/walk.js';
import { closureIndex, NO_CONTEXT } from './closure-index.js';
import type { Literal, SourceScope } from './source-scopes.js';

/** What is known of the scope of a context. */
export type ContextScope = SourceScope | 'unknown' | 'dynamic' | 'empty';

/**
 * By context its scope.
 *
 * The scopes around a function are those of its text that have captured variables, from the inside
 * outwards, and the contexts that its closures run in are theirs, one for one. Each context has to
 * have the variables of its scope, and no others; where one has not, or both do not end together,
 * none of the way is taken: `unknown`. Contexts without variables are passed over: `empty`.
 * `dynamic`: an
 * `eval` or a `with` may use its variables by any name.
 *
 * - In: by function its literal, undefined where that is not known.
 * - Cost: a walk outwards for each pair of a context and a function.
 */
export function contextScopes(
  graph: Graph,
  literalOf: readonly (Literal | undefined)[],
): readonly ContextScope[] {
  const { closures, contextOf, functionOf, contexts, outer } = closureIndex(graph);
  const names = contextNames(graph);
  const scopes = new Array<ContextScope>(contexts.length).fill('unknown');
  const refused = new Uint8Array(contexts.length);
  const seen = new Set<number>();
  for (let i = 0; i < closures.length; i++) {
    const literal = literalOf[functionOf[i]!];
    const first = contextOf[i]!;
    if (literal === undefined || first === NO_CONTEXT) continue;
    const key = first * literalOf.length + functionOf[i]!;
    if (seen.has(key)) continue;
    seen.add(key);
    const path: [number, ContextScope][] = [];
    let { scope } = literal;
    let fits = true;
    let known = false;
    let left = contexts.length;
    for (let context = first; context !== NO_CONTEXT && left > 0; context = outer[context]!, left--) {
      if (scope?.dynamic) {
        path.push([context, 'dynamic']);
        continue;
      }
      if (names.isEmpty(context)) {
        scopes[context] = 'empty';
        continue;
      }
      if (scope === undefined || !names.fits(context, scope)) {
        // A script's own context has the variables of all scripts, and of the text only a part.
        fits = scope === undefined || scope.literal !== 0 ? false : fits;
        break;
      }
      if (scopes[context] === scope) {
        known = true;
        break;
      }
      path.push([context, scope]);
      scope = scope.outer;
    }
    if (!known && fits && scope !== undefined && scope.literal !== 0 && !scope.dynamic) fits = false;
    for (const [context, own] of path) {
      const other = scopes[context];
      if (!fits || (other !== 'unknown' && other !== own)) refused[context] = 1;
      else scopes[context] = own;
    }
  }
  for (let context = 0; context < contexts.length; context++)
    if (refused[context] === 1) scopes[context] = 'unknown';
  return scopes;
}

/** Names of variables in contexts, compared with those of scopes. */
function contextNames(graph: Graph) {
  const { contexts } = closureIndex(graph);
  const { types, names, targets } = edgesOf(graph);
  const { firstEdge, nodeTypes, nodeNames, strings, selfSizes } = graph;
  const infoNames = strings.indexesOf('scope_info');
  const extensions = strings.indexesOf('extension');
  const wordSize = contexts.some((node) => selfSizes[node]! % 8 !== 0 || selfSizes[node]! < 4 * 8) ? 4 : 8;
  const byInfo = new Map<number, ReadonlySet<string> | undefined>();
  const fitting = new Map<SourceScope, Map<number, boolean>>();
  const none: ReadonlySet<string> = new Set();

  /** The variables of a context; undefined where there are so many that they stand elsewhere. */
  const namesOf = (context: number): ReadonlySet<string> | undefined => {
    const node = contexts[context]!;
    const count = selfSizes[node]! / wordSize - HEAD_WORDS;
    const info = edgeTargetIn(graph, node, EDGE.internal, infoNames);
    if (info === undefined || count <= 0) return none;
    if (byInfo.has(info)) return byInfo.get(info);
    const found = new Set<string>();
    let isWhole = true;
    for (let edge = firstEdge[info]!, end = firstEdge[info + 1]!; edge < end && found.size < count; edge++) {
      if (types[edge] !== EDGE.hidden) continue;
      const target = targets[edge]!;
      if (nodeTypes[target] !== NODE.string) {
        isWhole = false;
        break;
      }
      found.add(strings.get(nodeNames[target]!));
    }
    const result = isWhole ? found : undefined;
    byInfo.set(info, result);
    return result;
  };

  return {
    /** Whether a context has no variables of the program. */
    isEmpty(context: number): boolean {
      const own = namesOf(context);
      return own !== undefined && [...own].every((name) => isInternal(name) || name === '');
    },

    /** Whether a context has the variables of a scope, and no others. */
    fits(context: number, scope: SourceScope): boolean {
      const info = edgeTargetIn(graph, contexts[context]!, EDGE.internal, infoNames);
      if (info === undefined) return false;
      let known = fitting.get(scope);
      if (!known) {
        known = new Map();
        fitting.set(scope, known);
      }
      let fits = known.get(info);
      if (fits === undefined) {
        fits = compare(context, scope);
        known.set(info, fits);
      }
      return fits;
    },
  };

  function compare(context: number, scope: SourceScope): boolean {
    const own = namesOf(context);
    const declared = new Set(scope.variables.map(({ name }) => name));
    if (own === undefined) return edgesFit(context, declared);
    for (const name of declared) if (!isInternal(name) && !own.has(name)) return false;
    // An extension takes the place of a variable, so that a name behind the variables is read, too.
    if (edgeTargetIn(graph, contexts[context]!, EDGE.internal, extensions) !== undefined)
      return edgesFit(context, declared);
    for (const name of own) if (!isInternal(name) && !declared.has(name)) return false;
    return true;
  }

  /** Whether all variables that the context names are among these. */
  function edgesFit(context: number, declared: ReadonlySet<string>): boolean {
    const node = contexts[context]!;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      if (types[edge] !== EDGE.context) continue;
      const name = strings.get(names[edge]!);
      if (!isInternal(name) && !declared.has(name)) return false;
    }
    return true;
  }
}

/**
 * Words of a context before its variables: its shape, its length, its ScopeInfo, the context around
 * it.
 */
const HEAD_WORDS = 4;

/**
 * Names that V8 gives to variables of its own: `.generator_object`, `.new.target`; and private
 * ones.
 */
function isInternal(name: string): boolean {
  return name.startsWith('.') || name.startsWith('#') || name === 'new.target';
}
