/** `--extra-info`: what a further line in each box of a picture says. */
import { NodeView } from '../../analysis/classes/nodes.js';
import { retainedSet } from '../../analysis/sizes/retained-set.js';
import { retainedSizes } from '../../analysis/sizes/retained-sizes.js';
import { formatBytes, formatId } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';

export const INFOS = ['none', 'retained', 'self', 'distance', 'id', 'location'] as const;
export type Info = (typeof INFOS)[number];

/** The line for a box, by the ordinals of the objects in it; undefined for none. */
export function extraInfo(graph: Graph, info: Info): (nodes: readonly number[]) => string | undefined {
  const views = (nodes: readonly number[]): NodeView[] => nodes.map((node) => new NodeView(graph, node));
  const sum = (nodes: readonly number[], value: (node: NodeView) => number): number =>
    views(nodes).reduce((total, node) => total + value(node), 0);
  switch (info) {
    case 'retained':
      return (nodes) => `retains ${formatBytes(retainedTogether(graph, nodes))}`;
    case 'self':
      return (nodes) => formatBytes(sum(nodes, (node) => node.shallowSize));
    case 'distance':
      return (nodes) => `distance ${views(nodes)[0]?.distance ?? '−'}`;
    case 'id':
      return (nodes) => (nodes.length === 1 ? formatId(views(nodes)[0]!.id) : undefined);
    case 'location':
      return (nodes) => {
        const location = views(nodes)[0]?.location;
        return location && `${location.script ?? `script ${location.scriptId}`}:${location.line}`;
      };
    case 'none':
      return () => undefined;
  }
}

/** Bytes that would be freed with all the nodes together. Cost for several: see `retainedSet`. */
function retainedTogether(graph: Graph, nodes: readonly number[]): number {
  return nodes.length === 1 ? retainedSizes(graph)[nodes[0]!]! : retainedSet(graph, nodes).size;
}
