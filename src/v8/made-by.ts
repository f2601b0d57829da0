/** Whose code made a node, as far as the node says it itself: by the script of its code. */
import { edgesOf, type Graph } from '../graph/graph.js';
import { EDGE, IS_TEXT, NODE, nodeTypeMarks } from '../graph/schema.js';
import { moduleFiles } from './modules.js';
import { isContext, isModuleRecord, moduleRecordNames } from './names.js';
import { programGlobals } from './program-globals.js';
import { scriptNames } from './scripts.js';
import { scriptText } from './system-names.js';

/** Numbers of the owners that every graph has; packages or teams come after them. */
export const OWNER = { engine: 0, runtime: 1, app: 2 } as const;
export const FIRST_PACKAGE = 3;

/** Owners that can be told apart; further ones count as the last of them. */
const MOST_OWNERS = 0xffff;

/** Whose the code of a script is: the runtime's, the program's own, or a package's, by its name. */
export type ScriptOwner = (script: string) => 'runtime' | 'app' | { readonly name: string };

/** Who made what. */
export interface MadeBy {
  /** Names of packages; the owner `FIRST_PACKAGE + i` has the name `names[i]`. */
  readonly names: readonly string[];
  /** By node the number of its owner; 0 where the node does not say it. */
  readonly of: Uint16Array;
  /** Ordinals of the texts of scripts. */
  readonly sources: ReadonlySet<number>;
  /** Owners beyond the most that can be told apart. */
  readonly merged: number;
}

/**
 * Marks what says by itself whose it is: a function and its code, a scope, a script and its text by
 * their script; an object by the script of its constructor; a module and what it exports by its
 * file; what the program put on the global object. Plain objects, arrays, strings say nothing.
 *
 * - In: a graph with edges and locations; what a script's name means, asked once for each script.
 * - Empty: without locations only code and modules are marked.
 * - Cost: the edges of functions and of V8's own nodes; 2 bytes a node.
 */
export function madeBy(graph: Graph, ownerOf: ScriptOwner): MadeBy {
  const owners = new OwnerNumbers(ownerOf);
  const of = new Uint16Array(graph.nodeCount);
  const sources = new Set<number>();
  markPlaces(graph, owners, of);
  markCode(graph, { owners, of, sources });
  markModules(graph, owners, of);
  for (const node of programGlobals(graph)) if (of[node] === 0) of[node] = OWNER.app;
  of[graph.root] = 0;
  return { names: owners.names, of, sources, merged: owners.merged };
}

/** Numbers of owners by the names of scripts. */
class OwnerNumbers {
  readonly names: string[] = [];
  merged = 0;
  private readonly byName = new Map<string, number>();
  private readonly byScript = new Map<string, number>();

  constructor(private readonly ownerOf: ScriptOwner) {}

  of(script: string): number {
    let number = this.byScript.get(script);
    if (number === undefined) {
      const owner = this.ownerOf(script);
      number = owner === 'runtime' ? OWNER.runtime : owner === 'app' ? OWNER.app : this.numberOf(owner.name);
      this.byScript.set(script, number);
    }
    return number;
  }

  private numberOf(name: string): number {
    let number = this.byName.get(name);
    if (number === undefined) {
      number = Math.min(FIRST_PACKAGE + this.byName.size, MOST_OWNERS);
      if (FIRST_PACKAGE + this.byName.size > MOST_OWNERS) this.merged++;
      else this.names.push(name);
      this.byName.set(name, number);
    }
    return number;
  }
}

/** Functions and objects by their place, and the scopes and shared data of functions. */
function markPlaces(graph: Graph, owners: OwnerNumbers, of: Uint16Array): void {
  const { locations, nodeCount, nodeTypes, firstEdge, strings } = graph;
  if (!locations) return;
  const { types, names, targets } = edgesOf(graph);
  const scripts = scriptNames(graph);
  const byPlace = Uint16Array.from(locations.scriptIds, (scriptId) => {
    const script = scripts.get(scriptId);
    return script === undefined ? 0 : owners.of(script);
  });
  const scopes = strings.indexesOf('context');
  const outer = strings.indexesOf('previous');
  const isScope = isContext(graph);
  const { placeOf } = locations;
  const closure = NODE.closure;
  for (let node = 0; node < nodeCount; node++) {
    const place = placeOf[node]!;
    if (place === 0) continue;
    const owner = byPlace[place - 1]!;
    if (owner === 0) continue;
    of[node] = owner;
    if (nodeTypes[node] !== closure) continue;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      if (types[edge] !== EDGE.internal || !scopes.has(names[edge]!)) continue;
      // The scopes around a function stand in the same script. Each is walked through once.
      let scope: number | undefined = targets[edge]!;
      while (scope !== undefined && of[scope] === 0 && isScope(scope)) {
        of[scope] = owner;
        scope = targetIn(graph, scope, outer);
      }
    }
  }
}

function targetIn(graph: Graph, node: number, called: { has(index: number): boolean }): number | undefined {
  const { types, names, targets } = edgesOf(graph);
  for (let edge = graph.firstEdge[node]!, end = graph.firstEdge[node + 1]!; edge < end; edge++)
    if (types[edge] === EDGE.internal && called.has(names[edge]!)) return targets[edge];
  return undefined;
}

const isOfEngine = nodeTypeMarks('code', 'hidden', 'native');

/** What leads to a script, the script and its text. */
function markCode(
  graph: Graph,
  { owners, of, sources }: { owners: OwnerNumbers; of: Uint16Array; sources: Set<number> },
): void {
  const { nodeCount, nodeTypes, nodeNames, firstEdge, strings } = graph;
  const { types, names, targets } = edgesOf(graph);
  const toScript = strings.indexesOf('script', 'script_or_debug_info');
  const toSource = strings.indexesOf('source');
  if (toScript.size === 0) return;
  const internal = EDGE.internal;
  const known = new Map<number, number>();
  for (let node = 0; node < nodeCount; node++) {
    if (isOfEngine[nodeTypes[node]!] === 0) continue;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      if (types[edge] !== internal || !toScript.has(names[edge]!)) continue;
      const script = targets[edge]!;
      let owner = known.get(script);
      if (owner === undefined) {
        const source = isOfEngine[nodeTypes[script]!] === 1 ? targetIn(graph, script, toSource) : undefined;
        // Only a script has a source; without one, the name would be that of something else.
        const name = source === undefined ? '' : scriptText(strings.get(nodeNames[script]!));
        owner = name === '' ? 0 : owners.of(name);
        known.set(script, owner);
        if (owner !== 0) {
          of[script] = owner;
          if (source !== undefined && IS_TEXT[nodeTypes[source]!] === 1) {
            sources.add(source);
            if (of[source] === 0) of[source] = owner;
          }
        }
      }
      if (owner !== 0 && of[node] === 0) of[node] = owner;
    }
  }
}

/** CommonJS modules and what they export by their files, ES modules by their code. */
function markModules(graph: Graph, owners: OwnerNumbers, of: Uint16Array): void {
  const { nodeCount, nodeNames } = graph;
  for (const [module, { file, exported }] of moduleFiles(graph)) {
    const owner = owners.of(file);
    of[module] = owner;
    if (exported !== undefined && of[exported] === 0) of[exported] = owner;
  }
  // A record has no edge with the name of its code: that is the function, the generator that runs
  // it, or what they share.
  const records = moduleRecordNames(graph);
  if (records.size === 0) return;
  const { targets } = edgesOf(graph);
  const isRecord = isModuleRecord(graph);
  for (let node = 0; node < nodeCount; node++) {
    if (!records.has(nodeNames[node]!) || !isRecord(node)) continue;
    for (let edge = graph.firstEdge[node]!, end = graph.firstEdge[node + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (of[target] === 0 || isCode[graph.nodeTypes[target]!] === 0) continue;
      of[node] = of[target]!;
      break;
    }
  }
}

const isCode = nodeTypeMarks('closure', 'code', 'object');
