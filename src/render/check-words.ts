/** What is said of a budget, the same in every format. */
import type { ChainResult, Check } from '../result.js';
import { formatCount, formatId } from '../units.js';
import { formatCell } from './cells.js';

/** What was found: `100 objects`, `+90 objects of Session (10 before)`, `4,096 bytes`. */
export function valueWords({ kind, unit, value, type, pattern, before }: Check): string {
  const grew = kind === 'max-growth' && value > 0 ? '+' : '';
  const noun = unit === 'bytes' ? 'bytes' : Math.abs(value) === 1 ? 'object' : 'objects';
  const whose = type === null || type === pattern ? '' : ` of ${formatCell(type, 'text')}`;
  const was = before === null ? '' : ` (${formatCount(before)} before)`;
  return `${grew}${formatCount(value)} ${noun}${whose}${was}`;
}

/** What is allowed, and how many classes are beyond it. */
export function limitWords({ kind, limit, failing }: Check): string {
  const most =
    kind === 'forbid' ? 'none allowed' : `at most ${kind === 'max-growth' ? '+' : ''}${formatCount(limit)}`;
  if (failing.length < 2) return most;
  const others = failing.length - 1;
  return `${most}; ${formatCount(others)} more ${others === 1 ? 'class' : 'classes'} beyond it`;
}

/** A chain in plain lines: an object a line, how it is held, the expression. */
export function chainLines({ steps, ending, expression }: ChainResult): readonly string[] {
  return [
    ...steps.map(({ edge, type, name, id }) => {
      const label = edge === null ? '' : `${formatCell(edge.name, 'text')} (${edge.type}) `;
      const value = name === type ? '' : ` ${formatCell(name, 'text')}`;
      return `${label}${formatCell(type, 'text')}${value} ${formatId(id)}`;
    }),
    ...(ending === null ? [] : [`held by ${formatCell(ending, 'text')}`]),
    ...(expression === null ? [] : [formatCell(expression, 'text')]),
  ];
}
