/** A graph whose columns stand in an index file and are read when somebody asks for them. */

import { prototypeNodes } from '../../analysis/classes/instances.js';
import { distanceSearch } from '../../analysis/sizes/distances.js';
import { childIndex } from '../../analysis/sizes/dominated-nodes.js';
import { dominatorTree } from '../../analysis/sizes/dominators.js';
import { essentialEdges, pageOwnedNodes } from '../../analysis/sizes/essential-edges.js';
import { retainedSizes } from '../../analysis/sizes/retained-sizes.js';
import { shallowSizes } from '../../analysis/sizes/shallow-sizes.js';
import type { Graph } from '../../graph/graph.js';
import { idIndex } from '../../graph/ids.js';
import { Locations } from '../../graph/locations.js';
import { retainersOf } from '../../graph/retainers.js';
import { type StringPage, StringTable } from '../../graph/strings.js';
import { fileClassIndex } from '../../v8/class-names.js';
import { landmarks } from '../../v8/landmarks.js';
import { scriptNames } from '../../v8/scripts.js';
import { userRoots } from '../../v8/user-roots.js';
import type { ColumnFile } from './column-file.js';
import type { Values } from './format.js';

export interface IndexedGraphOptions {
  /**
   * Whether the question looks at few nodes: columns that it does not go through are read block
   * by block.
   */
  readonly few: boolean;
  readonly locations: boolean;
  /** The path of the snapshot, as it was named. */
  readonly file: string;
}

/** The graph of an index. What was computed for it is not computed again. */
export function indexedGraph(columns: ColumnFile, { few, locations, file }: IndexedGraphOptions): Graph {
  const { facts } = columns.footer;
  const whole = <T extends Values>(name: string): T => columns.column<T>(name);
  const some = <T extends Values>(name: string): T =>
    few ? columns.paged<T>(name) : columns.column<T>(name);
  const edges = lazily({
    count: () => facts.edgeCount,
    types: () => some<Uint8Array>('edgeTypes'),
    names: () => some<Uint32Array>('edgeNames'),
    targets: () => some<Uint32Array>('edgeTargets'),
  });
  const strings = stringsOf(columns);
  const lazy = lazily({
    nodeTypes: () => some<Uint8Array>('nodeTypes'),
    nodeNames: () => some<Uint32Array>('nodeNames'),
    ids: () => some<Uint32Array>('ids'),
    selfSizes: () => some<Uint32Array>('selfSizes'),
    firstEdge: () => some<Uint32Array>('firstEdge'),
    detachedness: () => (columns.has('detachedness') ? whole<Uint8Array>('detachedness') : undefined),
    locations: () =>
      locations && facts.hasLocations
        ? new Locations(
            some<Uint32Array>('placeOf'),
            some<Float64Array>('placeScriptIds'),
            some<Float64Array>('placeLines'),
            some<Float64Array>('placeColumns'),
          )
        : undefined,
  });
  const graph: Graph = Object.defineProperties(
    {
      head: { ...facts.head, file },
      file,
      truncation: undefined,
      nodeCount: facts.nodeCount,
      root: facts.root,
      extraNativeBytes: facts.extraNativeBytes,
      idsAreExact: facts.idsAreExact,
      traceNodeIds: undefined,
      traces: undefined,
      edges,
      strings,
      nodeTypeNames: facts.nodeTypeNames,
      edgeTypeNames: facts.edgeTypeNames,
      sections: facts.sections,
    },
    Object.getOwnPropertyDescriptors(lazy),
  ) as unknown as Graph;

  userRoots.give(graph, () => facts.userRoots);
  landmarks.give(graph, () => facts.landmarks);
  scriptNames.give(graph, () => new Map(locations ? facts.scripts : []));
  fileClassIndex.give(graph, () => ({
    labels: JSON.parse(Buffer.from(whole<Uint8Array>('classNames')).toString()) as string[],
    of: whole<Uint32Array>('classes'),
  }));
  shallowSizes.give(graph, () => some<Float64Array>('shallowSizes'));
  retainedSizes.give(graph, () => some<Float64Array>('retainedSizes'));
  pageOwnedNodes.give(graph, () => some<Uint8Array>('pageOwned'));
  essentialEdges.give(graph, () => some<Uint8Array>('essentialEdges'));
  prototypeNodes.give(graph, () => whole<Uint8Array>('prototypes'));
  distanceSearch.give(graph, () => {
    const { withheld, meetsRoot } = facts;
    return { found: some<Int32Array>('distances'), withheld, meetsRoot };
  });
  dominatorTree.give(graph, () => {
    const { reached, searched } = facts;
    return lazily({
      dominators: () => some<Uint32Array>('dominators'),
      order: () => whole<Uint32Array>('dominatorOrder'),
      reached: () => reached,
      searched: () => searched,
    });
  });
  childIndex.give(graph, () => ({
    firstChild: some<Uint32Array>('firstChild'),
    children: some<Uint32Array>('children'),
  }));
  retainersOf.give(graph, () => ({
    firstRetainer: some<Uint32Array>('firstRetainer'),
    sources: some<Uint32Array>('retainerSources'),
  }));
  // A table of all ids takes longer than a few looks for one.
  if (few) idIndex.give(graph, () => ({ nodeOf: (id) => graph.ids.indexOf(id) }));
  return graph;
}

/** An object whose values are made when they are asked for, once. */
function lazily<T extends Readonly<Record<string, unknown>>>(
  makers: {
    readonly [K in keyof T]: () => T[K];
  },
): T {
  const made = {} as T;
  for (const key of Object.keys(makers) as (keyof T & string)[])
    Object.defineProperty(made, key, {
      enumerable: true,
      configurable: true,
      get() {
        const value = makers[key]();
        Object.defineProperty(this, key, { value, enumerable: true, configurable: true });
        return value;
      },
    });
  return made;
}

/** Strings whose pages are read when one of them is asked for. */
function stringsOf(columns: ColumnFile): StringTable {
  let byte = 0;
  const pages = columns.footer.facts.pages.map(([first, bytes, strings]): StringPage => {
    const [fromByte, fromString] = [byte, first];
    byte += bytes;
    return Object.defineProperty(
      lazily({
        segment: () => columns.part<Uint8Array>('stringBytes', fromByte, fromByte + bytes),
        starts: () => columns.part<Uint32Array>('stringStarts', fromString, fromString + strings),
      }),
      'first',
      { value: first, enumerable: true },
    ) as unknown as StringPage;
  });
  return new StringTable(pages, () => columns.column<Uint16Array>('stringBeginnings'));
}
