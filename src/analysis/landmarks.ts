/** Nodes with the few names by which the places of a heap are known. */
import type { Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { NODE } from '../graph/schema.js';

/** Ordinals, in the order of the file. */
export interface Landmarks {
  /** V8's contexts of realms. Chromium adds the page to their name. */
  readonly nativeContexts: readonly number[];
  /** Objects that may be CommonJS modules. */
  readonly modules: readonly number[];
}

const NATIVE_CONTEXT = 1;
const MODULE = 2;

/** Cost: one pass over the nodes for all of them, and a byte a string while it runs. */
export const landmarks = memo((graph: Graph): Landmarks => {
  const { nodeCount, nodeTypes, nodeNames, strings } = graph;
  const marks = new Uint8Array(strings.length);
  for (const name of strings.find('system / NativeContext', 'beginning')) marks[name] = NATIVE_CONTEXT;
  for (const name of strings.find('Module')) marks[name] = MODULE;
  const nativeContexts: number[] = [];
  const modules: number[] = [];
  for (let node = 0; node < nodeCount; node++) {
    const mark = marks[nodeNames[node]!];
    if (mark === 0) continue;
    const type = nodeTypes[node];
    if (mark === MODULE && type === NODE.object) modules.push(node);
    else if (mark === NATIVE_CONTEXT && (type === NODE.hidden || type === NODE.native))
      nativeContexts.push(node);
  }
  return { nativeContexts, modules };
});
