/** What waits to go on: promises, suspended calls, and what they carry with them. */
import { holderPaths } from '../../analysis/holders/holder-paths.js';
import { promises } from '../../analysis/waiting/promises.js';
import { asyncResources } from '../../analysis/waiting/resources.js';
import { asyncStores } from '../../analysis/waiting/stores.js';
import { type Local, suspendedCalls } from '../../analysis/waiting/suspended.js';
import { note } from '../../base/notes.js';
import { shortened } from '../../base/printable.js';
import type { Cell } from '../../base/result.js';
import { formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { className } from '../../v8/class-names.js';
import { defineCommand } from '../command.js';
import { columns } from '../shared/columns.js';
import {
  common,
  functionColumn,
  functionTexts,
  holderColumn,
  most,
  type WaitingItem,
  waitingAnswer,
  waitingNeeds,
  waitingOptions,
} from '../shared/waiting-table.js';

const DIVISIONS = ['kind', 'class', 'function', 'holder'] as const;

/** What a row counts. */
interface Waiting extends WaitingItem {
  readonly kind: 'promise' | 'async function' | 'generator' | 'async generator' | 'store' | 'resource';
  /** Ordinal: the function that is suspended; of a promise the one that most often waits for it. */
  readonly fn: number | undefined;
  readonly reactions: number;
  readonly locals: readonly Local[];
}

export const promisesCommand = defineCommand({
  name: 'promises',
  summary: 'pending promises, suspended functions, stores of AsyncLocalStorage',
  description:
    'A row for those of one kind, class, function and holder; also async resources. "Waiting": callbacks of then, and awaits. Variables are those of one call. A promise that nobody waits for does not show whether it is pending; a note says how many there are. More: docs/waiting.md.',
  snapshot: true,
  options: waitingOptions(DIVISIONS, 'all four'),
  examples: [
    { line: 'heapgraph promises app.heapsnapshot', says: 'by kind, class, function and holder' },
    { line: 'heapgraph promises --by function', says: 'where functions are suspended' },
    { line: "heapgraph promises --where 'retained > 1mb'", says: 'those that keep much' },
  ],
  needs: waitingNeeds,
  run({ snapshot: { graph }, options, machine }) {
    const paths = holderPaths(graph);
    const functions = functionTexts(graph);
    const { untold, settled } = promises(graph);
    const { others } = suspendedCalls(graph);
    return waitingAnswer({
      graph,
      options,
      machine,
      items: waitingOf(graph),
      divisions: {
        kind: ({ kind }) => kind,
        class: ({ node }) => className(graph, node),
        function: ({ fn }) => functions.label(fn),
        holder: ({ node }) => paths.pathOf(node),
      },
      columns: [
        { key: 'kind', title: 'Kind', unit: 'text', role: 'name' },
        columns.type,
        functionColumn,
        columns.count,
        { key: 'reactions', title: 'Waiting', unit: 'count' },
        columns.retainedSize,
        { key: 'locals', title: 'Variables', unit: 'text' },
        holderColumn,
        columns.location,
        columns.id,
      ],
      textColumns: [
        'kind',
        'type',
        'function',
        'count',
        'reactions',
        'retainedSize',
        'locals',
        'holder',
        'id',
      ],
      word: 'pending promises, suspended functions, stores or async resources',
      row({ items, retainedSize }) {
        const [first] = items;
        return {
          kind: common(items, ({ kind }) => kind),
          type: common(items, ({ node }) => className(graph, node)),
          ...functions.cells(most(items.flatMap(({ fn }) => fn ?? []))),
          count: items.length,
          reactions: items.reduce((sum, { reactions }) => sum + reactions, 0),
          retainedSize,
          locals: localsCell(graph, first!.locals),
          holder: paths.text(paths.pathOf(first!.node)),
          id: graph.ids[first!.node]!,
        };
      },
      fields: { untoldPromises: untold, settledPromises: settled, otherCalls: others },
      notes: [
        ...(untold > 0
          ? [
              note(
                'answer',
              )`${formatCount(untold)} promises that nobody waits for are not listed: pending, or settled with undefined, a boolean or a small integer`,
            ]
          : []),
      ],
    });
  },
});

function waitingOf(graph: Graph): Waiting[] {
  const one = (kind: Waiting['kind'], node: number): Waiting => ({
    kind,
    node,
    members: [node],
    fn: undefined,
    reactions: 0,
    locals: [],
  });
  return [
    ...promises(graph).pending.map(({ node, reactions, functions }) => ({
      ...one('promise', node),
      fn: most(functions),
      reactions,
    })),
    ...suspendedCalls(graph).calls.map(({ kind, node, fn, locals }) => ({ ...one(kind, node), fn, locals })),
    ...asyncStores(graph).map(({ node }) => one('store', node)),
    ...asyncResources(graph).map((node) => one('resource', node)),
  ];
}

const MOST_LOCALS = 8;
const NAME_LENGTH = 40;

/** `page: Payload`, `Payload`: of one call, as an example. */
function localsCell(graph: Graph, locals: readonly Local[]): Cell {
  return locals.slice(0, MOST_LOCALS).map(({ name, node }) => {
    const type = shortened(className(graph, node), 2 * NAME_LENGTH);
    return name === undefined ? type : `${shortened(name, NAME_LENGTH)}: ${type}`;
  });
}
