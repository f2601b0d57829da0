/**
 * Single steps of an expression. A chain of references passes V8's own arrays and helper objects; a
 * step folds what belongs together (`table` and the slot in it, `elements` and the index) into what
 * a program would write.
 *
 * Names and numbers of the edges: internal ones are named by V8 (ExtractReferences and its kin),
 * hidden ones count the fields of an object that have no name.
 * V8: https://github.com/v8/v8/blob/13.6.233/src/profiler/heap-snapshot-generator.cc
 */

import { shortened } from '../../base/printable.js';
import { edgesOf, type Graph, nodeWithId } from '../../graph/graph.js';
import { retainersOf } from '../../graph/retainers.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeName, edgeTarget } from '../../graph/walk.js';
import { exportName } from '../../v8/modules.js';
import { isCell, isModuleRecord as isModuleNode, rawName } from '../../v8/names.js';
import {
  absolute,
  type Fold,
  inBrackets,
  isValue,
  member,
  propertyStep,
  type Step,
  script,
  words,
} from '../../v8/properties.js';
import { globalObjects } from '../../v8/realms.js';
import { isRuntimeScript } from '../../v8/runtime.js';
import { rootScopeOf } from '../../v8/scopes.js';
import { bareClassName, V8_NAME } from '../../v8/system-names.js';
import { quoted, tableEntry } from '../../v8/table-entries.js';
import { slotNumber } from '../../v8/tables.js';
import { weakMapPairs } from '../../v8/weak-map-pairs.js';
import type { Chain } from '../holders/chains.js';
import { closureStep, contextStep, isScopeAt, suspendedWords } from './scope-steps.js';

/** Names of internal edges that have a plain meaning by themselves. */
const INTERNAL: Readonly<Record<string, Step>> = {
  buffer: script((base) => `${base}.buffer`),
  value: script((base) => `${base}.valueOf()`),
  bound_this: words((base) => `this bound by ${base}`),
  bound_function: words((base) => `function bound by ${base}`),
  function: words((base) => `function of ${base}`),
  receiver: words((base) => `this of ${base}`),
};

/**
 * The step along `chain.edges[at]`, with as many of the next edges as belong to it.
 *
 * - Cost: the nodes' own edges.
 */
export function foldAt(graph: Graph, chain: Chain, at: number): Fold {
  const { nodes, edges } = chain;
  const direct = directStep(graph, nodes[at]!, nodes[at + 1]!, edges[at]!);
  if (direct) return { step: direct, taken: 1 };
  // An object's own arrays: the object may have a direct edge to what they hold.
  if (nodes[at + 2] !== undefined && !isValue(graph, nodes[at + 1]!)) {
    const across = directStep(graph, nodes[at]!, nodes[at + 2]!, undefined);
    if (across) return { step: across, taken: 2 };
  }
  const name = edgeName(graph, edges[at]!);
  return (
    closureStep(graph, chain, at) ??
    contextStep(graph, chain, at) ??
    containerStep(graph, chain, at, name) ??
    moduleStep(graph, chain, at) ??
    plainStep(graph, chain, at, name) ??
    innerStep(graph, chain, at)
  );
}

/**
 * A property or an element; of several edges between two nodes the asked one, then the first that
 * is JavaScript.
 */
function directStep(
  graph: Graph,
  source: number,
  target: number,
  edge: number | undefined,
): Step | undefined {
  const { types, targets } = edgesOf(graph);
  if (!isValue(graph, source) && graph.nodeTypes[source] !== NODE.object)
    return proxiedStep(graph, source, target);
  // Elements of a native object are what the embedder's code refers to, numbered.
  const isNative = graph.nodeTypes[source] === NODE.native;
  const isDirect = (candidate: number): boolean =>
    targets[candidate] === target &&
    (types[candidate] === EDGE.property || (types[candidate] === EDGE.element && !isNative));
  let found = edge !== undefined && isDirect(edge) ? propertyStep(graph, source, edge) : undefined;
  if (found?.evaluable) return found;
  for (let other = graph.firstEdge[source]!, end = graph.firstEdge[source + 1]!; other < end; other++) {
    if (!isDirect(other)) continue;
    const step = propertyStep(graph, source, other);
    if (step?.evaluable) return step;
    found ??= step;
  }
  return found;
}

/**
 * What the native `Window`, a proxy, refers to may be a property of the global object behind it.
 */
function proxiedStep(graph: Graph, source: number, target: number): Step | undefined {
  const globals = globalObjects(graph);
  if (graph.nodeTypes[source] !== NODE.native || globals.get(source) !== 'main') return undefined;
  for (const [global, realm] of globals) {
    if (realm !== 'main' || graph.nodeTypes[global] !== NODE.object) continue;
    const step = directStep(graph, global, target, undefined);
    if (step?.evaluable) return step;
  }
  return undefined;
}

/**
 * From a container through its backing arrays: Map, Set, their iterators, arrays, bound arguments.
 */
function containerStep(graph: Graph, { nodes, edges }: Chain, at: number, name: string): Fold | undefined {
  const array = nodes[at + 1]!;
  const last = nodes[at + 2];
  if (last === undefined || graph.nodeTypes[array] !== NODE.array) return undefined;
  const slot = slotNumber(edgeName(graph, edges[at + 1]!));
  if (slot === undefined) return undefined;
  const owner = rawName(graph, nodes[at]!);
  if (name === 'table') {
    const step = tableEntry(graph, array, slot) ?? words((base) => `an entry of ${base}`);
    return { step, taken: 2 };
  }
  if (name === 'elements') return { step: script((base) => `${base}[${slot}]`), taken: 2 };
  if (name === 'properties') return { step: words((base) => `a property of ${base}`), taken: 2 };
  if (name === 'bindings' || graph.strings.equals(graph.nodeNames[array]!, V8_NAME.boundArguments))
    return { step: words((base) => `argument ${slot} bound by ${base}`), taken: 2 };
  if (/^(Map|Set) ?Iterator$/.test(owner))
    return { step: words((base) => `an entry of the ${owner.slice(0, 3)} that ${base} goes over`), taken: 2 };
  return undefined;
}

/** From a module namespace, or the record of an ES module, to what it exports. */
function moduleStep(graph: Graph, { nodes }: Chain, at: number): Fold | undefined {
  const first = isModuleRecord(graph, nodes[at]) ? at : at + 1;
  if (!isModuleRecord(graph, nodes[first])) return undefined;
  const [array, cell, value] = [nodes[first + 1], nodes[first + 2], nodes[first + 3]];
  if (array === undefined || cell === undefined || value === undefined || !isCell(graph)(cell))
    return undefined;
  const taken = first + 3 - at;
  const name = exportName(graph, nodes[first]!, cell);
  if (name === undefined) return { step: words((base) => `an import of ${base}`), taken };
  if (isValue(graph, nodes[at]!)) return { step: script((base) => member(base, name)), taken };
  const file = rootScopeOf(graph, nodes[first]!)?.file;
  if (file === undefined || isRuntimeScript(file))
    return { step: words((base) => `export ${name} of ${base}`), taken };
  const imported = `(await import(${quoted(file)}))`;
  return { step: absolute(script(() => member(imported, name))), taken };
}

/** Steps of one edge that have a name of their own. */
function plainStep(graph: Graph, { nodes, edges }: Chain, at: number, name: string): Fold | undefined {
  const { types, names } = edgesOf(graph);
  const edge = edges[at]!;
  const [source, target] = [nodes[at]!, nodes[at + 1]!];
  const type = types[edge];
  const one = (step: Step): Fold => ({ step, taken: 1 });
  if (type === EDGE.internal) {
    const pair = weakMapPairs(graph).of(names[edge]!);
    if (pair) {
      if (pair.table === graph.ids[source]) return one(words((base) => `a value of ${base}`));
      return one(words((base) => `WeakMap value of ${base}${weakMapOf(graph, pair.table)}`));
    }
    if (name === 'reactions_or_result' && isValue(graph, target)) return one(promiseStep(graph, target));
    if (name === 'map' && edges[at + 1] !== undefined && edgeName(graph, edges[at + 1]!) === 'prototype')
      return { step: script((base) => `Object.getPrototypeOf${inBrackets(base)}`), taken: 2 };
    // The text of a number is no object of the program: V8 makes it for the snapshot.
    if (name === 'value' && graph.nodeTypes[source] === NODE.number)
      return one(words((base) => `text of ${base} in the snapshot`));
    if (Object.hasOwn(INTERNAL, name) && isValue(graph, source) && isValue(graph, target))
      return one(INTERNAL[name]!);
  }
  if (rawName(graph, source) === V8_NAME.proxy && type === EDGE.hidden)
    return one(
      words((base) => `${isLastHidden(graph, source, edge) ? 'handler' : 'target'} of the Proxy ${base}`),
    );
  if (type === EDGE.hidden && rawName(graph, source) === 'Array Iterator')
    return one(words((base) => `what ${base} goes over`));
  if (type === EDGE.weak) return one(words((base) => `weak reference of ${base}`));
  return undefined;
}

/**
 * ` in WeakMap @ID` for the one that has the table with this id; nothing when it is not in the
 * snapshot.
 */
function weakMapOf(graph: Graph, tableId: number): string {
  const table = nodeWithId(graph, tableId);
  if (table === undefined) return '';
  const { firstRetainer, sources } = retainersOf(graph);
  for (let at = firstRetainer[table]!; at < firstRetainer[table + 1]!; at++) {
    const source = sources[at]!;
    if (graph.nodeTypes[source] === NODE.object) return ` in ${rawName(graph, source)} @${graph.ids[source]}`;
  }
  return '';
}

/**
 * What a settled promise holds. A snapshot does not say how it was settled: an error, by its class
 * or one that it extends, is taken for a reason.
 */
function promiseStep(graph: Graph, target: number): Step {
  return isError(graph, target)
    ? script((base) => `(await ${base}.catch((e) => e))`)
    : script((base) => `(await ${base})`);
}

function isError(graph: Graph, node: number): boolean {
  let at: number | undefined = node;
  for (let steps = 0; at !== undefined && steps < LONGEST_FAMILY; steps++) {
    if (graph.nodeTypes[at] !== NODE.object) return false;
    if (/Error$/.test(rawName(graph, at))) return true;
    at = prototypeOf(graph, at);
  }
  return false;
}

function prototypeOf(graph: Graph, node: number): number | undefined {
  return edgeTarget(graph, node, EDGE.property, ['__proto__']);
}

/** Classes that extend one another, at most: a damaged file may have prototypes in a circle. */
const LONGEST_FAMILY = 20;

/**
 * Everything else: on through V8's own objects to the next value of the program, told as one step.
 */
function innerStep(graph: Graph, { nodes, edges }: Chain, at: number): Fold {
  let end = at + 1;
  while (end < nodes.length - 1 && !isValue(graph, nodes[end]!) && !isScopeAt(graph, nodes[end])) end++;
  const passed = nodes.slice(at + 1, end).map((node) => innerName(graph, node));
  const through = passed.filter((name, i) => name !== '' && name !== passed[i - 1]);
  const name = edgeName(graph, edges[at]!);
  const by = through.length > 0 ? ` through ${through.join(', ')}` : /^\d*$/.test(name) ? '' : ` by ${name}`;
  const taken = end - at;
  if (passed.some((each) => /EventListener$/.test(each)))
    return { step: words((base) => `event listener${functionName(graph, nodes[end]!)} of ${base}`), taken };
  if (passed.includes('DOMTimer'))
    return { step: words((base) => `timer${functionName(graph, nodes[end]!)} of ${base}`), taken };
  if (/^(parameters_and_registers|register_file)$/.test(edgeName(graph, edges[at]!)))
    return {
      step: words((base) => `a local value of ${suspendedWords(graph, { nodes, edges }, at, base)}`),
      taken,
    };
  if (through.includes('WeakCell')) return { step: words((base) => `value registered with ${base}`), taken };
  if (through.some((name) => name.startsWith('PromiseReaction')))
    return { step: words((base) => `what waits for ${base}`), taken };
  return { step: words((base) => `held inside ${base}${by}`), taken };
}

/** ` onResize` for a function of that name, otherwise nothing. */
function functionName(graph: Graph, node: number): string {
  const name = graph.nodeTypes[node] === NODE.closure ? rawName(graph, node) : '';
  return name === '' ? '' : ` ${shortened(name, 40)}`;
}

/** Longer names are cut: those of C++ templates are. */
const INNER_NAME = 60;

/**
 * The name of a node of V8 or the embedder; of a C++ template without what stands in its brackets.
 */
function innerName(graph: Graph, node: number): string {
  const name = bareClassName(rawName(graph, node));
  return shortened(/^\w+(::\w+)*</.test(name) ? name.slice(0, name.indexOf('<')) : name, INNER_NAME);
}

function isModuleRecord(graph: Graph, node: number | undefined): boolean {
  return node !== undefined && isModuleNode(graph)(node);
}

function isLastHidden(graph: Graph, source: number, edge: number): boolean {
  const { types, names } = edgesOf(graph);
  for (let other = graph.firstEdge[source]!, end = graph.firstEdge[source + 1]!; other < end; other++) {
    if (types[other] === EDGE.hidden && names[other]! > names[edge]!) return false;
  }
  return true;
}
