/** Verdicts for the steps of chains that a command shows: by the objects' state, and by hand. */
import { type ChainVerdicts, chainVerdicts } from '../../analysis/dead/chain-verdicts.js';
import { contradictions, withHandVerdicts } from '../../analysis/dead/hand-verdicts.js';
import type { Chain } from '../../analysis/holders/chains.js';
import type { NoteLike } from '../../base/notes.js';
import type { Query } from '../../query/query.js';
import type { OpenedSnapshot } from '../../session/need.js';
import type { Config } from '../ci/config.js';
import type { Machine } from '../command.js';
import type { ValuesOf } from '../options.js';
import { handOptions, handVerdicts, withoutIds } from './hand-verdicts.js';
import { stateOptions, statesOf } from './state-rules.js';

export const verdictOptions = {
  verdicts: {
    kind: 'flag',
    help: 'for each step whether it is in use or finished, as dead has it; the options below do so, too',
  },
  ...stateOptions,
  expect: {
    ...stateOptions.expect,
    help: 'objects that are in use whatever their state says; of one @id it is remembered beside the snapshot',
  },
  ...handOptions,
} as const;

type VerdictValues = ValuesOf<typeof verdictOptions>;

/** Whether verdicts are asked for, before the config file adds its rules. */
function areAsked({ verdicts, rule, expect, stuck, forget, why }: VerdictValues): boolean {
  return verdicts || why !== undefined || [rule, expect, stuck, forget].some(({ length }) => length > 0);
}

/** With the rules of the config file, where verdicts are asked for. */
export function withConfigRules<T extends VerdictValues>(
  options: T,
  { dead = [], expected = [] }: Config,
): T {
  if (!areAsked(options)) return options;
  return {
    ...options,
    verdicts: true,
    rule: [...options.rule, ...dead],
    expect: [...options.expect, ...(expected as readonly unknown[] as readonly Query[])],
  };
}

/** What judges chains, and what there is to say of the verdicts by hand. */
export interface ChainJudge {
  of(chain: Chain): ChainVerdicts;
  /** Whether some verdict by hand is kept. */
  readonly byHand: boolean;
  readonly notes: readonly NoteLike[];
}

/** Undefined where verdicts are not asked for. Throws as `handVerdicts` does. */
export async function chainJudge(
  heap: OpenedSnapshot,
  options: VerdictValues,
  machine: Machine,
): Promise<ChainJudge | undefined> {
  if (!areAsked(options)) return undefined;
  const { graph } = heap;
  const hand = handVerdicts(heap, options, machine);
  const own = await statesOf(graph, { rule: options.rule, expect: withoutIds(options.expect) }, machine);
  const states = withHandVerdicts(own, hand.verdicts);
  return {
    of: (chain) => chainVerdicts(graph, chain, states),
    byHand: hand.verdicts.length > 0,
    notes: [...hand.notes, ...contradictions(graph, own, hand.verdicts, { states })],
  };
}
