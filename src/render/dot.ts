/**
 * A part of the graph as text in Graphviz' language, drawn the way objgraph draws: boxes that get
 * darker with the distance from the asked objects, roots in green, arrows from the referrer to the
 * referent.
 */
import { attribute as _, Digraph, Edge, Node, type NodeModel, toDot } from 'ts-graphviz';
import { UsageError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import type { Subgraph, SubgraphCut, SubgraphEdge, SubgraphNode } from '../base/subgraph.js';
import { formatCount, formatId } from '../base/units.js';
import {
  DARK,
  DARK_NEW,
  DARK_RED,
  DIED_FILL,
  DIED_FONT,
  DIED_FRAME,
  FINALIZER,
  NEW,
  NEW_FRAME,
  RED,
  WHITE,
} from './dot-colours.js';
import { cutLabel, edgeLabel, INTERNALS, LINE_LENGTH, nodeLabel, SIGNS, VALUE_LENGTH } from './dot-labels.js';
import { addLegend } from './dot-legend.js';
import { type Colour, colourText, FONT, gradient, labelLine, labelLines } from './dot-text.js';
import { ASKED_AND_DEAD, suspectLook, suspectText, VERDICT_FILLS, VERDICT_LOOKS } from './dot-verdicts.js';

export interface DotOptions {
  /** Ids of objects to paint in blue, beside those that the picture itself highlights. */
  readonly highlight?: Iterable<number>;
  /** A further line for a box; default: its own `extra`. */
  readonly extraInfo?: (node: SubgraphNode) => string | undefined;
  /** Show the reference count after the type: `OBJ [2]`. */
  readonly refcounts?: boolean;
  /** False: the file of the constructor behind the type. Default true. */
  readonly shortnames?: boolean;
  /** Graphviz attributes of all object boxes, as text: `{ shape: 'ellipse' }`. */
  readonly nodeAttrs?: Readonly<Record<string, string>>;
  /** A box that explains those colours and marks that occur. */
  readonly legend?: boolean;
  /**
   * Name of the earlier snapshot that the boxes are compared with; what new and died look like is
   * then always explained.
   */
  readonly since?: string;
}

/**
 * The picture in Graphviz' language: nodes `o<id>`, in the order of the subgraph. An empty subgraph
 * is an empty graph. Throws UsageError for an attribute whose name is not one.
 */
export function renderDot(subgraph: Subgraph, options: DotOptions = {}): string {
  const graph = new Digraph('ObjectGraph');
  graph.attributes.node.apply({
    [_.shape]: 'box',
    [_.style]: 'filled',
    [_.fillcolor]: 'white',
    [_.fontname]: FONT,
    [_.fontsize]: 12,
  });
  graph.attributes.edge.apply({ [_.fontname]: FONT, [_.fontsize]: 10 });
  const nodes = new Map<number, NodeModel>();
  const depths = new Map(subgraph.nodes.map((node) => [node.id, node.depth]));
  const dead = new Set(subgraph.nodes.filter(({ change }) => change === 'died').map(({ id }) => id));
  const highlighted = new Set(options.highlight ?? []);
  const attrs = checkedAttributes(options.nodeAttrs ?? {});
  for (const node of subgraph.nodes) {
    const drawn = objectNode(node, subgraph.maxDepth, highlighted.has(node.id), options, attrs);
    nodes.set(node.id, drawn);
    graph.addNode(drawn);
    if (node.finalizer) addFinalizer(graph, drawn);
  }
  for (const edge of subgraph.edges) {
    const from = nodes.get(edge.from);
    const to = nodes.get(edge.to);
    if (from && to) {
      // Holders stand above what they hold, also where the held one refers back to its holder.
      const ahead = depths.get(edge.from)! - depths.get(edge.to)!;
      const against = subgraph.direction === 'forward' ? ahead > 0 : ahead < 0;
      graph.addEdge(
        referenceEdge(from, to, edge, { against, died: dead.has(edge.from) || dead.has(edge.to) }),
      );
    }
  }
  for (const cut of subgraph.cut) {
    const at = nodes.get(cut.at);
    if (at) addCut(graph, at, cut, subgraph.maxDepth);
  }
  const isJudged = subgraph.nodes.some(({ verdict }) => verdict !== undefined);
  if (options.legend || options.since !== undefined || isJudged)
    addLegend(graph, subgraph, highlighted, options);
  // The library refuses graphs of some thousand boxes unless it is told that size does not matter.
  return `${toDot(graph, { convert: { maxASTNodes: 0 } })}\n`;
}

function objectNode(
  node: SubgraphNode,
  maxDepth: number,
  highlight: boolean,
  options: DotOptions,
  attrs: Readonly<Record<string, string>>,
): NodeModel {
  const label = nodeLabel(node, options);
  const fill = fillOf(node, maxDepth, highlight);
  const died = node.change === 'died';
  const asked = node.verdict === 'dead' ? ASKED_AND_DEAD : 'red';
  const colour = died ? DIED_FONT : node.asked ? asked : fill[2] < 0.5 ? 'white' : undefined;
  return new Node(`o${node.id}`, {
    [_.label]: label,
    [_.fillcolor]: colourText(fill),
    ...(colour ? { [_.fontcolor]: colour } : {}),
    ...(node.merged === undefined ? {} : { [_.peripheries]: 2 }),
    ...(node.beyond === undefined ? {} : { [_.style]: 'filled,dashed' }),
    ...(node.change === 'new' ? NEW_FRAME : died ? DIED_FRAME : {}),
    ...(node.verdict === undefined ? {} : VERDICT_LOOKS[node.verdict]),
    [_.tooltip]: tooltip(node),
    ...attrs,
  });
}

function fillOf(node: SubgraphNode, maxDepth: number, highlight: boolean): Colour {
  if (node.change === 'died') return DIED_FILL;
  if (node.verdict !== undefined) return VERDICT_FILLS[node.verdict];
  const [hue, saturation, value] = gradient(WHITE, DARK, node.depth, maxDepth);
  if (highlight || node.highlighted) return [0.6, 0.6, 0.5 + value * 0.5];
  if (node.root) return [0.3, 1, value];
  return node.change === 'new' ? gradient(NEW, DARK_NEW, node.depth, maxDepth) : [hue, saturation, value];
}

function tooltip(node: SubgraphNode): string {
  const { location, merged } = node;
  return labelLines(
    [
      merged === undefined ? `${formatId(node.id)} ${node.type}` : `${merged} × ${node.type}`,
      merged === undefined ? undefined : `the first is ${formatId(node.id)}`,
      `${formatCount(node.shallowSize)} bytes (self)`,
      `${formatCount(node.retainers)} ${node.retainers === 1 ? 'reference' : 'references'} to ${merged === undefined ? 'it' : 'them'}`,
      node.beyond === undefined
        ? undefined
        : `${formatCount(node.beyond)} ${node.beyond === 1 ? 'neighbour' : 'neighbours'} beyond the picture's depth`,
      location
        ? `${location.script ?? `(script ${location.scriptId})`}:${location.line}:${location.column}`
        : undefined,
    ],
    300,
  );
}

function referenceEdge(
  from: NodeModel,
  to: NodeModel,
  edge: SubgraphEdge,
  { against, died }: { readonly against: boolean; readonly died: boolean },
): Edge {
  const label = edgeLabel(edge);
  const lines = [labelLine(label, VALUE_LENGTH), edge.suspect ? suspectText : ''].filter(
    (line) => line !== '',
  );
  return new Edge([from, to], {
    ...(lines.length === 0 ? {} : { [_.label]: ` ${lines.join('\\n ')}` }),
    [_.weight]: INTERNALS.has(edge.type) ? 10 : 2,
    ...(against ? { [_.constraint]: false } : {}),
    ...(edge.type === 'weak' || died ? { [_.style]: 'dashed' } : {}),
    ...(died ? { [_.color]: 'gray55', [_.fontcolor]: DIED_FONT } : {}),
    ...(edge.suspect ? suspectLook : {}),
    [_.tooltip]: labelLine(`${label} (${edge.type})${edge.suspect ? ', a suspect' : ''}`, LINE_LENGTH),
  });
}

const MARK = { [_.height]: 0.25, [_.fontsize]: 8, [_.color]: 'red', [_.style]: 'filled' } as const;
const MARK_EDGE = {
  [_.color]: 'red',
  [_.style]: 'dotted',
  [_.len]: 0.25,
  [_.weight]: 10,
  [_.tooltip]: ' ',
} as const;

function addFinalizer(graph: Digraph, node: NodeModel): void {
  const mark = new Node(`${node.id}_has_a_finalizer`, {
    ...MARK,
    [_.label]: 'finalizer',
    [_.shape]: 'doublecircle',
    [_.fixedsize]: true,
    [_.width]: 0.45,
    [_.height]: 0.45,
    [_.fontsize]: 6,
    [_.fillcolor]: colourText(FINALIZER),
    [_.tooltip]: 'registered with a FinalizationRegistry',
  });
  graph.addNode(mark);
  graph.addEdge(new Edge([node, mark], MARK_EDGE));
}

function addCut(graph: Digraph, at: NodeModel, cut: SubgraphCut, maxDepth: number): void {
  const fill = gradient(RED, DARK_RED, cut.depth, maxDepth);
  const died = cut.change === 'died';
  const label = cutLabel(cut);
  const mark = new Node(`${died ? 'died' : 'too_many'}_${at.id}`, {
    ...MARK,
    [_.label]: died ? SIGNS.died + label : label,
    [_.fillcolor]: colourText(died ? DIED_FILL : fill),
    ...(died ? { ...DIED_FRAME, [_.fontcolor]: DIED_FONT } : fill[2] < 0.8 ? { [_.fontcolor]: 'white' } : {}),
    [_.tooltip]: label,
  });
  graph.addNode(mark);
  const ends = cut.direction === 'back' ? [mark, at] : [at, mark];
  graph.addEdge(
    new Edge(ends as [NodeModel, NodeModel], died ? { ...MARK_EDGE, [_.color]: 'gray55' } : MARK_EDGE),
  );
}

function checkedAttributes(attrs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attrs).map(([name, value]) => {
      if (!/^[A-Za-z_]\w*$/.test(name)) {
        throw new UsageError(
          `"${printable(name)}" is not the name of a Graphviz attribute`,
          'Attributes look like shape=ellipse or penwidth=2.',
        );
      }
      return [name, labelLine(value, LINE_LENGTH)];
    }),
  );
}
