/** What is said of a budget, the same in every format. */

import type { ChainResult } from '../base/chain-result.js';
import type { Check } from '../base/checks.js';
import { formatCount, formatId } from '../base/units.js';
import { formatCell } from './cells.js';
import { shownExpression, shownSteps } from './chain-lines.js';

/** What was found: `100 objects`, `+90 objects of Session (10 before)`, `4,096 bytes`. */
export function valueWords({ kind, unit, value, type, pattern, before }: Check): string {
  const grew = kind === 'max-growth' && value > 0 ? '+' : '';
  const noun = unit === 'bytes' ? 'bytes' : Math.abs(value) === 1 ? 'object' : 'objects';
  const whose = type === null || type === pattern ? '' : ` of ${formatCell(type, 'text')}`;
  const was = before === null ? '' : ` (${formatCount(before)} before)`;
  return `${grew}${formatCount(value)} ${noun}${whose}${was}`;
}

/** What is allowed, how many classes are beyond it, and whether noise is all that is. */
export function limitWords({ kind, limit, failing, ok, value, noisy }: Check): string {
  const most =
    kind === 'forbid' ? 'none allowed' : `at most ${kind === 'max-growth' ? '+' : ''}${formatCount(limit)}`;
  const classes = (count: number): string =>
    `${formatCount(count)} more ${count === 1 ? 'class' : 'classes'}`;
  const words = [most];
  if (failing.length > 1) words.push(`${classes(failing.length - 1)} beyond it`);
  const shown = ok && value > limit ? 1 : 0; // its own growth is noise
  if (shown > 0) words.push('within noise');
  if (noisy > shown) words.push(`${classes(noisy - shown)} beyond it within noise`);
  return words.join('; ');
}

/** Of the classes beyond a budget so many are named. */
const NAMED_CLASSES = 10;

/**
 * The classes beyond a budget, a line for each, where they are several: `+300 of Session, at most
 * +100`.
 */
export function failingLines({ kind, failing }: Check): readonly string[] {
  if (failing.length < 2) return [];
  const sign = kind === 'max-growth' ? '+' : '';
  const lines = failing
    .slice(0, NAMED_CLASSES)
    .map(
      ({ type, value, limit, where }) =>
        `${sign}${formatCount(value)} of ${formatCell(type, 'text')}, at most ${sign}${formatCount(limit)}${where === null ? '' : `; ${formatCell(where, 'text')}`}`,
    );
  const others = failing.length - lines.length;
  return others > 0 ? [...lines, `and ${formatCount(others)} more`] : lines;
}

/**
 * Where the new objects of the first class are, a line; then who holds one of them, see
 * `chainLines`.
 */
export function holderLines({ where, chain }: Check): readonly string[] {
  return [...(where === null ? [] : [formatCell(where, 'text')]), ...(chain ? chainLines(chain) : [])];
}

/** A chain in plain lines: an object a line, how it is held, the expression. */
function chainLines(chain: ChainResult): readonly string[] {
  const { heldBy, expression } = chain;
  return [
    ...shownSteps(chain).map((line) => {
      if (!('step' in line)) return line.omitted;
      const { edge, type, name, id } = line.step;
      const label = edge === null ? '' : `${formatCell(edge.name, 'text')} (${edge.type}) `;
      const value = name === type ? '' : ` ${formatCell(name, 'text')}`;
      return `${label}${formatCell(type, 'text')}${value} ${formatId(id)}`;
    }),
    ...(heldBy === null ? [] : [`held by ${formatCell(heldBy, 'text')}`]),
    ...(expression === null ? [] : [shownExpression(expression)]),
  ];
}
