/** Dead objects that are still held, for an issue or a chat. */
import type { DeadReport } from '../base/result.js';
import { formatBytes } from '../base/units.js';
import { formatCell } from './cells.js';
import { headline, renderGroup } from './dead-text.js';
import { escapeMarkup } from './markdown.js';
import { PLAIN } from './style.js';

/** A heading for each group, its chain in a block of code, and the sentence. */
export function* renderDeadMarkdown({ groups, summary }: DeadReport): Generator<string> {
  for (const group of groups) {
    yield `### ${escapeMarkup(headline(group))} (${formatBytes(group.retainedSize)}, ${group.fingerprint})\n\n`;
    for (const line of [...renderGroup(group, PLAIN)].slice(1, -1)) yield `    ${line.slice(2)}`;
    yield `\n${escapeMarkup(formatCell(group.sentence, 'text'))}\n\n`;
  }
  for (const line of summary) yield `${escapeMarkup(formatCell(line, 'text'))}\n`;
}
