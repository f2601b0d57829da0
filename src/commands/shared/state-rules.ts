/** What objects say of their own state: the rules that are built in, and those of the user. */
import { COMPONENT_RULES } from '../../analysis/dead/component-rules.js';
import type { DeadRule } from '../../analysis/dead/dead-rule.js';
import { NODE_RULES } from '../../analysis/dead/node-rules.js';
import { type ObjectStates, objectStates } from '../../analysis/dead/object-states.js';
import { PACKAGE_RULES } from '../../analysis/dead/package-rules.js';
import type { Graph } from '../../graph/graph.js';
import { maskOf } from '../../query/mask-of.js';
import { type Query, readQuery } from '../../query/query.js';
import { readyRules } from '../../query/ready-rules.js';
import { parseTypePattern } from '../../query/types.js';
import { classIndex } from '../../v8/class-names.js';
import type { Machine } from '../command.js';

/** A rule of the user's own, from the config file or the command line. */
export interface OwnRule {
  /** A class, a glob or /regex/; undefined for a query about any object. */
  readonly class?: string;
  readonly when: string;
  readonly why?: string;
}

/** A rule of the command line is a query; one of the config file has been read already. */
function ownRule(rule: string | OwnRule): OwnRule {
  if (typeof rule !== 'string') return rule;
  readQuery(rule);
  return { when: rule, why: `fits ${rule}` };
}

export interface JudgeOptions {
  readonly rule: readonly OwnRule[];
  readonly expect: readonly Query[];
}

/** What the objects of a graph say, by all rules: the user's own first. */
export async function statesOf(
  graph: Graph,
  { rule, expect }: JudgeOptions,
  { readIds }: Machine,
): Promise<ObjectStates> {
  const { labels } = classIndex(graph);
  const own = rule.map((one): DeadRule => {
    const matches = one.class === undefined ? undefined : parseTypePattern(one.class).matches;
    return {
      ...(matches ? { class: labels.filter(matches) } : {}),
      dead: one.when,
      why: one.why ?? 'is dead',
      versions: '',
    };
  });
  const masks = await Promise.all(expect.map((query) => maskOf(query, { graph, readIds })));
  const isExpected = (node: number): boolean => masks.some((mask) => mask[node] === 1);
  return objectStates(
    graph,
    readyRules(graph, [...own, ...NODE_RULES, ...PACKAGE_RULES, ...COMPONENT_RULES]),
    isExpected,
  );
}

export const stateOptions = {
  rule: {
    kind: 'list',
    value: 'query',
    read: ownRule,
    help: "objects that are dead, too: 'Session and ended = true'",
  },
  expect: {
    kind: 'list',
    value: 'query',
    read: readQuery,
    help: 'objects that are in use whatever their state says',
  },
} as const;
