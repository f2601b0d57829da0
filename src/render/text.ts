/** Answers as text for people: aligned columns, one object a line. */
import stringWidth from 'fast-string-width';
import type { ChainResult, ChainStep } from '../base/chain-result.js';
import type { Checks } from '../base/checks.js';
import { shortened } from '../base/printable.js';
import type { Column, Detail, Fact, Result, Row, Table } from '../base/result.js';
import { formatCount, formatId } from '../base/units.js';
import { renderBare } from './bare.js';
import { formatCell, isNumeric, plain, signedCell, textColumns, withSign } from './cells.js';
import { edgeText, shownExpression, shownSteps } from './chain-lines.js';
import { failingLines, fingerprintLines, limitWords, valueWords } from './check-words.js';
import { renderDead } from './dead-text.js';
import { renderLeaks } from './leak-text.js';
import type { Style } from './style.js';
import { renderSuspects } from './suspects-text.js';
import { treeTable } from './tree.js';

/** Lines, each with its line break. */
export function* renderText(result: Result, style: Style): Generator<string> {
  switch (result.kind) {
    case 'text':
    case 'document':
      yield result.text;
      return;
    case 'checks':
      yield* renderChecks(result, style);
      return;
    case 'table':
      yield* renderTable(result, style, '');
      return;
    case 'chains':
      yield* renderChains(result.chains, style);
      return;
    case 'leaks':
      yield* renderLeaks(result, style);
      return;
    case 'dead':
      yield* renderDead(result, style);
      return;
    case 'suspects':
      yield* renderSuspects(result, style);
      return;
    case 'tree':
      yield* renderTable(treeTable(result), style, '');
      return;
    case 'report':
      for (const [i, { title, result: part, notes = [] }] of result.parts.entries()) {
        yield `${i > 0 ? '\n' : ''}${style.heading(formatCell(title, 'text'))}\n\n`;
        yield* renderText(part, style);
        for (const note of notes) yield `${style.dim(formatCell(note, 'text'))}\n`;
      }
      return;
    case 'page':
    case 'subgraph':
      throw new TypeError(`a ${result.kind} is drawn, not written as text`);
    case 'details':
      for (const [i, item] of result.items.entries()) {
        if (i > 0) yield '\n';
        yield* renderDetail(item, style);
      }
  }
}

function* renderChains(chains: Iterable<ChainResult>, style: Style): Generator<string> {
  let first = true;
  for (const chain of chains) {
    if (!chain.found) continue; // a note says so
    if (!first) yield '\n';
    first = false;
    yield* renderChain(chain, style);
  }
}

/** A line for each budget, then the chains of those that failed. */
function* renderChecks({ checks }: Checks, style: Style): Generator<string> {
  const names = checks.map(({ budget }) => formatCell(budget, 'text'));
  const width = widest(names);
  for (const [i, check] of checks.entries()) {
    const status = check.ok ? style.dim('ok    ') : style.error('FAILED');
    yield `${status}  ${pad(names[i]!, width, false)}  ${valueWords(check)}, ${limitWords(check)}\n`;
  }
  for (const [i, check] of checks.entries()) {
    const classes = failingLines(check);
    if (check.ok || (!check.chain && classes.length === 0 && check.where === null)) continue;
    yield `\n${style.heading(names[i]!)}\n`;
    for (const line of classes) yield `  ${line}\n`;
    if (check.where !== null) yield `${formatCell(check.where, 'text')}\n`;
    if (check.chain) yield* renderChain(check.chain, style);
    for (const line of fingerprintLines(check)) yield `${style.dim(line)}\n`;
  }
}

/** One step a line: the edge, the object, its size and id; the expression at the end. */
function* renderChain(chain: ChainResult, style: Style): Generator<string> {
  const lines = shownSteps(chain).map((line) =>
    'step' in line ? { ...line, label: line.step.edge ? edgeLabel(line.step.edge) : '' } : line,
  );
  const width = lines.reduce(
    (most, line) => ('step' in line ? Math.max(most, stringWidth(line.label)) : most),
    0,
  );
  for (const line of lines) {
    if (!('step' in line)) {
      yield `${style.dim(line.omitted)}\n`;
      continue;
    }
    const { step, label } = line;
    const type = style.role('name', formatCell(shortened(step.type, LONGEST_TYPE), 'text'));
    const isSame = step.name === step.type || step.name === shortened(step.type, NAME_LENGTH);
    const name = isSame ? '' : ` ${formatCell(step.name, 'text')}`;
    const size = step.shallowSize === undefined ? '' : `  ${formatCount(step.shallowSize)} bytes`;
    const facts = `${style.dim(size)}  ${style.role('id', formatId(step.id))}`;
    yield `${width > 0 ? `${pad(label, width, false)}  ` : ''}${type}${name}${facts}${verdictWords(step, style)}\n`;
    if (step.suspect === true) yield `${style.error('~'.repeat(Math.max(1, stringWidth(label))))}\n`;
  }
  if (chain.heldBy !== null) yield `${style.dim(`held by ${formatCell(chain.heldBy, 'text')}`)}\n`;
  if (chain.expression !== null) yield `${shownExpression(chain.expression)}\n`;
}

/** `  dead: destroyed is true`; empty where it was not asked for. */
function verdictWords({ verdict, reason = '' }: ChainStep, style: Style): string {
  if (verdict === undefined) return '';
  const words = reason === '' ? verdict : `${verdict}: ${formatCell(reason, 'text')}`;
  return `  ${verdict === 'dead' ? style.error(words) : words}`;
}

/** Longer types are cut: those of C++ templates are. */
const LONGEST_TYPE = 60;
/** Names of steps are cut at so many characters (see `shortValue`). */
const NAME_LENGTH = 40;

function edgeLabel(edge: NonNullable<ChainStep['edge']>): string {
  return edgeText(typeof edge.name === 'string' ? { ...edge, name: shortened(edge.name, 40) } : edge);
}

function* renderTable(table: Table, style: Style, indent: string): Generator<string> {
  const columns = textColumns(table);
  for (const line of table.summary ?? []) yield `${indent}${formatCell(line, 'text')}\n`;
  if (table.summary && table.layout !== 'bare') yield '\n';
  if (table.layout === 'bare') {
    yield* renderBare(table);
  } else if (table.layout === 'counts') {
    yield* renderCounts(table, columns, style);
  } else if (table.layout === 'growth' || table.layout === 'ids') {
    yield* renderObjgraph(table, columns, style);
  } else {
    if (table.title !== undefined) yield `${formatCell(table.title, 'text')}\n`;
    yield* renderGrid(table, columns, style, indent);
  }
}

/**
 * objgraph's way: the first column padded to its longest value, then the others, a space before
 * each.
 */
function* renderCounts(table: Table, columns: readonly Column[], style: Style): Generator<string> {
  const [first, ...others] = columns as [Column, ...Column[]];
  const width = widest(textsOf(table.rows, first));
  for (const row of table.rows) {
    const name = style.role(first.role, pad(plain(row, first), width, false));
    yield `${[name, ...others.map((column) => plain(row, column))].join(' ')}\n`;
  }
}

/** A longer name sticks out: padding all others to its width could fill the disk. */
const WIDEST_NAME = 200;

/**
 * Columns that the widest of the texts takes. Of any number of texts: a call takes only so many
 * arguments.
 */
function widest(texts: Iterable<string>): number {
  let most = 0;
  for (const text of texts) most = Math.max(most, stringWidth(text));
  return Math.min(most, WIDEST_NAME);
}

function* textsOf(rows: Iterable<Row>, column: Column): Generator<string> {
  for (const row of rows) yield plain(row, column);
}

/**
 * objgraph's tables of growth and of new ids: names padded to the longest, numbers in columns of
 * one width.
 */
function* renderObjgraph(table: Table, columns: readonly Column[], style: Style): Generator<string> {
  const [first, ...others] = columns as [Column, ...Column[]];
  const heading = table.layout === 'ids';
  const space = heading ? 13 : 9;
  const number = (row: Row, column: Column): string => withSign(row, column, plain(row, column));
  if (table.rows[Symbol.iterator]().next().done) return;
  const width = Math.max(heading ? stringWidth(first.title) : 0, widest(textsOf(table.rows, first)));
  const ruler = `${'='.repeat(width + space * others.length)}\n`;
  if (heading) {
    const titles = others.map(({ title }) => pad(title, space, true)).join('');
    yield ruler;
    yield `${style.heading(pad(first.title, width, false) + titles)}\n`;
    yield ruler;
  }
  for (const row of table.rows) {
    const cells = others.map((column) => style.role(column.role, pad(number(row, column), space, true)));
    const name = style.role(first.role, pad(plain(row, first), width, false));
    yield `${name}${cells.join(heading ? '' : ' ')}\n`;
  }
  if (heading) yield ruler;
}

function* renderGrid(
  table: Table,
  columns: readonly Column[],
  style: Style,
  indent: string,
): Generator<string> {
  const widths = columns.map((column) => stringWidth(column.title));
  let empty = true;
  for (const row of table.rows) {
    empty = false;
    columns.forEach((column, i) => {
      widths[i] = Math.max(widths[i]!, stringWidth(cell(row, column)));
    });
  }
  if (empty) return;
  fitInto(columns, widths, (style.columns ?? Number.POSITIVE_INFINITY) - indent.length);
  const line = (texts: readonly string[], look: (column: Column, text: string) => string): string => {
    const cells = columns.map((column, i) => {
      const last = i === columns.length - 1 && !isNumeric(column.unit);
      const text = shortenedTo(texts[i]!, widths[i]!, column.unit === 'location');
      return look(column, last ? text : pad(text, widths[i]!, isNumeric(column.unit)));
    });
    return `${(indent + cells.join('  ')).trimEnd()}\n`;
  };
  yield line(
    columns.map((column) => column.title),
    (_, text) => style.heading(text),
  );
  for (const row of table.rows) {
    yield line(
      columns.map((column) => cell(row, column)),
      (column, text) => style.role(column.role, text),
    );
    if (table.below) yield* renderBelow(row, table.below, style, indent);
  }
  if (table.legend) yield* renderLegend(table.legend, style, indent);
}

function* renderLegend(
  legend: NonNullable<Table['legend']>,
  style: Style,
  indent: string,
): Generator<string> {
  if (legend.length > 0) yield '\n';
  const names = legend.map(({ name }) => formatCell(name, 'text'));
  const width = Math.max(0, ...names.map((name) => stringWidth(name)));
  for (const [i, { text }] of legend.entries())
    yield `${indent}${pad(names[i]!, width, false)}  ${style.dim(formatCell(text, 'text'))}\n`;
}

/** A row's own list: its values two spaces apart, the last column not padded. */
function* renderBelow(
  row: Row,
  { key, columns }: NonNullable<Table['below']>,
  style: Style,
  indent: string,
): Generator<string> {
  const list = (row[key] ?? []) as readonly Row[];
  const texts = list.map((item) =>
    columns.map((column) => formatCell(item[column.key] ?? null, column.unit)),
  );
  const widths = columns.map((_, i) => widest(texts.map((cells) => cells[i]!)));
  for (const cells of texts) {
    const line = columns.map((column, i) => {
      const right = isNumeric(column.unit);
      const last = i === columns.length - 1 && !right;
      return style.role(column.role, last ? cells[i]! : pad(cells[i]!, widths[i]!, right));
    });
    yield `${indent}  ${line.join('  ')}\n`;
  }
  const omitted = row[`${key}Omitted`];
  if (typeof omitted === 'number' && omitted > 0)
    yield `${indent}  ${style.dim(`and ${formatCount(omitted)} more`)}\n`;
}

function* renderDetail(detail: Detail, style: Style): Generator<string> {
  yield `${style.heading(formatCell(detail.title, 'text'))}\n`;
  yield* renderFacts(detail.facts, style);
  for (const { title, table } of detail.lists) {
    yield `\n  ${style.heading(title)}\n`;
    yield* renderTable(table, style, '    ');
    if (table.omitted > 0) yield `    ${style.dim(`and ${formatCount(table.omitted)} more`)}\n`;
  }
  if (detail.closing && detail.closing.length > 0) {
    yield '\n';
    yield* renderFacts(detail.closing, style);
  }
}

function* renderFacts(facts: readonly Fact[], style: Style): Generator<string> {
  const width = widest(facts.map(({ title }) => title));
  for (const { title, value, unit } of facts)
    yield `  ${style.dim(title.padEnd(width))}  ${formatCell(value, unit)}\n`;
}

/** Longer texts are cut in grids, where one of them would push all other columns off the screen. */
const WIDEST = 80;

function cell(row: Row, column: Column): string {
  return shortened(signedCell(row, column), WIDEST);
}

/** No column of texts is made narrower. */
const NARROWEST = 16;

/**
 * Makes columns of texts narrower, always the widest one, until a row fits or all are as narrow as
 * they may be.
 */
function fitInto(columns: readonly Column[], widths: number[], room: number): void {
  let over = widths.reduce((sum, width) => sum + width, 2 * (columns.length - 1)) - room;
  while (over > 0) {
    let widest = -1;
    columns.forEach(({ unit }, i) => {
      const isText = unit === 'text' || unit === 'location';
      if (isText && widths[i]! > NARROWEST && (widest < 0 || widths[i]! > widths[widest]!)) widest = i;
    });
    if (widest < 0) return;
    widths[widest]!--;
    over--;
  }
}

/**
 * At most so many columns wide; of a place the end is kept, which has the file's name and the line.
 */
function shortenedTo(text: string, width: number, isPlace: boolean): string {
  if (stringWidth(text) <= width) return text;
  const characters = Array.from(text);
  while (stringWidth(characters.join('')) > width - 1) {
    if (isPlace) characters.shift();
    else characters.pop();
  }
  return isPlace ? `…${characters.join('')}` : `${characters.join('')}…`;
}

function pad(text: string, width: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return right ? space + text : text + space;
}
