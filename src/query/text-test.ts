/** Conditions on texts alone: what can be answered from names, without a graph. */
import { patternTest } from './pattern-test.js';
import type { Condition } from './syntax.js';

/**
 * A condition as a test for class names.
 *
 * - Out: whether it accepts the objects of a class; undefined where that depends on more than its
 *   name.
 */
export function classTest(condition: Condition): ((name: string) => boolean) | undefined {
  switch (condition.kind) {
    case 'class':
      return (name) => name === condition.name;
    case 'classPattern':
      return patternTest(condition.pattern);
    case 'compare':
    case 'in':
      return condition.field === 'class' ? textTest(condition) : undefined;
    case 'not': {
      const test = classTest(condition.part);
      return test && ((name) => !test(name));
    }
    case 'and':
    case 'or': {
      const tests = condition.parts.map(classTest);
      if (!tests.every((test) => test !== undefined)) return undefined;
      return condition.kind === 'and'
        ? (name) => tests.every((test) => test(name))
        : (name) => tests.some((test) => test(name));
    }
    default:
      return undefined;
  }
}

/** Whether a comparison with texts accepts one. Patterns have the bound of `patternTest`. */
export function textTest(
  condition: Extract<Condition, { kind: 'compare' | 'in' }>,
): (text: string) => boolean {
  if (condition.kind === 'in') {
    const texts = new Set(condition.values.map((value) => (value.kind === 'text' ? value.text : '')));
    return (text) => texts.has(text);
  }
  const { operator, value } = condition;
  if (value.kind === 'pattern') {
    const test = patternTest(value);
    return operator === '~' ? test : (text) => !test(text);
  }
  const wanted = value.kind === 'text' ? value.text : '';
  return operator === '=' ? (text) => text === wanted : (text) => text !== wanted;
}
