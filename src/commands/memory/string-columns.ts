/** What the tables of `strings` have in common. */
import type { StringGroups } from '../../analysis/classes/string-groups.js';
import type { Column } from '../../base/result.js';
import type { Graph } from '../../graph/graph.js';

/** What a table is made of. */
export interface StringsQuestion {
  readonly graph: Graph;
  /** With members where holders are asked for. */
  readonly groups: StringGroups;
  readonly limit: number;
}

export const stringColumns = {
  size: { key: 'shallowSize', title: 'Size', unit: 'bytes', role: 'size' },
  wasted: { key: 'wastedSize', title: 'Wasted', unit: 'bytes', role: 'size' },
  text: { key: 'text', title: 'Value', unit: 'text', role: 'name' },
  isCut: { key: 'isCut', title: 'Cut', unit: 'text' },
  holder: { key: 'holder', title: 'Held by', unit: 'text' },
  length: { key: 'length', title: 'Length', unit: 'count' },
} as const satisfies Readonly<Record<string, Column>>;
