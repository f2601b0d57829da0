/** Dead objects that are still held, as text for people: the chain with a verdict for each step. */
import stringWidth from 'fast-string-width';
import { shortened } from '../base/printable.js';
import type { DeadEntry, DeadReport, DeadStepRow } from '../base/result.js';
import { formatBytes, formatCount, formatId } from '../base/units.js';
import { formatCell } from './cells.js';
import type { Style } from './style.js';

/** Classes of dead objects below that are named. */
const SHOWN_BELOW = 3;
/**
 * Steps of a longer chain are left out between its beginning and the references under suspicion.
 */
const SHOWN_STEPS = 12;
/** Wider words are cut. */
const WIDEST_REFERENCE = 48;
const WIDEST_OBJECT = 44;

/** Lines, each with its line break. */
export function* renderDead({ groups, summary }: DeadReport, style: Style): Generator<string> {
  for (const [i, group] of groups.entries()) {
    if (i > 0) yield '\n';
    yield* renderGroup(group, style);
  }
  if (groups.length > 0 && summary.length > 0) yield '\n';
  for (const line of summary) yield `${formatCell(line, 'text')}\n`;
}

/** `40 × ServerResponse, with 40 IncomingMessage`. */
export function headline({ count, type, kind, below }: DeadEntry): string {
  const shown = below.slice(0, SHOWN_BELOW).map((row) => `${formatCount(row.count)} ${text(row.type)}`);
  if (below.length > SHOWN_BELOW) shown.push('…');
  const what = kind === type ? text(type) : `${text(type)} (${text(kind)})`;
  return `${formatCount(count)} × ${what}${shown.length > 0 ? `, with ${shown.join(', ')}` : ''}`;
}

/** The head, the chain with its marks, the sentence: each a line. */
export function* renderGroup(group: DeadEntry, style: Style): Generator<string> {
  const facts = `${style.role('size', formatBytes(group.retainedSize))}  ${style.dim(`fingerprint ${group.fingerprint}`)}`;
  yield `${style.heading(headline(group))}  ${facts}\n`;
  const lines = shownSteps(group.steps);
  const width = widest(lines.flatMap((line) => ('step' in line ? [referenceText(line.step)] : [])));
  const objectWidth = widest(lines.flatMap((line) => ('step' in line ? [objectText(line.step)] : [])));
  for (const line of lines) {
    if (!('step' in line)) {
      yield `  ${style.dim(line.omitted)}\n`;
      continue;
    }
    const { step } = line;
    const reference = referenceText(step);
    yield `  ${padded(reference, width)}  ${style.role('name', padded(objectText(step), objectWidth))}  ${verdictText(step, style)}\n`;
    if (step.suspect) yield `  ${style.error('~'.repeat(Math.max(1, stringWidth(reference))))}\n`;
  }
  yield `  ${text(group.sentence)}\n`;
}

/** A step, or the words for those that are left out. */
type Line = { readonly step: DeadStepRow } | { readonly omitted: string };

function shownSteps(steps: readonly DeadStepRow[]): Line[] {
  const all = steps.map((step): Line => ({ step }));
  if (steps.length <= SHOWN_STEPS) return all;
  const end = SHOWN_STEPS / 2;
  const left = steps.length - 2 * end;
  const suspects = steps.slice(end, -end).some(({ suspect }) => suspect) ? ', some of them suspects' : '';
  return [
    ...all.slice(0, end),
    { omitted: `… ${formatCount(left)} more references${suspects}; --json has all …` },
    ...all.slice(-end),
  ];
}

function referenceText({ reference }: DeadStepRow): string {
  return reference === null ? '' : shortened(text(reference), WIDEST_REFERENCE);
}

function objectText({ type, name }: DeadStepRow): string {
  const own = text(type);
  return shortened(name === type || name === '' ? own : `${own} ${text(name)}`, WIDEST_OBJECT);
}

function verdictText({ verdict, reason, id }: DeadStepRow, style: Style): string {
  const words = reason === '' ? verdict : `${verdict}: ${text(reason)}`;
  const shown = verdict === 'dead' ? style.error(words) : words;
  return `${shown}  ${style.dim(formatId(id))}`;
}

function text(value: string): string {
  return formatCell(value, 'text');
}

function widest(texts: readonly string[]): number {
  return texts.reduce((most, one) => Math.max(most, stringWidth(one)), 0);
}

function padded(one: string, width: number): string {
  return one + ' '.repeat(Math.max(0, width - stringWidth(one)));
}
