/**
 * Builds a graph of the sections of a snapshot, in whatever order they come. Owns what was read so
 * far.
 */
import { formatCount } from '../base/units.js';
import type { Arena } from '../graph/arena.js';
import { type ColumnMemory, trimmed } from '../graph/columns.js';
import type { Edges, Graph } from '../graph/graph.js';
import { arenaFor } from './arena-for.js';
import type { ByteSource } from './byte-sources.js';
import { closeCounts, mostStrings, roomFor, sumEdgeCounts } from './counts.js';
import { BYTES_PER_EDGE, EdgeReader } from './edges.js';
import type { LoadOptions } from './load.js';
import { LocationReader } from './locations.js';
import type { Layout } from './meta.js';
import { BYTES_PER_NODE, NodeReader } from './nodes.js';
import { readRecords } from './records.js';
import type { Room } from './room.js';
import { dropLostEdges } from './salvage.js';
import { type Plan, passOver, type Reading } from './sections.js';
import { StringTableReader } from './strings.js';
import { TraceColumns } from './traces.js';
import type { ByteWindow } from './window.js';

/** Bytes of text from which on a second thread pays for its start. */
const WORTH = 48 << 20;

export class GraphBuilder {
  /** The memory of nodes and edges when they are many, or of some of their columns. */
  readonly arena: Arena | undefined;
  private readonly memory: ColumnMemory | undefined;
  private readonly nodes: NodeReader;
  private edges: EdgeReader | undefined;
  private locations: LocationReader | undefined;
  private readonly traces: TraceColumns | undefined;
  private readonly strings: StringTableReader;
  /** The nodes were read: `firstEdge` has offsets, and the layout has the counts. */
  private countsClosed = false;

  constructor(
    private readonly layout: Layout,
    private readonly source: ByteSource,
    private readonly room: Room,
    private readonly options: LoadOptions,
  ) {
    const nodeRoom = roomFor(layout.nodeCount, layout.nodes.count, source);
    room.take(nodeRoom * BYTES_PER_NODE, `${formatCount(nodeRoom)} nodes`);
    const columns = arenaFor(layout, source, options);
    this.arena = columns?.arena;
    this.memory = columns?.memory ?? options.buffers;
    this.nodes = new NodeReader(layout, source.name, nodeRoom, this.memory);
    this.traces = options.traces ? new TraceColumns(layout) : undefined;
    this.strings = new StringTableReader({ most: mostStrings(layout), room }, options.buffers);
  }

  /** What is done with which section. */
  plan(): Plan {
    const { traces, options, layout } = this;
    return {
      nodes: (window, offset) => this.readNodes(window, offset),
      edges: (window) => this.readEdges(window),
      locations: options.locations && layout.locations ? (window) => this.readLocations(window) : undefined,
      trace_function_infos: traces && ((window) => traces.readFunctions(window)),
      trace_tree: traces && ((window) => traces.readTree(window)),
      strings: (window) => this.strings.read(window, 'strings'),
    };
  }

  /** The sections with names, to check them against the number of strings. */
  get named(): readonly (NodeReader | EdgeReader | undefined)[] {
    return [this.nodes, this.edges];
  }

  /** The graph. The last call. */
  finish(reading: Reading): Graph {
    const { layout, nodes, traces } = this;
    const { columns, count } = nodes;
    if (reading.truncation) this.closeSalvaged();
    return {
      head: reading.head,
      file: reading.file,
      truncation: reading.truncation,
      nodeCount: count,
      root: layout.root,
      extraNativeBytes: layout.extraNativeBytes,
      nodeTypes: trimmed('nodeTypes', columns.nodeTypes, count),
      nodeNames: trimmed('nodeNames', columns.nodeNames, count),
      ids: trimmed('ids', columns.ids, count),
      idsAreExact: nodes.idsAreExact,
      selfSizes: trimmed('selfSizes', columns.selfSizes, count),
      firstEdge: trimmed('firstEdge', columns.firstEdge, count),
      detachedness: columns.detachedness && trimmed('detachedness', columns.detachedness, count),
      traceNodeIds:
        nodes.isTraced && columns.traceNodeIds
          ? trimmed('traceNodeIds', columns.traceNodeIds, count)
          : undefined,
      traces: traces?.finish(nodes.isTraced),
      edges: this.edges && edgesOf(this.edges),
      strings: this.strings.table,
      locations: this.locations?.finish(count),
      nodeTypeNames: layout.nodeTypeNames,
      edgeTypeNames: layout.edgeTypeNames,
      sections: reading.sections,
    };
  }

  private async readNodes(window: ByteWindow, offset: number): Promise<void> {
    const { nodes, layout, source } = this;
    await readRecords(window, nodes, this.ahead(nodes));
    this.countsClosed = true;
    const edgeSum = sumEdgeCounts(nodes.columns.firstEdge, nodes.count);
    closeCounts(nodes.count, edgeSum, layout, source.name, offset);
  }

  private async readEdges(window: ByteWindow): Promise<void> {
    const { layout, source } = this;
    // Before the nodes are known, they may be needed.
    if (!this.wantsEdges(!this.countsClosed)) return passOver(window, 'edges');
    const edgeRoom = roomFor(layout.edgeCount, layout.edges.count, source);
    this.room.take(edgeRoom * BYTES_PER_EDGE, `${formatCount(edgeRoom)} edges`);
    this.edges = new EdgeReader(layout, source.name, edgeRoom, this.memory);
    await readRecords(window, this.edges, this.ahead(this.edges));
  }

  private async readLocations(window: ByteWindow): Promise<void> {
    const { layout, source, nodes, options } = this;
    const nodeRoom = nodes.columns.nodeTypes.length;
    this.locations = new LocationReader(layout, layout.locations!, source.name, nodeRoom, options.buffers);
    await readRecords(window, this.locations);
  }

  /** Reads a section with a second thread, where that pays. */
  private ahead(sink: NodeReader | EdgeReader): ((window: ByteWindow) => Promise<void>) | undefined {
    const { arena, options, layout } = this;
    const { records, declaredCount: declared } = sink;
    const fields = sink.section === 'nodes' ? layout.nodes.count : layout.edges.count;
    if (!arena || !records || declared === undefined || options.threads === 1) return undefined;
    return async (window) => {
      const { pieceSize: piece } = options;
      if (piece === undefined && (window.source.size ?? 0) - window.offset < WORTH) return;
      const { readInTwo } = await import('./threads/two-threads.js');
      const progress = await readInTwo(window, arena, options, { records, fields, declared, piece });
      if (progress) sink.skipTo(progress);
    };
  }

  private wantsEdges(inDoubt: boolean): boolean {
    const { edges = true } = this.options;
    return edges === 'for-names' ? inDoubt || this.nodes.hasDetachedNatives : edges;
  }

  private closeSalvaged(): void {
    const { nodes, layout, source } = this;
    if (!this.countsClosed) sumEdgeCounts(nodes.columns.firstEdge, nodes.count);
    // Edges that were asked for and did not come are none.
    if (this.wantsEdges(false)) this.edges ??= new EdgeReader(layout, source.name, 0, this.options.buffers);
    if (this.edges) dropLostEdges(nodes, this.edges);
  }
}

function edgesOf({ columns, count }: EdgeReader): Edges {
  return {
    count,
    types: trimmed('edgeTypes', columns.edgeTypes, count),
    names: trimmed('edgeNames', columns.edgeNames, count),
    targets: trimmed('edgeTargets', columns.edgeTargets, count),
  };
}
