/**
 * The thread that answers what may take long: queries and chains. The screen stays awake, and a key
 * can end the thread; the next one gets the same columns.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { expressionOf } from '../../analysis/expressions/expression.js';
import { searchBackrefs } from '../../analysis/holders/chains.js';
import { chainEnding } from '../../analysis/holders/endings.js';
import { distanceSearch } from '../../analysis/sizes/distances.js';
import { dominatorTree } from '../../analysis/sizes/dominators.js';
import { retainedSizes } from '../../analysis/sizes/retained-sizes.js';
import { shallowSizes } from '../../analysis/sizes/shallow-sizes.js';
import type { Graph } from '../../graph/graph.js';
import { graphOf } from '../../graph/shared-graph.js';
import { maskOf } from '../../query/mask-of.js';
import { nodesIn } from '../../query/masks.js';
import { readQuery } from '../../query/query.js';
import { isRoot, isStack } from '../../v8/roots.js';
import { readIds } from '../ids.js';
import type { AskedHeap, Question, QuestionAnswer } from './question.js';

const { graph: shared, sizes } = workerData as AskedHeap;
const graph = graphOf(shared);
retainedSizes.keep(graph, sizes.retained);
shallowSizes.keep(graph, sizes.shallow);
distanceSearch.keep(graph, sizes.distances);
dominatorTree.keep(graph, sizes.tree);

const port = parentPort!;
port.on('message', async (question: Question) => {
  const answer = await answerTo(graph, question).catch(
    (error: Error): QuestionAnswer => ({ kind: 'error', message: error.message }),
  );
  port.postMessage(answer);
});

async function answerTo(heap: Graph, question: Question): Promise<QuestionAnswer> {
  if (question.kind === 'select') {
    const mask = await maskOf(readQuery(question.text), { graph: heap, readIds });
    return { kind: 'nodes', nodes: nodesIn(mask) };
  }
  const { chains } = searchBackrefs(heap, question.node, isRoot(heap), { isLastResort: isStack(heap) });
  const [chain] = chains;
  if (!chain) return { kind: 'chain', chain, expression: '', heldBy: null };
  return {
    kind: 'chain',
    chain,
    expression: expressionOf(heap, chain).text,
    heldBy: chainEnding(heap, chain).words,
  };
}
