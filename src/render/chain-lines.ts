/**
 * Chains of references as lines: which of their steps are shown, and what stands in the place of
 * the others.
 */
import type { ChainResult, ChainStep } from '../base/chain-result.js';
import { formatCount } from '../base/units.js';
import { formatCell } from './cells.js';

/** A step that is shown, or the words for those that are not. */
export type ChainLine = { readonly step: ChainStep } | { readonly omitted: string };

/** Chains of so many steps are shown whole. */
const WHOLE = 24;
/** Of a longer one, after repeats are left out, so many lines of either end. */
const END = 20;
/** Longer expressions are shown without their middle. */
const LONGEST_EXPRESSION = 1000;

interface Part {
  readonly line: ChainLine;
  /** Steps that it stands for. */
  readonly steps: number;
}

/**
 * The lines of a chain. Of a part that repeats, the first and the last time are shown, and between
 * them how often it stands there besides: `… 285 × Listener.next …`. What is longer than 40 lines
 * then is shown without its middle.
 */
export function shownSteps(chain: ChainResult): ChainLine[] {
  const { steps, repeats = [] } = chain;
  const parts: Part[] = [];
  const show = (from: number, end: number): void => {
    for (let at = from; at < end; at++) {
      parts.push({ line: { step: steps[at]! }, steps: 1 });
    }
  };
  let shown = 0;
  for (const { from, length, count, name } of steps.length > WHOLE ? repeats : []) {
    show(shown, from + length);
    const times = count - 2;
    parts.push({
      line: { omitted: `… ${formatCount(times)} × ${formatCell(name, 'text')} …` },
      steps: times * length,
    });
    shown = from + (count - 1) * length;
  }
  show(shown, steps.length);
  if (parts.length <= 2 * END + 1) return parts.map(({ line }) => line);
  const left = parts.slice(END, -END).reduce((sum, part) => sum + part.steps, 0);
  return [...parts.slice(0, END), { line: { omitted: moreWords(left) } }, ...parts.slice(-END)].map(
    ({ line }) => line,
  );
}

function moreWords(count: number): string {
  return `… ${formatCount(count)} more references …`;
}

/** The expression, without its middle where it is very long. */
export function shownExpression(expression: string): string {
  const text = formatCell(expression.length <= LONGEST_EXPRESSION ? expression : cut(expression), 'text');
  return expression.length <= LONGEST_EXPRESSION
    ? text
    : `${text}  (${formatCount(expression.length)} characters; --json has all)`;
}

function cut(expression: string): string {
  const half = LONGEST_EXPRESSION / 2;
  return `${expression.slice(0, half)} … ${expression.slice(-half)}`;
}

/** A reference as text: `.name`, `[3]`, or the name with what kind of reference it is. */
export function edgeText({ type, name, called }: NonNullable<ChainStep['edge']>): string {
  const text = formatCell(name, 'text');
  if (type === 'element') return `[${text}]`;
  if (called !== undefined) return `${formatCell(called, 'text')} (${type} ${text})`;
  return type === 'property' ? `.${text}` : `${text} (${type})`;
}
