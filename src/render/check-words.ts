/** What is said of a budget, the same in every format. */

import type { ChainResult } from '../base/chain-result.js';
import type { Check, CheckFinding } from '../base/checks.js';
import { formatCount, formatId } from '../base/units.js';
import { formatCell } from './cells.js';
import { shownExpression, shownSteps } from './chain-lines.js';

/** What was found: `100 objects`, `+90 objects of Session (10 before)`, `4,096 bytes`. */
export function valueWords(check: Check): string {
  const { kind, unit, value, type, pattern, before } = check;
  if (kind === 'no-suspects') return suspectCounts(check);
  if (kind === 'forbid-dead' || kind === 'max-dead') {
    const whose = type === null || type === pattern ? '' : ` of ${formatCell(type, 'text')}`;
    return `${formatCount(value)} dead ${value === 1 ? 'object' : 'objects'}${whose}`;
  }
  const grew = kind === 'max-growth' && value > 0 ? '+' : '';
  const noun = unit === 'bytes' ? 'bytes' : Math.abs(value) === 1 ? 'object' : 'objects';
  const whose = type === null || type === pattern ? '' : ` of ${formatCell(type, 'text')}`;
  const was = before === null ? '' : ` (${formatCount(before)} before)`;
  return `${grew}${formatCount(value)} ${noun}${whose}${was}`;
}

const NONE_ALLOWED: ReadonlySet<string> = new Set(['forbid', 'forbid-dead', 'no-suspects']);

/** Verdicts in words, the surest first; a large place is one where much gathers. */
const NOUNS = [
  ['leak', 'leak', 'leaks'],
  ['suspect', 'suspect', 'suspects'],
  ['large', 'large place', 'large places'],
] as const;

/** `2 leaks, 1 suspect`; `0 leaks` where there is none of any. */
function suspectCounts({ findings }: Check): string {
  const parts = NOUNS.flatMap(([verdict, one, many]) => {
    const count = findings.filter((finding) => finding.verdict === verdict && isNews(finding)).length;
    return count === 0 ? [] : [`${formatCount(count)} ${count === 1 ? one : many}`];
  });
  return parts.length === 0 ? 'nothing found' : parts.join(', ');
}

/** Whether it counts: it is not known, or no longer accepted. */
function isNews({ known }: CheckFinding): boolean {
  return known === null || known.overdue;
}

/** What is allowed, how many classes are beyond it, and whether noise is all that is. */
export function limitWords({ kind, limit, failing, ok, value, noisy, findings }: Check): string {
  const most = NONE_ALLOWED.has(kind)
    ? 'none allowed'
    : `at most ${kind === 'max-growth' ? '+' : ''}${formatCount(limit)}`;
  const classes = (count: number): string =>
    `${formatCount(count)} more ${count === 1 ? 'class' : 'classes'}`;
  const words = [most];
  if (failing.length > 1) words.push(`${classes(failing.length - 1)} beyond it`);
  const known = findings.filter((finding) => !isNews(finding)).length;
  if (known > 0) words.push(`${formatCount(known)} known ${known === 1 ? 'one' : 'ones'} not counted`);
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
export function failingLines(check: Check): readonly string[] {
  return [...classLines(check), ...findingLines(check)];
}

/** What breaks a budget on suspects or dead objects, a line for each, then what is known. */
function findingLines({ findings }: Check): readonly string[] {
  const ordered = [...findings.filter(isNews), ...findings.filter((one) => !isNews(one))];
  const lines = ordered
    .slice(0, NAMED_CLASSES)
    .map(
      (one) =>
        `${isNews(one) ? '' : 'known: '}${formatCell(one.text, 'text')} (fingerprint ${one.fingerprint})`,
    );
  const others = findings.length - lines.length;
  return others > 0 ? [...lines, `and ${formatCount(others)} more`] : lines;
}

function classLines({ kind, failing }: Check): readonly string[] {
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
export function holderLines(check: Check): readonly string[] {
  const { where, chain } = check;
  return [
    ...(where === null ? [] : [formatCell(where, 'text')]),
    ...(chain ? chainLines(chain) : []),
    ...fingerprintLines(check),
  ];
}

/** `fingerprint 9f3c01e2`, of the holder that is shown. */
export function fingerprintLines({ fingerprint }: Check): readonly string[] {
  return fingerprint === null ? [] : [`fingerprint ${fingerprint}`];
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
