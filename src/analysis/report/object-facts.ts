/** Objects as a page shows them: what they are, what they refer to, what refers to them. */
import type { PageEdge, PageObject } from '../../base/page-report.js';
import type { Cell } from '../../base/result.js';
import { type Edges, edgesOf, type Graph } from '../../graph/graph.js';
import { retainersOf } from '../../graph/retainers.js';
import { EDGE } from '../../graph/schema.js';
import { EdgeView, NodeView } from '../classes/nodes.js';
import { distances } from '../sizes/distances.js';
import { dominatorTree } from '../sizes/dominators.js';
import { retainedSizes } from '../sizes/retained-sizes.js';

/** How many references of an object are listed. */
export interface ObjectFactsOptions {
  readonly edges: number;
  readonly retainers: number;
}

/** Edges of one holder that are looked at for the names of references: more than that has none. */
const MOST_SEARCHED = 2_000_000;

/**
 * The facts of some objects.
 *
 * - In: ordinals.
 * - Order: as given.
 * - Cost: retainers, retained sizes and distances, once a graph; the edges of the objects and of
 *   the retainers that are listed.
 */
export function objectFacts(
  graph: Graph,
  nodes: readonly number[],
  options: ObjectFactsOptions,
): readonly PageObject[] {
  const holders = nodes.map((node) => nearestHolders(graph, node, options.retainers));
  const names = referenceNames(graph, nodes, holders);
  const { firstRetainer } = retainersOf(graph);
  return nodes.map((node, i): PageObject => {
    const view = new NodeView(graph, node);
    const { id, type, nodeType, name, shallowSize, retainedSize, distance, edgeCount } = view;
    return {
      id,
      class: type,
      nodeType,
      name,
      shallowSize,
      retainedSize,
      distance,
      dominator: node === graph.root ? null : view.dominator.id,
      location: locationOf(view),
      edgeCount,
      edges: heaviestEdges(graph, node, options.edges),
      retainerCount: firstRetainer[node + 1]! - firstRetainer[node]!,
      retainers: holders[i]!.map((holder): PageEdge => {
        const other = new NodeView(graph, holder);
        const edge = names.get(holder)?.get(node);
        return {
          type: edge?.type ?? '',
          name: edge?.name ?? null,
          id: other.id,
          class: other.type,
          size: other.retainedSize,
        };
      }),
    };
  });
}

function locationOf(view: NodeView): Cell {
  const { location } = view;
  if (!location) return null;
  const { script, scriptId, line, column } = location;
  return { script: script ?? null, scriptId, line, column };
}

/** The edges to what it dominates, then to what keeps most; ties in the order of the file. */
function heaviestEdges(graph: Graph, node: number, most: number): readonly PageEdge[] {
  const edges = edgesOf(graph);
  const retained = retainedSizes(graph);
  const { dominators } = dominatorTree(graph);
  const whole = retained[graph.root]!;
  const size = (edge: number): number => {
    const target = edges.targets[edge]!;
    return retained[target]! + (dominators[target] === node ? whole : 0);
  };
  const chosen: number[] = [];
  for (let edge = graph.firstEdge[node]!, end = graph.firstEdge[node + 1]!; edge < end; edge++) {
    if (chosen.length === most && size(edge) <= size(chosen[most - 1]!)) continue;
    let place = chosen.length;
    while (place > 0 && size(chosen[place - 1]!) < size(edge)) place--;
    chosen.splice(place, 0, edge);
    if (chosen.length > most) chosen.pop();
  }
  return chosen.map((edge): PageEdge => {
    const view = new EdgeView(graph, edges, edge);
    const { id, type, retainedSize } = view.target;
    return { type: view.type, name: view.name, id, class: type, size: retainedSize };
  });
}

/** Who refers to a node and is nearest to a root, each once; ties in the order of the file. */
function nearestHolders(graph: Graph, node: number, most: number): readonly number[] {
  const { firstRetainer, sources } = retainersOf(graph);
  const far = distances(graph);
  const { dominators } = dominatorTree(graph);
  const rank = (source: number): number =>
    // What dominates it says more than what is as near.
    source === dominators[node] ? -1 : far[source]! < 0 ? Number.POSITIVE_INFINITY : far[source]!;
  const chosen: number[] = [];
  let before = -1;
  for (let i = firstRetainer[node]!, end = firstRetainer[node + 1]!; i < end; i++) {
    const source = sources[i]!;
    if (source === before) continue;
    before = source;
    if (chosen.length === most && rank(source) >= rank(chosen[most - 1]!)) continue;
    let place = chosen.length;
    while (place > 0 && rank(chosen[place - 1]!) > rank(source)) place--;
    chosen.splice(place, 0, source);
    if (chosen.length > most) chosen.pop();
  }
  return chosen;
}

interface Reference {
  readonly type: string;
  readonly name: string | number;
}

/** By holder and object: the reference, one that is not weak where there are several. */
function referenceNames(
  graph: Graph,
  nodes: readonly number[],
  holders: readonly (readonly number[])[],
): ReadonlyMap<number, ReadonlyMap<number, Reference>> {
  const edges = edgesOf(graph);
  const wanted = new Map<number, Set<number>>();
  nodes.forEach((node, i) => {
    for (const holder of holders[i]!) {
      const targets = wanted.get(holder) ?? new Set();
      wanted.set(holder, targets.add(node));
    }
  });
  const found = new Map<number, Map<number, Reference>>();
  for (const [holder, targets] of wanted) found.set(holder, namesFrom(graph, edges, holder, targets));
  return found;
}

/** Each holder's edges are read once, whatever hangs on them. */
function namesFrom(graph: Graph, edges: Edges, holder: number, targets: Set<number>): Map<number, Reference> {
  const found = new Map<number, Reference>();
  const first = graph.firstEdge[holder]!;
  const end = Math.min(graph.firstEdge[holder + 1]!, first + MOST_SEARCHED);
  for (let edge = first; edge < end && targets.size > 0; edge++) {
    const target = edges.targets[edge]!;
    if (!targets.has(target)) continue;
    const isWeak = edges.types[edge] === EDGE.weak;
    if (isWeak && found.has(target)) continue;
    const { type, name } = new EdgeView(graph, edges, edge);
    found.set(target, { type, name });
    if (!isWeak) targets.delete(target);
  }
  return found;
}
