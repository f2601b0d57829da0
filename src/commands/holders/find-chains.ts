/** objgraph's find_backref_chain and find_ref_chain. */
import { type Chain, searchBackrefs, searchRefs } from '../../analysis/holders/chains.js';
import { UsageError } from '../../base/errors.js';
import { type Note, type NotePart, note, option, parts } from '../../base/notes.js';
import type { Answer } from '../../base/result.js';
import { formatId } from '../../base/units.js';
import { parsePick, parseQuery, resolveTargets } from '../../query/targets.js';
import type { OpenedSnapshot } from '../../session/need.js';
import { isRoot } from '../../v8/roots.js';
import { type Arguments, defineCommand } from '../command.js';
import { firstNotes, targetNotes } from '../shared/target-notes.js';
import {
  chainResult,
  checkWalk,
  depthRule,
  goalOf,
  idsOption,
  type Lost,
  lastResort,
  maxDepthOption,
  noChainNotes,
  pickOption,
  queryNotes,
  tagOption,
  targetArguments,
  unknownGoalNote,
  type WalkOptions,
  WHOLE_GRAPH,
  walkOptions,
  walkRules,
} from '../shared/targets.js';

const chainOptions = {
  'max-depth': maxDepthOption,
  paths: {
    kind: 'integer',
    default: 1,
    help: 'number of different chains, preferring different root holders',
  },
  'no-sizes': { kind: 'flag', help: 'leave the sizes out: less to compute' },
  ...pickOption,
  ...idsOption,
  ...tagOption,
  ...walkOptions,
} as const;

const oneOrMore: Arguments = targetArguments;

export const findBackrefChain = defineCommand({
  name: 'find-backref-chain',
  summary: 'the shortest chain of references that keeps an object alive',
  description:
    'From the nearest root (a global, the scope of a module, a native handle) down to the object, one reference a line, and as JavaScript at the end. Nothing found: exit code 1.',
  arguments: oneOrMore,
  snapshot: true,
  answers: 'chains',
  options: {
    to: {
      kind: 'text',
      default: 'root',
      value: 'goal',
      help: 'where it ends: root, module, global, a class, /regex/, @id',
    },
    ...chainOptions,
  },
  examples: [
    { line: 'heapgraph find-backref-chain Session app.heapsnapshot', says: 'who holds the first Session' },
    {
      line: 'heapgraph find-backref-chain Session --pick largest --paths 3',
      says: 'three ways to the largest one',
    },
    { line: 'heapgraph find-backref-chain @114969 --to module', says: 'from the scope of a module' },
    {
      line: 'heapgraph find-backref-chain --tag cart app.heapsnapshot',
      says: "what tag(object, 'cart') named",
    },
  ],
  needs(_, options) {
    parsePick(options.pick);
    checkWalk(options);
    parseQuery(options.to);
    return WHOLE_GRAPH;
  },
  run: (heap, texts, options) => answer(heap, texts, options, options.to, 'back'),
});

export const findRefChain = defineCommand({
  name: 'find-ref-chain',
  summary: 'the shortest chain of references from an object to another',
  arguments: oneOrMore,
  snapshot: true,
  answers: 'chains',
  options: {
    to: { kind: 'text', value: 'goal', help: 'where it ends: a class, /regex/, @id' },
    ...chainOptions,
  },
  examples: [
    {
      line: 'heapgraph find-ref-chain Session --to Socket app.heapsnapshot',
      says: 'how it reaches a Socket',
    },
  ],
  needs(_, options) {
    parsePick(options.pick);
    checkWalk(options);
    if (!options.to)
      throw new UsageError(
        'missing --to: name where the chain is to end',
        'A class, /regex/ or @id: --to Socket.',
      );
    parseQuery(options.to);
    return WHOLE_GRAPH;
  },
  run: (heap, texts, options) => answer(heap, texts, options, options.to ?? '', 'forward'),
});

interface Options extends WalkOptions {
  readonly 'max-depth': number | undefined;
  readonly paths: number;
  readonly 'no-sizes': boolean;
  readonly pick: string;
}

/** A chain, and what `chainResult` is told of it when it is written. */
interface FoundChain {
  readonly chain: Chain;
  readonly facts: { readonly found: boolean; readonly rooted: boolean; readonly sizes: boolean };
}

async function answer(
  { graph }: OpenedSnapshot,
  texts: readonly string[],
  options: Options,
  to: string,
  way: 'back' | 'forward',
): Promise<Answer> {
  const targets = resolveTargets(graph, texts, parsePick(options.pick));
  const { nodes, missing } = targets;
  const isGoal = goalOf(graph, to);
  const rules = {
    ...walkRules(graph, options),
    ...depthRule(options),
    ...lastResort(graph, to),
    paths: options.paths,
  };
  const search = way === 'back' ? searchBackrefs : searchRefs;
  const root = isRoot(graph);
  const isRooted = (chain: Chain): boolean => way === 'back' && root(chain.nodes[0]!);
  const sizes = !options['no-sizes'];
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
        ? noChainNotes(graph, lost, to, options['max-depth'], way)
        : []),
    ],
    found: missing.length === 0 && lost.length === 0,
  };
}

function fewerWords(tooDeep: boolean): readonly NotePart[] {
  return tooDeep ? parts`no more within ${option('maxDepth')}` : ['no more'];
}
