import { backrefsSubgraph } from '../../analysis/pictures/subgraph.js';
import { defineCommand } from '../command.js';
import { neighbourOptions, neighbourPicture } from '../shared/neighbour-picture.js';
import { earlierSnapshot } from '../shared/picture-answer.js';
import { targetArguments, WHOLE_GRAPH } from '../shared/targets.js';

export const showBackrefsCommand = defineCommand({
  name: 'show-backrefs',
  summary: 'a picture of what refers to an object',
  description:
    'Red: the objects asked for; green: roots; darker: further away. Many of a kind share a box. Without -o the graph is written as dot text.',
  arguments: targetArguments,
  snapshot: true,
  answers: 'subgraph',
  options: neighbourOptions,
  examples: [
    {
      line: 'heapgraph show-backrefs Session app.heapsnapshot --pick all -o leak.svg',
      says: 'who holds all of them',
    },
    {
      line: 'heapgraph show-backrefs @114969 -o leak.png --extra-info retained',
      says: 'one object, with sizes',
    },
    { line: 'heapgraph show-backrefs Session | dot -Tpdf > leak.pdf', says: 'dot text to Graphviz' },
    {
      line: 'heapgraph show-backrefs Session 2.heapsnapshot --pick all --since 1.heapsnapshot -o leak.svg',
      says: 'new, survived, died',
    },
  ],
  needs: () => ({ ...WHOLE_GRAPH, work: 'holders' }),
  others: earlierSnapshot,
  run: ({ targets: texts, options, snapshots: heaps }) =>
    neighbourPicture(heaps, texts, options, backrefsSubgraph),
});
