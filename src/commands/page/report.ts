/** A page about a heap: one file to send to somebody. */
import { note } from '../../base/notes.js';
import { defineCommand } from '../command.js';
import { suspectsCommand } from '../growth/suspects.js';
import { orderOption } from '../shared/compare.js';
import { knownOptions } from '../shared/known-leaks.js';
import { stateOptions } from '../shared/state-rules.js';
import { WHOLE_GRAPH } from '../shared/targets.js';
import { pageReport } from './page-data.js';
import { withoutTexts } from './without-texts.js';

export const reportCommand = defineCommand({
  name: 'report',
  summary: 'a page about a heap, in one HTML file: for a mail, a ticket, a CI artifact',
  description:
    'Suspects with their chains, the dominator tree as a picture, classes, packages, strings; with several snapshots what grew. It needs no network and no other file. It holds names and texts out of the heap: --no-texts leaves texts out. More: docs/report.md.',
  snapshot: { names: ['snapshot'], least: 1, most: Number.POSITIVE_INFINITY },
  answers: 'page',
  options: {
    noTexts: {
      kind: 'flag',
      help: 'leave out what strings say, which may be secret: names of classes, properties and files stay',
    },
    packages: {
      kind: 'flag',
      help: 'packages also of a heap with more than 5 million nodes, which takes a third longer',
    },
    rule: stateOptions.rule,
    expect: stateOptions.expect,
    known: { ...knownOptions.known, help: 'a fingerprint that is known: its entry is marked' },
    ...orderOption,
    byId: { kind: 'flag', help: 'go on even if the snapshots seem to be of several processes' },
  },
  examples: [
    { line: 'heapgraph report app.heapsnapshot -o heap.html', says: 'a page about one heap' },
    {
      line: 'heapgraph report 1.heapsnapshot 2.heapsnapshot 3.heapsnapshot -o heap.html',
      says: 'with what grew',
    },
    { line: 'heapgraph report app.heapsnapshot --no-texts -o heap.html', says: 'without the texts' },
  ],
  configure: (options, config) => ({
    ...options,
    ...(suspectsCommand.configure?.(options as never, config) as Partial<typeof options>),
  }),
  needs: () => {
    const earlier = { kind: 'graph', edges: 'for-names', locations: false, work: 'ids' } as const;
    return [earlier, earlier, { ...WHOLE_GRAPH, work: 'all' }];
  },
  order: (options) => options.order,
  async run(asked) {
    const { noTexts, order: _, ...options } = asked.options;
    const { report, notes } = await pageReport(asked, options);
    return {
      result: noTexts ? withoutTexts(report) : report,
      notes: [
        ...notes,
        ...(noTexts
          ? []
          : [note('answer')`the page holds names and texts out of the heap: look before you send it`]),
      ],
    };
  },
});
