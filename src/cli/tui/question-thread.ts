/** The thread that answers what may take long, from outside: asks it, and ends it. */
import { Worker } from 'node:worker_threads';
import { distanceSearch } from '../../analysis/sizes/distances.js';
import { dominatorTree } from '../../analysis/sizes/dominators.js';
import { retainedSizes } from '../../analysis/sizes/retained-sizes.js';
import { shallowSizes } from '../../analysis/sizes/shallow-sizes.js';
import type { Graph } from '../../graph/graph.js';
import { sharedGraph } from '../../graph/shared-graph.js';
import type { AskedHeap, Question, QuestionAnswer } from './question.js';

/** Answers questions one at a time. */
export interface Asker {
  /** Out: undefined where it was stopped. */
  ask(question: Question): Promise<QuestionAnswer | undefined>;
  /** Ends the question that is asked, if one is. */
  stop(): void;
}

/** The thread's program, beside this file in dist. */
const PROGRAM = new URL('./question-worker.js', import.meta.url);

/**
 * - In: a graph that was loaded with `buffers: SharedArrayBuffer`. The thread sees the same
 *   columns, sizes and dominators among them.
 */
export class QuestionThread implements Asker {
  private worker: Worker | undefined;
  private end: ((answer: QuestionAnswer | undefined) => void) | undefined;
  private readonly heap: AskedHeap;

  constructor(graph: Graph) {
    const tree = dominatorTree(graph);
    const far = distanceSearch(graph);
    this.heap = {
      graph: sharedGraph(graph),
      sizes: {
        retained: shared(retainedSizes(graph)),
        shallow: shared(shallowSizes(graph)),
        distances: { ...far, found: shared(far.found) },
        tree: { ...tree, dominators: shared(tree.dominators), order: shared(tree.order) },
      },
    };
    // Once in memory is enough.
    const { retained, shallow, distances, tree: kept } = this.heap.sizes;
    retainedSizes.keep(graph, retained);
    shallowSizes.keep(graph, shallow);
    distanceSearch.keep(graph, distances);
    dominatorTree.keep(graph, kept);
  }

  ask(question: Question): Promise<QuestionAnswer | undefined> {
    this.stop();
    this.worker ??= this.started();
    this.worker.postMessage(question);
    return new Promise((resolve) => {
      this.end = resolve;
    });
  }

  stop(): void {
    if (this.end === undefined) return;
    void this.worker?.terminate();
    this.worker = undefined;
    this.answer(undefined);
  }

  async close(): Promise<void> {
    await this.worker?.terminate();
  }

  private answer(answer: QuestionAnswer | undefined): void {
    const { end } = this;
    this.end = undefined;
    end?.(answer);
  }

  private started(): Worker {
    const worker = new Worker(PROGRAM, { workerData: this.heap });
    const isCurrent = (): boolean => this.worker === worker;
    worker.on('message', (answer: QuestionAnswer) => {
      if (isCurrent()) this.answer(answer);
    });
    const fail = (message: string): void => {
      if (!isCurrent()) return;
      this.worker = undefined;
      this.answer({ kind: 'error', message });
    };
    // Without memory, for one.
    worker.on('error', ({ message }) => fail(message));
    worker.on('exit', () => fail('the question ended without an answer'));
    return worker;
  }
}

/** The column in memory that threads share. */
function shared<T extends Float64Array | Int32Array | Uint32Array>(column: T): T {
  if (column.buffer instanceof SharedArrayBuffer) return column;
  const copy = new (column.constructor as new (buffer: SharedArrayBuffer) => T)(
    new SharedArrayBuffer(column.byteLength),
  );
  copy.set(column as never);
  return copy;
}
