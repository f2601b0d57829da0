/** What the numbered edge of a helper means to its owner: an item, a key, the value of a key. */

import { shortened } from '../../base/printable.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { isIndexed } from '../../graph/schema.js';
import { V8_NAME } from '../../v8/system-names.js';
import { ENTRY_SIZE, firstEntrySlot, slotsOf } from '../../v8/tables.js';
import { shortValue } from '../../v8/values.js';
import { isPairName } from '../../v8/weak-map-pairs.js';

const KEY_LENGTH = 24;
const NAME_LENGTH = 40;

/** How the reference of a WeakMap's table to a value is called. */
export const WEAK_VALUE = 'value in a WeakMap';

export interface EntryName {
  readonly name: string;
  /** The same for references that mean the same: all items, all values of Maps. */
  readonly kind: string;
}

/** Names of entries; each table is read once. */
export class EntryNames {
  private readonly slots = new Map<number, ReadonlyMap<number, number>>();

  constructor(private readonly graph: Graph) {}

  /** What an edge of `helper` is to the object `owner` that the helper is part of. */
  nameOf(owner: number, helper: number, edge: number): EntryName {
    const { strings, nodeNames } = this.graph;
    const { types, names } = edgesOf(this.graph);
    const plain = isIndexed(types[edge]!) ? `[${names[edge]!}]` : strings.get(names[edge]!);
    if (isPairName(plain)) return { name: WEAK_VALUE, kind: WEAK_VALUE };
    const collection = strings.get(nodeNames[owner]!);
    if (collection === 'Set') return { name: 'item', kind: 'item' };
    if (collection === 'Map') return this.mapEntry(helper, Number(plain));
    if (!/^\d+$/.test(plain)) return { name: shortened(plain, NAME_LENGTH), kind: plain };
    const part = strings.get(nodeNames[helper]!);
    return part === V8_NAME.objectElements
      ? { name: `[${plain}]`, kind: 'slot' }
      : { name: shortened(part, NAME_LENGTH), kind: part };
  }

  /** The key in a slot of a Map's table, or the value behind it: `.get(key)`. */
  private mapEntry(table: number, slot: number): EntryName {
    const first = firstEntrySlot(this.graph.selfSizes[table]!, ENTRY_SIZE.Map) ?? 3;
    if ((slot - first) % ENTRY_SIZE.Map === 0) return { name: 'key', kind: 'key' };
    const key = this.slotsIn(table).get(slot - 1);
    const text = key === undefined ? '…' : shortened(shortValue(this.graph, key), KEY_LENGTH);
    return { name: `.get(${text})`, kind: 'value' };
  }

  private slotsIn(table: number): ReadonlyMap<number, number> {
    const slots = this.slots.get(table) ?? slotsOf(this.graph, table);
    this.slots.set(table, slots);
    return slots;
  }
}
