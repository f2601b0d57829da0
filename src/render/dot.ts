/**
 * A part of the graph as text in Graphviz' language, drawn the way objgraph draws: boxes that get darker with the
 * distance from the asked objects, roots in green, arrows from the referrer to the referent.
 */
import { attribute as _, Subgraph as Cluster, Digraph, Edge, Node, type NodeModel, toDot } from 'ts-graphviz';
import { UsageError } from '../errors.js';
import { printable } from '../printable.js';
import type { Subgraph, SubgraphCut, SubgraphEdge, SubgraphNode } from '../result.js';
import { formatCount, formatId } from '../units.js';
import { type Colour, colourText, FONT, gradient, labelLine, labelLines } from './dot-text.js';

export interface DotOptions {
  /** Ids of objects to paint in blue, beside those that the picture itself highlights. */
  readonly highlight?: Iterable<number>;
  /** A further line for a box; default: its own `extra`. */
  readonly extraInfo?: (node: SubgraphNode) => string | undefined;
  /** The number of references to an object behind its type: `OBJ [2]`. */
  readonly refcounts?: boolean;
  /** False: the file of the constructor behind the type. Default true. */
  readonly shortnames?: boolean;
  /** Graphviz attributes of all object boxes, as text: `{ shape: 'ellipse' }`. */
  readonly nodeAttrs?: Readonly<Record<string, string>>;
  /** A box that explains those colours and marks that occur. */
  readonly legend?: boolean;
}

const WHITE: Colour = [0, 0, 1];
const DARK: Colour = [0, 0, 0.3];
const RED: Colour = [0, 1, 1];
const DARK_RED: Colour = [0, 1, 0.3];
const FINALIZER: Colour = [0, 0.5, 1];
const VALUE_LENGTH = 40;
const LINE_LENGTH = 80;

/**
 * The picture in Graphviz' language: nodes `o<id>`, in the order of the subgraph. An empty subgraph is an empty graph.
 * Throws UsageError for an attribute whose name is not one.
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
      graph.addEdge(referenceEdge(from, to, edge, against));
    }
  }
  for (const cut of subgraph.cut) {
    const at = nodes.get(cut.at);
    if (at) addCut(graph, at, cut, subgraph.maxDepth);
  }
  if (options.legend) addLegend(graph, subgraph, highlighted);
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
  const { refcounts, shortnames = true, extraInfo = ({ extra }: SubgraphNode) => extra } = options;
  const count = node.merged === undefined ? '' : `${formatCount(node.merged)} × `;
  const references = refcounts ? ` [${node.retainers}]` : '';
  const file = !shortnames && node.location?.script ? ` (${node.location.script})` : '';
  const value = node.name === node.type || node.name === '{}' ? undefined : node.name;
  const label = [
    labelLines([node.rootName], LINE_LENGTH),
    labelLine(`${count}${node.type}${references}${file}`, LINE_LENGTH),
    labelLines([value], VALUE_LENGTH),
    labelLines(extraInfo(node)?.split('\n') ?? [], LINE_LENGTH),
  ].filter((part) => part !== '');
  const fill = fillOf(node, maxDepth, highlight);
  const colour = node.asked ? 'red' : fill[2] < 0.5 ? 'white' : undefined;
  return new Node(`o${node.id}`, {
    [_.label]: label.join('\\n'),
    [_.fillcolor]: colourText(fill),
    ...(colour ? { [_.fontcolor]: colour } : {}),
    ...(node.merged === undefined ? {} : { [_.peripheries]: 2 }),
    ...(node.beyond === undefined ? {} : { [_.style]: 'filled,dashed' }),
    [_.tooltip]: tooltip(node),
    ...attrs,
  });
}

function fillOf(node: SubgraphNode, maxDepth: number, highlight: boolean): Colour {
  const [hue, saturation, value] = gradient(WHITE, DARK, node.depth, maxDepth);
  if (highlight || node.highlighted) return [0.6, 0.6, 0.5 + value * 0.5];
  return node.root ? [0.3, 1, value] : [hue, saturation, value];
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

const INTERNALS = new Set(['internal', 'hidden', 'shortcut', 'weak']);

function referenceEdge(from: NodeModel, to: NodeModel, edge: SubgraphEdge, against: boolean): Edge {
  const times = edge.count > 1 && edge.type !== 'element' ? ` ×${formatCount(edge.count)}` : '';
  const label = edgeName(edge) + times;
  return new Edge([from, to], {
    ...(label === '' ? {} : { [_.label]: ` ${labelLine(label, VALUE_LENGTH)}` }),
    [_.weight]: INTERNALS.has(edge.type) ? 10 : 2,
    ...(against ? { [_.constraint]: false } : {}),
    ...(edge.type === 'weak' ? { [_.style]: 'dashed' } : {}),
    [_.tooltip]: labelLine(`${label} (${edge.type})`, LINE_LENGTH),
  });
}

function edgeName({ type, name }: SubgraphEdge): string {
  if (type === 'element') return `[${name}]`;
  // Numbers of V8's own: they say nothing to a reader.
  return INTERNALS.has(type) && /^\d+(…\d+)?$/.test(String(name)) ? '' : String(name);
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
  const what = cut.direction === 'back' ? 'backreference' : 'reference';
  const label = `${formatCount(cut.count)} more ${what}${cut.count === 1 ? '' : 's'}`;
  const mark = new Node(`too_many_${at.id}`, {
    ...MARK,
    [_.label]: label,
    [_.fillcolor]: colourText(fill),
    ...(fill[2] < 0.8 ? { [_.fontcolor]: 'white' } : {}),
    [_.tooltip]: label,
  });
  graph.addNode(mark);
  graph.addEdge(new Edge(cut.direction === 'back' ? [mark, at] : [at, mark], MARK_EDGE));
}

function addLegend(graph: Digraph, subgraph: Subgraph, highlight: ReadonlySet<number>): void {
  const some = (test: (node: SubgraphNode) => boolean): boolean => subgraph.nodes.some(test);
  const entries: [text: string, occurs: boolean, fill: Colour, font: 'red' | 'black', rings: number][] = [
    ['asked for', some((node) => node.asked), WHITE, 'red', 1],
    ['root', some((node) => node.root), [0.3, 1, 1], 'black', 1],
    ['highlighted', some((node) => node.highlighted || highlight.has(node.id)), [0.6, 0.6, 1], 'black', 1],
    ['several of a kind', some((node) => node.merged !== undefined), WHITE, 'black', 2],
    ['further away', some((node) => node.depth > 0), gradient(WHITE, DARK, 1, 2), 'black', 1],
    ['goes on', some((node) => node.beyond !== undefined), WHITE, 'black', 1],
    ['left out', subgraph.cut.length > 0, RED, 'black', 1],
    ['with a finalizer', some((node) => node.finalizer), FINALIZER, 'black', 1],
  ];
  const legend = new Cluster('cluster_legend', {
    [_.label]: 'arrows lead from the holder to the held',
    [_.fontname]: FONT,
    [_.fontsize]: 10,
    [_.color]: 'gray',
  });
  entries
    .filter(([, occurs]) => occurs)
    .forEach(([text, , fill, font, rings], i) => {
      legend.addNode(
        new Node(`legend_${i}`, {
          [_.label]: text,
          [_.fillcolor]: colourText(fill),
          [_.fontcolor]: font,
          [_.peripheries]: rings,
          [_.fontsize]: 10,
          ...(text === 'goes on' ? { [_.style]: 'filled,dashed' } : {}),
          [_.height]: 0.3,
          [_.tooltip]: text,
        }),
      );
    });
  graph.addSubgraph(legend);
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
