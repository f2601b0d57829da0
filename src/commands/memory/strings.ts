/** strings: what the texts of a heap take, and who holds them. */
import { groupStrings, type StringGroups } from '../../analysis/classes/string-groups.js';
import { besideHolders } from '../../analysis/sizes/ahead.js';
import { stringSummary } from '../../analysis/strings/string-summary.js';
import { UsageError } from '../../base/errors.js';
import type { NoteLike } from '../../base/notes.js';
import { option, parts } from '../../base/notes.js';
import type { Answer, Row } from '../../base/result.js';
import { formatBytes, formatCount, formatShare } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { defineCommand } from '../command.js';
import { allRows } from '../shared/row-limit.js';
import { sizesField } from '../shared/sizes.js';
import { WHOLE_GRAPH } from '../shared/targets.js';
import type { StringsQuestion } from './string-columns.js';
import { encodingRows, largestRows, pinnedRows } from './string-tables.js';
import { allValues, duplicateRows, matchingRows } from './text-tables.js';

const MODES = ['duplicates', 'pinned', 'largest', 'grep', 'encodings', 'allValues'] as const;

export const stringsCommand = defineCommand({
  name: 'strings',
  summary: 'what texts take: duplicates, parts that pin large texts, the largest; who holds them',
  description:
    'V8 cuts texts at 1,024 characters in a snapshot: of longer ones equal beginnings and sizes count as equal, and a note says so. Duplicates are counted as in Chrome DevTools. More: docs/strings-and-collections.md.',
  snapshot: true,
  options: {
    duplicates: {
      kind: 'flag',
      help: 'texts that are there more than once, most bytes wasted first (default)',
    },
    pinned: { kind: 'flag', help: 'parts that keep a larger text alive, and texts that are still in pieces' },
    largest: { kind: 'flag', help: 'the strings that keep the most' },
    grep: { kind: 'pattern', help: 'distinct texts that match a regular expression, and who holds them' },
    encodings: { kind: 'flag', help: 'one byte, two bytes a character, external, in pieces' },
    allValues: { kind: 'flag', help: 'every distinct text, one a line or as CSV: -o strings.csv --csv' },
    limit: { kind: 'integer', help: 'rows to show (default 10; all of --all-values)' },
    all: allRows,
  },
  examples: [
    { line: 'heapgraph strings app.heapsnapshot', says: 'what they take, and duplicates' },
    { line: 'heapgraph strings --pinned app.heapsnapshot', says: 'slices of large texts' },
    { line: "heapgraph strings --grep '^https?:' app.heapsnapshot", says: 'who holds URLs' },
    { line: 'heapgraph strings --all-values --csv -o strings.csv', says: 'all of them, for other programs' },
  ],
  needs(_, options) {
    const given = MODES.filter((mode) => options[mode] !== undefined && options[mode] !== false);
    if (given.length > 1)
      throw new UsageError(
        'these options ask several questions at once',
        parts`Give one of ${option('duplicates')}, ${option('pinned')}, ${option('largest')}, ${option('grep')}, ${option('encodings')}, ${option('allValues')}.`,
      );
    const work = options.largest ? 'both' : options.encodings || options.allValues ? 'sizes' : 'holders';
    return { ...WHOLE_GRAPH, work };
  },
  run({ snapshot: { graph }, options, machine: { within } }) {
    const limit = options.all ? Number.POSITIVE_INFINITY : (options.limit ?? 10);
    const needsMembers = !options.encodings && !options.allValues && !options.largest && !options.pinned;
    const group = (): StringGroups => groupStrings(graph, { members: needsMembers });
    const groups =
      options.encodings || options.allValues || options.largest ? group() : besideHolders(graph, group);
    const asked: StringsQuestion = { graph, groups, limit };
    if (options.allValues) return allValues({ ...asked, limit: options.limit ?? Number.POSITIVE_INFINITY });
    const answer = options.pinned
      ? pinnedRows(asked)
      : options.largest
        ? largestRows(asked)
        : options.grep
          ? matchingRows(asked, options.grep, within)
          : options.encodings
            ? encodingRows(asked)
            : duplicateRows(asked);
    return withSummary(graph, answer, asked);
  },
});

/** The answer with what is to be known of all strings before it. */
function withSummary(graph: Graph, answer: Answer, { groups }: StringsQuestion): Answer {
  const { count, size, forms } = stringSummary(graph);
  let duplicated = 0;
  let copies = 0;
  let wasted = 0;
  for (let group = 0; group < groups.count; group++) {
    if (groups.counts[group]! < 2) continue;
    duplicated++;
    copies += groups.counts[group]! - 1;
    wasted += groups.bytes[group]! - groups.largest[group]!;
  }
  const whole = heapSize(graph);
  const share = (part: number, of: number): string => formatShare(of === 0 ? 0 : part / of);
  const sum = (...keys: readonly string[]): string => {
    const found = forms.filter(({ key }) => keys.includes(key));
    const total = found.reduce((all, form) => all + form.count, 0);
    const bytes = found.reduce((all, form) => all + form.size, 0);
    return `${formatCount(total)} (${formatBytes(bytes)})`;
  };
  const summary = [
    `${formatCount(count)} strings with ${formatCount(size)} bytes, ${share(size, whole)} of the heap`,
    `duplicates: ${formatCount(copies)} copies of ${formatCount(duplicated)} texts waste ${formatCount(wasted)} bytes, ${share(wasted, size)} of the strings`,
    `two bytes a character: ${sum('twoByte', 'externalTwoByte')}; external: ${sum('externalOneByte', 'externalTwoByte', 'externalUncounted')}; sliced: ${sum('sliced')}; concatenated: ${sum('concatenated', 'flattened')}`,
  ];
  const fields: Row = {
    ...sizesField(false),
    strings: count,
    stringsSize: size,
    heapSize: whole,
    duplicateTexts: duplicated,
    duplicateCopies: copies,
    wastedSize: wasted,
    forms: forms.map((form) => ({ ...form })),
    ...answer.fields,
  };
  const notes: readonly NoteLike[] = answer.notes ?? [];
  const { result } = answer;
  return { ...answer, result: result.kind === 'table' ? { ...result, summary } : result, fields, notes };
}

/** Bytes of all nodes. */
function heapSize(graph: Graph): number {
  let size = graph.extraNativeBytes;
  for (let node = 0; node < graph.nodeCount; node++) size += graph.selfSizes[node]!;
  return size;
}
