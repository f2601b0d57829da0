import { UsageError } from '../../base/errors.js';
import { option, parts } from '../../base/notes.js';
import { defineCommand } from '../command.js';
import { chainAnswer, chainOptions } from '../shared/chain-answer.js';
import { readGoal, targetArguments, WHOLE_GRAPH } from '../shared/targets.js';

export const findRefChainCommand = defineCommand({
  name: 'find-ref-chain',
  summary: 'the shortest chain of references from an object to another',
  arguments: targetArguments,
  snapshot: true,
  answers: 'chains',
  options: {
    to: {
      kind: 'text',
      read: (text) => (text === '' ? undefined : readGoal(text)),
      value: 'goal',
      help: 'where it ends: a class, /regex/, @id',
    },
    ...chainOptions,
  },
  examples: [
    {
      line: 'heapgraph find-ref-chain Session --to Socket app.heapsnapshot',
      says: 'how it reaches a Socket',
    },
  ],
  needs(_, options) {
    if (!options.to)
      throw new UsageError(
        parts`missing ${option('to')}: name where the chain is to end`,
        parts`A class, /regex/ or @id: ${option('to')} Socket.`,
      );
    return WHOLE_GRAPH;
  },
  run: ({ snapshot: heap, targets: texts, options }) =>
    chainAnswer(heap, texts, options, options.to!, 'forward'),
});
