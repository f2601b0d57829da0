/** The tables of `strings` about texts: equal ones together. */
import type { StringGroups } from '../../analysis/classes/string-groups.js';
import { shallowSizes } from '../../analysis/sizes/shallow-sizes.js';
import { LONGEST, matchingStrings } from '../../analysis/strings/matching-strings.js';
import { piecesOf } from '../../analysis/strings/pinned-strings.js';
import { groupHolders } from '../../analysis/strings/string-holders.js';
import { stringSummary } from '../../analysis/strings/string-summary.js';
import { placesOfLargest } from '../../base/largest.js';
import { type NoteLike, note } from '../../base/notes.js';
import type { Answer, Column, Row } from '../../base/result.js';
import { formatCount, formatId } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { NODE } from '../../graph/schema.js';
import { lengthOf, textOf } from '../../v8/string-facts.js';
import type { Machine } from '../command.js';
import { columns } from '../shared/columns.js';
import { omittedNote } from '../shared/row-limit.js';
import { type StringsQuestion, stringColumns } from './string-columns.js';

/** Holders that are named of a text. */
const MOST_HOLDERS = 3;

const { size, wasted, text, isCut, holder } = stringColumns;

const HOLDERS: readonly Column[] = [
  { key: 'count', title: 'Count', unit: 'count', role: 'count' },
  { key: 'text', title: 'Held by', unit: 'text', role: 'dim' },
];

/** Texts that are there more than once. */
export function duplicateRows({ graph, groups, limit }: StringsQuestion): Answer {
  const wastes = new Float64Array(groups.count);
  let total = 0;
  let assumed = 0;
  for (let group = 0; group < groups.count; group++) {
    if (groups.counts[group]! < 2) continue;
    total++;
    if (groups.assumed[group]! > 0) assumed += groups.assumed[group]! + 1; // and the first
    wastes[group] = groups.bytes[group]! - groups.largest[group]!;
  }
  const shown = placesOfLargest(wastes, limit, (group) => groups.counts[group]! > 1);
  const notes: NoteLike[] = [];
  if (total === 0) notes.push(`no two equal strings in ${graph.file}`);
  if (assumed > 0)
    notes.push(
      `${formatCount(assumed)} of these strings are cut in the file (V8 does at 1,024 characters): they count as equal because their beginnings and sizes are, and may differ behind`,
    );
  if (groups.unknown > 0)
    notes.push(
      `${formatCount(groups.unknown)} more cut strings begin like another one, and the file does not tell whether they are equal: not counted`,
    );
  return groupAnswer({ graph, groups, limit }, shown, total, notes, [wasted]);
}

/** Texts that match. */
export function matchingRows(
  { graph, groups, limit }: StringsQuestion,
  pattern: RegExp,
  within: Machine['within'],
): Answer {
  const found = matchingStrings(graph, groups, pattern, within);
  const counted = found.groups.filter((group) => !isInner(graph, groups, group));
  const matches = new Uint8Array(groups.count);
  for (const group of counted) matches[group] = 1;
  const shown = placesOfLargest(
    groups.bytes.subarray(0, groups.count),
    limit,
    (group) => matches[group] === 1,
  );
  const notes: NoteLike[] = [];
  if (counted.length === 0)
    notes.push(
      note(
        'unknown',
      )`no text of ${formatCount(groups.count)} matches ${String(pattern)} in what the file has of it`,
    );
  if (found.slow.length > 0) {
    const ids = found.slow.map((node) => formatId(graph.ids[node]!)).join(', ');
    notes.push(
      found.isGivenUp
        ? `the pattern takes too long on ${ids}: the texts behind them were not looked at; repeats within repeats, such as (a+)+, make a pattern slow`
        : `the pattern takes too long on ${ids}: not known whether it matches there`,
    );
  }
  const { forms } = stringSummary(graph);
  const sliced = forms.find(({ key }) => key === 'sliced')?.count ?? 0;
  if (sliced > 0)
    notes.push(
      `${formatCount(sliced)} sliced strings have no text in the file: the strings that they are parts of have`,
    );
  const bytes = counted.reduce((sum, group) => sum + groups.bytes[group]!, 0);
  const strings = counted.reduce((sum, group) => sum + groups.counts[group]!, 0);
  const answer = groupAnswer({ graph, groups, limit }, shown, counted.length, notes, []);
  return {
    ...answer,
    fields: {
      matchedTexts: counted.length,
      matchedStrings: strings,
      matchedSize: bytes,
      longest: LONGEST,
      isComplete: found.slow.length === 0,
    },
    found: counted.length > 0,
  };
}

function groupAnswer(
  { graph, groups }: StringsQuestion,
  shown: readonly number[],
  total: number,
  notes: readonly NoteLike[],
  first: readonly Column[],
): Answer {
  const holdersOf = groupHolders(graph, groups.members!, shown, MOST_HOLDERS);
  const rows = shown.map((group): Row => {
    const node = groups.first[group]!;
    const { holders, omitted } = holdersOf(group);
    return {
      ...(first.length > 0 ? { wastedSize: groups.bytes[group]! - groups.largest[group]! } : {}),
      count: groups.counts[group]!,
      shallowSize: groups.bytes[group]!,
      ...textFields(graph, node),
      id: graph.ids[node]!,
      holder: holders[0]?.text ?? null,
      holders: holders.map((one) => ({ ...one })),
      holdersOmitted: omitted,
    };
  });
  return {
    result: {
      kind: 'table',
      columns: [...first, columns.count, size, text, isCut, columns.id, holder],
      rows,
      total,
      omitted: total - rows.length,
      layout: 'grid',
      textColumns: [...first.map(({ key }) => key), 'count', 'shallowSize', 'text'],
      below: { key: 'holders', columns: HOLDERS, isFlattened: true },
    },
    notes: [...notes, ...omittedNote(total - rows.length, 'text', 'texts')],
  };
}

/** Whether the group is one string that is only a half of another one that is still in pieces. */
function isInner(graph: Graph, groups: StringGroups, group: number): boolean {
  const node = groups.first[group]!;
  return (
    groups.counts[group] === 1 &&
    graph.nodeTypes[node] === NODE['concatenated string'] &&
    piecesOf(graph).isPiece[node] === 1
  );
}

/** A text as far as the file has it, and whether that is all. */
function textFields(graph: Graph, node: number): Row {
  const value = textOf(graph, node);
  const { isCut } = lengthOf(graph, node, value.length, shallowSizes(graph)[node]!);
  return { text: value, isCut };
}

/** Every distinct text. Rows are made when they are written. */
export function allValues({ graph, groups, limit }: StringsQuestion): Answer {
  const isListed = (group: number): boolean => !isInner(graph, groups, group);
  let total = 0;
  for (let group = 0; group < groups.count; group++) if (isListed(group)) total++;
  const shown = Math.min(limit, total);
  const order = placesOfLargest(groups.bytes.subarray(0, groups.count), shown, isListed);
  return {
    result: {
      kind: 'table',
      columns: [columns.count, size, columns.id, isCut, text],
      rows: {
        *[Symbol.iterator](): Generator<Row> {
          for (const group of order) {
            const node = groups.first[group]!;
            yield {
              count: groups.counts[group]!,
              shallowSize: groups.bytes[group]!,
              id: graph.ids[node]!,
              ...textFields(graph, node),
            };
          }
        },
      },
      total,
      omitted: total - shown,
      layout: 'bare',
      textColumns: ['text'],
    },
    notes: omittedNote(total - shown, 'text', 'texts'),
  };
}
