/** The part of `diff` that says who holds what is new. */
import { CLASS_KINDS, classKinds } from '../../analysis/classes/class-kinds.js';
import type { NodeDiff } from '../../analysis/growth/diff.js';
import { type ContainerPlace, containerPlace, groupPrincipal } from '../../analysis/leaks/container-place.js';
import { frontierOf } from '../../analysis/leaks/frontier.js';
import { holdersOfNew, type NewHolder } from '../../analysis/leaks/new-holders.js';
import type { Column, Row, Table } from '../../base/result.js';
import type { Graph } from '../../graph/graph.js';
import type { Partitioner } from '../../graph/partition.js';
import { classIndex } from '../../v8/class-names.js';
import { containerCell, shortTexts } from '../shared/container-text.js';
import { locationCell } from '../shared/tables.js';

const MOST_HOLDERS = 3;
export const HOLDERS: readonly Column[] = [
  { key: 'count', title: 'Count', unit: 'count', role: 'count' },
  { key: 'size', title: 'Size', unit: 'bytes', role: 'size' },
  { key: 'text', title: 'Held by', unit: 'text' },
];

/** Rows with their holders, and what the short names of scripts in them stand for. */
export interface Held {
  readonly rows: readonly Row[];
  readonly legend: NonNullable<Table['legend']>;
}

function grew({ countDelta, sizeDelta }: Row): boolean {
  return Number(countDelta) > 0 || Number(sizeDelta) > 0;
}

/**
 * Rows of classes that grew first, by what they say of the program: its own classes, functions, the runtime's classes, what
 * the language brings, V8's own. Equal ones stay in their order.
 */
export function programFirst(
  before: Graph,
  after: Graph,
  rows: readonly Row[],
  partition: Partitioner = classIndex,
): readonly Row[] {
  const classes = partition(after, [before, after]);
  const kinds = classKinds(after, classes);
  const ranks = new Map(classes.labels.map((label, i) => [label, CLASS_KINDS.indexOf(kinds[i] ?? 'engine')]));
  const rank = (row: Row): number => (grew(row) ? ranks.get(String(row.type))! : CLASS_KINDS.length);
  return [...rows].sort((a, b) => rank(a) - rank(b));
}

/** Each row with who holds the new objects of its class, if that grew; the most bytes first. */
export function withHolders(
  before: Graph,
  after: Graph,
  rows: readonly Row[],
  options: { readonly raw: boolean; readonly partition: Partitioner | undefined },
  nodes: NodeDiff,
): Held {
  const types = new Set(rows.filter(grew).map(({ type }) => String(type)));
  const frontier = frontierOf([before, after]);
  const held = holdersOfNew(before, after, { ...options, types, frontier }, nodes);
  const shown = new Map(Array.from(held, ([type, all]) => [type, all.slice(0, MOST_HOLDERS)]));
  const placeOf = ({ group }: NewHolder): ContainerPlace | undefined =>
    group && containerPlace(frontier, group);
  const files = [...shown.values()].flat().map((holder) => (placeOf(holder) ?? holder).file);
  const short = shortTexts(after, files);
  return {
    rows: rows.map((row): Row => {
      const holders = shown.get(String(row.type)) ?? [];
      let above = '';
      const texts = holders.map((holder): Row => {
        const place = placeOf(holder);
        const path = short.text(holder.path, place ? undefined : holder.file);
        const text = place ? short.container(place) : withoutSharedSteps(path, above);
        above = place ? '' : path;
        const { count, size, group } = holder;
        const container = place ? containerCell(after, place) : null;
        const location = group ? locationCell(groupPrincipal(frontier, group).location) : null;
        return { path: holder.path, count, size, text, container, location };
      });
      const all = held.get(String(row.type))?.length ?? 0;
      return { ...row, holders: texts, holdersOmitted: all - texts.length };
    }),
    legend: short.legend(),
  };
}

/** Fewer letters are not worth leaving out. */
const LEAST_SHARED = 16;

/** The steps that a path has in common with the one above it are left out: `… → ServerResponse (map)`. */
function withoutSharedSteps(path: string, above: string): string {
  let shared = 0;
  for (let at = path.indexOf(' → '); at >= 0; at = path.indexOf(' → ', at + 1)) {
    if (!above.startsWith(path.slice(0, at + 1))) break;
    shared = at;
  }
  return shared < LEAST_SHARED ? path : `…${path.slice(shared)}`;
}
