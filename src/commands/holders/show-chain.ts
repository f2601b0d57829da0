/** objgraph's show_chain. */
import { verdictsOnChains } from '../../analysis/dead/chain-verdicts.js';
import { searchBackrefs } from '../../analysis/holders/chains.js';
import { chainsSubgraph } from '../../analysis/pictures/chain-pictures.js';
import type { Subgraph } from '../../base/subgraph.js';
import { defineCommand } from '../command.js';
import { chainJudge, verdictOptions, withConfigRules } from '../shared/chain-verdicts.js';
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
    ...verdictOptions,
  },
  examples: [
    {
      line: 'heapgraph show-chain Session app.heapsnapshot --paths 3 -o chains.svg',
      says: 'three ways to one',
    },
    {
      line: 'heapgraph show-chain ServerResponse app.heapsnapshot --verdicts -o chain.svg',
      says: 'which steps are in use, which are finished, and the suspects between them',
    },
  ],
  configure: withConfigRules,
  needs: () => ({ ...WHOLE_GRAPH, work: 'holders' }),
  others: earlierSnapshot,
  async run({ snapshot: heap, targets: texts, options, snapshots: heaps, machine }) {
    const { graph } = heap;
    const earlier = earlierOf(heaps, options);
    const judge = await chainJudge(heap, options, machine);
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
    const verdictOf = judge && verdictsOnChains(chains, judge.of);
    const found = missing.length === 0 && chains.length > 0;
    const outcome: PictureOutcome = {
      notes: [
        ...(await targetNotes(graph, targets)),
        ...(await queryNotes(graphsOf(heaps), options)),
        ...((await unknownGoalNote([graph], options.to)) === undefined
          ? noChainNotes(graph, lost, options.to, options.maxDepth, 'back')
          : []),
        ...(judge?.notes ?? []),
      ],
      found,
      earlier,
      neighbours: false,
    };
    const build = (coarseness: number): Subgraph =>
      chainsSubgraph(graph, chains, {
        ...pictureRules(graph, options),
        verdictOf,
        ...(earlier ? { since: { graph: earlier.graph } } : {}),
        merge: !options.noMerge,
        coarseness,
      });
    return pictureAnswer(0, build, options, outcome);
  },
});
