/** Asks a living program what the expressions of its own snapshot give: each has to give that very object. */
import { appendFileSync, writeFileSync } from 'node:fs';
import type CDP from 'chrome-remote-interface';
import { expressionOf } from '../../src/analysis/expressions/expression.js';
import { backrefChains } from '../../src/analysis/holders/chains.js';
import type { Graph } from '../../src/graph/graph.js';
import { loadSnapshot } from '../../src/load/load.js';
import { isObject } from '../../src/v8/names.js';
import { globalObjects } from '../../src/v8/realms.js';
import { isRoot, isStack } from '../../src/v8/roots.js';

export interface LiveExpressions {
  readonly graph: Graph;
  /** Expressions that gave the very object that they were made for. */
  readonly right: number;
  /** Those that did not. */
  readonly wrong: readonly string[];
}

/** V8 goes over the whole heap to find an object by its id: every `step`-th object that has an expression that is said to be evaluable; a file for the snapshot. */
export async function liveExpressions(
  client: CDP.Client,
  file: string,
  options: { readonly step: number; readonly exposeInternals: boolean },
): Promise<LiveExpressions> {
  const { HeapProfiler, Runtime } = client;
  await Runtime.enable();
  await HeapProfiler.enable();
  writeFileSync(file, '');
  HeapProfiler.on('addHeapSnapshotChunk', ({ chunk }) => appendFileSync(file, chunk));
  await HeapProfiler.takeHeapSnapshot({
    reportProgress: false,
    captureNumericValue: true,
    exposeInternals: options.exposeInternals,
  });
  const graph = await loadSnapshot(file, { locations: true });
  const isGoal = isRoot(graph);
  const isLastResort = isStack(graph);
  const globals = globalObjects(graph);
  const wrong: string[] = [];
  let right = 0;
  let place = 0;
  for (let node = 0; node < graph.nodeCount; node++) {
    // Scripts see a global object through its proxy only.
    if (!isObject(graph, node) || globals.has(node) || place++ % options.step !== 0) continue;
    const [chain] = backrefChains(graph, node, isGoal, { isLastResort });
    const expression = chain && expressionOf(graph, chain);
    if (!expression?.evaluable) continue;
    const itself = await HeapProfiler.getObjectByHeapObjectId({ objectId: String(graph.ids[node]) }).catch(
      () => undefined, // some of the engine's own objects it does not give away
    );
    if (itself?.result.objectId === undefined) continue;
    const { result } = await Runtime.evaluate({
      expression: expression.text,
      replMode: true,
      includeCommandLineAPI: true,
      silent: true,
    });
    const same =
      result.objectId !== undefined &&
      (await Runtime.callFunctionOn({
        objectId: result.objectId,
        functionDeclaration: 'function (other) { return this === other; }',
        arguments: [{ objectId: itself.result.objectId }],
        returnByValue: true,
      }));
    if (same && same.result.value === true) right++;
    else wrong.push(`@${graph.ids[node]} ${expression.text}`);
  }
  return { graph, right, wrong };
}
