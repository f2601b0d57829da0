/** Places of bundled code, and where they come from. */
import type { Graph } from '../graph/graph.js';
import type { SourceLocation } from './scripts.js';

/** Where a place comes from. */
export interface OriginalPlace {
  /** Path or URL of the source. */
  readonly script: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** What the source calls the function or class there; undefined where nothing says it. */
  readonly name: string | undefined;
}

/** Gives the origin of a place; undefined where there is none. */
export type MapPlace = (script: string, line: number, column: number) => OriginalPlace | undefined;

const maps = new WeakMap<Graph, MapPlace>();

/**
 * From now on places in this graph are given by where they come from. Before the first question:
 * what was computed stays as it is.
 */
export function setPlaceMap(graph: Graph, map: MapPlace): void {
  maps.set(graph, map);
}

/** Whether places in this graph are given by where they come from. */
export function mapsPlaces(graph: Graph): boolean {
  return maps.has(graph);
}

/** The origin of a place; undefined where places are not mapped, or it has none. */
export function originalPlace(graph: Graph, place: SourceLocation | undefined): OriginalPlace | undefined {
  const map = maps.get(graph);
  return place?.script === undefined ? undefined : map?.(place.script, place.line, place.column);
}

/** The place as people know it: its origin where there is one. */
export function shownPlace(graph: Graph, place: SourceLocation): SourceLocation {
  const original = originalPlace(graph, place);
  if (original === undefined) return place;
  const { script, line, column } = original;
  return { script, scriptId: place.scriptId, line, column };
}
