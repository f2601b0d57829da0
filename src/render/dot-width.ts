/**
 * How wide Graphviz will draw a subgraph, without asking it: its layout takes minutes for what is
 * much too wide.
 */
import type { Subgraph } from '../base/subgraph.js';
import { cutLabel, edgeLabel, type LabelOptions, nodeLabel, VALUE_LENGTH } from './dot-labels.js';
import { labelLine } from './dot-text.js';

/** Points of an average character of the font, by its size. */
const CHARACTER = 0.6;
/** Points between and around boxes, as Graphviz has them. */
const MARGIN = 16;
const GAP = 18;
const NARROWEST = 54;

export interface WidthOptions extends LabelOptions {
  readonly nodeAttrs?: Readonly<Record<string, string>>;
}

/**
 * The width in points, about: that of the widest row. A row has the boxes that are equally far from
 * the asked ones, with the marks of what is left out there; between two rows are the labels of the
 * references.
 * Cost: linear in boxes and references.
 */
export function estimatedWidth(subgraph: Subgraph, options: WidthOptions = {}): number {
  const size = Number(options.nodeAttrs?.fontsize ?? 12) || 12;
  const rows: number[] = []; // boxes in the even places, references in the odd ones
  const add = (row: number, width: number): void => {
    rows[row] = (rows[row] ?? 0) + width;
  };
  const depths = new Map<number, number>();
  for (const node of subgraph.nodes) {
    depths.set(node.id, node.depth);
    add(2 * node.depth, Math.max(NARROWEST, textWidth(nodeLabel(node, options), size) + MARGIN) + GAP);
    if (node.finalizer) add(2 * node.depth + 1, 32 + GAP);
  }
  for (const cut of subgraph.cut)
    add(2 * cut.depth, Math.max(NARROWEST, textWidth(cutLabel(cut), 8) + MARGIN) + GAP);
  for (const edge of subgraph.edges) {
    const [from, to] = [depths.get(edge.from), depths.get(edge.to)];
    if (from === undefined || to === undefined) continue;
    // Also an arrow that passes a row takes its place there.
    const label = textWidth(labelLine(edgeLabel(edge), VALUE_LENGTH), 10);
    const [near, far] = [Math.min(from, to), Math.max(from, to)];
    add(2 * near + 1, label + GAP / 2);
    for (let row = near + 1; row < far; row++) add(2 * row, GAP / 2);
  }
  return rows.reduce((widest, width) => Math.max(widest, width), 0);
}

/** Points of the longest line of a label. */
function textWidth(label: string, size: number): number {
  const lines = label.split('\\n').map((line) => line.replace(/&\w+;|\\./g, 'x').length);
  return Math.max(...lines) * CHARACTER * size;
}
