/**
 * The screen of the explorer as lines: a pure function of what is to be seen and how large the
 * terminal is. Whatever comes from a snapshot goes through `printable` here.
 */
import stringWidth from 'fast-string-width';
import { printable, shortened } from '../base/printable.js';
import type { Role } from '../base/result.js';
import { formatBytes, formatCount, formatShare } from '../base/units.js';
import type { Style } from './style.js';

/** A column of the explorer; the last one takes what room is left. */
export interface ExplorerColumn {
  readonly title: string;
  readonly width: number;
  /** Its width on terminals of less than 60 columns. Default: the same. */
  readonly narrow?: number;
  readonly right: boolean;
  readonly role?: Role;
  /** Terminals with fewer columns do without it. */
  readonly from: number;
}

/** A value of a row: bytes, a count, a share as `12.3%` or as a bar, or a text of the snapshot. */
export type ExplorerCell =
  | { readonly bytes: number }
  | { readonly count: number }
  | { readonly share: number }
  | { readonly bar: number }
  | { readonly text: string };

/** What is to be seen. */
export interface ExplorerScreen {
  /** The first line: the file and its size. */
  readonly title: string;
  /** Where one is; of what is too long the end is shown. */
  readonly path: string;
  readonly columns: readonly ExplorerColumn[];
  readonly count: number;
  /** The selected row. */
  readonly cursor: number;
  /** The first row that is shown. */
  readonly top: number;
  /** The cells of a row; asked for rows that are shown only. */
  readonly row: (place: number) => readonly ExplorerCell[];
  /** In place of rows, where there are none. */
  readonly empty: string;
  /** On the selected row, or what there is to say. */
  readonly status: string;
  readonly isError: boolean;
  /** The last line: keys, from the most needed on. */
  readonly keys: readonly string[];
  /** What is typed, in place of the keys. */
  readonly prompt?: { readonly label: string; readonly text: string } | undefined;
  /** In place of the rows. */
  readonly help?: readonly string[] | undefined;
}

/** Lines beside rows: title, path, headings; status, keys. */
const OTHER_LINES = 5;
const BAR = 10;
const NARROW = 60;
/** Longer texts are cut before anything else is done to them. */
const LONGEST = 1000;

/** Rows that are shown on a terminal of a height; at least 1. */
export function explorerRows(height: number): number {
  return Math.max(1, height - OTHER_LINES);
}

/** The first row that is shown, so that the selected one is. */
export function explorerTop(top: number, cursor: number, count: number, height: number): number {
  const rows = explorerRows(height);
  const lowest = Math.max(0, Math.min(top, count - rows));
  return cursor < lowest ? cursor : cursor >= lowest + rows ? cursor - rows + 1 : lowest;
}

/**
 * The lines of a terminal.
 *
 * - Out: exactly `height` lines of at most `width` columns, escape sequences of `style` aside.
 * - Cost: that of the rows that are shown.
 */
export function explorerLines(
  screen: ExplorerScreen,
  width: number,
  height: number,
  style: Style,
): readonly string[] {
  const rows = explorerRows(height);
  const shown = shownColumns(screen.columns, width);
  const body: string[] = [];
  if (screen.help) for (const line of screen.help.slice(0, rows)) body.push(fitted(line, width));
  else if (screen.count === 0) body.push(fitted(`  ${screen.empty}`, width));
  else {
    const top = explorerTop(screen.top, screen.cursor, screen.count, height);
    for (let place = top; place < Math.min(top + rows, screen.count); place++)
      body.push(rowLine(screen.row(place), screen, shown, place === screen.cursor, width, style));
  }
  while (body.length < rows) body.push('');
  const status = fitted(screen.status, width);
  const lines = [
    style.heading(fitted(screen.title, width)),
    fittedAtEnd(screen.path, width),
    screen.help ? '' : style.dim(headings(screen.columns, shown, width)),
    ...body,
    screen.isError ? style.error(status) : status,
    screen.prompt ? promptLine(screen.prompt, width, style) : style.dim(keyLine(screen.keys, width)),
  ];
  if (lines.length <= height) return lines;
  // A terminal of a few lines has one row: what is needed least goes first.
  const [title, path, , row, said, keys] = lines as [string, string, string, string, string, string];
  if (height >= 5) return [title, path, row, said, keys];
  if (height === 4) return [title, row, said, keys];
  if (height === 3) return [row, said, keys];
  return height === 2 ? [row, keys] : [screen.prompt ? keys : row];
}

interface ShownColumn {
  readonly place: number;
  readonly width: number;
}

function shownColumns(columns: readonly ExplorerColumn[], width: number): readonly ShownColumn[] {
  const last = columns.length - 1;
  const shown = columns
    .map((column, place) => ({
      place,
      width: width < NARROW ? (column.narrow ?? column.width) : column.width,
      from: column.from,
    }))
    .filter(({ place, from }) => place === last || width >= from);
  const taken = shown.slice(0, -1).reduce((sum, column) => sum + column.width + 1, MARK.length);
  return shown.map((column, i) =>
    i < shown.length - 1 ? column : { ...column, width: Math.max(1, width - taken) },
  );
}

const MARK = '> ';

function headings(columns: readonly ExplorerColumn[], shown: readonly ShownColumn[], width: number): string {
  const cells = shown.map(({ place, width: room }) => {
    const { title, right } = columns[place]!;
    return padded(fitted(title, room), room, right);
  });
  return fitted(`  ${cells.join(' ')}`, width).trimEnd();
}

function rowLine(
  cells: readonly ExplorerCell[],
  { columns }: ExplorerScreen,
  shown: readonly ShownColumn[],
  isSelected: boolean,
  width: number,
  style: Style,
): string {
  const texts = shown.map(({ place, width: room }, i) => {
    const text = fitted(cellText(cells[place]!), room);
    return i === shown.length - 1 && !isSelected ? text : padded(text, room, columns[place]!.right);
  });
  const line = `${isSelected ? MARK : '  '}${texts.join(' ')}`;
  if (isSelected) return style.selected(fitted(line, width));
  // With colours in it a line cannot be cut.
  if (stringWidth(line) > width) return fitted(line, width);
  return `  ${texts.map((text, i) => style.role(columns[shown[i]!.place]!.role, text)).join(' ')}`;
}

function cellText(cell: ExplorerCell): string {
  if ('bytes' in cell) return formatBytes(cell.bytes);
  if ('count' in cell) return formatCount(cell.count);
  if ('share' in cell) return formatShare(cell.share);
  if ('text' in cell) return cell.text;
  const full = Math.round(Math.min(1, Math.max(0, cell.bar)) * BAR);
  return `[${'#'.repeat(full)}${' '.repeat(BAR - full)}]`;
}

/** As many as fit. */
function keyLine(keys: readonly string[], width: number): string {
  let line = '';
  for (const key of keys) {
    const longer = line === '' ? key : `${line}  ${key}`;
    if (stringWidth(longer) > width) break;
    line = longer;
  }
  return line;
}

/** The end of what is typed, with a mark where the next character goes. */
function promptLine({ label, text }: { label: string; text: string }, width: number, style: Style): string {
  const shown = fitted(label, Math.max(0, width - 2));
  const room = Math.max(0, width - stringWidth(shown) - 1);
  return `${style.heading(shown)}${fittedAtEnd(text, room)}_`;
}

function padded(text: string, width: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return right ? space + text : text + space;
}

/** The text, safe, in at most so many columns. */
function fitted(text: string, width: number): string {
  const safe = printable(shortened(text, LONGEST));
  if (stringWidth(safe) <= width) return safe;
  if (width <= 0) return '';
  return `${begin(Array.from(safe), width - 1).join('')}…`;
}

/** The same, of a text that is too long the end. */
function fittedAtEnd(text: string, width: number): string {
  const safe = printable(text.length > LONGEST ? `…${Array.from(text.slice(-LONGEST)).join('')}` : text);
  if (stringWidth(safe) <= width) return safe;
  if (width <= 0) return '';
  return `…${begin(Array.from(safe).reverse(), width - 1)
    .reverse()
    .join('')}`;
}

function begin(characters: readonly string[], width: number): string[] {
  const taken: string[] = [];
  let room = width;
  for (const character of characters) {
    room -= stringWidth(character);
    if (room < 0) break;
    taken.push(character);
  }
  return taken;
}
