/** The locations section: the number of a place for each node, and the distinct places. */
import type { SnapshotProblem } from '../base/errors.js';
import { formatCount } from '../base/units.js';
import { allocate, type BufferType, type Columns, trimmed } from '../graph/columns.js';
import { Locations } from '../graph/locations.js';
import type { Layout, LocationFields } from './meta.js';
import { PlaceTable } from './place-table.js';
import { type LocationLoop, parseLocations } from './record-loops.generated.js';
import type { RecordSink } from './records.js';

/** Fills the columns of the locations, and owns them until the graph does. */
export class LocationReader implements RecordSink {
  readonly section = 'locations';
  readonly declaredCount = undefined;
  readonly countKey = '';
  count = 0;
  readonly parse: RecordSink['parse'];
  private readonly columns: Columns<'placeOf'>;
  private readonly places: PlaceTable;
  private readonly loop: LocationLoop;

  constructor(
    private readonly layout: Layout,
    private readonly fieldPlaces: LocationFields,
    file: string,
    nodeRoom: number,
    buffers?: BufferType,
  ) {
    this.columns = allocate(['placeOf'], nodeRoom, buffers);
    this.places = new PlaceTable(file, buffers);
    this.loop = { nodeFields: layout.nodes.count, nodeCount: layout.nodeCount };
    const { object, scriptId, line, column, count } = fieldPlaces;
    const isUsual = object === 0 && scriptId === 1 && line === 2 && column === 3 && count === 4;
    if (isUsual) this.parse = this.parseUsual;
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
    const place = this.places.numberOf(values[scriptId]!, inScript(values[line]!), inScript(values[column]!));
    this.columns.placeOf[values[object]! / this.layout.nodes.count] = place + 1;
  }

  /** The locations of the first `nodeCount` nodes. */
  finish(nodeCount: number): Locations {
    const { count, columns } = this.places;
    return new Locations(
      trimmed('placeOf', this.columns.placeOf, nodeCount),
      trimmed('placeScriptIds', columns.placeScriptIds, count),
      trimmed('placeLines', columns.placeLines, count),
      trimmed('placeColumns', columns.placeColumns, count),
    );
  }

  private parseUsual(bytes: Uint8Array, from: number, end: number): number {
    const { columns, count, loop, places } = this;
    const { at, next } = parseLocations(bytes, from, end, columns, count, loop, places);
    this.count = next;
    return at;
  }
}

/**
 * A place before the script's beginning is its beginning. Node.js up to 24 writes -1 as 4294967295,
 * later ones as -1.
 */
function inScript(value: number): number {
  return value < 0 || (value >= 2 ** 31 && value < 2 ** 32) ? 0 : value;
}
