/** Rules on the state of objects, made ready to be asked. */
import type { DeadRule, ReadyRule } from '../analysis/dead/dead-rule.js';
import type { Graph } from '../graph/graph.js';
import { parseCondition } from './grammar.js';
import { nodeTest } from './node-test.js';
import type { Condition, Value } from './syntax.js';

/**
 * The same rules with their conditions as tests of nodes.
 *
 * - Throws: QueryError for a condition that cannot be read.
 * - Cost: for each name in a condition a look at the beginnings of all strings, when it is first
 *   asked.
 */
export function readyRules(graph: Graph, rules: readonly DeadRule[]): ReadyRule[] {
  const tests = new Map<Condition, (node: number) => boolean>();
  const testOf: TestOf = (condition) => (node) => {
    let test = tests.get(condition);
    if (!test) {
      test = nodeTest(graph, condition);
      tests.set(condition, test);
    }
    return test(node);
  };
  return rules.map((rule): ReadyRule => {
    const { where, dead, alive } = rule;
    const texts = { dead, alive };
    return {
      rule,
      isOf: where === undefined ? () => true : testOf(parsed(where)),
      isDead: testOf(parsed(dead)),
      isAlive: alive === undefined ? () => false : testOf(parsed(alive)),
      evidence(node, verdict) {
        const text = texts[verdict];
        return text === undefined ? '' : evidence(parsed(text), node, testOf).slice(0, MOST_FACTS).join(', ');
      },
    };
  });
}

/** Facts that are named. */
const MOST_FACTS = 2;

const conditions = new Map<string, Condition>();

function parsed(text: string): Condition {
  let condition = conditions.get(text);
  if (!condition) {
    condition = parseCondition(text);
    if (conditions.size < MOST_CONDITIONS) conditions.set(text, condition);
  }
  return condition;
}

/** Rules are few; a config file may have more. */
const MOST_CONDITIONS = 1000;

type TestOf = (condition: Condition) => (node: number) => boolean;

/** The parts of a condition that are true of a node, in words. */
function evidence(condition: Condition, node: number, testOf: TestOf): string[] {
  if (!testOf(condition)(node)) return [];
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.parts.flatMap((part) => evidence(part, node, testOf));
    case 'not':
      return condition.part.kind === 'edge' ? [`it has no ${condition.part.name}`] : [];
    case 'property': {
      const name = [...(condition.of ?? []), condition.name].join('.');
      const value = valueWords(condition.value);
      if (condition.operator === '=') return [`${name} is ${value}`];
      if (condition.operator === '!=') return [`${name} is not ${value}`];
      return condition.operator === '~' ? [`${name} is set`] : [`${name} ${condition.operator} ${value}`];
    }
    case 'bit':
      return [`bit ${condition.bit} of ${[...(condition.of ?? []), condition.name].join('.')} is set`];
    case 'edge':
      return [`it has ${condition.name}`];
    default:
      return [];
  }
}

function valueWords(value: Value): string {
  switch (value.kind) {
    case 'constant':
      return value.name;
    case 'text':
      return JSON.stringify(value.text);
    case 'number':
      return String(value.number);
    case 'id':
      return `@${value.id}`;
    default:
      return '…';
  }
}
