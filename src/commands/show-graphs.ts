/** objgraph's pictures: show_backrefs, show_refs, show_chain. */
import { backrefChains } from '../analysis/chains.js';
import { NodeView } from '../analysis/nodes.js';
import { isRoot, rootOf } from '../analysis/roots.js';
import { backrefsSubgraph, chainsSubgraph, refsSubgraph } from '../analysis/subgraph.js';
import { UsageError } from '../errors.js';
import type { Graph } from '../graph/graph.js';
import { printable } from '../printable.js';
import { parsePick, parseQueries, parseQuery, resolveTargets } from '../query/targets.js';
import type { Answer, Drawing, Subgraph } from '../result.js';
import { formatBytes, formatId } from '../units.js';
import { defineCommand, type Heap } from './command.js';
import {
  checkWalk,
  goalOf,
  pickOption,
  tagOption,
  targetArguments,
  type WalkOptions,
  WHOLE_GRAPH,
  walkOptions,
  walkRules,
} from './targets.js';

const INFOS = ['none', 'retained', 'self', 'distance', 'id', 'location'] as const;

const drawingOptions = {
  highlight: { kind: 'list', value: 'query', help: 'objects to paint blue' },
  'extra-info': { kind: 'choice', choices: INFOS, default: 'none', help: 'a further line in each box' },
  refcounts: { kind: 'flag', help: 'the number of references to an object behind its type' },
  'no-shortnames': { kind: 'flag', help: "the constructor's file behind the type" },
  'node-attr': { kind: 'list', value: 'key=value', help: 'a Graphviz attribute for all boxes' },
  legend: { kind: 'flag', help: 'a box that explains colours and marks' },
} as const;

const graphOptions = {
  'max-depth': { kind: 'integer', default: 3, help: 'references from the object at most' },
  'too-many': { kind: 'integer', default: 10, help: 'neighbours of one box at most; the others are counted' },
  filter: { kind: 'list', value: 'query', help: 'show only these objects (the targets always are)' },
  'no-merge': { kind: 'flag', help: 'one box for each object, also for a hundred of a kind' },
  internals: { kind: 'flag', help: "V8's own helper objects, code and shapes, too" },
  ...drawingOptions,
  ...pickOption,
  ...tagOption,
  ...walkOptions,
} as const;

interface DrawingOptions extends WalkOptions {
  readonly highlight: readonly string[];
  readonly 'extra-info': (typeof INFOS)[number];
  readonly refcounts: boolean;
  readonly 'no-shortnames': boolean;
  readonly 'node-attr': readonly string[];
  readonly legend: boolean;
  readonly pick: string;
}

interface GraphOptions extends DrawingOptions {
  readonly 'max-depth': number;
  readonly 'too-many': number;
  readonly filter: readonly string[];
  readonly 'no-merge': boolean;
  readonly internals: boolean;
}

export const showBackrefs = defineCommand({
  name: 'show-backrefs',
  summary: 'a picture of what refers to an object',
  description:
    'Red: the objects asked for; green: roots; darker: further away. Many of a kind share a box. Without -o the graph is written as dot text.',
  arguments: targetArguments,
  snapshot: true,
  answers: 'subgraph',
  options: graphOptions,
  examples: [
    {
      line: 'heapgraph show-backrefs Session app.heapsnapshot --pick all -o leak.svg',
      says: 'who holds all of them',
    },
    {
      line: 'heapgraph show-backrefs @114969 -o leak.png --extra-info retained',
      says: 'one object, with sizes',
    },
    { line: 'heapgraph show-backrefs Session | dot -Tpdf > leak.pdf', says: 'dot text to Graphviz' },
  ],
  needs: check,
  run: (heap, texts, options) => draw(heap, texts, options, backrefsSubgraph),
});

export const showRefs = defineCommand({
  name: 'show-refs',
  summary: 'a picture of what an object refers to',
  arguments: targetArguments,
  snapshot: true,
  answers: 'subgraph',
  options: graphOptions,
  examples: [
    {
      line: 'heapgraph show-refs Session app.heapsnapshot -o refs.svg --max-depth 2',
      says: 'what hangs on it',
    },
  ],
  needs: check,
  run: (heap, texts, options) => draw(heap, texts, options, refsSubgraph),
});

export const showChain = defineCommand({
  name: 'show-chain',
  summary: 'a picture of the chains that keep objects alive, and nothing else',
  arguments: targetArguments,
  snapshot: true,
  answers: 'subgraph',
  options: {
    to: {
      kind: 'text',
      default: 'root',
      value: 'goal',
      help: 'where chains end: root, module, global, a class, /regex/, @id',
    },
    'max-depth': { kind: 'integer', default: 20, help: 'references from the object at most' },
    paths: { kind: 'integer', default: 1, help: 'distinct chains to each object' },
    ...drawingOptions,
    ...pickOption,
    ...tagOption,
    ...walkOptions,
  },
  examples: [
    {
      line: 'heapgraph show-chain Session app.heapsnapshot --paths 3 -o chains.svg',
      says: 'three ways to one',
    },
  ],
  needs(_, options) {
    parseQuery(options.to);
    return check(_, options);
  },
  run({ graph }, texts, options) {
    const { nodes, notes, missing } = resolveTargets(graph, texts, parsePick(options.pick));
    const rules = { ...walkRules(graph, options), maxDepth: options['max-depth'], paths: options.paths };
    const isGoal = goalOf(graph, options.to);
    const chains = nodes.flatMap((node) => backrefChains(graph, node, isGoal, rules));
    const result = chainsSubgraph(graph, chains, pictureOptions(graph, options));
    return finish(result, options, notes, missing.length === 0 && chains.length > 0);
  },
});

function check(_: readonly string[], options: DrawingOptions): typeof WHOLE_GRAPH {
  parsePick(options.pick);
  checkWalk(options);
  parseQueries(options.highlight);
  attributes(options);
  return WHOLE_GRAPH;
}

type Build = typeof backrefsSubgraph;

function draw({ graph }: Heap, texts: readonly string[], options: GraphOptions, build: Build): Answer {
  const { nodes, notes, missing } = resolveTargets(graph, texts, parsePick(options.pick));
  const filter = parseQueries(options.filter)?.(graph);
  const result = build(graph, nodes, {
    ...walkRules(graph, options),
    ...pictureOptions(graph, options),
    ...(filter ? { filter } : {}),
    maxDepth: options['max-depth'],
    tooMany: options['too-many'],
    merge: !options['no-merge'],
    internals: options.internals,
  });
  return finish(result, options, notes, missing.length === 0);
}

function finish(result: Subgraph, options: DrawingOptions, notes: readonly string[], found: boolean): Answer {
  const drawing: Drawing = {
    refcounts: options.refcounts,
    shortnames: !options['no-shortnames'],
    nodeAttrs: attributes(options),
    legend: options.legend,
  };
  return { result, drawing, notes, found };
}

function pictureOptions(graph: Graph, options: DrawingOptions) {
  const highlight = parseQueries(options.highlight)?.(graph);
  const root = isRoot(graph);
  return {
    isRoot: (node: number) => (root(node) ? (rootOf(graph, node)?.words ?? true) : undefined),
    ...(highlight ? { highlight } : {}),
    ...(options['extra-info'] === 'none' ? {} : { extraInfo: extraInfo(graph, options['extra-info']) }),
  };
}

function extraInfo(
  graph: Graph,
  info: (typeof INFOS)[number],
): (nodes: readonly number[]) => string | undefined {
  const views = (nodes: readonly number[]): NodeView[] => nodes.map((node) => new NodeView(graph, node));
  const sum = (nodes: readonly number[], value: (node: NodeView) => number): number =>
    views(nodes).reduce((total, node) => total + value(node), 0);
  switch (info) {
    case 'retained':
      return (nodes) => `retains ${formatBytes(sum(nodes, (node) => node.retainedSize))}`;
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

function attributes(options: DrawingOptions): Record<string, string> {
  return Object.fromEntries(
    options['node-attr'].map((text) => {
      const at = text.indexOf('=');
      if (at > 0) return [text.slice(0, at), text.slice(at + 1)] as const;
      throw new UsageError(
        `"${printable(text)}" is not a Graphviz attribute`,
        'Write key=value: shape=ellipse.',
      );
    }),
  );
}
