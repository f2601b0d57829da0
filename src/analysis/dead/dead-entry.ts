/** A group of dead objects as answers have it, in words. */
import type { Cell, DeadEntry } from '../../base/result.js';
import { formatBytes, formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { className } from '../../v8/class-names.js';
import { scriptOrigin } from '../../v8/origin.js';
import { packageOf, packageText } from '../../v8/packages.js';
import { sourceLocation } from '../../v8/scripts.js';
import { chainResult } from '../expressions/chain-result.js';
import { containerWords } from '../expressions/container-words.js';
import type { Chain } from '../holders/chains.js';
import { holderChain } from '../holders/holder-chains.js';
import { deadChain } from './dead-chain.js';
import type { DeadGroup, DeadObjects } from './dead-objects.js';
import { stepToJudge } from './hand-verdicts.js';
import type { ObjectStates } from './object-states.js';

/** What is known beside the graph. */
export interface DeadEntryOptions {
  /** By earlier snapshot: how many members were dead in it. */
  readonly deadBefore?: readonly number[];
  /**
   * The package that a script is in; undefined where it is in none. Default: what the path says.
   */
  readonly packageName?: (script: string | undefined) => string | undefined;
}

/** Ids that are listed. */
const MOST_EXAMPLES = 10;

/**
 * A group in words. Cost: the edges of the example's chain, and the rules for its nodes.
 */
export function deadEntry(
  graph: Graph,
  group: DeadGroup,
  { chains }: Pick<DeadObjects, 'chains'>,
  states: ObjectStates,
  { deadBefore = [], packageName = nameByPath }: DeadEntryOptions = {},
): DeadEntry {
  const chain = holderChain(graph, group.example, chains);
  const { steps, fingerprint } = deadChain(graph, chain, states);
  // The one that all hang on, or what stands for it where that is a part of the engine.
  const reach = chain.nodes.lastIndexOf(group.holder);
  const holder =
    steps.findLast(({ node }) => chain.nodes.lastIndexOf(node) <= reach && node !== group.example)?.node ??
    group.holder;
  const toHolder = chainTo(chain, holder);
  const words = containerWords(graph, toHolder);
  const location = codeOf(graph, toHolder);
  const rule = states.ruleOf(group.example)?.rule;
  const suspects = steps.filter(({ suspect, reference }) => suspect && reference !== null).length;
  const asked = stepToJudge(steps);
  const examples = [group.example, ...group.members.filter((node) => node !== group.example)];
  const why = rule?.why ?? 'is dead';
  return {
    type: group.type,
    kind: rule?.name ?? group.type,
    count: group.members.length,
    deadBefore,
    retainedSize: group.retainedSize,
    fingerprint,
    below: group.below,
    why,
    container: {
      id: graph.ids[holder]!,
      type: className(graph, holder),
      ...words,
      path: group.path,
      root: group.root?.kind ?? null,
      owner: group.owner,
      location: location as Cell,
      package: packageName(location?.script ?? group.root?.file) ?? null,
    },
    steps: steps.map(({ node, ...step }) => ({ id: graph.ids[node]!, ...step })),
    suspects,
    ask: asked === undefined ? null : graph.ids[asked.node]!,
    chain: chainResult(graph, chain, { found: true, rooted: true, sizes: true }),
    examples: examples.slice(0, MOST_EXAMPLES).map((node) => graph.ids[node]!),
    sentence: sentence(group, { why, words, location, deadBefore, remedy: rule?.remedy }),
    remedy: rule?.remedy ?? null,
    known: null,
    packageLeak: null,
  };
}

function nameByPath(script: string | undefined): string | undefined {
  const found = packageOf(script);
  return found && packageText(found);
}

function chainTo({ nodes, edges }: Chain, node: number): Chain {
  const at = nodes.lastIndexOf(node);
  return { nodes: nodes.slice(0, at + 1), edges: edges.slice(0, at) };
}

interface Place {
  readonly script: string | null;
  readonly scriptId: number;
  readonly line: number;
  readonly column: number;
}

/** The nearest function or constructor of the program's own code on a chain. */
function codeOf(graph: Graph, { nodes }: Chain): Place | null {
  for (let i = nodes.length - 1; i >= 0; i--) {
    const found = sourceLocation(graph, nodes[i]!);
    if (found && scriptOrigin(found.script) === 'program') return { ...found, script: found.script ?? null };
  }
  return null;
}

interface SentenceFacts {
  readonly why: string;
  readonly words: { readonly text: string; readonly heldBy: string };
  readonly location: Place | null;
  readonly deadBefore: readonly number[];
  readonly remedy: string | undefined;
}

function sentence(
  { type, members, retainedSize }: DeadGroup,
  { why, words: { text, heldBy }, location, deadBefore, remedy }: SentenceFacts,
): string {
  const count = members.length;
  const many = count > 1;
  const where =
    text === '' || (text.startsWith('(') && heldBy.includes(text)) ? heldBy : `${text} (${heldBy})`;
  const place = location?.script ? `, ${location.script}:${location.line}` : '';
  const before =
    deadBefore.length === 0
      ? ''
      : `; ${deadBefore.map(formatCount).join(' and ')} ${deadBefore.length > 1 ? 'of them were dead in the earlier snapshots' : `${deadBefore[0] === 1 ? 'was' : 'were'} dead in the earlier snapshot`}, too`;
  const held = many ? 'They are' : 'It is';
  return `${formatCount(count)} ${type}: ${many ? 'each ' : ''}${why}. ${held} still reachable from ${where}${place}, and ${many ? 'keep' : 'keeps'} ${formatBytes(retainedSize)}${before}.${remedy === undefined ? '' : ` ${remedy}`}`;
}
