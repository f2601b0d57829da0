/** objgraph's show_chain. */
import { searchBackrefs } from '../../analysis/holders/chains.js';
import { chainsSubgraph } from '../../analysis/pictures/chain-pictures.js';
import type { Subgraph } from '../../base/subgraph.js';
import { defineCommand } from '../command.js';
import {
  earlierOf,
  earlierSnapshot,
  graphsOf,
  mergeOption,
  type PictureOutcome,
  pictureAnswer,
  pictureOptions,
  pictureRules,
  targetsOf,
} from '../shared/picture-answer.js';
import { targetNotes } from '../shared/target-notes.js';
import {
  depthRule,
  type Lost,
  lastResort,
  maxDepthOption,
  noChainNotes,
  queryNotes,
  readGoal,
  targetArguments,
  unknownGoalNote,
  WHOLE_GRAPH,
  walkRules,
} from '../shared/targets.js';

export const showChainCommand = defineCommand({
  name: 'show-chain',
  summary: 'a picture of the chains that keep objects alive, and nothing else',
  arguments: targetArguments,
  snapshot: true,
  answers: 'subgraph',
  options: {
    to: {
      kind: 'text',
      read: readGoal,
      default: 'root',
      value: 'goal',
      help: 'where chains end: root, module, global, a class, /regex/, @id',
    },
    maxDepth: maxDepthOption,
    paths: {
      kind: 'integer',
      default: 1,
      help: 'number of different chains to each object, preferring different root holders',
    },
    ...mergeOption,
    ...pictureOptions,
  },
  examples: [
    {
      line: 'heapgraph show-chain Session app.heapsnapshot --paths 3 -o chains.svg',
      says: 'three ways to one',
    },
  ],
  needs: () => ({ ...WHOLE_GRAPH, work: 'holders' }),
  others: earlierSnapshot,
  async run({ snapshot: { graph }, targets: texts, options, snapshots: heaps }) {
    const earlier = earlierOf(heaps, options);
    const targets = targetsOf(graph, texts, options);
    const { nodes, missing } = targets;
    const rules = {
      ...walkRules(graph, options),
      ...depthRule(options),
      ...lastResort(graph, options.to),
      paths: options.paths,
    };
    const isGoal = options.to.on(graph);
    const lost: Lost[] = [];
    const chains = nodes.flatMap((node) => {
      const { chains: found, ...seen } = searchBackrefs(graph, node, isGoal, rules);
      if (found.length === 0) lost.push({ node, ...seen });
      return found;
    });
    const found = missing.length === 0 && chains.length > 0;
    const outcome: PictureOutcome = {
      notes: [
        ...(await targetNotes(graph, targets)),
        ...(await queryNotes(graphsOf(heaps), options)),
        ...((await unknownGoalNote([graph], options.to)) === undefined
          ? noChainNotes(graph, lost, options.to, options.maxDepth, 'back')
          : []),
      ],
      found,
      earlier,
      neighbours: false,
    };
    const build = (coarseness: number): Subgraph =>
      chainsSubgraph(graph, chains, {
        ...pictureRules(graph, options),
        ...(earlier ? { since: { graph: earlier.graph } } : {}),
        merge: !options.noMerge,
        coarseness,
      });
    return pictureAnswer(0, build, options, outcome);
  },
});
