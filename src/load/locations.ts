/** The locations section: one small number a node, and the distinct places. */
import type { SnapshotProblem } from '../errors.js';
import { type Location, Locations } from '../graph/locations.js';
import { formatCount } from '../units.js';
import type { Layout, LocationFields } from './meta.js';
import type { RecordSink } from './records.js';

export class LocationColumns implements RecordSink {
  readonly section = 'locations';
  readonly promised = undefined;
  readonly promise = '';
  count = 0;
  /** Nodes that have a place. */
  private placed = 0;
  private readonly placeOf: Uint32Array;
  private readonly places: Location[] = [];
  private readonly known = new Map<number, Map<number, Map<number, number>>>();

  constructor(
    private readonly layout: Layout,
    private readonly fieldPlaces: LocationFields,
    nodeRoom: number,
  ) {
    this.placeOf = new Uint32Array(nodeRoom);
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
    const place = this.placeNumber(values[scriptId]!, values[line]!, values[column]!);
    const node = values[object]! / this.layout.nodes.count;
    if (this.placeOf[node] === 0) this.placed++;
    this.placeOf[node] = place;
  }

  finish(nodeCount: number): Locations {
    return new Locations(this.placeOf.subarray(0, nodeCount), this.places, this.placed);
  }

  private placeNumber(scriptId: number, line: number, column: number): number {
    const columns = nested(nested(this.known, scriptId), line);
    let place = columns.get(column);
    if (place === undefined) {
      place = this.places.push({ scriptId, line, column });
      columns.set(column, place);
    }
    return place;
  }
}

function nested<T>(maps: Map<number, Map<number, T>>, key: number): Map<number, T> {
  let map = maps.get(key);
  if (!map) {
    map = new Map();
    maps.set(key, map);
  }
  return map;
}
