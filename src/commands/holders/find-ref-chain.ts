import { UsageError } from '../../base/errors.js';
import { parsePick, parseQuery } from '../../query/targets.js';
import { defineCommand } from '../command.js';
import { chainAnswer, chainOptions } from '../shared/chain-answer.js';
import { checkWalk, targetArguments, WHOLE_GRAPH } from '../shared/targets.js';

export const findRefChainCommand = defineCommand({
  name: 'find-ref-chain',
  summary: 'the shortest chain of references from an object to another',
  arguments: targetArguments,
  snapshot: true,
  answers: 'chains',
  options: {
    to: { kind: 'text', value: 'goal', help: 'where it ends: a class, /regex/, @id' },
    ...chainOptions,
  },
  examples: [
    {
      line: 'heapgraph find-ref-chain Session --to Socket app.heapsnapshot',
      says: 'how it reaches a Socket',
    },
  ],
  needs(_, options) {
    parsePick(options.pick);
    checkWalk(options);
    if (!options.to)
      throw new UsageError(
        'missing --to: name where the chain is to end',
        'A class, /regex/ or @id: --to Socket.',
      );
    parseQuery(options.to);
    return WHOLE_GRAPH;
  },
  run: (heap, texts, options) => chainAnswer(heap, texts, options, options.to ?? '', 'forward'),
});
