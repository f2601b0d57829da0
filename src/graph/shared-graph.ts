/** A graph as a message to another thread, which sees the same columns: nothing is copied. */
import type { Graph } from './graph.js';
import { Locations } from './locations.js';
import { type StringPage, StringTable } from './strings.js';

/** What of a graph a message can hold: columns in memory that threads share, and plain values. */
export interface SharedGraph {
  readonly plain: Omit<Graph, 'strings' | 'locations'>;
  readonly pages: readonly StringPage[];
  readonly places: Pick<Locations, 'placeOf' | 'scriptIds' | 'lines' | 'columns'> | undefined;
}

/**
 * - In: a graph that was loaded with `buffers: SharedArrayBuffer`; columns of any other graph are
 *   copied with the message.
 */
export function sharedGraph({ strings, locations, ...plain }: Graph): SharedGraph {
  const { placeOf, scriptIds, lines, columns } = locations ?? {};
  return {
    plain,
    pages: strings.pages,
    places: placeOf && scriptIds && lines && columns ? { placeOf, scriptIds, lines, columns } : undefined,
  };
}

/** The graph of a message. */
export function graphOf({ plain, pages, places }: SharedGraph): Graph {
  return {
    ...plain,
    strings: new StringTable(pages),
    locations: places && new Locations(places.placeOf, places.scriptIds, places.lines, places.columns),
  };
}
