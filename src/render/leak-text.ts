/** Leaks as text for people: what grows, where, and what hangs on it, a few lines each. */

import type { LeakContent, LeakEntry, LeakReport } from '../base/leak-report.js';
import { wayWords } from '../base/leak-words.js';
import { shortened } from '../base/printable.js';
import { formatBytes, formatCount, formatId } from '../base/units.js';
import { formatCell } from './cells.js';
import type { Style } from './style.js';

/** Rows of contents and other containers that are shown of a leak. */
const SHOWN_CONTENTS = 5;
const SHOWN_PLACES = 3;

/** Longer words for another container are cut. */
const WIDEST = 100;

const HEADS: Readonly<Record<string, string>> = {
  leak: 'leak',
  limited: 'grew, perhaps up to a limit',
  uneven: 'grew unevenly',
  sometimes: 'grew in some steps',
  once: 'grew once',
};

/** Lines, each with its line break. */
export function* renderLeaks({ leaks, summary }: LeakReport, style: Style): Generator<string> {
  const isFirst = leaks.every(({ verdict }) => verdict !== 'leak');
  const lines = summary.map((line) => `${formatCell(line, 'text')}\n`);
  if (isFirst) yield* lines;
  for (const [i, leak] of leaks.entries()) {
    if (i > 0 || isFirst) yield '\n';
    yield* renderLeak(leak, style);
  }
  if (isFirst || lines.length === 0) return;
  yield '\n';
  yield* lines;
}

function* renderLeak(leak: LeakEntry, style: Style): Generator<string> {
  const { container, member, principal, alsoIn, verdict } = leak;
  const steps =
    leak.growth === 'in place'
      ? `${leak.sizes.map(formatBytes).join(' → ')} ${style.role('name', formatCell(member.label, 'text'))}`
      : `${leak.memberCounts.map(formatCount).join(' → ')} × ${leak.growth === 'behind' ? 'new ' : ''}${style.role('name', formatCell(member.label, 'text'))}`;
  const size = style.role('size', `${formatBytes(leak.size)} more`);
  yield `${style.heading(`${HEADS[verdict] ?? verdict}:`)} ${steps} ${formatCell(wayWords(leak), 'text')} ${placesWords(container)}${style.heading(formatCell(container.text, 'text'))}, ${size}\n`;
  const fact = (title: string, text: string): string => `  ${style.dim(title.padEnd(9))}${text}\n`;
  yield fact('held by', `${formatCell(container.heldBy, 'text')}${packageWords(container.package)}`);
  const { expression } = container.chain;
  const many = container.count > 1 ? `, one of ${formatCount(container.count)} held alike` : '';
  yield fact(
    'there',
    `${formatCell(expression ?? container.path, 'text')}  ${style.dim(`${formatCell(container.type, 'text')} ${formatId(container.id)}${many}, fingerprint ${leak.fingerprint}`)}`,
  );
  for (const place of alsoIn.slice(0, SHOWN_PLACES))
    yield fact(
      'also in',
      `${formatCell(shortened(place.text, WIDEST), 'text')}, ${formatCell(place.heldBy, 'text')}  ${style.dim(formatId(place.id))}`,
    );
  if (alsoIn.length > SHOWN_PLACES)
    yield fact('', style.dim(`and ${formatCount(alsoIn.length - SHOWN_PLACES)} more`));
  if (principal.location !== null)
    yield fact(
      'made at',
      `${formatCell(principal.location, 'location')}${packageWords(principal.package)}  ${style.dim(formatCell(principal.label, 'text'))}`,
    );
  for (const [i, call] of (principal.allocated ?? []).slice(0, SHOWN_PLACES).entries())
    yield fact(i === 0 ? 'by' : '', formatCell(call, 'text'));
  yield* renderContents(leak.contents, style);
  yield `  ${formatCell(leak.sentence, 'text')}\n`;
}

/** Said where the members are in several containers that are held alike. */
function placesWords({ count }: LeakEntry['container']): string {
  return count > 1 ? `${formatCount(count)} places such as ` : '';
}

function packageWords(name: string | null): string {
  return name === null ? '' : `, package ${formatCell(name, 'text')}`;
}

function* renderContents(contents: readonly LeakContent[], style: Style): Generator<string> {
  if (contents.length === 0) return;
  const shown = contents.slice(0, SHOWN_CONTENTS);
  const counts = shown.map(({ count }) => formatCount(count));
  const sizes = shown.map(({ size }) => formatBytes(size));
  const width = Math.max(...counts.map((text) => text.length));
  const widthOfSizes = Math.max(...sizes.map((text) => text.length));
  for (const [i, row] of shown.entries()) {
    const name = style.role('name', formatCell(row.label, 'text'));
    const place = row.location === null ? '' : `  ${style.dim(formatCell(row.location, 'location'))}`;
    const count = style.role('count', counts[i]!.padStart(width));
    yield `  ${style.dim(i === 0 ? 'keeps'.padEnd(9) : ' '.repeat(9))}${count} × ${style.role('size', sizes[i]!.padStart(widthOfSizes))}  ${name}${place}\n`;
  }
  const rest = contents.length - shown.length;
  if (rest > 0)
    yield `  ${' '.repeat(9)}${style.dim(`and ${formatCount(rest)} more ${rest === 1 ? 'kind' : 'kinds'}`)}\n`;
}
