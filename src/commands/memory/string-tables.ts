import { holderPaths } from '../../analysis/holders/holder-paths.js';
import { retainedSizes } from '../../analysis/sizes/retained-sizes.js';
import { shallowSizes } from '../../analysis/sizes/shallow-sizes.js';
import { largestStrings } from '../../analysis/strings/largest-strings.js';
import { pinnedStrings } from '../../analysis/strings/pinned-strings.js';
import { stringSummary } from '../../analysis/strings/string-summary.js';
import type { Answer, Column, Row } from '../../base/result.js';
import type { Graph } from '../../graph/graph.js';
import { itemCount } from '../../v8/item-count.js';
import { CUT, lengthOf, textOf } from '../../v8/string-facts.js';
import { STRING_FORMS, stringForm } from '../../v8/string-forms.js';
import { shortValue } from '../../v8/values.js';
import { columns } from '../shared/columns.js';
import { omittedNote } from '../shared/row-limit.js';
import { type StringsQuestion, stringColumns } from './string-columns.js';

const { size, wasted, text, holder, length } = stringColumns;

const PINNED: readonly Column[] = [
  wasted,
  { key: 'keptSize', title: 'Kept', unit: 'bytes', role: 'size' },
  { key: 'parts', title: 'Parts', unit: 'count', role: 'count' },
  { key: 'usedLength', title: 'Used', unit: 'count' },
  { key: 'kind', title: 'Kind', unit: 'text' },
  { key: 'heldOtherwise', title: 'Held otherwise', unit: 'text' },
  text,
  columns.id,
  holder,
];

/** Parts that keep a larger text, and texts in pieces. */
export function pinnedRows({ graph, limit }: StringsQuestion): Answer {
  const { rows, total, wastedSize, sliced, ropes } = pinnedStrings(graph, limit);
  const paths = holderPaths(graph);
  const omitted = total - rows.length;
  const hasUnknown = rows.some(({ kind, used }) => kind === 'sliced' && used === undefined);
  return {
    result: {
      kind: 'table',
      columns: PINNED,
      rows: rows.map(
        (row): Row => ({
          wastedSize: row.wastedSize,
          keptSize: row.size,
          parts: row.parts,
          usedLength: row.used ?? null,
          kind: row.kind,
          heldOtherwise: row.isHeldOtherwise,
          text: textOf(graph, row.node),
          id: graph.ids[row.node]!,
          holder: paths.text(paths.pathOf(row.example)),
        }),
      ),
      total,
      omitted,
      layout: 'grid',
      textColumns: ['wastedSize', 'keptSize', 'parts', 'usedLength', 'kind', 'text', 'holder'],
    },
    fields: { pinnedSize: wastedSize, slicedStrings: sliced, concatenatedStrings: ropes },
    notes: [
      ...(total === 0 ? [`no sliced or concatenated string in ${graph.file}`] : []),
      ...(hasUnknown
        ? ['the file does not say how long a sliced string is: "Wasted" has all of the string that it keeps']
        : []),
      ...omittedNote(omitted, 'string', 'strings'),
    ],
  };
}

/** The strings that keep the most. */
export function largestRows({ graph, limit }: StringsQuestion): Answer {
  const { nodes, total } = largestStrings(graph, limit);
  const paths = holderPaths(graph);
  const retained = retainedSizes(graph);
  const sizes = shallowSizes(graph);
  const formOf = stringForm(graph);
  const omitted = total - nodes.length;
  return {
    result: {
      kind: 'table',
      columns: [
        columns.retainedSize,
        size,
        length,
        { key: 'form', title: 'Form', unit: 'text' },
        text,
        columns.id,
        holder,
      ],
      rows: nodes.map(
        (node): Row => ({
          retainedSize: retained[node]!,
          shallowSize: sizes[node]!,
          length: lengthCell(graph, node),
          form: STRING_FORMS[formOf(node)]!.key,
          text:
            STRING_FORMS[formOf(node)]!.key === 'sliced' ? shortValue(graph, node, CUT) : textOf(graph, node),
          id: graph.ids[node]!,
          holder: paths.text(paths.pathOf(node)),
        }),
      ),
      total,
      omitted,
      layout: 'grid',
      textColumns: ['retainedSize', 'length', 'form', 'text', 'holder'],
    },
    notes: omittedNote(omitted, 'string', 'strings'),
  };
}

/** Characters, where the file tells them. */
function lengthCell(graph: Graph, node: number): number | null {
  const characters = itemCount(graph, node);
  if (characters === undefined) return null;
  const { known, isCut } = lengthOf(graph, node, characters, shallowSizes(graph)[node]!);
  return known ?? (isCut ? null : characters);
}

/** How strings are kept. */
export function encodingRows({ graph }: StringsQuestion): Answer {
  const { forms, size: whole } = stringSummary(graph);
  return {
    result: {
      kind: 'table',
      columns: [
        columns.count,
        size,
        columns.sizeShare,
        { key: 'form', title: 'Form', unit: 'text', role: 'name' },
        { key: 'title', title: 'Form', unit: 'text', role: 'name' },
      ],
      rows: forms.map(
        ({ key, title, count, size: shallowSize }): Row => ({
          count,
          shallowSize,
          sizeShare: whole === 0 ? 0 : shallowSize / whole,
          form: key,
          title,
        }),
      ),
      total: forms.length,
      omitted: 0,
      layout: 'grid',
      textColumns: ['count', 'shallowSize', 'sizeShare', 'title'],
    },
    notes: [
      ...(forms.some(({ key }) => key === 'externalUncounted')
        ? ['characters of external strings lie outside of the heap, and this file does not count them']
        : []),
    ],
  };
}
