import { describe, expect, it } from 'vitest';
import {
  allocate,
  allocateColumn,
  bytesPer,
  COLUMNS,
  type ColumnName,
  grown,
  trimmed,
  widened,
} from '../../src/graph/columns.js';
import type { Graph } from '../../src/graph/graph.js';
import { retainersOf } from '../../src/graph/retainers.js';
import { loadSnapshot } from '../../src/load/load.js';
import { difference } from '../load/compare.js';
import { FIXTURES, fixtureBytes } from '../support/fixtures.js';

const NAMES = Object.keys(COLUMNS) as ColumnName[];

describe('columns', () => {
  it.each(NAMES)('%s is allocated as the table says, in either kind of buffer', (name) => {
    for (const buffers of [ArrayBuffer, SharedArrayBuffer]) {
      const column = allocateColumn(name, 5, buffers);
      const { type, ...spec } = COLUMNS[name];
      expect(column.constructor.name.toLowerCase()).toBe(`${type}array`);
      expect(column.buffer).toBeInstanceOf(buffers);
      expect(column.length).toBe('closed' in spec ? 6 : 5);
      expect(column.buffer.byteLength).toBe(column.byteLength);
      expect([...column]).toEqual(Array.from(column, () => 0));
    }
  });

  it('take 17 bytes a node and 9 an edge', () => {
    const required = (per: string): ColumnName[] =>
      NAMES.filter((name) => {
        const spec = COLUMNS[name];
        return spec.per === per && !('optional' in spec) && !('derived' in spec);
      });
    expect(bytesPer(required('node'))).toBe(17);
    expect(bytesPer(required('edge'))).toBe(9);
    expect(bytesPer(required('string'))).toBe(4);
    expect(bytesPer(['detachedness'])).toBe(1);
    expect(bytesPer(['traceNodeIds'])).toBe(4);
    expect(bytesPer([])).toBe(0);
  });

  it('grow, widen and are trimmed, and stay in their kind of buffer', () => {
    for (const buffers of [ArrayBuffer, SharedArrayBuffer]) {
      const { ids, firstEdge } = allocate(['ids', 'firstEdge'], 2, buffers);
      ids.set([7, 4294967295]);
      firstEdge.set([0, 1, 3]);
      const wide = widened('ids', ids);
      expect(wide).toEqual(Float64Array.of(7, 4294967295));
      expect(widened('ids', wide)).toBe(wide);
      expect(grown('ids', wide, 3)).toEqual(Float64Array.of(7, 4294967295, 0));
      expect(grown('ids', ids, 4)).toEqual(Uint32Array.of(7, 4294967295, 0, 0));
      expect(grown('firstEdge', firstEdge, 3)).toEqual(Uint32Array.of(0, 1, 3, 0));
      for (const column of [wide, grown('ids', wide, 3), grown('firstEdge', firstEdge, 3)])
        expect(column.buffer).toBeInstanceOf(buffers);
      expect(trimmed('ids', ids, 2)).toBe(ids);
      expect([...trimmed('ids', ids, 1)]).toEqual([7]);
      expect(trimmed('ids', ids, 1).buffer).toBe(ids.buffer);
      expect(trimmed('firstEdge', firstEdge, 2)).toBe(firstEdge);
      expect([...trimmed('firstEdge', firstEdge, 1)]).toEqual([0, 1]);
    }
  });
});

/** The columns of a graph, by name. */
function columnsOf(graph: Graph): Partial<Record<ColumnName, ArrayBufferView>> {
  const { edges, locations, nodeTypes, nodeNames, ids, selfSizes, firstEdge } = graph;
  const { firstRetainer, sources } = retainersOf(graph);
  return {
    ...{ nodeTypes, nodeNames, ids, selfSizes, firstEdge },
    detachedness: graph.detachedness,
    traceNodeIds: graph.traceNodeIds,
    edgeTypes: edges?.types,
    edgeNames: edges?.names,
    edgeTargets: edges?.targets,
    placeOf: locations?.placeOf,
    placeScriptIds: locations?.scriptIds,
    placeLines: locations?.lines,
    placeColumns: locations?.columns,
    firstRetainer,
    retainerSources: sources,
  };
}

describe.each(FIXTURES)('a graph of %s', (name) => {
  it('has columns of the types in the table', async () => {
    const graph = await loadSnapshot(fixtureBytes(name), { locations: true });
    for (const [column, values] of Object.entries(columnsOf(graph))) {
      if (values === undefined) continue;
      const { type } = COLUMNS[column as ColumnName];
      expect(values.constructor.name.toLowerCase(), column).toBe(`${type}array`);
    }
  });

  it('is the same in shared memory, its strings included', async () => {
    const bytes = fixtureBytes(name);
    const graph = await loadSnapshot(bytes, { locations: true });
    const shared = await loadSnapshot(bytes, { locations: true, buffers: SharedArrayBuffer });
    expect(difference(shared, graph)).toBeUndefined();
    const { firstRetainer, retainerSources, ...columns } = columnsOf(shared);
    for (const [column, values] of Object.entries(columns))
      if (values) expect(values.buffer, column).toBeInstanceOf(SharedArrayBuffer);
    for (const { segment, starts } of shared.strings.pages)
      for (const { buffer } of [segment, starts]) expect(buffer).toBeInstanceOf(SharedArrayBuffer);
  });
});
