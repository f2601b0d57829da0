/**
 * Versions of packages that a program has read itself: each package.json that it took with
 * `require`.
 */

import { isVersion } from '../base/units.js';
import { edgesOf, type Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { EDGE } from '../graph/schema.js';
import { commonJsModules, isText } from './modules.js';
import type { Package } from './packages.js';
import { stringText } from './values.js';

const LONGEST = 100;

/**
 * Versions by the path of the package's folder. Needs edges. Cost: the edges of what package.json
 * files were read as.
 */
const required = memo((graph: Graph): ReadonlyMap<string, string> => {
  const versions = new Map<string, string>();
  const { types, names, targets } = edgesOf(graph);
  for (const [node, file] of commonJsModules(graph).exportsOf) {
    const folder = /^(.*)[\\/]package\.json$/s.exec(file)?.[1];
    if (folder === undefined) continue;
    for (let edge = graph.firstEdge[node]!, end = graph.firstEdge[node + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (types[edge] !== EDGE.property || !graph.strings.equals(names[edge]!, 'version')) continue;
      const text = isText(graph, target) ? stringText(graph, target, LONGEST) : '';
      if (isVersion(text)) versions.set(folder, text);
    }
  }
  return versions;
});

/**
 * The version of a package of which the snapshot has the package.json in its require cache; else
 * undefined.
 */
export function requiredVersion(graph: Graph, { folder }: Package): string | undefined {
  const versions = required(graph);
  if (versions.size === 0) return undefined;
  if (!folder.startsWith('file://')) return versions.get(folder);
  try {
    return versions.get(decodeURIComponent(new URL(folder).pathname));
  } catch {
    return undefined;
  }
}
