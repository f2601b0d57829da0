/** What stands in a box of a picture. */

import { shortened } from '../../base/printable.js';
import type { SubgraphNode } from '../../base/subgraph.js';
import { formatCount } from '../../base/units.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { retainersOf } from '../../graph/retainers.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { className } from '../../v8/class-names.js';
import { V8_NAME } from '../../v8/system-names.js';
import { userRoots } from '../../v8/user-roots.js';
import { shortValue } from '../../v8/values.js';
import { NodeView } from '../classes/nodes.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import { type Box, type BoxVerdict, coarseClass, NAME_LENGTH, type PictureOptions } from './boxes.js';

/** What kind of root a node is, in words that may be empty; undefined for all others. */
export function rootsOf(graph: Graph, { isRoot }: PictureOptions): (node: number) => string | undefined {
  const globals = new Set(isRoot ? [] : userRoots(graph));
  const known = new Map<number, string | undefined>();
  return (node) => {
    if (known.has(node)) return known.get(node);
    const answer = isRoot ? isRoot(node) : graph.nodeTypes[node] === NODE.synthetic || globals.has(node);
    const name = answer === true ? '' : answer || undefined;
    known.set(node, name);
    return name;
  };
}

/**
 * Describes boxes; whether they were asked for follows from their depth.
 *
 * - Cost: the edges of each box's first 1,000 nodes, and all edges that lead to them.
 */
export function describer(
  graph: Graph,
  options: PictureOptions,
  rootName: (node: number) => string | undefined,
): (box: Box) => SubgraphNode {
  const { firstRetainer, sources } = retainersOf(graph);
  const { types, targets } = edgesOf(graph);
  const sizes = shallowSizes(graph);
  const isRegistered = (node: number): boolean => {
    for (let at = firstRetainer[node]!, end = firstRetainer[node + 1]!; at < end; at++) {
      const cell = sources[at]!;
      if (!graph.strings.equals(graph.nodeNames[cell]!, V8_NAME.weakCell)) continue;
      for (let edge = graph.firstEdge[cell]!, last = graph.firstEdge[cell + 1]!; edge < last; edge++) {
        if (targets[edge] === node && types[edge] === EDGE.weak) return true;
      }
    }
    return false;
  };
  const rootOfAll = (nodes: readonly number[]): string | undefined => {
    const first = rootName(nodes[0]!);
    if (first === undefined || nodes.length === 1) return first;
    const names = new Set(nodes.map(rootName));
    return names.size === 1 ? first : `${formatCount(nodes.length)} roots`;
  };
  const typeOfAll = (nodes: readonly number[]): string => {
    const [first, ...others] = nodes;
    if (others.length === 0) return className(graph, first!);
    const types = new Set(nodes.map((node) => coarseClass(graph, node)));
    return types.size === 1 ? [...types][0]! : `objects of ${formatCount(types.size)} classes`;
  };
  return ({ nodes, depth }) => {
    const view = new NodeView(graph, nodes[0]!);
    const { location } = view;
    const root = rootOfAll(nodes);
    const extra = options.extraInfo?.(nodes);
    const sum = (of: (node: number) => number): number => nodes.reduce((total, node) => total + of(node), 0);
    const names = new Set<string>();
    for (let i = 0, length = 0; i < nodes.length && i < 1000 && length <= NAME_LENGTH; i++) {
      const name = shortValue(graph, nodes[i]!, NAME_LENGTH);
      if (!names.has(name)) length += name.length + 2;
      names.add(name);
    }
    return {
      id: view.id,
      type: typeOfAll(nodes),
      nodeType: view.nodeType,
      name: shortened([...names].join(', '), NAME_LENGTH),
      shallowSize: sum((node) => sizes[node]!),
      retainers: sum((node) => firstRetainer[node + 1]! - firstRetainer[node]!),
      depth,
      asked: depth === 0,
      highlighted: options.highlight?.(nodes[0]!) === true,
      root: root !== undefined,
      ...(root ? { rootName: root } : {}),
      finalizer: nodes.some(isRegistered),
      ...(nodes.length > 1 ? { merged: nodes.length } : {}),
      ...(extra === undefined ? {} : { extra }),
      ...verdictFields(options.verdictOf?.(nodes[0]!)),
      location: location ? { ...location, script: location.script ?? null } : null,
    };
  };
}

function verdictFields(said: BoxVerdict | undefined): Pick<SubgraphNode, 'verdict' | 'reason'> {
  if (said === undefined) return {};
  return said.reason === '' ? { verdict: said.verdict } : { verdict: said.verdict, reason: said.reason };
}
