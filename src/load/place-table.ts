/** The distinct places among source locations, each with a number. */
import { SnapshotError } from '../base/errors.js';
import { formatCount } from '../base/units.js';
import { allocate, type BufferType, type Columns, grown } from '../graph/columns.js';

/** Distinct places: far more than a program has functions. */
const MOST_PLACES = 1 << 24;

const COLUMNS = ['placeScriptIds', 'placeLines', 'placeColumns'] as const;

export type PlaceColumns = Columns<(typeof COLUMNS)[number]>;

/** Columns of places, and a hash table with open addressing over them. */
export class PlaceTable {
  /** Distinct places so far. */
  count = 0;
  readonly columns: PlaceColumns;
  /** By hash: the number of a place plus one, or 0. A place stands in the next free cell. */
  private table = new Uint32Array(1 << 12);
  /** Differs from run to run, so that no file can be made whose places all meet in one cell. */
  private readonly seed = (Math.random() * 2 ** 32) | 0;

  constructor(
    private readonly file: string,
    buffers?: BufferType,
  ) {
    this.columns = allocate(COLUMNS, 1 << 8, buffers);
  }

  /** The number of a place. Throws SnapshotError `too-large`. */
  numberOf(scriptId: number, line: number, column: number): number {
    const { placeScriptIds, placeLines, placeColumns } = this.columns;
    let cell = this.cellOf(scriptId, line, column);
    for (;;) {
      const place = this.table[cell]! - 1;
      if (place < 0) return this.add(cell, scriptId, line, column);
      if (placeLines[place] === line && placeColumns[place] === column && placeScriptIds[place] === scriptId)
        return place;
      cell = (cell + 1) & (this.table.length - 1);
    }
  }

  private add(cell: number, scriptId: number, line: number, column: number): number {
    const place = this.count;
    if (place === MOST_PLACES) throw tooManyPlaces(this.file);
    if (place === this.columns.placeLines.length)
      for (const name of COLUMNS) this.columns[name] = grown(name, this.columns[name], place * 2);
    this.columns.placeScriptIds[place] = scriptId;
    this.columns.placeLines[place] = line;
    this.columns.placeColumns[place] = column;
    this.count++;
    this.table[cell] = this.count;
    if (this.count * 2 > this.table.length) this.spread();
    return place;
  }

  /** Four times as many cells. */
  private spread(): void {
    this.table = new Uint32Array(this.table.length * 4);
    const { placeScriptIds, placeLines, placeColumns } = this.columns;
    for (let place = 0; place < this.count; place++) {
      let cell = this.cellOf(placeScriptIds[place]!, placeLines[place]!, placeColumns[place]!);
      while (this.table[cell] !== 0) cell = (cell + 1) & (this.table.length - 1);
      this.table[cell] = place + 1;
    }
  }

  private cellOf(scriptId: number, line: number, column: number): number {
    let mixed = Math.imul(this.seed ^ scriptId, 0x9e3779b1);
    mixed = Math.imul(mixed ^ (mixed >>> 15) ^ line, 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13) ^ column, 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) & (this.table.length - 1);
  }
}

function tooManyPlaces(file: string): SnapshotError {
  return new SnapshotError('too-large', 'has too many source locations', {
    file,
    section: 'locations',
    expected: `at most ${formatCount(MOST_PLACES)} distinct places`,
    found: 'more of them',
    hint: 'No program has so many functions: the file is damaged.',
  });
}
