import type { backrefsSubgraph, SubgraphOptions } from '../../analysis/pictures/subgraph.js';
import type { Answer } from '../../base/result.js';
import type { Graph } from '../../graph/graph.js';
import { anyQuery, nodeQuery } from '../../query/targets.js';
import type { OpenedSnapshot } from '../../session/need.js';
import type { ValuesOf } from '../options.js';
import {
  earlierOf,
  graphsOf,
  mergeOption,
  type PictureOutcome,
  pictureAnswer,
  pictureOptions,
  pictureRules,
  targetsOf,
} from './picture-answer.js';
import { targetNotes } from './target-notes.js';
import { queryNotes, walkRules } from './targets.js';

export const neighbourOptions = {
  maxDepth: { kind: 'integer', default: 3, help: 'maximum number of references to follow' },
  tooMany: {
    kind: 'integer',
    default: 10,
    help: 'maximum number of neighbours of a box; the others are counted',
  },
  filter: {
    kind: 'list',
    read: nodeQuery,
    value: 'query',
    help: 'show only these objects (the targets always are)',
  },
  ...mergeOption,
  internals: { kind: 'flag', help: "V8's own helper objects, code and shapes, too" },
  ...pictureOptions,
} as const;

type NeighbourValues = ValuesOf<typeof neighbourOptions>;

/** What the options mean on one graph. */
function rulesOf(graph: Graph, options: NeighbourValues) {
  const filter = anyQuery(options.filter, graph);
  return { ...walkRules(graph, options), ...pictureRules(graph, options), ...(filter ? { filter } : {}) };
}

/** The picture that `build` makes of the targets. */
export async function neighbourPicture(
  heaps: readonly OpenedSnapshot[],
  texts: readonly string[],
  options: NeighbourValues,
  build: typeof backrefsSubgraph,
): Promise<Answer> {
  const { graph } = heaps[0]!;
  const earlier = earlierOf(heaps, options);
  const targets = targetsOf(graph, texts, options);
  const { nodes, missing } = targets;
  const outcome: PictureOutcome = {
    notes: [...(await targetNotes(graph, targets)), ...(await queryNotes(graphsOf(heaps), options))],
    found: missing.length === 0,
    earlier,
    neighbours: true,
  };
  const rules: SubgraphOptions = {
    ...rulesOf(graph, options),
    ...(earlier ? { since: { graph: earlier.graph, ...rulesOf(earlier.graph, options) } } : {}),
    maxDepth: options.maxDepth,
    tooMany: options.tooMany,
    merge: !options.noMerge,
    internals: options.internals,
  };
  return pictureAnswer(0, (coarseness) => build(graph, nodes, { ...rules, coarseness }), options, outcome);
}
