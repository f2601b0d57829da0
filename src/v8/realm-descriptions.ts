/** What a realm can be called: the page's URL, a script that ran in it, what its globals are. */
import { edgesOf, type Graph } from '../graph/graph.js';
import { EDGE, NODE, nodeTypeMarks } from '../graph/schema.js';
import { edgeTargetIn } from '../graph/walk.js';
import { isStandardGlobal } from './program-globals.js';
import { globalObjects, globalsOf } from './realms.js';
import { isRuntimeScript } from './runtime.js';
import { scriptNames } from './scripts.js';
import { pageOfRealm } from './system-names.js';

/** What is known of a realm. */
export interface RealmDescription {
  /** `page`: Chromium says its page; `main`: the program's own; else `other`. */
  readonly kind: 'main' | 'page' | 'other';
  /** The page's URL, where the file has it. */
  readonly url: string | undefined;
  /** The script with most functions in the realm, of those that are no part of the runtime. */
  readonly script: string | undefined;
  /** Names of globals that no runtime has, in the order of the file. */
  readonly globals: readonly string[];
  /** Whether its global object is a Window that a program made, such as jsdom's. */
  readonly isWindow: boolean;
}

/** Names of globals that are kept, and properties of global objects that are looked at. */
const MOST_NAMES = 5;
const MOST_PROPERTIES = 1 << 16;
/** Scopes around a function that are looked at. */
const MOST_LEVELS = 4;

/**
 * Descriptions of realms, one for each.
 *
 * - In: native contexts; `realmOf` gives the place of a function's realm in them, below 0 for none.
 * - Order: as the contexts.
 * - Cost: one pass over the nodes; that of `globalObjects`.
 */
export function realmDescriptions(
  graph: Graph,
  contexts: readonly number[],
  realmOf: (node: number) => number,
): RealmDescription[] {
  const scripts = mostFunctions(graph, contexts, realmOf);
  const main = globalObjects(graph);
  return contexts.map((context, place): RealmDescription => {
    const objects = globalsOf(graph, context);
    const isMain = contexts.length === 1 || [...objects].some((node) => main.get(node) === 'main');
    const url = pageOfRealm(graph.strings.get(graph.nodeNames[context]!));
    const { names, isWindow } = programNames(graph, objects);
    return {
      kind: url !== undefined ? 'page' : isMain ? 'main' : 'other',
      url,
      script: scripts[place],
      globals: names,
      isWindow: !isMain && url === undefined && isWindow,
    };
  });
}

function mostFunctions(
  graph: Graph,
  contexts: readonly number[],
  realmOf: (node: number) => number,
): (string | undefined)[] {
  const { locations, nodeCount, nodeTypes } = graph;
  const counts = contexts.map(() => new Map<number, number>());
  const places = new Map(contexts.map((context, place) => [context, place]));
  const toScope = graph.strings.indexesOf('context');
  const outwards = graph.strings.indexesOf('previous');
  const realmAround = (closure: number): number => {
    let scope = edgeTargetIn(graph, closure, EDGE.internal, toScope);
    for (let level = 0; scope !== undefined && level < MOST_LEVELS; level++) {
      const place = places.get(scope);
      if (place !== undefined) return place;
      scope = edgeTargetIn(graph, scope, EDGE.internal, outwards);
    }
    return -1;
  };
  if (!locations) return counts.map(() => undefined);
  const { placeOf, scriptIds } = locations;
  for (let node = 0; node < nodeCount; node++) {
    if (nodeTypes[node] !== NODE.closure || placeOf[node] === 0) continue;
    let realm = realmOf(node);
    // Where functions are shared by several realms, their scopes still lead to one.
    if (realm < 0) realm = realmAround(node);
    if (realm < 0) continue;
    const script = scriptIds[placeOf[node]! - 1]!;
    counts[realm]!.set(script, (counts[realm]!.get(script) ?? 0) + 1);
  }
  const names = scriptNames(graph);
  return counts.map((found) => {
    let best: string | undefined;
    let most = 0;
    for (const [scriptId, count] of found) {
      const name = names.get(scriptId);
      if (name === undefined || isRuntimeScript(name) || count <= most) continue;
      [best, most] = [name, count];
    }
    return best;
  });
}

const isValue = nodeTypeMarks('object', 'closure', 'regexp', 'string', 'concatenated string', 'number');

/** Names of the program's globals. A built-in function has no properties of its own that tell. */
function programNames(
  graph: Graph,
  objects: ReadonlySet<number>,
): { readonly names: readonly string[]; readonly isWindow: boolean } {
  const { types, names, targets } = edgesOf(graph);
  const { firstEdge, nodeTypes, strings, locations } = graph;
  const found = new Set<string>();
  const all = new Set<string>();
  for (const object of objects) {
    const end = Math.min(firstEdge[object + 1]!, firstEdge[object]! + MOST_PROPERTIES);
    for (let edge = firstEdge[object]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (types[edge] !== EDGE.property || isValue[nodeTypes[target]!] === 0) continue;
      const name = strings.get(names[edge]!);
      all.add(name);
      if (found.size >= MOST_NAMES || isStandardGlobal(name) || objects.has(target)) continue;
      // Functions of V8 and of the browser have no place.
      if (nodeTypes[target] === NODE.closure && (locations?.placeOf[target] ?? 0) === 0) continue;
      found.add(name);
    }
  }
  return { names: [...found], isWindow: all.has('window') && all.has('document') };
}
