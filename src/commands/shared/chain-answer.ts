/** Chains of references in the answers of find-backref-chain and find-ref-chain. */

import { type Chain, searchBackrefs, searchRefs } from '../../analysis/holders/chains.js';
import { type Note, type NotePart, note, option, parts } from '../../base/notes.js';
import type { Answer } from '../../base/result.js';
import { formatId } from '../../base/units.js';
import { type NodeQuery, resolveTargets } from '../../query/targets.js';
import type { OpenedSnapshot } from '../../session/need.js';
import { isRoot } from '../../v8/roots.js';
import type { ValuesOf } from '../options.js';
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
          for (const { chain, facts } of chains) yield chainResult(graph, chain, facts);
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
    ],
    found: missing.length === 0 && lost.length === 0,
  };
}

function fewerWords(tooDeep: boolean): readonly NotePart[] {
  return tooDeep ? parts`no more within ${option('maxDepth')}` : ['no more'];
}
