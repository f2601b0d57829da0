/** The search behind a picture: from box to box, breadth first, neighbours of a kind together. */

import type { Graph } from '../../graph/graph.js';
import { rootsOf } from './box-description.js';
import {
  alike,
  apart,
  type Box,
  type Coarseness,
  coarseClass,
  grouped,
  heldBy,
  limitedRows,
} from './boxes.js';
import { changeOf } from './changes.js';
import { type Link, type Links, linksOf } from './links.js';
import type { SubgraphOptions } from './subgraph.js';

/** The options, with their defaults. */
type SearchOptions = SubgraphOptions &
  Required<Pick<SubgraphOptions, 'maxDepth' | 'tooMany' | 'weak' | 'internals' | 'merge'>>;

interface OpenBox {
  readonly nodes: number[];
  readonly depth: number;
}

/** Nodes that a box leads to. */
interface BoxNodes {
  readonly box: Box;
  readonly nodes: readonly number[];
}

export class BoxSearch {
  /** By node. */
  readonly boxOf = new Map<number, Box>();
  /** All references of the boxes that were followed. */
  readonly found: Link[] = [];
  /** Neighbours of boxes at the greatest depth. */
  readonly ends: BoxNodes[] = [];
  /** Neighbours that were too many. */
  readonly left: BoxNodes[] = [];
  readonly rootName: ReturnType<typeof rootsOf>;

  private readonly boxes: OpenBox[] = [];
  /** Boxes that all of a class at one distance share. */
  private readonly shared = new Map<string, OpenBox>();
  private readonly across: boolean;
  private readonly links: Links;
  private readonly change: ReturnType<typeof changeOf>;
  private readonly isApart: (node: number) => string;
  private readonly signatures: ((nodes: readonly number[]) => ReadonlyMap<number, string>) | undefined;

  constructor(
    private readonly graph: Graph,
    private readonly options: SearchOptions,
    private readonly coarse: Coarseness,
    private readonly direction: 'back' | 'forward',
  ) {
    const { weak, internals, ignoreEdge, merge } = options;
    this.rootName = rootsOf(graph, options);
    const links = linksOf(graph, { weak, internals, isRoot: this.isRoot, ignoreEdge });
    this.links = links;
    this.change = changeOf(graph, options);
    this.isApart = apart(this.isRoot, options);
    this.across = merge && coarse.across;
    this.signatures =
      direction === 'back' && coarse.byHolders ? (nodes) => heldBy(graph, links, nodes) : undefined;
  }

  /** Whether a box is not followed. */
  stops(box: Box): boolean {
    return this.direction === 'back' && this.isRoot(box.nodes[0]!);
  }

  /** Shows the asked nodes, and follows each box to the next ones. */
  run(asked: readonly number[]): void {
    for (const group of grouped(this.graph, asked, this.common, this.single, this.coarse)) {
      for (const nodes of alike(group, this.signatures, this.coarse)) this.show(nodes, 0);
    }
    for (let i = 0; i < this.boxes.length; i++) {
      const box = this.boxes[i]!;
      if (!this.stops(box)) this.follow(box);
    }
  }

  /** The boxes to be drawn: of each distance no more than the coarseness allows. */
  rows(): readonly Box[] {
    const { boxes, boxOf, coarse, common } = this;
    if (!this.options.merge) return boxes;
    const shown = limitedRows(boxes, coarse, common);
    if (shown.length < boxes.length)
      for (const box of shown) for (const node of box.nodes) boxOf.set(node, box);
    return shown;
  }

  /** By box how many of these nodes are in no box; others were found another way. */
  notShown(neighbours: readonly BoxNodes[]): ReadonlyMap<Box, number> {
    const counts = new Map<Box, number>();
    for (const { box, nodes } of neighbours) {
      const count = nodes.filter((node) => !this.boxOf.has(node)).length;
      const at = this.boxOf.get(box.nodes[0]!)!;
      if (count > 0) counts.set(at, (counts.get(at) ?? 0) + count);
    }
    return counts;
  }

  private readonly isRoot = (node: number): boolean => this.rootName(node) !== undefined;

  /** Nodes that differ in this never share a box. */
  private readonly common = (node: number): string => `${this.change(node)} ${this.isApart(node)}`;

  private readonly single = (node: number): boolean =>
    !this.options.merge || (!this.across && this.isApart(node) !== '');

  private keyOf(node: number, depth: number): string {
    return `${depth} ${this.common(node)} ${coarseClass(this.graph, node)}`;
  }

  /** False when the nodes are shown in a box that is there. */
  private show(nodes: readonly number[], depth: number): boolean {
    const key = this.across ? this.keyOf(nodes[0]!, depth) : undefined;
    const known = key === undefined ? undefined : this.shared.get(key);
    const box = known ?? { nodes: [], depth };
    for (const node of nodes) {
      box.nodes.push(node);
      this.boxOf.set(node, box);
    }
    if (known) return false;
    this.boxes.push(box);
    if (key !== undefined) this.shared.set(key, box);
    return true;
  }

  private follow(box: Box): void {
    const { coarse, graph, isRoot } = this;
    const { maxDepth, tooMany } = this.options;
    const kinds = this.neighboursOf(box);
    if (box.depth >= maxDepth) {
      this.ends.push({ box, nodes: [...kinds.keys()] });
      return;
    }
    const known = new Set<Box>();
    const fresh: number[] = [];
    for (const node of kinds.keys()) {
      const shown = this.boxOf.get(node);
      if (shown) known.add(shown);
      else fresh.push(node);
    }
    const rootsFirst = [...fresh.filter(isRoot), ...fresh.filter((node) => !isRoot(node))];
    const held = (node: number): string => (coarse.byHolders ? [...kinds.get(node)!].sort().join('\n') : '');
    const key = (node: number): string => `${this.common(node)}\n${held(node)}`;
    let count = known.size;
    const skipped: number[] = [];
    for (const group of grouped(graph, rootsFirst, key, this.single, coarse)) {
      for (const nodes of count < tooMany ? alike(group, this.signatures, coarse) : [group]) {
        const isShared = this.across && this.shared.has(this.keyOf(nodes[0]!, box.depth + 1));
        if (isShared || count < tooMany) {
          if (this.show(nodes, box.depth + 1)) count++;
        } else for (const node of nodes) skipped.push(node);
      }
    }
    if (skipped.length > 0) this.left.push({ box, nodes: skipped });
  }

  /** By neighbour of a box, the kinds of the references between the two. */
  private neighboursOf(box: Box): ReadonlyMap<number, ReadonlySet<string>> {
    const { ignoreNode, filter } = this.options;
    const isBack = this.direction === 'back';
    const kinds = new Map<number, Set<string>>();
    for (const link of isBack ? this.links.referrers(box.nodes) : this.links.references(box.nodes)) {
      this.found.push(link);
      const node = isBack ? link.source : link.target;
      if (this.boxOf.get(node) === box || ignoreNode?.(node)) continue;
      if (filter && !filter(node)) continue;
      kinds.set(node, (kinds.get(node) ?? new Set()).add(link.kind));
    }
    return kinds;
  }
}
