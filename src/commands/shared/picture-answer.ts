import { COARSEST } from '../../analysis/pictures/subgraph.js';
import { UsageError } from '../../base/errors.js';
import { type NoteLike, note, option, parts } from '../../base/notes.js';
import { printable } from '../../base/printable.js';
import type { Answer } from '../../base/result.js';
import type { Drawing, Subgraph } from '../../base/subgraph.js';
import { formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { anyQuery, nodeQuery, resolveTargets, type Targets } from '../../query/targets.js';
import type { OpenedSnapshot } from '../../session/need.js';
import { isRoot, rootOf } from '../../v8/roots.js';
import type { FurtherSnapshot } from '../command.js';
import type { ValuesOf } from '../options.js';
import { checkOneProcess } from './compare.js';
import { extraInfo, INFOS } from './extra-info.js';
import { idsOption, pickInPictureOption, tagOption, WHOLE_GRAPH, walkOptions } from './targets.js';

const drawingOptions = {
  highlight: { kind: 'list', read: nodeQuery, value: 'query', help: 'objects to paint blue' },
  extraInfo: { kind: 'choice', choices: INFOS, default: 'none', help: 'a further line in each box' },
  refcounts: { kind: 'flag', help: 'show the reference count after the type' },
  noShortnames: { kind: 'flag', help: "show the constructor's file after the type" },
  nodeAttr: { kind: 'list', read: attribute, value: 'key=value', help: 'a Graphviz attribute for all boxes' },
  legend: { kind: 'flag', help: 'a box that explains colours and marks' },
} as const;

const sinceOptions = {
  since: {
    kind: 'text',
    value: 'file',
    help: 'an earlier snapshot of the process: the boxes say what is new since, what survived, what died',
  },
  byId: {
    kind: 'flag',
    help: 'with --since: go on even if the snapshots seem to be of two processes',
  },
} as const;

export const mergeOption = {
  noMerge: { kind: 'flag', help: 'one box for each object, however wide the picture gets' },
} as const;

/** What all pictures take, beside how far they go and what shares a box. */
export const pictureOptions = {
  ...sinceOptions,
  ...drawingOptions,
  ...pickInPictureOption,
  ...idsOption,
  ...tagOption,
  ...walkOptions,
} as const;

type PictureValues = ValuesOf<typeof pictureOptions & typeof mergeOption>;

/** The targets; the largest of a class goes by the sizes that the picture shows. */
export function targetsOf(graph: Graph, texts: readonly string[], options: PictureValues): Targets {
  return resolveTargets(
    graph,
    texts,
    options.pick,
    options.extraInfo === 'retained' ? { retained: true } : {},
  );
}

/** The file of `--since`. */
export function earlierSnapshot({ since }: PictureValues): readonly FurtherSnapshot[] {
  return since === undefined ? [] : [{ file: since, need: WHOLE_GRAPH }];
}

export function graphsOf(heaps: readonly OpenedSnapshot[]): readonly Graph[] {
  return heaps.map(({ graph }) => graph);
}

interface Earlier {
  readonly graph: Graph;
  readonly notes: readonly NoteLike[];
}

/** The snapshot of `--since`, with notes. Throws UsageError for one of another process. */
export function earlierOf(heaps: readonly OpenedSnapshot[], options: PictureValues): Earlier | undefined {
  const [after, before] = graphsOf(heaps);
  if (!after || !before) return undefined;
  const notes = checkOneProcess(before, after, {
    byId: options.byId,
    advice: parts`${option('since')} takes the earlier one`,
  });
  return { graph: before, notes };
}

/** The picture of one coarseness, which knows how to make the next one. */
export function pictureAnswer(
  coarseness: number,
  build: (coarseness: number) => Subgraph,
  options: PictureValues,
  outcome: PictureOutcome,
): Answer {
  const answer = finish(build(coarseness), options, outcome);
  if (options.noMerge || coarseness >= COARSEST) return answer;
  return { ...answer, coarser: () => pictureAnswer(coarseness + 1, build, options, outcome) };
}

/** Layout takes seconds up to about this many. */
const MANY_BOXES = 1000;

export interface PictureOutcome {
  readonly notes: readonly NoteLike[];
  readonly found: boolean;
  readonly earlier: Earlier | undefined;
  /** Whether the picture has neighbours that died: chains have none. */
  readonly neighbours: boolean;
}

function finish(result: Subgraph, options: PictureValues, outcome: PictureOutcome): Answer {
  const { notes, found, earlier, neighbours } = outcome;
  const drawing: Drawing = {
    refcounts: options.refcounts,
    shortnames: !options.noShortnames,
    nodeAttrs: Object.fromEntries(options.nodeAttr),
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

/** What the options mean to a drawing of one graph. */
export function pictureRules(graph: Graph, options: PictureValues) {
  const highlight = anyQuery(options.highlight, graph);
  const root = isRoot(graph);
  return {
    isRoot: (node: number) => (root(node) ? (rootOf(graph, node)?.words ?? true) : undefined),
    ...(highlight ? { highlight } : {}),
    ...(options.extraInfo === 'none' ? {} : { extraInfo: extraInfo(graph, options.extraInfo) }),
  };
}

function attribute(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new UsageError(`"${printable(text)}" is not a Graphviz attribute`, 'Write key=value: shape=ellipse.');
}
