/** The tables of a page: growth, survival, packages, texts. */
import { typeStats } from '../../analysis/classes/classes.js';
import { repeatedTexts } from '../../analysis/report/repeated-texts.js';
import { isHeapgraphError } from '../../base/errors.js';
import { type NoteLike, noteText } from '../../base/notes.js';
import { byDescending, byText, inOrder } from '../../base/order.js';
import type { PageTable } from '../../base/page-report.js';
import type { Column, Row, Table } from '../../base/result.js';
import { shellWord } from '../../base/shell-word.js';
import { formatBytes, formatCount } from '../../base/units.js';
import type { OpenedSnapshot } from '../../session/need.js';
import type { Asked, Question } from '../command.js';
import { survivalCommand } from '../growth/survival.js';
import { packagesCommand } from '../memory/packages.js';
import { columns } from '../shared/columns.js';
import { answerOf } from './answer-of.js';
import { cutTexts, firstBytes } from './cut-texts.js';

const MOST_ROWS = 300;
/** A page of a larger heap has packages only when it is asked to: they take a third of its time. */
const MOST_NODES = 5_000_000;
const LEFT_OUT =
  'The heap is large, and packages take as long as a third of all else: they were left out. The command tells them, and so does a page that is made with --packages.';
const MOST_CHARACTERS = 240;
const MOST_BYTES = 90_000;

/** Tables, and notes on those that could not be made. */
export interface PageTables {
  readonly tables: readonly PageTable[];
  readonly notes: readonly NoteLike[];
}

/** In: options of suspects. */
export async function pageTables(
  asked: Asked,
  options: Readonly<Record<string, unknown>>,
): Promise<PageTables> {
  const { snapshots: heaps } = asked;
  const files = heaps.map(({ name }) => shellWord(name)).join(' ');
  const last = shellWord(heaps.at(-1)!.name);
  const tables: PageTable[] = [];
  const notes: NoteLike[] = [];
  const add = async (
    command: Question,
    of: readonly OpenedSnapshot[],
    { given = {}, ...shown }: Pick<PageTable, 'key' | 'title' | 'command'> & { readonly given?: object },
  ): Promise<void> => {
    try {
      const answer = await answerOf(
        command,
        { ...asked, snapshots: of },
        { ...options, ...given, limit: MOST_ROWS },
      );
      const table = answer.result as Table;
      const title = table.title === undefined ? [] : [table.title];
      const says = [...title, ...(answer.notes ?? []).map((one) => noteText(one))];
      tables.push(bounded({ ...shown, ...rowsOf(table), says }));
    } catch (error) {
      // One question that has no answer leaves the others theirs.
      if (!isHeapgraphError(error)) throw error;
      notes.push(`${shown.title}: ${error.message}`);
    }
  };
  if (heaps.length > 1) tables.push(bounded(growthTable(heaps, `heapgraph show-growth ${files}`)));
  if (heaps.length > 2)
    await add(survivalCommand, heaps, {
      key: 'survival',
      title: 'Survival',
      command: `heapgraph survival ${files}`,
    });
  const packages = {
    key: 'packages',
    title: 'Packages',
    command: `heapgraph packages ${last}`,
  };
  if (heaps.at(-1)!.graph.nodeCount <= MOST_NODES || options.packages === true)
    await add(packagesCommand, heaps.slice(-1), packages);
  else tables.push({ ...packages, says: [LEFT_OUT], columns: [], rows: [], total: 0, omitted: 0 });
  tables.push(bounded(stringsTable(heaps.at(-1)!, `heapgraph strings ${last}`)));
  return { tables, notes };
}

/** Cells that are lists or objects are left out, unless they are places: nothing shows them. */
export function rowsOf({
  columns: shown,
  rows,
  total,
  omitted,
}: Table): Omit<PageTable, 'key' | 'title' | 'says' | 'command'> {
  return {
    // On a narrow screen only the first ones are in sight.
    columns: [...shown.filter(isName), ...shown.filter((column) => !isName(column))],
    rows: [...rows].map((row): Row => Object.fromEntries(shown.map(({ key }) => [key, row[key] ?? null]))),
    total,
    omitted,
  };
}

function bounded(table: PageTable): PageTable {
  const cut = cutTexts(table, MOST_CHARACTERS);
  const rows = firstBytes(cut.rows, MOST_BYTES);
  return { ...cut, rows, omitted: cut.omitted + cut.rows.length - rows.length };
}

function isName({ role }: Column): boolean {
  return role === 'name';
}

/** Counts of each class in each snapshot: classes that changed, the most bytes more first. */
function growthTable(heaps: readonly OpenedSnapshot[], command: string): PageTable {
  const stats = heaps.map(
    ({ countable }) => new Map(typeStats(countable, { raw: true }).map((row) => [row.type, row])),
  );
  const types = [...new Set(stats.flatMap((classes) => [...classes.keys()]))];
  const of = (place: number, type: string) => stats.at(place)?.get(type) ?? { count: 0, shallowSize: 0 };
  const all = types
    .map((type) => ({
      type,
      counts: heaps.map((_, i) => of(i, type).count),
      countDelta: of(-1, type).count - of(0, type).count,
      sizeDelta: of(-1, type).shallowSize - of(0, type).shallowSize,
    }))
    .filter(({ counts, sizeDelta }) => sizeDelta !== 0 || counts.some((count) => count !== counts[0]))
    .sort(
      inOrder(
        byDescending((row) => row.sizeDelta),
        byDescending((row) => row.countDelta),
        byText((row) => row.type),
      ),
    );
  const shown = all.slice(0, MOST_ROWS);
  const counts = heaps.map(
    (_, i): Column => ({ key: `count${i + 1}`, title: `In ${i + 1}`, unit: 'count', role: 'count' }),
  );
  return {
    key: 'growth',
    title: 'Growth',
    says: [
      `How many objects of each class each of the ${formatCount(heaps.length)} snapshots has; the last columns compare the last one with the first. ${formatCount(all.length)} classes changed.`,
      ...heaps.map(({ name }, i) => `${i + 1}: ${name}`),
    ],
    command,
    columns: [columns.type, ...counts, columns.countDelta, columns.sizeDelta],
    rows: shown.map(
      ({ type, counts: numbers, countDelta, sizeDelta }): Row => ({
        type,
        ...Object.fromEntries(numbers.map((count, i) => [`count${i + 1}`, count])),
        countDelta,
        sizeDelta,
      }),
    ),
    total: all.length,
    omitted: all.length - shown.length,
  };
}

function stringsTable({ graph }: OpenedSnapshot, command: string): PageTable {
  const { texts, total, wastedSize, assumed } = repeatedTexts(graph, MOST_ROWS);
  return {
    key: 'strings',
    title: 'Strings',
    says: [
      `Texts that are there more than once: ${formatCount(total)} of them waste ${formatBytes(wastedSize)}. Strings that V8 keeps in pieces are not among them; the command counts these, too, and says who holds what.`,
      ...(assumed > 0
        ? [`${formatCount(assumed)} strings are cut in the file: equal beginnings and sizes count as equal.`]
        : []),
    ],
    command,
    columns: [
      { key: 'wastedSize', title: 'Wasted', unit: 'bytes', role: 'size' },
      columns.count,
      { key: 'size', title: 'Size', unit: 'bytes', role: 'size' },
      columns.id,
      { key: 'text', title: 'Text', unit: 'text', role: 'name' },
    ],
    rows: texts.map(({ node, ...row }): Row => ({ ...row, id: graph.ids[node]! })),
    total,
    omitted: total - texts.length,
  };
}
