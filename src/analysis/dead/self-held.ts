/**
 * Objects that their own entry of a FinalizationRegistry keeps, as dead ones: the value that was
 * registered with each leads back to it, and nothing else does.
 */
import type { Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { registryEntries } from '../../v8/weak-objects.js';
import { weakEdges } from '../garbage/garbage.js';
import { lastingEntries } from '../garbage/lasting-entries.js';
import { reachedFrom } from '../sizes/reached-from.js';
import type { DeadRule, ReadyRule } from './dead-rule.js';
import { DEAD, type ObjectStates } from './object-states.js';

/** Entries that keep their own targets, and what nothing but such entries keeps of these. */
export interface SelfHeld {
  /** Ordinals of the targets, ascending. */
  readonly targets: readonly number[];
  /** Cells of the entries. */
  readonly cells: ReadonlySet<number>;
}

const NONE: SelfHeld = { targets: [], cells: new Set() };

/**
 * Targets of entries whose held value leads to them, where no reference but held values does: what
 * the program still uses may be unregistered by it in time.
 *
 * - Empty: no entry has a value that leads to its target; then no more is searched than
 *   `lastingEntries` does.
 * - Cost: that of `lastingEntries`, and a pass over the edges where it finds some.
 */
export const selfHeld = memo((graph: Graph): SelfHeld => {
  const lasting = lastingEntries(graph);
  if (lasting.length === 0) return NONE;
  const heldEdges = new Set(registryEntries(graph).map(({ edge }) => edge));
  const isWeak = weakEdges(graph);
  const inUse = reachedFrom(graph, (edge, source) => !heldEdges.has(edge) && !isWeak(edge, source));
  const own = lasting.filter(({ target }) => inUse[target] === 0);
  return {
    targets: [...new Set(own.map(({ target }) => target))].sort((a, b) => a - b),
    cells: new Set(own.map(({ cell }) => cell)),
  };
});

/** What is said of such an object. Its entry, not its own state, tells that it is over. */
export const SELF_HELD: DeadRule = {
  dead: '',
  why: 'is kept by its own FinalizationRegistry entry, whose held value refers to it',
  versions: '',
  remedy: 'Register a value that does not lead to the object: an id, or what the callback has to close.',
};

const EVIDENCE = 'its own FinalizationRegistry entry keeps it: the held value refers to the target';

/**
 * The same states with objects that their own registry entry keeps as dead ones, whatever their own
 * state says; what is expected stays in use.
 *
 * - Cost: that of `selfHeld`, and a copy of a byte a node where there are some.
 */
export function withSelfHeld(
  graph: Graph,
  states: ObjectStates,
  isExpected: (node: number) => boolean = () => false,
): ObjectStates {
  const targets = selfHeld(graph).targets.filter((node) => !isExpected(node));
  if (targets.length === 0) return states;
  const own = new Set(targets);
  const verdicts = states.verdicts.slice();
  let asked = states.asked;
  for (const node of targets) {
    if (states.ruleOf(node) === undefined) asked++;
    verdicts[node] = DEAD;
  }
  const dead = [...states.dead.filter((node) => !own.has(node)), ...targets].sort((a, b) => a - b);
  const ready: ReadyRule = {
    rule: SELF_HELD,
    isOf: (node) => own.has(node),
    isDead: (node) => own.has(node),
    isAlive: () => false,
    evidence: () => EVIDENCE,
  };
  return {
    ...states,
    verdicts,
    dead: Uint32Array.from(dead),
    asked,
    ruleOf: (node) => (own.has(node) ? ready : states.ruleOf(node)),
  };
}
