import { defineCommand } from '../command.js';
import { chainAnswer, chainOptions } from '../shared/chain-answer.js';
import { chainJudge, verdictOptions, withConfigRules } from '../shared/chain-verdicts.js';
import { readGoal, targetArguments, WHOLE_GRAPH } from '../shared/targets.js';

export const findBackrefChainCommand = defineCommand({
  name: 'find-backref-chain',
  summary: 'the shortest chain of references that keeps an object alive',
  description:
    'From the nearest root (a global, the scope of a module, a native handle) down to the object, one reference a line, and as JavaScript at the end. Nothing found: exit code 1.',
  arguments: targetArguments,
  snapshot: true,
  answers: 'chains',
  options: {
    to: {
      kind: 'text',
      read: readGoal,
      default: 'root',
      value: 'goal',
      help: 'where it ends: root, module, global, a class, /regex/, @id',
    },
    ...chainOptions,
    ...verdictOptions,
  },
  examples: [
    { line: 'heapgraph find-backref-chain Session app.heapsnapshot', says: 'who holds the first Session' },
    {
      line: 'heapgraph find-backref-chain Session --pick largest --paths 3',
      says: 'three ways to the largest one',
    },
    {
      line: 'heapgraph find-backref-chain @52611 --verdicts',
      says: 'which steps are in use, which are finished',
    },
    { line: 'heapgraph find-backref-chain @114969 --to module', says: 'from the scope of a module' },
    {
      line: 'heapgraph find-backref-chain --tag cart app.heapsnapshot',
      says: "what tag(object, 'cart') named",
    },
  ],
  configure: withConfigRules,
  needs: () => ({ ...WHOLE_GRAPH, work: 'holders' }),
  run: async ({ snapshot: heap, targets: texts, options, machine }) =>
    chainAnswer(heap, texts, options, options.to, 'back', await chainJudge(heap, options, machine)),
});
