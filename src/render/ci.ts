/**
 * Budgets as continuous integration reads them: GitHub's annotations, JUnit XML, Markdown. Never
 * with colour.
 */
import { markdownTable } from 'markdown-table';
import type { Check, Checks } from '../base/checks.js';
import { printable } from '../base/printable.js';
import { formatCell } from './cells.js';
import { failingLines, holderLines, limitWords, valueWords } from './check-words.js';
import { escapeMarkup } from './markdown.js';

function name(check: Check): string {
  return formatCell(check.budget, 'text');
}

function words(check: Check): string {
  return `${valueWords(check)}, ${limitWords(check)}`;
}

/**
 * A line for each budget that failed, and one with the sum. No line holds text of a snapshot that
 * is not escaped: a runner takes a line for a command by its beginning, and `##[` anywhere.
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export function* renderGithub({ checks }: Checks): Generator<string> {
  const failed = checks.filter(({ ok }) => !ok);
  for (const check of failed) {
    const classes = failingLines(check);
    const holders = holderLines(check);
    const lines = [
      words(check),
      ...(classes.length > 0 ? ['', ...classes] : []),
      ...(holders.length > 0 ? ['', ...holders] : []),
    ];
    const title = githubProperty(`heapgraph: ${name(check)}`);
    yield `::error title=${title}::${githubData(lines.join('\n'))}\n`;
  }
  yield `heapgraph: ${checks.length - failed.length} of ${checks.length} budgets kept\n`;
}

/** As actions/toolkit escapes the text of a command. */
export function githubData(text: string): string {
  return text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A').replace(/##\[/g, '##%5B');
}

export function githubProperty(text: string): string {
  return githubData(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
}

/** One test suite with a test case for each budget. */
export function* renderJunit({ checks }: Checks, snapshot: string): Generator<string> {
  const failures = checks.filter(({ ok }) => !ok).length;
  const counts = `tests="${checks.length}" failures="${failures}" errors="0"`;
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  yield `<testsuites name="heapgraph" ${counts}>\n`;
  yield `  <testsuite name="${xml(`heapgraph check ${snapshot}`)}" ${counts} skipped="0">\n`;
  for (const check of checks) {
    const attributes = `classname="heapgraph.check" name="${xml(check.budget)}"`;
    if (check.ok) {
      yield `    <testcase ${attributes}/>\n`;
      continue;
    }
    const lines = [words(check), ...failingLines(check), ...holderLines(check)];
    yield `    <testcase ${attributes}>\n`;
    yield `      <failure message="${xml(words(check))}" type="${xml(check.kind)}">${lines.map(xml).join('\n')}</failure>\n`;
    yield '    </testcase>\n';
  }
  yield '  </testsuite>\n</testsuites>\n';
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text for an XML 1.0 document: what it may not hold at all is written as a JavaScript escape. */
function xml(text: string): string {
  return printable(text)
    .replace(/[\ufffe\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`)
    .replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** A table of all budgets, and the chains of those that failed as blocks of code. */
export function* renderChecksMarkdown({ checks }: Checks, snapshot: string): Generator<string> {
  if (snapshot !== '') yield `### heapgraph check ${escapeMarkup(printable(snapshot))}\n\n`;
  const rows = checks.map((check) => [
    check.ok ? 'ok' : '**FAILED**',
    escapeMarkup(name(check)),
    escapeMarkup(valueWords(check)),
    escapeMarkup(limitWords(check)),
  ]);
  yield `${markdownTable([['', 'Budget', 'Found', 'Limit'], ...rows])}\n`;
  for (const check of checks) {
    const text = [...failingLines(check), ...holderLines(check)];
    if (check.ok || text.length === 0) continue;
    // Indented code: no text can end it, as a fence could be ended.
    const lines = text.map((line) => `    ${line}\n`);
    yield `\n${escapeMarkup(name(check))}\n\n${lines.join('')}`;
  }
  if (snapshot !== '') yield '\n';
}
