/**
 * What V8 calls its own nodes, as far as several analyses have to know it: scopes, module records,
 * helpers.
 *
 * The room `v8`, what V8's nodes and edges mean:
 *
 *   class-names shapes functions        which class a node counts under
 *   roots realms user-roots             where chains begin
 *   scopes modules scripts              which code, and which variable
 *   values properties table-entries     what an object holds
 *   system-names names                  what V8 calls its own nodes: the texts, and by node
 *   landmarks runtime origin            which engine and runtime, and whose a node is
 */

import { edgesOf, type Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { EDGE, NODE } from '../graph/schema.js';
import { StringIndexes } from '../graph/strings.js';
import { landmarks } from './landmarks.js';
import { isSystemName } from './system-names.js';

/**
 * The name that the file gives to a node. `className` is what Chrome DevTools counts the node
 * under.
 */
export function rawName(graph: Graph, node: number): string {
  return graph.strings.get(graph.nodeNames[node]!);
}

/**
 * JavaScriptCore's scopes: objects with `system / ` before the name, in Bun up to 1.2 code without.
 */
const JSC_SCOPES = ['JSLexicalEnvironment', 'JSModuleEnvironment', 'JSGlobalLexicalEnvironment'] as const;

function jscNames(graph: Graph, ...names: readonly (typeof JSC_SCOPES)[number][]): number[] {
  if (landmarks(graph).runtime !== 'Bun') return [];
  return names.flatMap((name) => [name, `system / ${name}`]).flatMap((name) => graph.strings.find(name));
}

/**
 * String indexes of the names of scopes: `system / Context`, since V8 15 `system / Context / scope
 * @N`, where N is the id of the scope's `ScopeInfo`; in Bun those of JavaScriptCore.
 *
 * - Cost: that of `landmarks`, and a look at the beginning of every string.
 * - Source: DevTools, HeapSnapshot.ts, isContextObject.
 */
export const contextNames = memo(
  (graph: Graph): StringIndexes =>
    new StringIndexes([
      ...graph.strings.find('system / Context'),
      ...graph.strings.find('system / Context / ', 'beginning'),
      ...jscNames(graph, ...JSC_SCOPES),
    ]),
);

/**
 * Names of JavaScriptCore's outermost scopes: of modules, and of what `let` and `const` make in
 * scripts.
 */
export const jscRootScopes = memo((graph: Graph) => ({
  module: new StringIndexes(jscNames(graph, 'JSModuleEnvironment')),
  script: new StringIndexes(jscNames(graph, 'JSGlobalLexicalEnvironment')),
}));

/**
 * Whether a node is a scope of a function, a block, a module or a script. Cost: two reads a call.
 */
export const isContext = memo((graph: Graph): ((node: number) => boolean) => {
  const { nodeTypes, nodeNames } = graph;
  const names = contextNames(graph);
  return (node) =>
    (nodeTypes[node] === NODE.object || nodeTypes[node] === NODE.code) && names.has(nodeNames[node]!);
});

/** String indexes of the name of the records of ES modules. */
export const moduleRecordNames = memo(
  ({ strings }: Graph): StringIndexes => strings.indexesOf('system / SourceTextModule'),
);

/**
 * The string indexes of the names of all nodes that `rootScopeOf` may know: scopes and module
 * records.
 */
export const scopeNames = memo(
  (graph: Graph): StringIndexes =>
    new StringIndexes([...contextNames(graph).indexes, ...moduleRecordNames(graph).indexes]),
);

/** Whether a node is the record of an ES module. Cost: two reads a call. */
export const isModuleRecord = memo((graph: Graph): ((node: number) => boolean) => {
  const names = moduleRecordNames(graph);
  const internal = isInternal(graph);
  return (node) => names.has(graph.nodeNames[node]!) && internal(node);
});

const SYSTEM = 1;
const SYSTEM_OBJECT = 2;

/**
 * By string index, SYSTEM for names that V8 gives to nodes of its own, SYSTEM_OBJECT for those of
 * objects of the language among them. A byte a string.
 */
const systemNames = memo(({ strings }: Graph): Uint8Array => {
  const marks = new Uint8Array(strings.length);
  for (const name of strings.find('system / ', 'beginning')) marks[name] = SYSTEM;
  for (const name of strings.find('system / JS', 'beginning')) marks[name] = SYSTEM_OBJECT;
  for (const name of strings.find('system / JSArrayBufferData')) marks[name] = SYSTEM;
  return marks;
});

/**
 * Whether a node is one of V8's own that have no other type: `hidden`, or, where the snapshot was
 * taken with internals exposed (V8 13 and later, and so every snapshot of Chromium 156, Deno and
 * workerd), `native` with a name that begins with `system / `.
 *
 * - Cost: two reads a call.
 */
export const isInternal = memo((graph: Graph): ((node: number) => boolean) => {
  const { nodeTypes, nodeNames } = graph;
  const names = systemNames(graph);
  return (node) => {
    const type = nodeTypes[node];
    return type === NODE.hidden || (type === NODE.native && names[nodeNames[node]!]! >= SYSTEM);
  };
});

/**
 * Whether a node of V8's own is an object of the language: a Proxy (`system / JSProxy`), a
 * generator and the like.
 *
 * - Cost: two reads a call.
 */
export const isInternalObject = memo((graph: Graph): ((node: number) => boolean) => {
  const { nodeTypes, nodeNames } = graph;
  const names = systemNames(graph);
  return (node) => {
    const type = nodeTypes[node];
    return (type === NODE.hidden || type === NODE.native) && names[nodeNames[node]!] === SYSTEM_OBJECT;
  };
});

/** String indexes of the names of object shapes where V8 has no node type for them. */
export const shapeNames = memo(
  ({ strings }: Graph): StringIndexes =>
    strings.indexesOf(
      'system / Map',
      'system / DescriptorArray',
      'system / PrototypeInfo',
      'system / TransitionArray',
    ),
);

/**
 * String indexes of the names of cells, which hold one value: of an export, of a global variable.
 */
export const cellNames = memo(
  ({ strings }: Graph): StringIndexes =>
    strings.indexesOf('system / Cell', 'system / PropertyCell', 'system / ContextCell'),
);

/** Whether a node is V8's cell around the value of a variable or an export. Cost: a read a call. */
export const isCell = memo((graph: Graph): ((node: number) => boolean) => {
  const { nodeNames } = graph;
  const names = cellNames(graph);
  return (node) => names.has(nodeNames[node]!);
});

/**
 * String indexes of what Node.js 22 and 24 show in the place of an entry that was deleted; other
 * versions show nothing there.
 */
export const holeNames = memo(({ strings }: Graph): StringIndexes => strings.indexesOf('system / Hole'));

/**
 * The values of the language that are one node each, and what stands in the place of a deleted
 * entry.
 */
const ODDBALL = /^(true|false|null|undefined|hole)$/;

/**
 * Which of `true`, `false`, `null` and `undefined` a node is, or `hole`; undefined for every other
 * node. Node.js 18 to 22 call them `system / Oddball` and refer to their text, later V8 by the text
 * itself.
 *
 * - In: a graph with edges.
 */
export function oddballOf(graph: Graph, node: number): string | undefined {
  const type = graph.nodeTypes[node];
  if (type !== NODE.hidden && type !== NODE.native) return undefined;
  const name = graph.strings.get(graph.nodeNames[node]!);
  if (name === 'system / Hole' || name === 'the_hole') return 'hole';
  if (name !== 'system / Oddball') return ODDBALL.exec(name)?.[1];
  const { types, names, targets } = edgesOf(graph);
  for (let edge = graph.firstEdge[node]!, end = graph.firstEdge[node + 1]!; edge < end; edge++)
    if (types[edge] === EDGE.hidden && names[edge] === 0)
      return ODDBALL.exec(graph.strings.get(graph.nodeNames[targets[edge]!]!))?.[1];
  return undefined;
}

/**
 * Whether a node is an object of the language: a function, a regular expression, an object, among
 * them those that V8 writes as nodes of its own (a Proxy is `system / JSProxy`) and, on pages,
 * native ones that scripts have seen (they have a prototype). V8's helpers are none.
 */
export function isObject(graph: Graph, node: number): boolean {
  const type = graph.nodeTypes[node];
  if (type === NODE.closure || type === NODE.regexp) return true;
  // Bun up to 1.2 has a type of its own for the arrays of a program; V8 has it for arrays of its
  // own.
  if (type === NODE.array) return landmarks(graph).runtime === 'Bun';
  if (type !== NODE.object && type !== NODE.hidden && type !== NODE.native) return false;
  const name = graph.strings.get(graph.nodeNames[node]!);
  if (isSystemName(name)) return isInternalObject(graph)(node);
  return type === NODE.object || (type === NODE.native && hasPrototype(graph, node));
}

function hasPrototype(graph: Graph, node: number): boolean {
  const { types, names } = edgesOf(graph);
  for (let edge = graph.firstEdge[node]!, end = graph.firstEdge[node + 1]!; edge < end; edge++)
    if (types[edge] === EDGE.property && graph.strings.equals(names[edge]!, '__proto__')) return true;
  return false;
}
