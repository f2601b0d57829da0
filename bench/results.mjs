/** The answers of the jobs as tables, for the terminal and as Markdown. */
import { formatMegabytes, formatRatio, formatTable } from './format.mjs';

const HEADER = ['', 'processor', '×', 'peak', '×', 'wall', '×', 'answer'];

const seconds = ({ median }) => `${(median / 1000).toFixed(median < 10_000 ? 2 : 1)} s`;
const ratio = (value) => (value === undefined ? '' : formatRatio(value));

function cellsOf({ who, problem, processor, peak, wall, load, ratios, output = '' }, quiet) {
  if (problem) return [who, problem];
  const isQuiet = load < quiet;
  return [
    who,
    seconds(processor),
    ratio(ratios?.processor),
    formatMegabytes(peak),
    ratio(ratios?.peak),
    isQuiet ? seconds(wall) : '',
    ratio(ratios?.wall),
    output,
  ];
}

/** Rows by title, in their order. */
function byJob(rows) {
  const jobs = new Map();
  for (const row of rows) jobs.set(row.title, [...(jobs.get(row.title) ?? []), row]);
  return [...jobs];
}

export function jobsAsText(heading, rows, quiet) {
  const tables = byJob(rows).map(
    ([title, some]) =>
      `${title}\n\n${formatTable(
        HEADER,
        some.map((row) => cellsOf(row, quiet)),
      )}\n`,
  );
  return `\n${heading}\n\n${tables.join('\n')}`;
}

export function jobsAsMarkdown(heading, rows, quiet) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const filled = (cells) => (cells.length === 2 ? [cells[0], ...Array(6).fill(''), cells[1]] : cells);
  const tables = byJob(rows).map(([title, some]) =>
    [
      `**${title}**`,
      '',
      line(HEADER),
      line(HEADER.map((_, i) => (i === 0 || i === HEADER.length - 1 ? '---' : '---:'))),
      ...some.map((row) => line(filled(cellsOf(row, quiet)))),
      '',
    ].join('\n'),
  );
  return `## ${heading}\n\n${tables.join('\n').trimEnd()}`;
}
