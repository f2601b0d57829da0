/** Chains of references in the answers of find-backref-chain and find-ref-chain. */

import type { ChainVerdicts } from '../../analysis/dead/chain-verdicts.js';
import { type Chain, searchBackrefs, searchRefs } from '../../analysis/holders/chains.js';
import type { ChainResult } from '../../base/chain-result.js';
import { type Note, type NotePart, note, option, parts } from '../../base/notes.js';
import type { Answer } from '../../base/result.js';
import { formatId } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { type NodeQuery, resolveTargets } from '../../query/targets.js';
import type { OpenedSnapshot } from '../../session/need.js';
import { isRoot } from '../../v8/roots.js';
import type { ValuesOf } from '../options.js';
import type { ChainJudge } from './chain-verdicts.js';
import { questionNote } from './next-question.js';
import { firstNotes, targetNotes } from './target-notes.js';
import {
  chainResult,
  depthRule,
  idsOption,
  type Lost,
  lastResort,
  maxDepthOption,
  noChainNotes,
  pickOption,
  queryNotes,
  tagOption,
  unknownGoalNote,
  walkOptions,
  walkRules,
} from './targets.js';

export const chainOptions = {
  maxDepth: maxDepthOption,
  paths: {
    kind: 'integer',
    default: 1,
    help: 'number of different chains, preferring different root holders',
  },
  noSizes: { kind: 'flag', help: 'leave the sizes out: less to compute' },
  ...pickOption,
  ...idsOption,
  ...tagOption,
  ...walkOptions,
} as const;

type ChainValues = ValuesOf<typeof chainOptions>;

/** A chain, and what `chainResult` is told of it when it is written. */
interface FoundChain {
  readonly chain: Chain;
  readonly facts: { readonly found: boolean; readonly rooted: boolean; readonly sizes: boolean };
}

/** The chains to or from all targets, and what is said of objects without one. */
export async function chainAnswer(
  { graph }: OpenedSnapshot,
  texts: readonly string[],
  options: ChainValues,
  to: NodeQuery,
  way: 'back' | 'forward',
  judge?: ChainJudge,
): Promise<Answer> {
  const targets = resolveTargets(graph, texts, options.pick);
  const { nodes, missing } = targets;
  const isGoal = to.on(graph);
  const rules = {
    ...walkRules(graph, options),
    ...depthRule(options),
    ...lastResort(graph, to),
    paths: options.paths,
  };
  const search = way === 'back' ? searchBackrefs : searchRefs;
  const root = isRoot(graph);
  const isRooted = (chain: Chain): boolean => way === 'back' && root(chain.nodes[0]!);
  const sizes = !options.noSizes;
  const lost: Lost[] = [];
  const few: Note[] = [];
  const chains = nodes.flatMap((node): FoundChain[] => {
    const { chains: found, ...seen } = search(graph, node, isGoal, rules);
    if (found.length > 0 && found.length < options.paths) {
      const ways = `${found.length === 1 ? 'one way' : `${found.length} ways`} to ${formatId(graph.ids[node]!)}`;
      few.push(
        note(
          'unreached',
        )`${ways}, ${seen.complete ? fewerWords(seen.tooDeep) : 'looked no further: it would take too long'}`,
      );
    }
    if (found.length > 0)
      return found.map((chain) => ({ chain, facts: { found: true, rooted: isRooted(chain), sizes } }));
    lost.push({ node, ...seen });
    return [{ chain: { nodes: [node], edges: [] }, facts: { found: false, rooted: false, sizes } }];
  });
  return {
    result: {
      kind: 'chains',
      chains: {
        *[Symbol.iterator]() {
          for (const { chain, facts } of chains) {
            const result = chainResult(graph, chain, facts);
            yield judge && facts.found ? withVerdicts(graph, result, judge.of(chain)) : result;
          }
        },
      },
    },
    notes: [
      ...(await targetNotes(graph, targets)),
      ...(await queryNotes([graph], { ...options, to })),
      ...firstNotes(
        few,
        (note) => note,
        (count) => note('unreached')`fewer than ${options.paths} ways to ${count} more`,
      ),
      // An unknown goal is said already.
      ...((await unknownGoalNote([graph], to)) === undefined
        ? noChainNotes(graph, lost, to, options.maxDepth, way)
        : []),
      ...(judge ? [...judge.notes, ...nextNotes(graph, chains, judge)] : []),
    ],
    found: missing.length === 0 && lost.length === 0,
  };
}

function fewerWords(tooDeep: boolean): readonly NotePart[] {
  return tooDeep ? parts`no more within ${option('maxDepth')}` : ['no more'];
}

function withVerdicts(graph: Graph, result: ChainResult, { nodes, ask }: ChainVerdicts): ChainResult {
  return {
    ...result,
    steps: result.steps.map((step, i) => ({ ...step, ...nodes[i]! })),
    ask: ask === undefined ? null : graph.ids[ask]!,
  };
}

/**
 * Of the first chain: what to say next of it, where its end is dead; else how to say that it is.
 */
function nextNotes(graph: Graph, chains: readonly FoundChain[], judge: ChainJudge): string[] {
  const first = chains.find(({ facts }) => facts.found)?.chain;
  if (first === undefined || first.nodes.length < 2) return [];
  const { nodes, ask } = judge.of(first);
  const end = graph.ids[first.nodes.at(-1)!]!;
  if (ask !== undefined)
    return [questionNote(graph, graph.ids[ask]!, { command: 'find-backref-chain', targets: [`@${end}`] })];
  return nodes.at(-1)!.verdict === 'unknown'
    ? [`nothing says that @${end} is finished: no reference is a suspect; --stuck @${end} says that it is`]
    : [];
}
