/**
 * Verdicts of a person on single objects: what is expected to stay, and what is stuck.
 *
 * Source: LeakCanary's Explorer: each answer about an object in the middle of a chain halves what
 * is not known of it.
 */
import type { Graph } from '../../graph/graph.js';
import { className } from '../../v8/class-names.js';
import { holderChain, UNHELD } from '../holders/holder-chains.js';
import type { DeadObjects } from './dead-objects.js';
import type { ReadyRule } from './dead-rule.js';
import { ALIVE, DEAD, type ObjectStates } from './object-states.js';

/** What a person said of one object. */
export interface HandVerdict {
  /** Ordinal. */
  readonly node: number;
  readonly verdict: 'expected' | 'stuck';
  readonly why: string | null;
}

/**
 * The same states with those verdicts, which go before all rules.
 *
 * - Cost: a copy of a byte a node; none without verdicts.
 */
export function withHandVerdicts(states: ObjectStates, hand: readonly HandVerdict[]): ObjectStates {
  if (hand.length === 0) return states;
  const byNode = new Map(hand.map((one) => [one.node, one]));
  const verdicts = states.verdicts.slice();
  for (const { node, verdict } of hand) verdicts[node] = verdict === 'stuck' ? DEAD : ALIVE;
  const stuck = new Set(hand.filter(({ verdict }) => verdict === 'stuck').map(({ node }) => node));
  const dead = [...states.dead.filter((node) => !byNode.has(node)), ...stuck].sort((a, b) => a - b);
  return {
    ...states,
    verdicts,
    dead: Uint32Array.from(dead),
    stuck,
    ruleOf(node) {
      const said = byNode.get(node);
      return said ? handRule(said, states.ruleOf(node)) : states.ruleOf(node);
    },
  };
}

/** A verdict as a rule for its object alone. */
function handRule({ node, verdict, why }: HandVerdict, own: ReadyRule | undefined): ReadyRule {
  const reason = why === null ? '' : `: ${why}`;
  const words = `${verdict} by hand${reason}`;
  const name = own?.rule.name;
  return {
    rule: {
      dead: '',
      why: `is stuck, by hand${reason}`,
      versions: '',
      ...(name === undefined ? {} : { name }),
    },
    isOf: (other) => other === node,
    isDead: (other) => other === node && verdict === 'stuck',
    isAlive: (other) => other === node && verdict === 'expected',
    evidence: () => words,
  };
}

/**
 * What verdicts by hand and other verdicts say against each other, in words.
 *
 * - In: the states without the verdicts by hand; what was found with them, where it was searched.
 */
export function contradictions(
  graph: Graph,
  own: ObjectStates,
  hand: readonly HandVerdict[],
  { states, found }: { readonly states: ObjectStates; readonly found?: Pick<DeadObjects, 'chains'> },
): string[] {
  const named = (node: number): string => `@${graph.ids[node]!} (${className(graph, node)})`;
  return hand.flatMap(({ node, verdict }): string[] => {
    const said: string[] = [];
    const rule = own.ruleOf(node);
    if (verdict === 'expected' && own.verdicts[node] === DEAD)
      said.push(
        `${named(node)} is expected by hand, and its own state says that it is over: ${rule?.evidence(node, 'dead') || rule?.rule.why || ''}`,
      );
    if (verdict === 'stuck' && own.verdicts[node] === ALIVE)
      said.push(
        `${named(node)} is stuck by hand, and its own state says that it is in use: ${rule?.evidence(node, 'alive') || 'it is expected'}`,
      );
    if (verdict === 'expected' && states.dead.length > 0 && found?.chains.parents[node] === UNHELD) {
      const above = holderChain(graph, node).nodes.find(
        (other) => other !== node && states.verdicts[other] === DEAD,
      );
      if (above !== undefined)
        said.push(
          `${named(node)} is expected by hand, and only what is over leads to it, such as ${named(above)}, which is ${states.stuck?.has(above) ? 'stuck by hand' : 'dead by its own state'}: one of the two verdicts is wrong`,
        );
    }
    return said;
  });
}

/**
 * The step to be judged next: the middle one of those between the last object in use and the dead
 * one. Undefined where none is between them: then the one reference is at fault.
 */
export function stepToJudge<T extends { readonly verdict: string }>(steps: readonly T[]): T | undefined {
  const last = steps.length - 1;
  const alive = steps.findLastIndex(({ verdict }, i) => i < last && verdict === 'alive');
  const open = steps.slice(alive + 1, last).filter(({ verdict }) => verdict === 'unknown');
  return open[Math.floor((open.length - 1) / 2)];
}
