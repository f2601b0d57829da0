/** The options that say how objects are divided into classes. */
import type { Countable } from '../../analysis/classes/classes.js';
import type { Row } from '../../base/result.js';
import type { Graph } from '../../graph/graph.js';
import type { Partitioner } from '../../graph/partition.js';
import type { GraphNeed, Need } from '../../session/need.js';
import { functionIndex, functionPlaces, functionsIn } from '../../v8/functions.js';
import { shapeIndex } from '../../v8/shapes.js';
import type { ValuesOf } from '../options.js';
import { locationCell } from './columns.js';

export const partitionOptions = {
  shapes: { kind: 'flag', help: 'group plain objects by their properties: {id, label}' },
  functions: { kind: 'flag', help: 'group functions by name and place: onReload() app.js:5' },
} as const;

/** Values of these options. */
export type PartitionValues = ValuesOf<typeof partitionOptions>;

/** What the options select; undefined for the classes of DevTools. */
export function partitionOf({ shapes, functions }: PartitionValues): Partitioner | undefined {
  if (functions) return shapes ? functionsIn(shapeIndex) : functionIndex;
  return shapes ? shapeIndex : undefined;
}

/** What a partition needs of a snapshot, beside what the question needs for itself. */
export function withPartition(
  { shapes, functions }: PartitionValues,
  { edges, locations, work }: Omit<GraphNeed, 'kind'>,
): Need {
  return {
    kind: 'graph',
    edges: shapes || functions ? true : edges,
    locations: functions || locations,
    work,
  };
}

/** By class name, the row's field that says where the function is; empty for all other classes. */
export function placeFields(
  { functions }: PartitionValues,
  heaps: readonly Countable[],
): (type: string) => Row {
  if (!functions) return () => ({});
  const places = functionPlaces(heaps.filter((heap): heap is Graph => 'ids' in heap));
  return (type): Row => {
    const place = places.get(type);
    return place ? { location: locationCell(place) } : {};
  };
}
