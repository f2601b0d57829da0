/** What is suspicious, as text for people: at most 14 lines an entry. */
import stringWidth from 'fast-string-width';
import type { KnownLeakFact } from '../base/leak-report.js';
import { shortened } from '../base/printable.js';
import type { Cell, DeadStepRow } from '../base/result.js';
import type { SuspectContent, SuspectEntry, SuspectReport } from '../base/suspect-report.js';
import { formatBytes, formatCount, formatId, formatShare } from '../base/units.js';
import { formatCell } from './cells.js';
import type { Style } from './style.js';

/** Steps of a chain that are shown: its beginning, and its end. */
const SHOWN_STEPS = 3;
const SHOWN_CONTENTS = 3;
const WIDEST_REFERENCE = 44;
const WIDEST_OBJECT = 40;
const WIDEST_LINE = 500;

/** Lines, each with its line break. */
export function* renderSuspects({ entries, summary }: SuspectReport, style: Style): Generator<string> {
  for (const [i, entry] of entries.entries()) {
    if (i > 0) yield '\n';
    yield* renderSuspect(entry, style);
  }
  if (entries.length > 0 && summary.length > 0) yield '\n';
  for (const line of summary) yield `${formatCell(line, 'text')}\n`;
}

/** One entry. */
export function* renderSuspect(entry: SuspectEntry, style: Style): Generator<string> {
  const text = (value: string): string => formatCell(value, 'text');
  const fact = (title: string, words: string): string =>
    `  ${style.dim(title.padEnd(8))}${shortened(words, WIDEST_LINE)}\n`;
  const [, verdict, rest] = /^(\w+):(.*)$/s.exec(text(entry.headline)) ?? [];
  yield `${verdict === 'leak' ? style.error(`${verdict}:`) : style.heading(`${verdict}:`)}${style.heading(rest ?? '')}\n`;
  const counts =
    entry.counts.length > 1
      ? `, ${entry.counts.map(formatCount).join(' → ')} by snapshot`
      : entry.stayed.length > 0
        ? `, ${entry.stayed.map(formatCount).join(' and ')} of ${formatCount(entry.count)} there before`
        : '';
  yield fact(
    'heap',
    `${formatShare(entry.share)} of it${counts}  ${style.dim(`${entry.kind}, fingerprint ${entry.fingerprint}`)}`,
  );
  yield* renderSteps(entry.steps, style);
  const { expression } = entry.chain;
  if (expression !== null) yield fact('there', text(shortened(expression, WIDEST_LINE - 10)));
  if (entry.contents.length > 0)
    yield fact('keeps', entry.contents.slice(0, SHOWN_CONTENTS).map(contentText).map(text).join(', '));
  if (entry.location !== null || entry.package !== null)
    yield fact(
      'made at',
      [
        entry.location === null ? '' : formatCell(entry.location, 'location'),
        entry.package === null ? '' : `package ${text(entry.package)}`,
      ]
        .filter((part) => part !== '')
        .join(', '),
    );
  yield fact('why', text(entry.evidence.join(' ')));
  if (entry.known !== null) yield fact('known', text(knownText(entry.known)));
  if (entry.remedy !== null) yield fact('usually', text(entry.remedy));
  yield fact('next', style.dim(text(entry.next)));
}

/** `until 2027-01-31: audit is rewritten`; for one that nobody gave a reason, `yes`. */
function knownText({ why, until, overdue }: KnownLeakFact): string {
  const when = until === null ? '' : overdue ? `until ${until}, which is over` : `until ${until}`;
  return [when, why ?? ''].filter((part) => part !== '').join(': ') || 'yes';
}

/**
 * `630 × onReload()`, with the bytes of a class where they are known; a function without a name,
 * and one that is suspended, with its place.
 */
export function contentText({ label, count, size, location }: SuspectContent): string {
  return `${formatCount(count)} × ${label}${UNNAMED.test(label) ? placeText(location) : ''}${size > 0 ? ` (${formatBytes(size)})` : ''}`;
}

const UNNAMED = /^\(anonymous\)\(\)| suspended$/;

/** ` server.js:12`. */
function placeText(location: Cell): string {
  const { script, line } = (location ?? {}) as { readonly script?: string | null; readonly line?: number };
  return script ? ` ${script.replace(/^.*[/\\]/s, '')}:${line}` : '';
}

/** The beginning and the end of the chain; marks below the references under suspicion. */
function* renderSteps(steps: readonly DeadStepRow[], style: Style): Generator<string> {
  if (steps.length === 0) return;
  const shown = steps.length <= SHOWN_STEPS ? [...steps] : [steps[0]!, ...steps.slice(1 - SHOWN_STEPS)];
  const left = steps.length - shown.length;
  const reference = (step: DeadStepRow): string =>
    shortened(formatCell(step.reference ?? '', 'text'), WIDEST_REFERENCE);
  const object = ({ type, name }: DeadStepRow): string =>
    shortened(formatCell(name === type || name === '' ? type : `${type} ${name}`, 'text'), WIDEST_OBJECT);
  const width = Math.max(...shown.map((step) => stringWidth(reference(step))));
  const objectWidth = Math.max(...shown.map((step) => stringWidth(object(step))));
  const pad = (words: string, to: number): string => words + ' '.repeat(Math.max(0, to - stringWidth(words)));
  let marks = 0;
  for (const [i, step] of shown.entries()) {
    const gap =
      i === 0 && left > 0 ? style.dim(`  … ${formatCount(left)} more ${left === 1 ? 'step' : 'steps'}`) : '';
    const verdict = step.reason === '' ? step.verdict : `${step.verdict}: ${formatCell(step.reason, 'text')}`;
    yield `  ${pad(reference(step), width)}  ${style.role('name', pad(object(step), objectWidth))}  ${shortened(verdict, 60)}  ${style.dim(formatId(step.id))}${gap}\n`;
    if (step.suspect && step.reference !== null && marks++ < 2)
      yield `  ${style.error('~'.repeat(Math.max(1, stringWidth(reference(step)))))}\n`;
  }
}
