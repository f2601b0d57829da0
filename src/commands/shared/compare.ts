/** Shared by commands that compare snapshots: whether ids can be compared, and the notes on it. */
import { type Lineage, lineage } from '../../analysis/growth/lineage.js';
import { UsageError } from '../../base/errors.js';
import { type NoteLike, type NotePart, note, noteText, option, parts } from '../../base/notes.js';
import { printable } from '../../base/printable.js';
import { formatCount, formatShare } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import type { OpenedSnapshot } from '../../session/need.js';
import type { ValuesOf } from '../options.js';
import type { partitionOptions } from './partition.js';
import type { rawSizes } from './sizes.js';

/** Two snapshots, the earlier first. */
export const beforeAndAfter = {
  names: ['before', 'after'],
  least: 2,
  most: 2,
} as const;

export const comparisonOptions = {
  byClass: {
    kind: 'flag',
    help: 'compare classes only, not objects by their ids',
    conflicts: ['byId'],
  },
  byId: { kind: 'flag', help: 'compare by ids even if the snapshots seem to be of two processes' },
} as const;

/** In what order several snapshots are compared. */
export const orderOption = {
  order: {
    kind: 'choice',
    choices: ['given', 'name', 'time'],
    default: 'given',
    help: 'order of the snapshots: as given, by file name, or by the time they were written',
    formerly: 'sortBy',
  },
} as const;

/** V8 forgets all ids when an inspector session ends (V8HeapProfilerAgentImpl::disable). */
const ONE_RUN = 'take all snapshots in one run (heapgraph capture PID --every 60s --count 3, or --on signal)';

/** How two snapshots are compared. */
export interface Comparison {
  readonly byId: boolean;
  readonly notes: readonly NoteLike[];
}

/** Whether neighbouring snapshots can be compared by id. Baselines, without ids, get no note. */
export function compareBy(
  heaps: readonly OpenedSnapshot[],
  options: ValuesOf<typeof comparisonOptions>,
): Comparison {
  const graphs = heaps.map(({ countable }) => ('ids' in countable ? countable : undefined));
  const known = graphs.every((graph) => graph !== undefined);
  const notes: NoteLike[] = [];
  let same = known;
  graphs.forEach((graph, i) => {
    const before = graphs[i - 1];
    if (!graph || !before) return;
    const facts = lineage(before, graph);
    if (facts.sameProcess) {
      notes.push(...orderNotes(before, graph, facts, 'name the earlier one first'));
      return;
    }
    same = false;
    const done = options.byId
      ? 'compared by id all the same'
      : facts.ids === 'renumbered' || facts.ids === 'rounded'
        ? 'compared by class only'
        : parts`compared by class only; to compare objects ${ONE_RUN}; ${option('byId')} does it all the same`;
    notes.push(note('compared')`${cannotCompare(before, graph, facts)}: ${done}`);
  });
  return { byId: known && (options.byId || (same && !options.byClass)), notes };
}

/** Throws UsageError for a baseline with other options: it has only DevTools' sizes of classes. */
export function checkBaselines(
  heaps: readonly OpenedSnapshot[],
  options: ValuesOf<typeof partitionOptions & typeof rawSizes>,
): void {
  const baseline = heaps.map(({ countable }) => countable).find((countable) => 'rows' in countable);
  const given = (['raw', 'shapes', 'functions'] as const).find((option) => options[option]);
  const wrong = given && `--${given}`;
  if (!baseline || !wrong) return;
  throw new UsageError(
    `${wrong} needs snapshots, and ${printable(baseline.file)} is a baseline`,
    'A baseline has the counts and sizes of classes as DevTools shows them: leave the option out.',
  );
}

/**
 * For questions about several snapshots that cannot be answered by class.
 *
 * - Out: notes.
 * - Throws: UsageError unless all are of one process, or `byId` is set.
 */
export function requireOneProcess(
  heaps: readonly OpenedSnapshot[],
  byId: boolean,
  question: string,
): readonly NoteLike[] {
  return heaps.slice(1).flatMap(({ graph }, i) => {
    const before = heaps[i]!.graph;
    return checkOneProcess(before, graph, { byId, advice: 'name the earlier one first', question });
  });
}

/**
 * For questions that need ids.
 *
 * - In: `advice` says how the user names the earlier snapshot.
 * - Out: notes on the order of the two.
 * - Throws: UsageError for two processes, unless `byId` is set.
 */
export function checkOneProcess(
  before: Graph,
  after: Graph,
  {
    byId,
    advice,
    question,
  }: {
    readonly byId: boolean;
    readonly advice: string | readonly NotePart[];
    readonly question?: string;
  },
): readonly NoteLike[] {
  const facts = lineage(before, after);
  if (facts.sameProcess) return orderNotes(before, after, facts, advice);
  const problem = cannotCompare(before, after, facts);
  if (!byId)
    throw new UsageError(
      question === undefined ? problem : `${question} needs snapshots of one process: ${problem}`,
      facts.ids === 'renumbered' || facts.ids === 'rounded'
        ? 'Compare classes: show-growth and diff do that.'
        : parts`Ids mean the same object only within a process, and until an inspector session of it ends: ${ONE_RUN}; ${option('byId')} goes on all the same.`,
    );
  return [`${problem}: compared by id all the same`];
}

/**
 * For budgets, which compare classes: whether the two snapshots are of one process.
 *
 * - Out: a note if they are not.
 * - Throws: UsageError when the later snapshot is given as the earlier: nothing would grow.
 */
export function checkBudgetOrder(
  before: Graph,
  after: Graph,
): { readonly sameProcess: boolean; readonly notes: readonly NoteLike[] } {
  const facts = lineage(before, after);
  if (!facts.sameProcess) {
    return {
      sameProcess: false,
      notes: [`${cannotCompare(before, after, facts)}: compared by class only`],
    };
  }
  if (facts.inOrder) return { sameProcess: true, notes: idNotes(before, after, facts) };
  throw new UsageError(
    `the baseline ${printable(before.file)} seems to be later than ${printable(after.file)}: its objects have higher ids`,
    parts`Name the earlier snapshot as ${option('baseline')} and check the later one.`,
  );
}

/** Why objects of the two cannot be compared by their ids. */
function cannotCompare(before: Graph, after: Graph, facts: Lineage): string {
  const files = `${printable(before.file)} and ${printable(after.file)}`;
  if (facts.ids === 'renumbered')
    return `the ids in ${files} are given anew in each snapshot, as Bun does from 1.4 on, and say nothing of objects`;
  if (facts.ids === 'rounded')
    return `the ids in ${files} are beyond 2^53 and cannot be held exactly, and equal ones may be of different objects`;
  return twoProcesses(before, after, facts);
}

/** What to keep in mind where ids are compared that are not those of V8. */
function idNotes(before: Graph, after: Graph, { ids, identical }: Lineage): readonly string[] {
  const files = `${printable(before.file)} and ${printable(after.file)}`;
  if (identical) return [];
  if (ids === 'hashes') {
    return [
      `the ids in ${files} are hashes, as Bun writes them up to 1.3: which of the two is the earlier one does not follow from them, and now and then two objects have the same one`,
    ];
  }
  if (ids === 'addresses') {
    return [
      `the ids in ${files} are addresses: which of the two is the earlier one does not follow from them, and an object may have taken the place of one that is gone`,
    ];
  }
  return [];
}

function twoProcesses(before: Graph, after: Graph, facts: Lineage): string {
  const share = facts.compared === 0 ? 0 : facts.agreeing / facts.compared;
  const found =
    facts.differingRanges > 0
      ? `strings and functions whose id both have: ${formatShare(share)} are the same, in ${formatCount(facts.differingRanges)} ranges of ids most are not`
      : `strings and functions whose id both have: ${formatShare(share)} are the same`;
  return `${printable(before.file)} and ${printable(after.file)} seem to be of two processes, or of one whose inspector session ended in between (${found})`;
}

/** What is odd about two snapshots of one process: the wrong order, one twice. */
function orderNotes(
  before: Graph,
  after: Graph,
  facts: Lineage,
  advice: string | readonly NotePart[],
): readonly NoteLike[] {
  if (facts.identical) {
    return [
      `${printable(before.file)} and ${printable(after.file)} hold the same ${formatCount(before.nodeCount)} objects: one snapshot twice?`,
    ];
  }
  if (facts.inOrder) return idNotes(before, after, facts);
  return [
    note(
      'compared',
    )`${printable(before.file)} seems to be the later one: its objects have higher ids; ${advice}`,
  ];
}

/**
 * Checks the order of the snapshots.
 *
 * - In: the notes on them; the flag that would judge them.
 * - Throws: UsageError for the wrong order, and for the same snapshot twice: nothing would be
 *   found, and a check in CI would pass.
 */
export function checkOrder(heaps: readonly OpenedSnapshot[], notes: readonly NoteLike[], flag: string): void {
  const isWrong = heaps.slice(1).some(({ graph }, i) => {
    const { identical, inOrder } = lineage(heaps[i]!.graph, graph);
    return identical || !inOrder;
  });
  if (!isWrong) return;
  throw new UsageError(
    `${flag} cannot judge these snapshots: ${notes.map((one) => noteText(one)).join('; ')}`,
    `Name snapshots of one process, the earliest first; without ${flag} this is only a note.`,
  );
}
