/** The locations section: one small number a node, and the distinct places. */
import { SnapshotError, type SnapshotProblem } from '../base/errors.js';
import { formatCount } from '../base/units.js';
import { type Location, Locations } from '../graph/locations.js';
import type { Layout, LocationFields } from './meta.js';
import type { RecordSink } from './records.js';

/** Distinct places: far more than a program has functions, and they fit into V8's heap. */
const MOST_PLACES = 1 << 24;

export class LocationColumns implements RecordSink {
  readonly section = 'locations';
  readonly promised = undefined;
  readonly promise = '';
  count = 0;
  /** Nodes that have a place. */
  private placed = 0;
  private readonly placeOf: Uint32Array;
  private readonly places: Location[] = [];
  /** Open addressing: the number of a place plus one stands where its hash says, or in the next free cell. */
  private table = new Uint32Array(1 << 12);
  /** Differs from run to run, so that no file can be made whose places all meet in one cell. */
  private readonly seed = (Math.random() * 2 ** 32) | 0;
  parse?(bytes: Uint8Array, position: number, end: number): number;

  constructor(
    private readonly layout: Layout,
    private readonly fieldPlaces: LocationFields,
    private readonly file: string,
    nodeRoom: number,
  ) {
    this.placeOf = new Uint32Array(nodeRoom);
    const { object, scriptId, line, column } = fieldPlaces;
    const usual = object === 0 && scriptId === 1 && line === 2 && column === 3 && this.fields.length === 4;
    this.parse = usual ? this.parseUsual : undefined;
  }

  /** A script that node:vm compiles with an offset may begin before its first line or column. */
  get signed(): readonly boolean[] {
    const { line, column } = this.fieldPlaces;
    return this.fields.map((_, field) => field === line || field === column);
  }

  get fields(): readonly string[] {
    return this.layout.fieldNames.location;
  }

  refuse(field: number, value: number): { code: SnapshotProblem; expected: string } | undefined {
    const { nodes, nodeCount } = this.layout;
    if (
      field === this.fieldPlaces.object &&
      (value % nodes.count !== 0 || value / nodes.count >= nodeCount)
    ) {
      return {
        code: 'range',
        expected: `a multiple of ${nodes.count} below ${formatCount(nodeCount * nodes.count)}, the place of a node`,
      };
    }
    return undefined;
  }

  take(values: Float64Array): void {
    const { object, scriptId, line, column } = this.fieldPlaces;
    const place = this.placeNumber(values[scriptId]!, inScript(values[line]!), inScript(values[column]!));
    const node = values[object]! / this.layout.nodes.count;
    if (this.placeOf[node] === 0) this.placed++;
    this.placeOf[node] = place;
  }

  finish(nodeCount: number): Locations {
    return new Locations(this.placeOf.subarray(0, nodeCount), this.places, this.placed);
  }

  /** The number of a place plus one. */
  private placeNumber(scriptId: number, line: number, column: number): number {
    const { places } = this;
    let cell = this.cellOf(scriptId, line, column);
    for (;;) {
      const place = this.table[cell]!;
      if (place === 0) break;
      const known = places[place - 1]!;
      if (known.line === line && known.column === column && known.scriptId === scriptId) return place;
      cell = (cell + 1) & (this.table.length - 1);
    }
    if (places.length === MOST_PLACES) throw tooManyPlaces(this.file);
    const place = places.push({ scriptId, line, column });
    this.table[cell] = place;
    if (place * 2 > this.table.length) this.grow();
    return place;
  }

  private cellOf(scriptId: number, line: number, column: number): number {
    let mixed = Math.imul(this.seed ^ scriptId, 0x9e3779b1);
    mixed = Math.imul(mixed ^ (mixed >>> 15) ^ line, 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13) ^ column, 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) & (this.table.length - 1);
  }

  private grow(): void {
    this.table = new Uint32Array(this.table.length * 4);
    this.places.forEach(({ scriptId, line, column }, index) => {
      let cell = this.cellOf(scriptId, line, column);
      while (this.table[cell] !== 0) cell = (cell + 1) & (this.table.length - 1);
      this.table[cell] = index + 1;
    });
  }

  private parseUsual(b: Uint8Array, position: number, end: number): number {
    const { placeOf } = this;
    const { nodeCount } = this.layout;
    const nodeFields = this.layout.nodes.count;
    let done = position;
    records: while (done < end) {
      let p = done;
      let object = 0;
      let scriptId = 0;
      let line = 0;
      let value = 0;
      for (let field = 0; field < 4; field++) {
        const from = p;
        value = (b[p]! - 48) | 0;
        let c = (b[p + 1]! - 48) | 0;
        p = (p + 2) | 0;
        if (value >>> 0 > 9) break records;
        while (c >>> 0 < 10) {
          value = (Math.imul(value, 10) + c) | 0;
          c = (b[p]! - 48) | 0;
          p = (p + 1) | 0;
        }
        if (p - from > 10) break records;
        if (c !== -4) {
          if (field < 3 || c !== -38 || b[p] !== 44) break records; // V8 writes a newline before the comma
          p = (p + 1) | 0;
        }
        if (field === 0) object = value;
        else if (field === 1) scriptId = value;
        else if (field === 2) line = value;
      }
      const node = (object / nodeFields) | 0;
      if (node >= nodeCount || Math.imul(node, nodeFields) !== object) break;
      if (placeOf[node] === 0) this.placed++;
      placeOf[node] = this.placeNumber(scriptId, line, value);
      this.count++;
      done = p;
    }
    return done;
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

/** Before the script's beginning is its beginning. Node.js up to 24 writes -1 as 4294967295, later ones as it is. */
function inScript(value: number): number {
  return value < 0 || (value >= 2 ** 31 && value < 2 ** 32) ? 0 : value;
}
