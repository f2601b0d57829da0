/** What objects say of their own state, by all rules: those that are built in, and the user's. */
import { COMPONENT_RULES } from '../analysis/dead/component-rules.js';
import type { DeadRule } from '../analysis/dead/dead-rule.js';
import { NODE_RULES } from '../analysis/dead/node-rules.js';
import { type ObjectStates, objectStates } from '../analysis/dead/object-states.js';
import { PACKAGE_RULES } from '../analysis/dead/package-rules.js';
import { withSelfHeld } from '../analysis/dead/self-held.js';
import type { Graph } from '../graph/graph.js';
import { classIndex } from '../v8/class-names.js';
import { readyRules } from './ready-rules.js';
import { parseTypePattern } from './types.js';

/** A rule of the user's own. */
export interface OwnRule {
  /** A class, a glob or /regex/; undefined for a query about any object. */
  readonly class?: string;
  /** A query: objects that it accepts are dead. */
  readonly when: string;
  /** What happened to them, to be read behind the class: `was logged out`. */
  readonly why?: string;
}

/**
 * What the objects of a graph say. The user's rules go before the others; what `isExpected` accepts
 * is in use.
 *
 * - Throws: QueryError for a rule that cannot be read.
 * - Cost: that of `objectStates`.
 */
export function ownStates(
  graph: Graph,
  rules: readonly OwnRule[] = [],
  isExpected?: (node: number) => boolean,
): ObjectStates {
  const { labels } = classIndex(graph);
  const own = rules.map((one): DeadRule => {
    const matches = one.class === undefined ? undefined : parseTypePattern(one.class).matches;
    return {
      ...(matches ? { class: labels.filter(matches) } : {}),
      dead: one.when,
      why: one.why ?? 'is dead',
      versions: '',
    };
  });
  const states = objectStates(
    graph,
    readyRules(graph, [...own, ...NODE_RULES, ...PACKAGE_RULES, ...COMPONENT_RULES]),
    isExpected,
  );
  return withSelfHeld(graph, states, isExpected);
}
