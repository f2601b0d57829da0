/** Timers, intervals and immediates that wait. */
import { holderPaths } from '../../analysis/holders/holder-paths.js';
import { type Timer, timerOwners, timers } from '../../analysis/waiting/timers.js';
import { defineCommand } from '../command.js';
import { columns } from '../shared/columns.js';
import {
  common,
  functionColumn,
  functionTexts,
  most,
  type WaitingItem,
  waitingAnswer,
  waitingNeeds,
  waitingOptions,
} from '../shared/waiting-table.js';

const DIVISIONS = ['kind', 'function', 'interval', 'owner'] as const;

export const timersCommand = defineCommand({
  name: 'timers',
  summary: 'timers, intervals and immediates that wait, by function and interval',
  description:
    'A row for those of one kind, function, interval and owner. Milliseconds are there where the snapshot has numbers. "Owner": what refers to the timer beside the runtime\'s lists. Those that are over or were cleared are left out. More: docs/waiting.md.',
  snapshot: true,
  options: waitingOptions(DIVISIONS, 'all four'),
  examples: [
    { line: 'heapgraph timers app.heapsnapshot', says: 'by kind, function, interval and owner' },
    { line: 'heapgraph timers --by function', says: 'which functions are called by timers' },
    { line: "heapgraph timers --where 'retained > 1mb'", says: 'those that keep much' },
  ],
  needs: waitingNeeds,
  run({ snapshot: { graph }, options, machine }) {
    const paths = holderPaths(graph);
    const functions = functionTexts(graph);
    const all = timers(graph);
    const owners = timerOwners(graph, all);
    const ownerOf = ({ node }: Timer): number | undefined => {
      const owner = owners.get(node);
      return owner && paths.pathThrough(owner.node, owner.edge);
    };
    return waitingAnswer({
      graph,
      options,
      machine,
      items: all.map((timer): Timer & WaitingItem => ({ ...timer, members: [timer.node] })),
      divisions: {
        kind: ({ kind }) => kind,
        function: ({ callback }) => functions.label(callback),
        interval: ({ ms }) => ms ?? '',
        owner: (timer) => ownerOf(timer) ?? '',
      },
      columns: [
        { key: 'kind', title: 'Kind', unit: 'text', role: 'name' },
        functionColumn,
        { key: 'ms', title: 'ms', unit: 'count' },
        columns.count,
        { key: 'unref', title: 'Unref', unit: 'count' },
        columns.retainedSize,
        { key: 'owner', title: 'Owner', unit: 'text' },
        columns.location,
        columns.id,
      ],
      textColumns: ['kind', 'function', 'ms', 'count', 'unref', 'retainedSize', 'owner', 'id'],
      word: 'timers that wait',
      row({ items, retainedSize }) {
        const [first] = items;
        const owner = most(items.flatMap((timer) => ownerOf(timer) ?? []));
        return {
          kind: common(items, ({ kind }) => kind),
          ...functions.cells(most(items.map(({ callback }) => callback))),
          ms: common(items, ({ ms }) => ms ?? null),
          count: items.length,
          unref: items.filter(({ isRef }) => isRef === false).length,
          retainedSize,
          owner: owner === undefined ? null : paths.text(owner),
          id: graph.ids[first!.node]!,
        };
      },
    });
  },
});
