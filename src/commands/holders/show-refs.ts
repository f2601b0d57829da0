import { refsSubgraph } from '../../analysis/pictures/subgraph.js';
import { defineCommand } from '../command.js';
import { neighbourOptions, neighbourPicture } from '../shared/neighbour-picture.js';
import { earlierSnapshot } from '../shared/picture-answer.js';
import { targetArguments, WHOLE_GRAPH } from '../shared/targets.js';

export const showRefsCommand = defineCommand({
  name: 'show-refs',
  summary: 'a picture of what an object refers to',
  arguments: targetArguments,
  snapshot: true,
  answers: 'subgraph',
  options: neighbourOptions,
  examples: [
    {
      line: 'heapgraph show-refs Session app.heapsnapshot -o refs.svg --max-depth 2',
      says: 'what it keeps',
    },
  ],
  needs: () => WHOLE_GRAPH,
  others: earlierSnapshot,
  run: ({ targets: texts, options, snapshots: heaps }) =>
    neighbourPicture(heaps, texts, options, refsSubgraph),
});
