/**
 * Nodes with the few names by which the places of a heap, and the program that wrote it, are known.
 */

import type { Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { NODE } from '../graph/schema.js';
import { V8_NAME } from './system-names.js';

/** Ordinals, in the order of the file. */
export interface Landmarks {
  /** V8's contexts of realms. Chromium adds the page to their name. */
  readonly nativeContexts: readonly number[];
  /** Objects that may be CommonJS modules. */
  readonly modules: readonly number[];
  /** What only one runtime has: its name. The first of `RUNTIMES` that the file has a node of. */
  readonly runtime: string | undefined;
  /** The first node that tells it. */
  readonly runtimeNode: number | undefined;
}

/**
 * Names of nodes that only one runtime has, the surest first: Electron and Deno have what Node.js
 * and pages have, too. Text of the program is no such node: strings are left out.
 */
const RUNTIMES: readonly (readonly [name: string, part: 'all' | 'beginning', runtime: string])[] = [
  ['system / Script / electron/js2c/', 'beginning', 'Electron'],
  ['electron/js2c/', 'beginning', 'Electron'],
  ['node:electron/js2c/', 'beginning', 'Electron'],
  ['system / Script / ext:core/', 'beginning', 'Deno'],
  ['ext:core/', 'beginning', 'Deno'],
  ['workerd / ', 'beginning', 'workerd'],
  ['Node / ', 'beginning', 'Node.js'],
  ['node:internal/', 'beginning', 'Node.js'],
  ['system / Script / node:internal/', 'beginning', 'Node.js'],
  ['blink::', 'beginning', 'the browser'],
  ['Blink roots', 'all', 'the browser'],
  ['UnlinkedFunctionExecutable', 'all', 'Bun'],
  ['(GC Roots)', 'all', 'Hermes'],
  // Deno's native functions; a page's program may have one, too.
  ['system / SharedFunctionInfo / op_', 'beginning', 'Deno'],
];

const NATIVE_CONTEXT = 1;
const MODULE = 2;
const RUNTIME = 3;

/** Cost: one pass over the nodes for all of them, and a byte a string while it runs. */
export const landmarks = memo((graph: Graph): Landmarks => {
  const { nodeCount, nodeTypes, nodeNames, strings } = graph;
  const marks = new Uint8Array(strings.length);
  // From the last to the first: the surest one stays.
  for (const [place, [name, part]] of [...RUNTIMES.entries()].reverse())
    for (const index of strings.find(name, part)) marks[index] = RUNTIME + place;
  for (const name of strings.find(V8_NAME.nativeContext, 'beginning')) marks[name] = NATIVE_CONTEXT;
  for (const name of strings.find('Module')) marks[name] = MODULE;
  const nativeContexts: number[] = [];
  const modules: number[] = [];
  let surest = RUNTIMES.length;
  let runtimeNode: number | undefined;
  for (let node = 0; node < nodeCount; node++) {
    const mark = marks[nodeNames[node]!];
    if (mark === 0 || mark === undefined) continue;
    const type = nodeTypes[node];
    if (mark >= RUNTIME) {
      if (mark - RUNTIME >= surest || !isEngineType(type)) continue;
      surest = mark - RUNTIME;
      runtimeNode = node;
    } else if (mark === MODULE && type === NODE.object) modules.push(node);
    else if (mark === NATIVE_CONTEXT && (type === NODE.hidden || type === NODE.native))
      nativeContexts.push(node);
  }
  return { nativeContexts, modules, runtime: RUNTIMES[surest]?.[2], runtimeNode };
}, 'landmarks');

/** Types whose nodes have names that the engine or its embedder gave them. */
function isEngineType(type: number | undefined): boolean {
  return type === NODE.hidden || type === NODE.code || type === NODE.native || type === NODE.synthetic;
}
