/** Builds the tallies of a snapshot. Owns what was read so far. */
import { lostName } from '../graph/strings.js';
import type { ByteSource } from './byte-sources.js';
import { closeCounts, mostStrings } from './counts.js';
import type { Tallies } from './load.js';
import type { Layout } from './meta.js';
import { readRecords } from './records.js';
import type { Room } from './room.js';
import type { Plan, Reading } from './sections.js';
import { StringPicker, StringTableReader } from './strings.js';
import { NodeTally, type TallyRow } from './tally.js';
import type { ByteWindow } from './window.js';

export class TallyBuilder {
  readonly nodes: NodeTally;
  /** The names of what was counted; all strings where they come before the nodes. */
  private names: StringPicker | StringTableReader | undefined;
  private collected: readonly TallyRow[] | undefined;
  private isCounted = false;

  constructor(
    private readonly layout: Layout,
    private readonly source: ByteSource,
    private readonly room: Room,
  ) {
    this.nodes = new NodeTally(layout, source.name, room);
  }

  plan(): Plan {
    return {
      nodes: (window, offset) => this.readNodes(window, offset),
      strings: (window) => this.readStrings(window),
    };
  }

  /** Strings in the section. */
  get stringCount(): number {
    const { names } = this;
    return names instanceof StringPicker ? names.total : (names?.table.length ?? 0);
  }

  /** The tallies. The last call. */
  finish({ file, truncation }: Reading): Tallies {
    const { layout, nodes } = this;
    const nameOf = this.nameOf();
    return {
      file,
      truncation,
      nodeCount: nodes.count,
      extraNativeBytes: layout.extraNativeBytes,
      rows: this.rows.map((row) => ({ ...row, name: row.name < 0 ? undefined : nameOf(row.name) })),
      hasDetachedNatives: nodes.hasDetachedNatives,
      nodeTypeNames: layout.nodeTypeNames,
    };
  }

  private async readNodes(window: ByteWindow, offset: number): Promise<void> {
    const { nodes, layout, source } = this;
    await readRecords(window, nodes);
    this.isCounted = true;
    closeCounts(nodes.count, nodes.edgeSum, layout, source.name, offset);
  }

  private async readStrings(window: ByteWindow): Promise<void> {
    const limits = { most: mostStrings(this.layout), room: this.room };
    if (this.isCounted) {
      this.names = new StringPicker(limits);
      const wanted = this.rows.flatMap(({ name }) => (name >= 0 ? [name] : []));
      return this.names.read(window, 'strings', wanted);
    }
    this.names = new StringTableReader(limits);
    return this.names.read(window, 'strings');
  }

  /** What was counted. Nothing can be counted afterwards. */
  private get rows(): readonly TallyRow[] {
    this.collected ??= this.nodes.rows();
    return this.collected;
  }

  private nameOf(): (index: number) => string {
    const { names } = this;
    if (names instanceof StringPicker) return (index) => names.texts.get(index) ?? lostName(index);
    const table = names?.table;
    return (index) => table?.get(index) ?? lostName(index);
  }
}
