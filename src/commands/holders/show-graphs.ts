/** objgraph's pictures: show_backrefs, show_refs, show_chain. */
import { searchBackrefs } from '../../analysis/holders/chains.js';
import { chainsSubgraph } from '../../analysis/pictures/chain-pictures.js';
import {
  backrefsSubgraph,
  COARSEST,
  refsSubgraph,
  type SubgraphOptions,
} from '../../analysis/pictures/subgraph.js';
import { UsageError } from '../../base/errors.js';
import { type NoteLike, note, option, parts } from '../../base/notes.js';
import { printable } from '../../base/printable.js';
import type { Answer, Drawing, Subgraph } from '../../base/result.js';
import { formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { parsePick, parseQueries, parseQuery, resolveTargets, type Targets } from '../../query/targets.js';
import type { OpenedSnapshot } from '../../session/need.js';
import { isRoot, rootOf } from '../../v8/roots.js';
import { defineCommand, type FurtherSnapshot } from '../command.js';
import { checkOneProcess } from '../shared/compare.js';
import { extraInfo, INFOS, type Info } from '../shared/extra-info.js';
import { targetNotes } from '../shared/target-notes.js';
import {
  checkWalk,
  depthRule,
  goalOf,
  idsOption,
  type Lost,
  lastResort,
  maxDepthOption,
  noChainNotes,
  pickInPictureOption,
  queryNotes,
  tagOption,
  targetArguments,
  unknownGoalNote,
  type WalkOptions,
  WHOLE_GRAPH,
  walkOptions,
  walkRules,
} from '../shared/targets.js';

const drawingOptions = {
  highlight: { kind: 'list', value: 'query', help: 'objects to paint blue' },
  'extra-info': { kind: 'choice', choices: INFOS, default: 'none', help: 'a further line in each box' },
  refcounts: { kind: 'flag', help: 'show the reference count after the type' },
  'no-shortnames': { kind: 'flag', help: "show the constructor's file after the type" },
  'node-attr': { kind: 'list', value: 'key=value', help: 'a Graphviz attribute for all boxes' },
  legend: { kind: 'flag', help: 'a box that explains colours and marks' },
} as const;

const sinceOptions = {
  since: {
    kind: 'text',
    value: 'file',
    help: 'an earlier snapshot of the process: the boxes say what is new since, what survived, what died',
  },
  'by-id': {
    kind: 'flag',
    help: 'with --since: go on even if the snapshots seem to be of two processes',
  },
} as const;

const mergeOption = {
  'no-merge': { kind: 'flag', help: 'one box for each object, however wide the picture gets' },
} as const;

const graphOptions = {
  'max-depth': { kind: 'integer', default: 3, help: 'maximum number of references to follow' },
  'too-many': {
    kind: 'integer',
    default: 10,
    help: 'maximum number of neighbours of a box; the others are counted',
  },
  filter: { kind: 'list', value: 'query', help: 'show only these objects (the targets always are)' },
  ...mergeOption,
  internals: { kind: 'flag', help: "V8's own helper objects, code and shapes, too" },
  ...sinceOptions,
  ...drawingOptions,
  ...pickInPictureOption,
  ...idsOption,
  ...tagOption,
  ...walkOptions,
} as const;

interface DrawingOptions extends WalkOptions {
  readonly highlight: readonly string[];
  readonly 'extra-info': Info;
  readonly refcounts: boolean;
  readonly 'no-shortnames': boolean;
  readonly 'node-attr': readonly string[];
  readonly legend: boolean;
  readonly pick: string;
  readonly since: string | undefined;
  readonly 'by-id': boolean;
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
    {
      line: 'heapgraph show-backrefs Session 2.heapsnapshot --pick all --since 1.heapsnapshot -o leak.svg',
      says: 'new, survived, died',
    },
  ],
  needs: check,
  others,
  run: (_, texts, options, heaps) => draw(heaps, texts, options, backrefsSubgraph),
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
      says: 'what it keeps',
    },
  ],
  needs: check,
  others,
  run: (_, texts, options, heaps) => draw(heaps, texts, options, refsSubgraph),
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
    'max-depth': maxDepthOption,
    paths: {
      kind: 'integer',
      default: 1,
      help: 'number of different chains to each object, preferring different root holders',
    },
    ...mergeOption,
    ...sinceOptions,
    ...drawingOptions,
    ...pickInPictureOption,
    ...idsOption,
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
  others,
  async run({ graph }, texts, options, heaps) {
    const earlier = earlierOf(heaps, options);
    const targets = targetsOf(graph, texts, options);
    const { nodes, missing } = targets;
    const rules = {
      ...walkRules(graph, options),
      ...depthRule(options),
      ...lastResort(graph, options.to),
      paths: options.paths,
    };
    const isGoal = goalOf(graph, options.to);
    const lost: Lost[] = [];
    const chains = nodes.flatMap((node) => {
      const { chains: found, ...seen } = searchBackrefs(graph, node, isGoal, rules);
      if (found.length === 0) lost.push({ node, ...seen });
      return found;
    });
    const found = missing.length === 0 && chains.length > 0;
    const outcome: Outcome = {
      notes: [
        ...(await targetNotes(graph, targets)),
        ...(await queryNotes(graphsOf(heaps), options)),
        ...((await unknownGoalNote([graph], options.to)) === undefined
          ? noChainNotes(graph, lost, options.to, options['max-depth'], 'back')
          : []),
      ],
      found,
      earlier,
      neighbours: false,
    };
    const build = (coarseness: number): Subgraph =>
      chainsSubgraph(graph, chains, {
        ...pictureOptions(graph, options),
        ...(earlier ? { since: { graph: earlier.graph } } : {}),
        merge: !options['no-merge'],
        coarseness,
      });
    return answerAt(0, build, options, outcome);
  },
});

function check(_: readonly string[], options: DrawingOptions): typeof WHOLE_GRAPH {
  parsePick(options.pick);
  checkWalk(options);
  parseQueries(options.highlight);
  attributes(options);
  return WHOLE_GRAPH;
}

/** The targets; the largest of a class goes by the sizes that the picture shows. */
function targetsOf(graph: Graph, texts: readonly string[], options: DrawingOptions): Targets {
  const pick = parsePick(options.pick);
  return resolveTargets(graph, texts, pick, options['extra-info'] === 'retained' ? { retained: true } : {});
}

type Build = typeof backrefsSubgraph;

function others({ since }: DrawingOptions): readonly FurtherSnapshot[] {
  return since === undefined ? [] : [{ file: since, need: WHOLE_GRAPH }];
}

function graphsOf(heaps: readonly OpenedSnapshot[]): readonly Graph[] {
  return heaps.map(({ graph }) => graph);
}

interface Earlier {
  readonly graph: Graph;
  readonly notes: readonly NoteLike[];
}

/** The snapshot of `--since`, and what is to be said of it. Throws UsageError for one of another process. */
function earlierOf(heaps: readonly OpenedSnapshot[], options: DrawingOptions): Earlier | undefined {
  const [after, before] = graphsOf(heaps);
  if (!after || !before) return undefined;
  const notes = checkOneProcess(before, after, {
    byId: options['by-id'],
    advice: parts`${option('since')} takes the earlier one`,
  });
  return { graph: before, notes };
}

/** What the options mean on one graph. */
function rulesOf(graph: Graph, options: GraphOptions) {
  const filter = parseQueries(options.filter)?.(graph);
  return { ...walkRules(graph, options), ...pictureOptions(graph, options), ...(filter ? { filter } : {}) };
}

async function draw(
  heaps: readonly OpenedSnapshot[],
  texts: readonly string[],
  options: GraphOptions,
  build: Build,
): Promise<Answer> {
  const { graph } = heaps[0]!;
  const earlier = earlierOf(heaps, options);
  const targets = targetsOf(graph, texts, options);
  const { nodes, missing } = targets;
  const outcome: Outcome = {
    notes: [...(await targetNotes(graph, targets)), ...(await queryNotes(graphsOf(heaps), options))],
    found: missing.length === 0,
    earlier,
    neighbours: true,
  };
  const rules: SubgraphOptions = {
    ...rulesOf(graph, options),
    ...(earlier ? { since: { graph: earlier.graph, ...rulesOf(earlier.graph, options) } } : {}),
    maxDepth: options['max-depth'],
    tooMany: options['too-many'],
    merge: !options['no-merge'],
    internals: options.internals,
  };
  return answerAt(0, (coarseness) => build(graph, nodes, { ...rules, coarseness }), options, outcome);
}

/** The picture of one coarseness, which knows how to make the next one. */
function answerAt(
  coarseness: number,
  build: (coarseness: number) => Subgraph,
  options: DrawingOptions & { readonly 'no-merge': boolean },
  outcome: Outcome,
): Answer {
  const answer = finish(build(coarseness), options, outcome);
  if (options['no-merge'] || coarseness >= COARSEST) return answer;
  return { ...answer, coarser: () => answerAt(coarseness + 1, build, options, outcome) };
}

/** Layout takes seconds up to about this many. */
const MANY_BOXES = 1000;

interface Outcome {
  readonly notes: readonly NoteLike[];
  readonly found: boolean;
  readonly earlier: Earlier | undefined;
  /** Whether the picture has neighbours that died: chains have none. */
  readonly neighbours: boolean;
}

function finish(result: Subgraph, options: DrawingOptions, outcome: Outcome): Answer {
  const { notes, found, earlier, neighbours } = outcome;
  const drawing: Drawing = {
    refcounts: options.refcounts,
    shortnames: !options['no-shortnames'],
    nodeAttrs: attributes(options),
    legend: options.legend,
    ...(earlier ? { since: earlier.graph.file } : {}),
  };
  const large =
    result.nodes.length > MANY_BOXES
      ? [
          note(
            'large',
          )`${formatCount(result.nodes.length)} boxes: Graphviz may take minutes; fewer objects, a lower ${option('maxDepth')} or ${option('tooMany')} make it smaller`,
        ]
      : [];
  return {
    result,
    drawing,
    notes: [
      ...notes,
      ...(earlier ? [...earlier.notes, changesNote(result, earlier.graph.file, neighbours)] : []),
      ...large,
    ],
    found,
    ...(earlier ? { fields: { since: earlier.graph.file } } : {}),
  };
}

function changesNote({ nodes, cut }: Subgraph, file: string, neighbours: boolean): string {
  const count = { new: 0, survived: 0, died: 0 };
  for (const { change, merged = 1 } of nodes) if (change) count[change] += merged;
  for (const { change, count: more } of cut) if (change) count[change] += more;
  const died = neighbours ? `; ${formatCount(count.died)} of their neighbours died` : '';
  return `${formatCount(count.new)} of the objects shown are new since ${printable(file)}, ${formatCount(count.survived)} survived${died}`;
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
