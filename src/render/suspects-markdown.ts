/** What is suspicious, for an issue, a chat, or annotations of GitHub. */
import type { SuspectEntry, SuspectReport } from '../base/suspect-report.js';
import { formatCell } from './cells.js';
import { githubData, githubProperty } from './ci.js';
import { escapeMarkup } from './markdown.js';
import { PLAIN } from './style.js';
import { renderSuspect } from './suspects-text.js';

/** A heading for each entry, and the rest in a block of code. */
export function* renderSuspectsMarkdown({ entries, summary }: SuspectReport): Generator<string> {
  for (const entry of entries) {
    const [, ...lines] = [...renderSuspect(entry, PLAIN)];
    yield `### ${escapeMarkup(formatCell(entry.headline, 'text'))}\n\n`;
    for (const line of lines) yield `    ${line.slice(2)}`;
    yield '\n';
  }
  for (const line of summary) yield `${escapeMarkup(formatCell(line, 'text'))}\n`;
}

/** What is known and not overdue is no more than a notice. */
function levelOf({ verdict, known }: SuspectEntry): string {
  return known !== null && !known.overdue ? 'notice' : (LEVELS[verdict] ?? 'notice');
}

/** GitHub's commands by verdict. */
const LEVELS: Readonly<Record<string, string>> = { leak: 'error', suspect: 'warning', large: 'notice' };

/** An annotation for each entry, and a line with the sum. */
export function* renderSuspectsGithub({ entries, total, summary }: SuspectReport): Generator<string> {
  for (const entry of entries) {
    const [, ...lines] = [...renderSuspect(entry, PLAIN)];
    const title = githubProperty(`heapgraph: ${formatCell(entry.headline, 'text')}`);
    yield `::${levelOf(entry)} title=${title}::${githubData(lines.join('').trimEnd())}\n`;
  }
  for (const line of summary) yield `${githubData(formatCell(line, 'text'))}\n`;
  yield `heapgraph: ${total} ${total === 1 ? 'entry' : 'entries'}, ${count(entries, 'leak')} of them leaks${knownCount(entries)}\n`;
}

function count(entries: readonly SuspectEntry[], verdict: string): number {
  return entries.filter((entry) => entry.verdict === verdict).length;
}

function knownCount(entries: readonly SuspectEntry[]): string {
  const known = entries.filter((entry) => entry.known !== null).length;
  return known === 0 ? '' : `, ${known} known`;
}
