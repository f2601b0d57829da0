/** Captured variables that nothing reads, as a table with words. */

import type { Checked } from '../../analysis/closures/script-texts.js';
import type { FunctionPlace, UnreadVariable } from '../../analysis/closures/unread-variable.js';
import { printable } from '../../base/printable.js';
import type { Cell, Column, Row, Table } from '../../base/result.js';
import { formatBytes, formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { shortScriptNames } from '../../v8/short-scripts.js';
import { columns } from './columns.js';

const COLUMNS: readonly Column[] = [
  columns.retainedSize,
  { key: 'contexts', title: 'Contexts', unit: 'count' },
  { key: 'variable', title: 'Variable', unit: 'text', role: 'name' },
  { key: 'of', title: 'Of', unit: 'text' },
  { key: 'keptBy', title: 'Kept by', unit: 'text' },
  { key: 'readBy', title: 'Read only by', unit: 'text' },
  { ...columns.id, title: 'Example' },
];

/** Functions that a list names; more are counted. */
const NAMED = 2;
const LISTED = 20;

export interface UnreadTable {
  readonly table: Table;
  /** The largest in a sentence, and what was looked at. */
  readonly notes: readonly string[];
}

/** In: what was found, without what is too small; how many of it are shown. */
export function unreadTable(
  graph: Graph,
  found: readonly UnreadVariable[],
  {
    limit,
    small,
    minSize,
    checked,
  }: {
    readonly limit: number;
    readonly small: number;
    readonly minSize: number;
    readonly checked: Checked;
  },
): UnreadTable {
  const shown = found.slice(0, limit);
  const short = shortScriptNames(
    new Set(
      shown.flatMap(({ scope, keptBy, readBy }) => [scope, ...keptBy, ...readBy].map(({ script }) => script)),
    ),
  );
  const label = ({ name, script, line }: FunctionPlace): string =>
    `${name === '' ? '(anonymous)' : `${name}()`} ${short.get(script)!}${line === undefined ? '' : `:${line}`}`;
  const labels = (places: readonly FunctionPlace[]): string => {
    const more = places.length > NAMED ? ` and ${formatCount(places.length - NAMED)} more` : '';
    return places.length === 0 ? '' : places.slice(0, NAMED).map(label).join(', ') + more;
  };
  const rows = shown.map((one): Row => {
    const { name, scope, contexts, retainedSize, keptBy, readBy, example } = one;
    return {
      variable: name,
      of: label(scope),
      contexts,
      retainedSize,
      keptBy: labels(keptBy),
      readBy: labels(readBy),
      id: graph.ids[example]!,
      scope: placeCell(scope),
      keepers: keptBy.slice(0, LISTED).map(placeCell),
      readers: readBy.slice(0, LISTED).map(placeCell),
    };
  });
  return {
    table: {
      kind: 'table',
      columns: COLUMNS,
      rows,
      total: found.length,
      omitted: found.length - shown.length,
      layout: 'grid',
    },
    notes: [
      ...(shown.length > 0 ? [sentence(shown[0]!, label, labels)] : []),
      ...checkedWords(found.length, checked),
      ...(small > 0
        ? [
            `${formatCount(small)} ${small === 1 ? 'variable keeps' : 'variables keep'} less than ${formatBytes(minSize)}: --min-size 0 shows ${small === 1 ? 'it' : 'them'}`,
          ]
        : []),
    ],
  };
}

function placeCell({ name, script, line }: FunctionPlace): Cell {
  return { name, script, line: line ?? null };
}

function sentence(
  { name, scope, contexts, retainedSize, keptBy, readBy }: UnreadVariable,
  label: (place: FunctionPlace) => string,
  labels: (places: readonly FunctionPlace[]) => string,
): string {
  const readers =
    readBy.length === 0
      ? 'no function in the source reads it'
      : `${labels(readBy)} alone would read it, of which no closure is left`;
  const times = contexts === 1 ? 'one context' : `${formatCount(contexts)} contexts`;
  const keepers = keptBy.length === 0 ? 'An inner context' : labels(keptBy);
  return `${keepers} keeps ${name} of ${label(scope)} in ${times}, ${formatBytes(retainedSize)}, and does not use it: ${readers}. Make the function where ${name} is not in scope, or set it to null when it is done.`;
}

/** What was looked at, and what was not. */
function checkedWords(found: number, { contexts, scripts, notChecked }: Checked): string[] {
  const files = scripts.filter(({ from }) => from === 'file').length;
  const texts = scripts.filter(({ from }) => from === 'snapshot').length;
  const tables = scripts.length - files - texts;
  const places = [
    ...(files > 0 ? [`${formatCount(files)} ${files === 1 ? 'file' : 'files'} on this machine`] : []),
    ...(texts > 0 ? [`${formatCount(texts)} whose text the snapshot has`] : []),
    ...(tables > 0 ? [`${formatCount(tables)} whose scopes the snapshot has`] : []),
  ];
  const what = `${formatCount(contexts)} ${contexts === 1 ? 'context' : 'contexts'} compared with ${tables > 0 ? 'the scopes' : 'the source'} of ${scripts.length === 0 ? 'no script' : `${formatCount(scripts.length)} ${scripts.length === 1 ? 'script' : 'scripts'} (${places.join(', ')})`}`;
  const words = [found === 0 && contexts > 0 ? `none found: ${what}` : what];
  const left = notChecked.reduce((sum, one) => sum + one.contexts, 0);
  if (left > 0) {
    const named = notChecked
      .slice(0, SHOWN_SCRIPTS)
      .map(
        ({ script, reason, contexts: count }) => `${printable(script)} (${formatCount(count)}): ${reason}`,
      );
    const more =
      notChecked.length > SHOWN_SCRIPTS
        ? `; ${formatCount(notChecked.length - SHOWN_SCRIPTS)} more scripts`
        : '';
    words.push(
      `not checked: ${formatCount(left)} ${left === 1 ? 'context' : 'contexts'} of ${named.join('; ')}${more}`,
    );
  }
  return words;
}

const SHOWN_SCRIPTS = 3;
