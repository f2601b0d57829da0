/** Modules loaded more often than needed: files made on the fly, copies of a package. */
import type { Graph } from '../../graph/graph.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeTarget } from '../../graph/walk.js';
import { commonJsModules } from '../../v8/modules.js';
import { isContext } from '../../v8/names.js';
import { scriptOrigin } from '../../v8/origin.js';
import { packageOf } from '../../v8/packages.js';
import { rootScopeOf } from '../../v8/scopes.js';
import { holderChains, UNHELD } from '../holders/holder-chains.js';
import { type Finding, LEAST_MEMBERS } from './finding.js';
import { sumRetained } from './grouped.js';

/** Numbers and hashes in the names of files that a program made. */
const VARYING = /[0-9a-f]{8,}|\d+/gi;

/** A file that is loaded, with what belongs to it. */
interface Loaded {
  readonly file: string;
  readonly modules: number[];
  /** Its scope, and what it exports. */
  readonly parts: number[];
}

/**
 * - files: 20 and more modules of the program whose names differ by numbers alone, or are the same
 * - packages: one name in several folders, each of which is loaded
 *
 * Cost: one pass over the nodes for the scopes of files; the modules.
 */
export function moduleFindings(graph: Graph): Finding[] {
  const files = loadedFiles(graph);
  const alike = new Map<string, Loaded[]>();
  const folders = new Map<string, Map<string, Loaded[]>>();
  for (const one of files.values()) {
    const found = packageOf(pathOf(one.file));
    if (found === undefined) {
      const name = one.file.replace(/[?#].*$/s, '').replace(VARYING, '#');
      alike.set(name, [...(alike.get(name) ?? []), one]);
    } else {
      const byFolder = folders.get(found.name) ?? new Map<string, Loaded[]>();
      byFolder.set(found.folder, [...(byFolder.get(found.folder) ?? []), one]);
      folders.set(found.name, byFolder);
    }
  }
  const result: Finding[] = [];
  const { depths } = holderChains(graph);
  const add = (kind: 'modules' | 'duplicates', word: string, members: readonly number[], places: number) => {
    const holder = members.reduce((best, node) => (depths[node]! < depths[best]! ? node : best));
    result.push({
      kind,
      verdict: 'suspect',
      word,
      members,
      holder,
      functions: [],
      places,
      estimate: sumRetained(graph, members),
    });
  };
  for (const [name, loaded] of alike) {
    const count = loaded.reduce(
      (sum, { modules, parts }) => sum + Math.max(modules.length, parts.length > 0 ? 1 : 0),
      0,
    );
    if (count < LEAST_MEMBERS) continue;
    add(
      'modules',
      name,
      loaded.flatMap(({ modules, parts }) => [...modules, ...parts]),
      count,
    );
  }
  const copied = [...folders].filter(([, byFolder]) => byFolder.size > 1);
  if (copied.length > 0) {
    const loaded = copied.flatMap(([, byFolder]) => [...byFolder.values()].flat());
    const names = copied
      .sort(([, a], [, b]) => b.size - a.size)
      .map(([name, byFolder]) => `${name} in ${[...byFolder.keys()].join(' and ')}`);
    add(
      'duplicates',
      names.join('; '),
      loaded.flatMap(({ modules, parts }) => [...modules, ...parts]),
      copied.length,
    );
  }
  return result;
}

/** Modules of both kinds by the same paths. */
function pathOf(file: string): string {
  if (!file.startsWith('file://')) return file;
  try {
    return decodeURIComponent(new URL(file).pathname);
  } catch {
    return file;
  }
}

function loadedFiles(graph: Graph): ReadonlyMap<string, Loaded> {
  const { nodeCount } = graph;
  const { parents } = holderChains(graph);
  const { moduleOf } = commonJsModules(graph);
  const isScope = isContext(graph);
  const files = new Map<string, Loaded>();
  const of = (file: string): Loaded => {
    let found = files.get(file);
    if (!found) {
      found = { file, modules: [], parts: [] };
      files.set(file, found);
    }
    return found;
  };
  for (const [node, file] of moduleOf) {
    if (/\.json$/i.test(file) || parents[node] === UNHELD) continue;
    const one = of(file);
    one.modules.push(node);
    const exported = edgeTarget(graph, node, EDGE.property, ['exports']);
    if (exported !== undefined && graph.nodeTypes[exported] !== NODE.string) one.parts.push(exported);
  }
  for (let node = 0; node < nodeCount; node++) {
    if (!isScope(node) || parents[node] === UNHELD) continue;
    const scope = rootScopeOf(graph, node);
    if (scope?.kind !== 'module' || scriptOrigin(scope.file) !== 'program') continue;
    of(scope.file!).parts.push(node);
  }
  return files;
}
