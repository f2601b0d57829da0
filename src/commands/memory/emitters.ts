/** Listeners of emitters and event targets. */
import { holderPaths } from '../../analysis/holders/holder-paths.js';
import {
  isOnce,
  type ListenerList,
  listenerFunction,
  listenerLists,
} from '../../analysis/waiting/listeners.js';
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

const DIVISIONS = ['class', 'event', 'holder', 'function', 'emitter'] as const;

export const emittersCommand = defineCommand({
  name: 'emitters',
  summary: 'listeners of emitters and event targets: how many, of which function',
  description:
    'A row for the listeners of one event of emitters of one class that are held alike. Emitters are EventEmitter (and eventemitter3), event targets those of Node.js, such as AbortSignal. "Most": of one emitter. "Retained size": what the listeners keep; of a function that stands in several rows it is not counted. More: docs/waiting.md.',
  snapshot: true,
  options: waitingOptions(DIVISIONS, 'class,event,holder'),
  examples: [
    { line: 'heapgraph emitters app.heapsnapshot', says: 'by class, event and holder' },
    { line: 'heapgraph emitters --by function', says: 'which functions listen, and how often' },
    { line: 'heapgraph emitters --by emitter,event --where Socket', says: 'each socket by itself' },
  ],
  needs: waitingNeeds,
  run({ snapshot: { graph }, options, machine }) {
    const paths = holderPaths(graph);
    const functions = functionTexts(graph);
    return waitingAnswer({
      graph,
      options: { ...options, by: options.by ?? ['class', 'event', 'holder'] },
      machine,
      items: listenersOf(graph),
      divisions: {
        class: ({ node }) => className(graph, node),
        event: ({ list }) => list.event,
        holder: ({ node }) => paths.pathOf(node),
        function: ({ fn }) => functions.label(fn),
        emitter: ({ node }) => node,
      },
      columns: [
        columns.type,
        { key: 'event', title: 'Event', unit: 'text', role: 'name' },
        { key: 'emitters', title: 'Emitters', unit: 'count' },
        { key: 'count', title: 'Listeners', unit: 'count', role: 'count' },
        { key: 'most', title: 'Most', unit: 'count' },
        { key: 'once', title: 'Once', unit: 'count' },
        columns.retainedSize,
        functionColumn,
        { key: 'functions', title: 'Functions', unit: 'count' },
        holderColumn,
        columns.location,
        columns.id,
      ],
      textColumns: ['type', 'event', 'emitters', 'count', 'most', 'retainedSize', 'function', 'holder', 'id'],
      word: 'listeners of emitters or event targets',
      row({ items, retainedSize }) {
        const lists = new Map<ListenerList, number>();
        for (const { list } of items) lists.set(list, (lists.get(list) ?? 0) + 1);
        const fns = items.flatMap((item) => item.fn ?? []);
        const largest = most(items.map(({ node }) => node))!;
        const known = items.map(({ list, member }) => isOnce(graph, list, member));
        return {
          type: common(items, ({ node }) => className(graph, node)),
          event: common(items, ({ list }) => list.event),
          emitters: new Set(items.map(({ node }) => node)).size,
          count: items.length,
          most: [...lists.values()].reduce((best, count) => Math.max(best, count), 0),
          once: known.includes(undefined) ? null : known.filter((once) => once).length,
          retainedSize,
          ...functions.cells(most(fns)),
          functions: new Set(fns.map((fn) => functions.label(fn))).size,
          holder: paths.text(paths.pathOf(largest)),
          id: graph.ids[largest]!,
        };
      },
    });
  },
});

interface Listener extends WaitingItem {
  readonly list: ListenerList;
  readonly member: number;
  /** Ordinal of the function that is called, if it is known. */
  readonly fn: number | undefined;
}

function listenersOf(graph: Graph): Listener[] {
  return listenerLists(graph).flatMap((list) =>
    list.members.map(
      (member): Listener => ({
        node: list.emitter,
        members: [member],
        list,
        member,
        fn: listenerFunction(graph, member),
      }),
    ),
  );
}
