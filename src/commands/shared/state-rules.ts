/** What objects say of their own state: the rules that are built in, and those of the user. */
import type { ObjectStates } from '../../analysis/dead/object-states.js';
import type { Note } from '../../base/notes.js';
import type { Graph } from '../../graph/graph.js';
import { maskOf } from '../../query/mask-of.js';
import { type OwnRule, ownStates } from '../../query/own-states.js';
import { type Query, readQuery } from '../../query/query.js';
import type { Machine } from '../command.js';
import { absentTypeNotes } from './target-notes.js';

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
  const masks = await Promise.all(expect.map((query) => maskOf(query, { graph, readIds })));
  const isExpected = (node: number): boolean => masks.some((mask) => mask[node] === 1);
  return ownStates(graph, rule, isExpected);
}

/** Notes on classes that rules name exactly and the snapshot does not have: misspelt, perhaps. */
export async function stateRuleNotes(graph: Graph, { rule, expect }: JudgeOptions): Promise<readonly Note[]> {
  const classes = rule.flatMap((one) => [
    ...(one.class === undefined ? [] : [one.class]),
    ...readQuery(one.when).typeNames,
  ]);
  return absentTypeNotes(
    [graph],
    [...new Set([...classes, ...expect.flatMap(({ typeNames }) => typeNames)])],
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
