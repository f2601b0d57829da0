/** Where the nodes of a dominator tree stand in a picture: as a treemap, or as an icicle. */
import { hierarchy, partition, treemap, treemapSquarify } from 'd3-hierarchy';
import { type HeapData, objectText } from './heap-data.js';

/** A part of the picture. */
export interface TreeCell {
  readonly key: string;
  readonly kind: 'object' | 'folded' | 'own';
  /** Of an object: its place in the tree. */
  readonly place: number;
  /** Of an object that stands for a chain of dominators: the places of all of them. */
  readonly chain: readonly number[];
  readonly class: string;
  readonly label: string;
  readonly size: number;
  readonly count: number;
  readonly depth: number;
  readonly hasChildren: boolean;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

type Drawn = Omit<TreeCell, 'depth' | 'x' | 'y' | 'width' | 'height' | 'hasChildren'> & {
  readonly children: readonly Drawn[];
};

export interface LayoutOptions {
  readonly shape: 'treemap' | 'icicle';
  readonly width: number;
  readonly height: number;
}

const LEVELS = { treemap: 3, icicle: 14 };
const HEADER = 19;
/** Parts that are narrower are not drawn: nobody sees or hits them. */
const LEAST_PIXELS = 3;
/** Of what is zoomed to: what is smaller has no part of its own. */
const LEAST_SHARE = 0.001;
/** A dominator whose only child keeps this much of it is one part with it. */
const CHAIN_SHARE = 0.9;
const MOST_NAMES = 4;

/**
 * The parts of a picture of what a node keeps: each before those within it.
 *
 * - In: the node's place in the tree.
 * - Empty: where the heap has no nodes.
 */
export function treeCells(
  data: HeapData,
  top: number,
  { shape, width, height }: LayoutOptions,
): readonly TreeCell[] {
  const node = data.report.tree.nodes[top];
  if (!node || width <= 0 || node.retainedSize === 0) return [];
  const least = node.retainedSize * LEAST_SHARE;
  const root = hierarchy<Drawn>(drawn(data, top, { levels: LEVELS[shape], least }), (part) =>
    part.children.length > 0 ? [...part.children] : undefined,
  )
    .sum((part) => (part.children.length > 0 ? 0 : part.size))
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
  const placed =
    shape === 'treemap'
      ? treemap<Drawn>()
          .size([width, height])
          .tile(treemapSquarify)
          .paddingInner(2)
          .paddingOuter(2)
          .paddingTop(HEADER)
          .round(true)(root)
      : partition<Drawn>().size([width, height]).padding(1).round(true)(root);
  return placed
    .descendants()
    .filter(({ x0, x1, y0, y1 }) => x1 - x0 >= LEAST_PIXELS && y1 - y0 >= LEAST_PIXELS)
    .map(
      ({ data: { children, ...part }, depth, x0, x1, y0, y1 }): TreeCell => ({
        ...part,
        depth,
        hasChildren: children.length > 0,
        x: x0,
        y: y0,
        width: x1 - x0,
        height: y1 - y0,
      }),
    );
}

function drawn(
  data: HeapData,
  place: number,
  { levels, least }: { readonly levels: number; readonly least: number },
): Drawn {
  const { nodes } = data.report.tree;
  const first = nodes[place]!;
  const names = [objectText(first)];
  const chain = [place];
  let at = place;
  // What only hands on what another one keeps is not worth a level.
  for (let only = data.childrenOf(at); only.length === 1; only = data.childrenOf(at)) {
    if (nodes[only[0]!]!.retainedSize < first.retainedSize * CHAIN_SHARE) break;
    at = only[0]!;
    names.push(objectText(nodes[at]!));
    chain.push(at);
  }
  const node = nodes[at]!;
  const label =
    names.length > MOST_NAMES
      ? [names[0], `… ${names.length - 2} more`, names.at(-1)].join(' › ')
      : names.join(' › ');
  const part: Omit<Drawn, 'children'> = {
    key: String(place),
    kind: 'object',
    place,
    chain,
    class: first.class,
    label,
    size: first.retainedSize,
    count: 1,
  };
  if (levels === 0) return { ...part, children: [] };
  const inner: Drawn[] = data
    .childrenOf(at)
    .filter((child) => nodes[child]!.retainedSize >= least)
    .map((child) => drawn(data, child, { levels: levels - 1, least }));
  const known = inner.reduce((sum, { size }) => sum + size, 0);
  let rest = first.retainedSize - known;
  node.folded.forEach(({ class: type, count, size }, i) => {
    if (type === null || size < least) return;
    rest -= size;
    inner.push({
      key: `${place}f${i}`,
      kind: 'folded',
      place: at,
      chain: [],
      class: type,
      label: `${count.toLocaleString('en')} × ${type}`,
      size,
      count,
      children: [],
    });
  });
  if (inner.length === 0) return { ...part, children: [] };
  if (rest > 0)
    inner.push({
      key: `${place}own`,
      kind: 'own',
      place: at,
      chain: [],
      class: '',
      label: 'itself and smaller parts',
      size: rest,
      count: 0,
      children: [],
    });
  return { ...part, children: inner };
}

/** The number of a class among `colours`: the same wherever it is drawn. */
export function colourOf(type: string, colours: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < type.length; i++) hash = Math.imul(hash ^ type.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash >>> 9) % colours;
}
