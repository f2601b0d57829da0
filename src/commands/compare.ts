/** What commands that compare snapshots have in common: may they compare ids, and what to say if not. */
import { type Lineage, lineage } from '../analysis/lineage.js';
import { UsageError } from '../errors.js';
import type { Graph } from '../graph/graph.js';
import { printable } from '../printable.js';
import { formatCount, formatShare } from '../units.js';
import type { Heap } from './command.js';

/** Two snapshots, the earlier first. */
export const beforeAndAfter = {
  names: ['before', 'after'],
  least: 2,
  most: 2,
} as const;

export const comparison = {
  'by-class': { kind: 'flag', help: 'compare classes only, not objects by their ids' },
  'by-id': { kind: 'flag', help: 'compare by ids even if the snapshots seem to be of two processes' },
} as const;

export interface ComparisonOptions {
  readonly 'by-class': boolean;
  readonly 'by-id': boolean;
}

/** How two snapshots are compared. */
export interface Comparison {
  readonly byId: boolean;
  readonly notes: readonly string[];
}

/** Whether neighbours in a list of snapshots can be compared by id. Baselines have no ids, and nothing is said of them. */
export function compareBy(heaps: readonly Heap[], options: ComparisonOptions): Comparison {
  const graphs = heaps.map(({ countable }) => ('ids' in countable ? countable : undefined));
  const known = graphs.every((graph) => graph !== undefined);
  const notes: string[] = [];
  let same = known;
  graphs.forEach((graph, i) => {
    const before = graphs[i - 1];
    if (!graph || !before) return;
    const facts = lineage(before, graph);
    if (!facts.sameProcess) same = false;
    notes.push(...lineageNotes(before, graph, facts, options));
  });
  return { byId: known && (options['by-id'] || (same && !options['by-class'])), notes };
}

/** Throws UsageError when a baseline, which has DevTools' sizes of whole classes, is to be compared in another way. */
export function checkBaselines(
  heaps: readonly Heap[],
  options: { readonly raw: boolean; readonly shapes: boolean },
): void {
  const baseline = heaps.map(({ countable }) => countable).find((countable) => 'rows' in countable);
  const wrong = options.raw ? '--raw' : options.shapes ? '--shapes' : undefined;
  if (!baseline || !wrong) return;
  throw new UsageError(
    `${wrong} needs snapshots, and ${printable(baseline.file)} is a baseline`,
    'A baseline has the counts and sizes of classes as DevTools shows them: leave the option out.',
  );
}

/** What is odd about a pair of snapshots: two processes, the wrong order, one twice. */
function lineageNotes(
  before: Graph,
  after: Graph,
  facts: Lineage,
  options: ComparisonOptions,
): readonly string[] {
  const names = `${printable(before.file)} and ${printable(after.file)}`;
  if (!facts.sameProcess) {
    const share = facts.compared === 0 ? 0 : facts.agreeing / facts.compared;
    const found = `of the strings and functions whose id both have, ${formatShare(share)} are the same`;
    const done = options['by-id']
      ? 'compared by id all the same'
      : 'compared by class only; --by-id compares objects all the same';
    return [`${names} seem to be of two processes (${found}): ${done}`];
  }
  if (facts.identical)
    return [`${names} hold the same ${formatCount(facts.common)} objects: one snapshot twice?`];
  if (!facts.inOrder) {
    return [
      `${printable(before.file)} seems to be the later one: its objects have higher ids; name the earlier one first`,
    ];
  }
  return [];
}
