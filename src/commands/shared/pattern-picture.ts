/** A merged tree of references as a picture. */
import type { PatternNode } from '../../analysis/patterns/pattern-node.js';
import type { Subgraph, SubgraphCut, SubgraphEdge, SubgraphNode } from '../../base/subgraph.js';
import { formatBytes } from '../../base/units.js';

/** What of a tree is drawn: as much as the text has. */
export interface PatternPictureOptions {
  readonly depth: number;
  readonly limit: number;
  /** From the roots down. Default: from the objects to who refers to them. */
  readonly toRoot?: boolean;
}

/**
 * A box for each branch with how many objects it stands for and their bytes, an arrow for its kind
 * of reference. A branch that is further up again is blue. What is left out is counted.
 *
 * - Out: ids number the boxes.
 * - Order: as in the tree, a box before those below it.
 */
export function patternPicture(
  tree: readonly PatternNode[],
  { depth: deepest, limit, toRoot = false }: PatternPictureOptions,
): Subgraph {
  const nodes: SubgraphNode[] = [];
  const edges: SubgraphEdge[] = [];
  const cut: SubgraphCut[] = [];
  const direction = toRoot ? 'forward' : 'back';
  const draw = (branches: readonly PatternNode[], depth: number, above?: number): void => {
    for (const branch of branches.slice(0, limit)) {
      const id = nodes.length + 1;
      nodes.push(boxOf(branch, id, depth, toRoot));
      if (above !== undefined) {
        const [from, to] = toRoot ? [above, id] : [id, above];
        edges.push({ from, to, type: 'property', name: branch.via ?? '', count: 1 });
      }
      if (depth < deepest) draw(branch.children, depth + 1, id);
    }
    const more = branches.slice(limit).reduce((sum, { count }) => sum + count, 0);
    if (above !== undefined && more > 0) cut.push({ at: above, count: more, direction, depth });
  };
  draw(tree, 0);
  return { kind: 'subgraph', direction, maxDepth: deepest, nodes, edges, cut };
}

function boxOf(
  { type, count, size, isCycle }: PatternNode,
  id: number,
  depth: number,
  toRoot: boolean,
): SubgraphNode {
  return {
    id,
    type,
    nodeType: 'object',
    name: type,
    shallowSize: size,
    retainers: 0,
    depth,
    asked: !toRoot && depth === 0,
    highlighted: isCycle,
    root: toRoot && depth === 0,
    finalizer: false,
    ...(count > 1 ? { merged: count } : {}),
    extra: isCycle ? `${formatBytes(size)}, as above` : formatBytes(size),
    location: null,
  };
}
